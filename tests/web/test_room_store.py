"""Live rooms: who is in, what may be told, consent, and the end; each with its audit event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import archive_world as world
import case_world
import pytest
import room_world

from tongying.consult.desk import Act, CaseNotFound
from tongying.consult.people import Role
from tongying.consult.room.kind import Kind
from tongying.consult.states import Move
from tongying.kernel.errors import TongyingError
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.notices.models import NoticeRow
from tongying.web.people.models import Member
from tongying.web.rooms import log, store, tail
from tongying.web.rooms.entering import RoomNotFound, enter, record_of, rooms_for
from tongying.web.rooms.models import EventRow, RoomRow
from tongying.web.rooms.store import Consent
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_id(db: None) -> int:
    return room_world.build()


def _say(login: str, code: str, text: str, client_id: str = "") -> log.RoomEvent:
    return log.tell(world.viewer(login), code, "say", {"text": text}, client_id)


def test_the_room_has_its_opener_the_author_and_the_expert(case_id: int) -> None:
    code = store.open_room(world.viewer("reader"), case_id)
    assert {enter(world.viewer(one), code).part.value for one in ("reader", "requester")} == {
        "lead",
        "probe",
    }
    assert store.open_room(world.viewer("requester"), case_id) == code
    told = NoticeRow.objects.filter(kind="room-invited")
    assert [one.member.login for one in told] == ["requester"]


@pytest.mark.parametrize("login", ["surgeon", "second-reader", "stranger", "technologist", "desk"])
def test_whoever_is_not_invited_finds_no_room(case_id: int, login: str) -> None:
    code = room_world.opened(case_id, surgeon=False)
    with pytest.raises(RoomNotFound):
        enter(world.viewer(login), code)
    with pytest.raises(RoomNotFound):
        _say(login, code, "在吗？")


@pytest.mark.parametrize("role", [Role.VENDOR, Role.RESEARCHER])
def test_an_invitation_goes_only_to_somebody_who_sees_the_case(case_id: int, role: Role) -> None:
    code = room_world.opened(case_id)
    world.add(f"far-{role.value}", role, world.OTHER)
    with pytest.raises(store.NotOnTheCase):
        store.invite(world.viewer("reader"), code, world.viewer(f"far-{role.value}").user)
    with pytest.raises(store.NotOnTheCase):
        store.invite(world.viewer("reader"), code, world.viewer("stranger").user)


def test_a_vendor_of_the_asking_hospital_is_never_in(case_id: int) -> None:
    code = room_world.opened(case_id)
    with pytest.raises(store.NotOnTheCase):
        store.invite(world.viewer("requester"), code, world.viewer("vendor").user)
    assert not rooms_for(world.viewer("vendor")).exists()


def test_somebody_taken_out_finds_nothing_any_more(case_id: int) -> None:
    code = room_world.opened(case_id)
    surgeon = world.viewer("surgeon")
    _say("surgeon", code, "我在。")
    store.remove(world.viewer("reader"), code, surgeon.user)
    with pytest.raises(RoomNotFound):
        enter(surgeon, code)
    with pytest.raises(RoomNotFound):
        _say("surgeon", code, "还在吗？")
    store.invite(world.viewer("reader"), code, surgeon.user)
    assert enter(surgeon, code).part.value == "specialist"


def test_a_specialist_invites_nobody_and_ends_nothing(case_id: int) -> None:
    code = room_world.opened(case_id)
    surgeon = world.viewer("surgeon")
    for act in (
        lambda: store.invite(surgeon, code, world.viewer("desk").user),
        lambda: store.remove(surgeon, code, world.viewer("reader").user),
        lambda: store.end(surgeon, code),
        lambda: store.record_consent(surgeon, code, room_world.CONSENT),
    ):
        with pytest.raises(log.NotYourPart):
            act()


def test_a_link_dies_with_its_time(case_id: int) -> None:
    code = room_world.opened(case_id)
    RoomRow.objects.filter(code=code).update(expires_at=store.clock.now() - timedelta(seconds=1))
    with pytest.raises(RoomNotFound):
        enter(world.viewer("requester"), code)
    assert store.end_dead_rooms() == 1
    assert store.end_dead_rooms() == 0
    assert RoomRow.objects.get(code=code).ended_why == "expired"
    assert store.open_room(world.viewer("requester"), case_id) != code


def test_a_link_dies_with_the_case(case_id: int) -> None:
    code = room_world.opened(case_id)
    CaseRow.objects.filter(pk=case_id).update(state="withdrawn")
    with pytest.raises(RoomNotFound):
        enter(world.viewer("reader"), code)
    assert store.end_dead_rooms() == 1
    assert RoomRow.objects.get(code=code).ended_why == "case"
    assert record_of(world.viewer("reader"), code).code == code


def test_an_expert_who_is_no_longer_active_or_assigned_is_out(case_id: int) -> None:
    code = room_world.opened(case_id)
    CaseRow.objects.filter(pk=case_id).update(
        assignee_id=Member.objects.get(login="second-reader").pk
    )
    with pytest.raises(RoomNotFound):
        enter(world.viewer("reader"), code)


def test_a_draft_or_a_stranger_s_case_has_no_room(db: None) -> None:
    case_world.build()
    draft = case_world.draft(case_world.QUESTION)
    with pytest.raises(store.NoRoomNow):
        store.open_room(world.viewer("requester"), draft)
    with pytest.raises(CaseNotFound):
        store.open_room(world.viewer("stranger"), draft)


def test_a_colleague_reads_the_case_but_opens_no_room(case_id: int) -> None:
    with pytest.raises(store.RoomNotYours):
        store.open_room(world.viewer("technologist"), case_id)


def test_what_is_said_is_on_the_case_with_time_author_and_audit(case_id: int) -> None:
    code = room_world.opened(case_id)
    said = _say("surgeon", code, "请看回盲部。", "client-0001")
    assert said.author == world.viewer("surgeon").user
    row = EventRow.objects.get(pk=said.id)
    assert row.body == {"text": "请看回盲部。"}
    audit = AuditRow.objects.filter(kind="room", target=code).order_by("pk").last()
    assert (audit.actor, audit.detail["what"], audit.detail["event"]) == (
        "surgeon",
        "say",
        str(said.id),
    )
    assert "回盲部" not in str(audit.detail)


def test_what_was_sent_twice_is_there_once(case_id: int) -> None:
    code = room_world.opened(case_id)
    first = _say("surgeon", code, "一次", "client-0001")
    assert _say("surgeon", code, "一次", "client-0001") == first
    other = _say("reader", code, "我的", "client-0001")
    assert other.id != first.id
    assert EventRow.objects.filter(room__code=code, kind="say").count() == 2


def test_one_refusal_among_several_stops_no_other(case_id: int) -> None:
    code = room_world.opened(case_id)
    reader, surgeon = world.viewer("reader"), world.viewer("surgeon")
    kept = log.tell_all(
        [
            log.Said(reader, code, "say", {"text": "甲"}),
            log.Said(surgeon, code, "camera", {"on": True, "source": "capture"}),
            log.Said(surgeon, "NOSUCHROOM", "say", {"text": "乙"}),
            log.Said(surgeon, code, "shout", {"text": "丙"}),
            log.Said(surgeon, code, "say", {"text": "丁"}),
        ]
    )
    codes = [one.error_code if isinstance(one, TongyingError) else one.body["text"] for one in kept]
    assert codes == ["甲", "room.not-your-part", "room.not-found", "room.body", "丁"]


def test_no_camera_and_no_recording_without_consent(case_id: int) -> None:
    code = room_world.opened(case_id, consent=False)
    county = world.viewer("requester")
    on: dict[str, Any] = {"on": True, "source": "capture"}
    record = {"on": True, "recording": "rec-0001"}
    with pytest.raises(log.NoConsent):
        log.tell(county, code, "camera", on)
    store.record_consent(county, code, Consent("王芳", "mother", "spoken", witness="李护士"))
    assert log.tell(county, code, "camera", on).kind is Kind.CAMERA
    with pytest.raises(log.NoConsent, match="recording"):
        log.tell(county, code, "record", record)
    store.record_consent(county, code, room_world.CONSENT)
    log.tell(county, code, "record", record)
    store.withdraw_consent(county, code)
    stands = log.stands_now(RoomRow.objects.get(code=code))
    assert (stands.camera, stands.recording, stands.consent) == ("", "", False)
    with pytest.raises(log.NoConsent):
        log.tell(county, code, "camera", on)


@pytest.mark.parametrize(
    "consent",
    [
        Consent("", "mother", "written"),
        Consent("王芳", "aunt", "written"),
        Consent("王芳", "mother", "nodded"),
        Consent("王芳", "mother", "spoken"),
        Consent("王" * 101, "mother", "written"),
    ],
)
def test_what_is_no_consent_is_refused(case_id: int, consent: Consent) -> None:
    code = room_world.opened(case_id, consent=False)
    with pytest.raises(store.ConsentRefused):
        store.record_consent(world.viewer("requester"), code, consent)


def test_a_distance_has_millimetres_only_on_a_still_with_a_scale(case_id: int) -> None:
    code = room_world.opened(case_id)
    reader = world.viewer("reader")
    room_world.still(code)
    line = {"id": "mark-01", "points": [[0.25, 0.5], [0.25 + 120 / 640, 0.5]]}
    live = log.tell(reader, code, "measure", {**line, "target": "live"})
    assert (live.body["mm"], live.body["why"]) == (None, "live")
    bare = log.tell(reader, code, "measure", {**line, "target": "still:1"})
    assert (bare.body["mm"], bare.body["why"]) == (None, "uncalibrated")
    scale = {"target": "still:1", "points": [[0.9, 0.1], [0.9, 0.1 + 400 / 480]], "mm": 50}
    told = log.tell(reader, code, "calibrate", scale)
    assert told.body["mm_per_pixel"] == pytest.approx(0.125)
    done = log.tell(reader, code, "measure", {**line, "target": "still:1"})
    assert done.body["mm"] == pytest.approx(15.0)
    assert "why" not in done.body


def test_a_scale_is_taken_over_only_from_a_picture_of_the_same_size(case_id: int) -> None:
    code = room_world.opened(case_id)
    reader = world.viewer("reader")
    for number, columns in ((1, 640), (2, 640), (3, 800)):
        room_world.still(code, number, columns=columns)
    with pytest.raises(TongyingError) as none_yet:
        log.tell(reader, code, "calibrate", {"target": "still:2", "same_as": "still:1"})
    assert none_yet.value.error_code == "room.no-scale"
    scale = {"target": "still:1", "points": [[0.9, 0.1], [0.9, 0.9]], "mm": 40}
    log.tell(reader, code, "calibrate", scale)
    same = log.tell(reader, code, "calibrate", {"target": "still:2", "same_as": "still:1"})
    assert same.body["mm_per_pixel"] == pytest.approx(40 / 384)
    with pytest.raises(TongyingError):
        log.tell(reader, code, "calibrate", {"target": "still:3", "same_as": "still:1"})


@pytest.mark.parametrize("target", ["still:1", "clip:1:1", "image:1.2.3.4.5:1"])
def test_nobody_draws_on_a_picture_that_is_not_there(case_id: int, target: str) -> None:
    code = room_world.opened(case_id)
    body = {"id": "mark-01", "target": target, "shape": "point", "points": [[0.5, 0.5]]}
    with pytest.raises(log.PictureUnknown):
        log.tell(world.viewer("reader"), code, "draw", body)


def test_an_image_of_the_case_can_be_pointed_at(case_id: int) -> None:
    code = room_world.opened(case_id)
    body = {"target": f"image:{world.STUDY}.1.1:1"}
    assert log.tell(world.viewer("reader"), code, "look", body).body == body
    with pytest.raises(log.PictureUnknown):
        log.tell(world.viewer("reader"), code, "look", {"target": f"image:{world.STUDY}.1.1:2"})


def test_a_plane_is_shown_only_where_one_was_asked_for(case_id: int) -> None:
    code = room_world.opened(case_id)
    asked = log.tell(world.viewer("surgeon"), code, "plane", {"text": "横切面"})
    county = world.viewer("requester")
    assert log.tell(county, code, "plane-done", {"asked": asked.id}).body == {"asked": asked.id}
    with pytest.raises(TongyingError):
        log.tell(county, code, "plane-done", {"asked": asked.id + 100})


def test_the_log_of_several_rooms_comes_in_its_order(case_id: int) -> None:
    code = room_world.opened(case_id)
    before = tail.last_event()
    _say("reader", code, "甲")
    _say("surgeon", code, "乙")
    found = tail.told_after(before)
    assert [(one.code, one.event.body["text"]) for one in found] == [(code, "甲"), (code, "乙")]


def test_the_end_is_said_and_leaves_the_record(case_id: int) -> None:
    code = room_world.opened(case_id)
    store.end(world.viewer("reader"), code)
    with pytest.raises(RoomNotFound):
        enter(world.viewer("reader"), code)
    room = record_of(world.viewer("technologist"), code)
    assert tail.told_in(room)[-1].event.kind is Kind.ENDED
    with pytest.raises(RoomNotFound):
        record_of(world.viewer("stranger"), code)


def test_a_signed_case_keeps_its_room_until_it_is_acknowledged(case_id: int) -> None:
    code = room_world.opened(case_id, surgeon=False)
    CaseRow.objects.filter(pk=case_id).update(state="signed")
    assert enter(world.viewer("requester"), code)
    cases.act(world.viewer("requester"), case_id, Act(Move.ACKNOWLEDGE))
    with pytest.raises(RoomNotFound):
        enter(world.viewer("requester"), code)
