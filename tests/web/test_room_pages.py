"""Live rooms on the case page, who is in them, consent, and the record: as each person meets it."""

from __future__ import annotations

import archive_world as world
import pytest
import room_world

from tongying.web.rooms import log, store
from tongying.web.rooms.entering import rooms_for
from tongying.web.rooms.models import ConsentRow, RecordingRow, RoomMember, RoomRow

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
GIVEN = {"guardian": "王芳", "relation": "mother", "way": "written", "recording": "on"}


@pytest.fixture
def case_id(db: None) -> int:
    return room_world.build()


def test_the_county_opens_a_room_from_its_case(case_id: int) -> None:
    county = world.client("requester")
    assert b'id="open-room"' in county.get(f"/cases/{case_id}/").content
    answer = county.post(f"/cases/{case_id}/rooms/")
    code = RoomRow.objects.get(case_id=case_id).code
    assert answer["Location"] == f"/rooms/{code}/"
    page = county.get(f"/cases/{case_id}/").content
    assert b'id="enter-room"' in page
    assert b'id="open-room"' not in page
    assert "opened the live room" in page.decode()


def test_a_colleague_sees_the_list_but_no_door(case_id: int) -> None:
    room_world.opened(case_id)
    page = world.client("technologist").get(f"/cases/{case_id}/").content
    assert b'id="rooms"' in page
    assert b'id="enter-room"' not in page
    assert b'id="open-room"' not in page
    answer = world.client("technologist").post(f"/cases/{case_id}/rooms/")
    assert answer["Location"] == f"/cases/{case_id}/"
    assert RoomRow.objects.count() == 1


def test_only_people_of_the_case_can_be_invited_and_the_page_lists_them(case_id: int) -> None:
    code = room_world.opened(case_id, surgeon=False)
    listed = world.client("reader").get(f"/rooms/{code}/invitees/").json()["members"]
    logins = {one["name"] for one in listed}
    assert {"surgeon", "technologist", "desk"} <= logins
    assert not {"stranger", "othercoord", "vendor", "researcher", "reader"} & logins
    surgeon = world.viewer("surgeon").user
    answer = world.client("reader").post(
        f"/rooms/{code}/members/", {"member": surgeon}, headers=SCRIPT
    )
    assert answer.status_code == 204
    assert rooms_for(world.viewer("surgeon")).exists()
    refused = world.client("reader").post(
        f"/rooms/{code}/members/", {"member": world.viewer("stranger").user}, headers=SCRIPT
    )
    assert refused.status_code == 400
    assert refused.json()["code"] == "room.not-on-the-case"


def test_a_specialist_is_told_in_words_that_it_is_not_theirs(case_id: int) -> None:
    code = room_world.opened(case_id)
    member = RoomMember.objects.get(room__code=code, member__login="reader").member_id
    surgeon = world.client("surgeon")
    assert surgeon.get(f"/rooms/{code}/invitees/").json()["members"] == []
    for path in (f"members/{member}/remove/", "end/", "consent/withdraw/"):
        answer = surgeon.post(f"/rooms/{code}/{path}", headers=SCRIPT)
        assert answer.status_code == 403, path
        assert answer.json()["code"] == "room.not-your-part"
    assert surgeon.post(f"/rooms/{code}/consent/", GIVEN, headers=SCRIPT).status_code == 403
    assert not RoomRow.objects.exclude(ended_at=None).exists()


@pytest.mark.parametrize("login", ["stranger", "second-reader", "technologist", "vendor"])
def test_whoever_is_not_in_the_room_finds_none_of_its_addresses(case_id: int, login: str) -> None:
    code = room_world.opened(case_id)
    browser = world.client(login)
    for path in ("members/", "members/1/remove/", "end/", "consent/", "consent/withdraw/"):
        assert browser.post(f"/rooms/{code}/{path}", GIVEN).status_code == 404, path
    assert browser.get(f"/rooms/{code}/invitees/").status_code == 404


