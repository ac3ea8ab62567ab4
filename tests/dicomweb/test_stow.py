"""STOW-RS: each instance has its own outcome."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from dicomweb_world import BOUNDARY, World, image, multipart
from django.core.handlers.wsgi import WSGIRequest

from tongying.web.dicomweb import stow
from tongying.web.people.models import AccessToken
from tongying.web.people.store import viewer_of_login
from tongying.web.records.check import check
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, StoreConflict, Study

FAILED, STORED, OTHER, WHERE = "00081198", "00081199", "0008119A", "00081190"


def answer(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/dicom+json"
    return json.loads(response.content)


def uids(body: dict[str, Any], key: str) -> list[str]:
    return [one["00081155"]["Value"][0] for one in body[key]["Value"]]


def reasons(body: dict[str, Any], key: str = FAILED) -> list[int]:
    return [one["00081197"]["Value"][0] for one in body[key]["Value"]]


def test_instances_are_stored_and_told_where(world: World) -> None:
    response = world.store(image(number=1), image(number=2))
    assert response.status_code == 200
    body = answer(response)
    assert uids(body, STORED) == ["1.2.3.1.1.1", "1.2.3.1.1.2"]
    assert body[WHERE]["Value"] == ["http://testserver/dicomweb/studies/1.2.3.1"]
    address = body[STORED]["Value"][0][WHERE]["Value"][0]
    assert world.get(address.removeprefix("http://testserver/dicomweb")).status_code == 406
    assert world.get(f"{address.partition('/dicomweb')[2]}/metadata").status_code == 200
    assert FAILED not in body and check(content_store(), read_bytes=True).sound


def test_partial_success_names_what_failed(world: World) -> None:
    good, bad = image(), b"this is no image" * 100
    response = world.store(bad, good, image(number=2)[:700])
    assert response.status_code == 202
    body = answer(response)
    assert uids(body, STORED) == ["1.2.3.1.1.1"]
    assert reasons(body, OTHER) == [0xC000, 0xC000]
    comments = [one["00000902"]["Value"][0] for one in body[OTHER]["Value"]]
    assert comments[0].startswith("part 1: ") and comments[1].startswith("part 3: ")
    assert Instance.objects.count() == 1 and check(content_store()).sound


def test_the_same_again_is_a_success_that_changes_nothing(world: World) -> None:
    world.store(image())
    response = world.store(image(), image())
    assert response.status_code == 200
    assert uids(answer(response), STORED) == ["1.2.3.1.1.1"] * 2
    assert Instance.objects.count() == 1


def test_other_bytes_are_a_named_conflict(world: World) -> None:
    world.store(image())
    response = world.store(image(SeriesDescription="other"))
    assert response.status_code == 409
    body = answer(response)
    assert uids(body, FAILED) == ["1.2.3.1.1.1"] and reasons(body) == [0x0111]
    assert StoreConflict.objects.count() == 1
    assert world.rows("/instances")[0]["00080018"]["Value"] == ["1.2.3.1.1.1"]


def test_another_study_than_the_address_says_is_refused(world: World) -> None:
    response = world.store(image("1.2.3.1"), image("1.2.3.2"), path="/studies/1.2.3.2")
    assert response.status_code == 202
    body = answer(response)
    assert uids(body, STORED) == ["1.2.3.2.1.1"]
    assert uids(body, FAILED) == ["1.2.3.1.1.1"] and reasons(body) == [0xC409]
    assert Study.objects.get().uid == "1.2.3.2"


def test_another_child_is_refused(world: World) -> None:
    world.store(image())
    response = world.store(image(number=2, PatientID="P2"))
    assert response.status_code == 409 and reasons(answer(response)) == [0x0110]


def test_a_body_that_stops_short_keeps_its_whole_parts(world: World) -> None:
    body = multipart(image(), image(number=2))
    response = world.post("/studies", body[: len(body) - 200])
    assert response.status_code == 202
    found = answer(response)
    assert uids(found, STORED) == ["1.2.3.1.1.1"]
    assert "end of body" in found[OTHER]["Value"][0]["00000902"]["Value"][0]
    assert check(content_store()).sound
    assert list(content_store().incoming_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "", "stow.body"),
        (b"no delimiter in here", "", "dicomweb.multipart"),
        (b"--" + BOUNDARY.encode() + b"--", "", "stow.body"),
        (b"x", "multipart/related", "dicomweb.multipart"),
        (b"{}", "application/json", "stow.body"),
    ],
    ids=["nothing", "no delimiter", "only the end", "no boundary", "another type"],
)
def test_a_body_without_instances_is_refused(
    world: World, body: bytes, kind: str, code: str
) -> None:
    response = world.post("/studies", body, kind=kind)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["code"] == code


def test_an_empty_part_is_refused_alone(world: World) -> None:
    response = world.store(b"", image())
    assert response.status_code == 202
    assert uids(answer(response), STORED) == ["1.2.3.1.1.1"]


def test_a_part_of_another_kind_is_passed_over(world: World) -> None:
    response = world.post("/studies", multipart(b"{}", kind="application/json"))
    assert response.status_code == 409 and reasons(answer(response), OTHER) == [0x0110]


def test_one_instance_as_the_whole_body(world: World) -> None:
    response = world.post("/studies", image(), kind="application/dicom")
    assert response.status_code == 200 and uids(answer(response), STORED) == ["1.2.3.1.1.1"]


def test_a_role_that_only_looks_may_not_store(world: World) -> None:
    response = world.store(image(), who="trainee")
    assert response.status_code == 403 and not Instance.objects.exists()


def test_a_body_of_unknown_length(world: World) -> None:
    """A chunked request has no Content-Length; the server ends its input where the body ends."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/dicomweb/studies",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}',
        "wsgi.input": io.BytesIO(multipart(image(), image(number=2))),
    }
    response = stow.store(WSGIRequest(environ), viewer_of_login("tech"))
    assert response.status_code == 200
    assert len(answer(response)[STORED]["Value"]) == 2


@pytest.mark.parametrize("token", ["", "wrong", "revoked"])
def test_nobody_stores_nothing(world: World, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if token == "revoked":
        from django.utils import timezone

        AccessToken.objects.update(revoked_at=timezone.now())
        headers = {"Authorization": f"Bearer {world.tokens['tech']}"}
    response = world.client.generic(
        "POST",
        "/dicomweb/studies",
        multipart(image()),
        content_type=f"multipart/related; boundary={BOUNDARY}",
        headers=headers,
    )
    assert response.status_code == 401 and not Instance.objects.exists()
    assert response["WWW-Authenticate"] == "Bearer"


def test_when_the_sender_is_cut_off_nothing_stays_behind(world: World) -> None:
    class Cut(Exception):
        pass

    whole = io.BytesIO(multipart(image(), image(number=2)))

    class Line(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            piece = whole.read(200)
            if not piece or whole.tell() > 1500:
                raise Cut
            return piece

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/dicomweb/studies",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": f"multipart/related; boundary={BOUNDARY}",
        "wsgi.input": Line(),
    }
    with pytest.raises(Cut):
        stow.store(WSGIRequest(environ), viewer_of_login("tech"))
    assert not Instance.objects.exists()
    assert list(content_store().digests()) == []
    assert list(content_store().incoming_dir.iterdir()) == []
