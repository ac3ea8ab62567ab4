"""The tus 1.0.0 server: creation, pieces, resuming, refusing; no answer before it is kept."""

from __future__ import annotations

import base64
import hashlib

import archive_world as world
import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.web.records.models import Instance
from tongying.web.uploads import parts, store
from tongying.web.uploads.models import UploadFile, UploadOutcome

pytestmark = pytest.mark.django_db
BODY = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


def encoded(**pairs: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in pairs.items()
    )


def create(browser: Client, length: int, *, data: bytes = b"", **metadata: str) -> HttpResponse:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length)}
    headers["Upload-Metadata"] = encoded(**{"filename": "a.dcm", **metadata})
    return browser.post("/uploads/tus/", data, content_type=BODY, headers=headers)


def patch(browser: Client, url: str, offset: int, data: bytes, **more: str) -> HttpResponse:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **more}
    return browser.patch(url, data, content_type=BODY, headers=headers)


def head(browser: Client, url: str) -> HttpResponse:
    return browser.head(url, headers={"Tus-Resumable": "1.0.0"})


def test_options_tells_what_is_offered() -> None:
    answer = world.client().options("/uploads/tus/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Max-Size"] == str(8 * 10**9)
    assert "creation-with-upload" in answer["Tus-Extension"]


def test_nobody_is_not_let_in() -> None:
    assert create(world.client(), 10).status_code == 401


@pytest.mark.parametrize("role", ["trainee", "researcher"])
def test_roles_that_do_not_bring_images_in(role: str) -> None:
    assert create(world.client(role), 10).status_code == 403
    assert not UploadFile.objects.exists()


@pytest.mark.parametrize("role", ["requester", "technologist", "coordinator", "expert", "admin"])
def test_roles_that_bring_images_in(role: str) -> None:
    assert create(world.client(role), 10).status_code == 201


def test_a_session_write_needs_the_csrf_token() -> None:
    assert create(world.client("requester", csrf=True), 10).status_code == 403


def test_another_version_of_the_protocol_is_refused() -> None:
    answer = world.client("requester").post(
        "/uploads/tus/", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "3"}
    )
    assert answer.status_code == 412
    assert answer["Tus-Version"] == "1.0.0"


def test_one_request_brings_a_whole_file_in() -> None:
    file = world.instance()
    answer = create(world.client("requester"), len(file), data=file)
    assert answer.status_code == 201
    assert answer["Upload-Offset"] == str(len(file))
    assert Instance.objects.get().digest == hashlib.sha256(file).hexdigest()
    outcome = UploadOutcome.objects.get()
    assert (outcome.fate, outcome.study_uid, outcome.name) == ("stored", world.STUDY, "a.dcm")
    assert not list(parts.codes())


def test_only_the_owner_may_touch_it() -> None:
    url = create(world.client("requester"), 10)["Location"]
    for login in ("stranger", "technologist"):
        other = world.client(login)
        assert head(other, url).status_code == 404
        assert patch(other, url, 0, b"x").status_code == 404
        gone = other.delete(url, headers={"Tus-Resumable": "1.0.0"})
        assert gone.status_code == 404
    assert head(world.client("requester"), url).status_code == 200


def test_an_upload_of_somebody_else_takes_no_file() -> None:
    code = store.begin(world.viewer("technologist"))
    assert create(world.client("requester"), 10, upload=code).status_code == 404


@pytest.mark.parametrize("url", ["/uploads/tus/NOTHERE", "/uploads/tus/..%2f..%2fetc"])
def test_unknown_files(url: str) -> None:
    assert head(world.client("requester"), url).status_code == 404


def test_a_wrong_offset_is_a_conflict() -> None:
    browser = world.client("requester")
    url = create(browser, 10)["Location"]
    assert patch(browser, url, 0, b"12345").status_code == 204
    assert patch(browser, url, 3, b"45").status_code == 409
    assert head(browser, url)["Upload-Offset"] == "5"