def test_consent_is_recorded_replaced_and_withdrawn(case_id: int) -> None:
    code = room_world.opened(case_id, consent=False)
    county = world.client("requester")
    lacking = county.post(f"/rooms/{code}/consent/", GIVEN | {"way": "spoken"}, headers=SCRIPT)
    assert lacking.status_code == 400
    assert "witness" in lacking.json()["title"]
    assert county.post(f"/rooms/{code}/consent/", GIVEN, headers=SCRIPT).status_code == 204
    stands = ConsentRow.objects.get(withdrawn_at=None)
    assert (stands.guardian, stands.recording, stands.teaching) == ("王芳", True, False)
    later = {**GIVEN, "guardian": "王建国", "relation": "father"}
    later.pop("recording")
    county.post(f"/rooms/{code}/consent/", later, headers=SCRIPT)
    assert ConsentRow.objects.get(withdrawn_at=None).recording is False
    assert county.post(f"/rooms/{code}/consent/withdraw/", headers=SCRIPT).status_code == 204
    assert not ConsentRow.objects.filter(withdrawn_at=None).exists()
    assert ConsentRow.objects.count() == 2


def test_the_record_tells_everything_to_everybody_on_the_case(case_id: int) -> None:
    code = room_world.opened(case_id)
    log.tell(world.viewer("surgeon"), code, "say", {"text": "请看<b>回盲部</b>"})
    room_world.still(code)
    line = {"id": "mark-01", "target": "still:1", "points": [[0.1, 0.1], [0.5, 0.1]]}
    log.tell(world.viewer("reader"), code, "measure", line)
    scale = {"target": "still:1", "points": [[0.9, 0.1], [0.9, 0.9]], "mm": 48}
    log.tell(world.viewer("reader"), code, "calibrate", scale)
    log.tell(world.viewer("reader"), code, "measure", {**line, "id": "mark-02"})
    asked = log.tell(world.viewer("surgeon"), code, "plane", {"text": "横切"})
    log.tell(world.viewer("requester"), code, "plane-done", {"asked": asked.id})
    log.tell(world.viewer("requester"), code, "camera", {"on": True, "source": "capture"})
    figures = {"level": "low", "kbit": 480, "fps": 15, "loss": 0.012}
    log.tell(world.viewer("requester"), code, "quality", figures)
    store.end(world.viewer("reader"), code)
    page = world.client("technologist").get(f"/cases/{case_id}/rooms/{code}/")
    text = page.content.decode()
    for words in (
        "请看&lt;b&gt;回盲部&lt;/b&gt;",
        "no scale on this picture",
        "32.0 mm",
        "asked for the plane",
        "probe (capture device)",
        "low picture",
        "1.2 % lost",
        "ended by hand",
        "王芳",
        "covers a recording",
        "Still 1",
    ):
        assert words in text, words
    assert world.client("stranger").get(f"/cases/{case_id}/rooms/{code}/").status_code == 404
    assert world.client("requester").get(f"/cases/999/rooms/{code}/").status_code == 404


def test_a_guardian_withdraws_also_when_the_room_is_over(case_id: int) -> None:
    code = room_world.opened(case_id)
    log.tell(world.viewer("requester"), code, "record", {"on": True, "recording": "rec-0001"})
    store.end(world.viewer("reader"), code)
    record = f"/cases/{case_id}/rooms/{code}/"
    assert b"consent/withdraw/" not in world.client("technologist").get(record).content
    assert (
        world.client("reader").post(f"/rooms/{code}/consent/withdraw/", headers=SCRIPT).status_code
        == 403
    )
    assert ConsentRow.objects.filter(withdrawn_at=None).exists()
    county = world.client("requester")
    assert b"consent/withdraw/" in county.get(record).content
    assert county.post(f"/rooms/{code}/consent/withdraw/")["Location"] == record
    assert not ConsentRow.objects.filter(withdrawn_at=None).exists()
    assert RecordingRow.objects.get().state == "removed"
    assert b"consent/withdraw/" not in county.get(record).content


def test_the_end_leads_to_the_record(case_id: int) -> None:
    code = room_world.opened(case_id)
    answer = world.client("reader").post(f"/rooms/{code}/end/")
    assert answer["Location"] == f"/cases/{case_id}/rooms/{code}/"
    page = world.client("reader").get(f"/cases/{case_id}/").content
    assert b'id="open-room"' in page
