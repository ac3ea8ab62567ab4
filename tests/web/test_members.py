"""Members, DICOM nodes and joined records: the administrator's and coordinator's, of their own."""

from __future__ import annotations

import re

import archive_world as world
import pytest

from tongying.web.people.models import DicomPeer, Member
from tongying.web.records.models import Child, ChildLink

pytestmark = pytest.mark.django_db
POSTS = [
    "/members/",
    "/members/peers/",
    "/members/peers/X/remove/",
    "/members/expert/active/",
    "/members/expert/reset/",
]


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


@pytest.mark.parametrize("url", POSTS)
def test_only_an_administrator(url: str) -> None:
    assert world.client().post(url)["Location"].startswith("/login/")
    for role in ("requester", "expert", "coordinator", "technologist", "trainee", "researcher"):
        assert world.client(role).post(url).status_code == 403, role


def test_the_list_is_of_the_own_hospital() -> None:
    text = world.client("admin").get("/members/").content.decode()
    assert "technologist" in text
    assert "stranger" not in text
    assert world.client("requester").get("/members/").status_code == 403


@pytest.mark.parametrize("what", ["active", "reset"])
def test_members_of_others_do_not_exist(what: str) -> None:
    for login in ("stranger", "nobody"):
        assert world.client("admin").post(f"/members/{login}/{what}/").status_code == 404
    assert world.client("admin").post(f"/members/admin/{what}/").status_code == 400


def test_adding_keeps_to_the_own_hospital() -> None:
    form = {"login": "Li", "name": "李医生", "role": "expert", "password": world.PASSWORD}
    answer = world.client("admin").post("/members/", form | {"hospital": world.OTHER})
    assert answer.status_code == 302
    assert Member.objects.get(login="li").hospital_id == world.COUNTY


@pytest.mark.parametrize(
    "change", [{"login": "a b"}, {"login": "expert"}, {"password": "short"}, {"role": "king"}]
)
def test_members_refused_lose_nothing_typed(change: dict[str, str]) -> None:
    form = {"login": "li", "name": "李医生", "role": "expert", "password": world.PASSWORD} | change
    answer = world.client("admin").post("/members/", form)
    assert answer.status_code == 422
    assert 'value="李医生"' in answer.content.decode()


def test_deactivating_ends_the_session() -> None:
    browser = world.client("expert")
    world.client("admin").post("/members/expert/active/", {"active": "0"})
    assert browser.get("/studies/").status_code == 302
    world.client("admin").post("/members/expert/active/", {"active": "1"})
    assert Member.objects.get(login="expert").is_active


def test_a_new_password_is_shown_once() -> None:
    text = world.client("admin").post("/members/expert/reset/").content.decode()
    password = re.search(r'class="secret">([a-z0-9-]{17})<', text)
    assert password is not None
    assert Member.objects.get(login="expert").check_password(password[1])


def test_nodes_come_and_go() -> None:
    browser = world.client("admin")
    assert (
        browser.post(
            "/members/peers/", {"ae_title": "ct1", "host": "10.0.0.5", "port": "104"}
        ).status_code
        == 302
    )
    assert DicomPeer.objects.get().ae_title == "CT1"
    assert world.client("otheradmin").post("/members/peers/CT1/remove/").status_code == 400
    assert browser.post("/members/peers/CT1/remove/").status_code == 302
    assert not DicomPeer.objects.exists()


@pytest.mark.parametrize(
    "form",
    [{"ae_title": "A" * 17}, {"host": "a b"}, {"host": ""}, {"port": "0"}, {"port": "70000"}],
)
def test_nodes_refused(form: dict[str, str]) -> None:
    whole = {"ae_title": "CT1", "host": "ct1.local", "port": "104"} | form
    assert world.client("admin").post("/members/peers/", whole).status_code == 422


def test_joining_and_parting_records() -> None:
    other = "1.2.826.0.1.3680043.10.99.4"
    world.send("technologist", world.instance(), world.instance(study=other, PatientID="P-78"))
    first, second = Child.objects.order_by("pk").values_list("pk", flat=True)
    url = f"/children/{first}/"
    assert world.client().get(url).status_code == 302
    assert world.client("requester").get(url).status_code == 403
    assert world.client("othercoord").get(url).status_code == 404
    browser = world.client("coordinator")
    assert "P-78" in browser.get(url).content.decode()
    bare = browser.post(f"{url}join/", {"same_as": second, "reason": " "})
    assert bare.status_code == 422
    joined = browser.post(f"{url}join/", {"same_as": second, "reason": "seen"})
    assert joined.status_code == 302
    row = ChildLink.objects.get()
    assert world.client("othercoord").post(f"{url}links/{row.pk}/undo/").status_code == 404
    assert world.client("requester").post(f"{url}links/{row.pk}/undo/").status_code == 403
    assert browser.post(f"{url}links/{row.pk}/undo/").status_code == 302
    row.refresh_from_db()
    assert row.undone_at is not None