def test_more_bytes_than_announced_are_refused() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    assert patch(browser, url, 0, b"12345").status_code == 413
    assert head(browser, url)["Upload-Offset"] == "0"


def test_a_file_beyond_the_limit_is_refused() -> None:
    assert create(world.client("requester"), 8 * 10**9 + 1).status_code == 413


@pytest.mark.parametrize("length", ["", "-1", "1e3", "٣", "9" * 30])
def test_lengths_that_are_none(length: str) -> None:
    answer = world.client("requester").post(
        "/uploads/tus/",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": length.encode().decode("latin-1")},
    )
    assert answer.status_code == 400


def test_another_content_type_is_refused() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    answer = browser.patch(url, b"1234", content_type="application/json", headers=headers)
    assert answer.status_code == 415


def test_changed_bytes_are_refused_and_forgotten() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    good = base64.b64encode(hashlib.sha256(b"1234").digest()).decode()
    bad = {"Upload-Checksum": f"sha256 {good}"}
    assert patch(browser, url, 0, b"1235", **bad).status_code == 460
    assert head(browser, url)["Upload-Offset"] == "0"
    assert patch(browser, url, 0, b"1234", **bad).status_code == 204


def test_termination_forgets_the_bytes() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    patch(browser, url, 0, b"12")
    assert browser.delete(url, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert head(browser, url).status_code == 404
    assert not list(parts.codes())


def test_after_a_crash_the_offset_is_what_the_row_promised() -> None:
    browser = world.client("requester")
    file = world.instance()
    url = create(browser, len(file))["Location"]
    patch(browser, url, 0, file[:100])
    code = url.rsplit("/", 1)[-1]
    # A crash left bytes behind that no row speaks of.
    with parts.part_path(code).open("ab") as part:
        part.write(b"garbage")
    assert head(browser, url)["Upload-Offset"] == "100"
    assert patch(browser, url, 100, file[100:]).status_code == 204
    assert Instance.objects.get().digest == hashlib.sha256(file).hexdigest()


def test_a_crash_between_the_last_byte_and_the_archive_is_made_good() -> None:
    browser = world.client("requester")
    file = world.instance()
    url = create(browser, len(file))["Location"]
    code = url.rsplit("/", 1)[-1]
    with parts.writing(code) as part:
        part.write(file)
    store.advance(code, len(file))
    assert not Instance.objects.exists()
    assert head(browser, url)["Upload-Offset"] == str(len(file))
    assert Instance.objects.count() == 1
    assert store.waiting_codes() == []


def test_two_requests_at_once_are_told_apart() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    with parts.writing(url.rsplit("/", 1)[-1]):
        assert patch(browser, url, 0, b"12").status_code == 423
    assert patch(browser, url, 0, b"12").status_code == 204


def test_giving_up_is_swept_after_a_week() -> None:
    browser = world.client("requester")
    url = create(browser, 4)["Location"]
    patch(browser, url, 0, b"12")
    began = UploadFile.objects.get().created_at
    assert store.sweep(began + store.KEPT_UNFINISHED / 2) == 0
    assert store.sweep(began + store.KEPT_UNFINISHED * 2) == 1
    assert head(browser, url).status_code == 404


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(min_value=1, max_value=400), max_size=8))
def test_any_pieces_make_the_same_file(cuts: list[int]) -> None:
    browser = world.client("requester")
    data = bytes(range(256)) * 4
    url = create(browser, len(data) + 1)["Location"]
    offset = 0
    for cut in cuts:
        # The last byte is kept back: the test client sends no content type without a body.
        piece = data[offset : min(offset + cut, len(data) - 1)]
        if not piece:
            break
        assert patch(browser, url, offset, piece).status_code == 204
        offset += len(piece)
        assert head(browser, url)["Upload-Offset"] == str(offset)
    assert patch(browser, url, offset, data[offset:]).status_code == 204
    code = url.rsplit("/", 1)[-1]
    assert parts.part_path(code).read_bytes() == data
