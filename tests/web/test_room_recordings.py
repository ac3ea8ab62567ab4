"""Local recordings: any cut gives the same file, who may bring and see them, how long they stay."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import archive_world as world
import pytest
import room_world
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.consult.room.kind import Kind
from tongying.kernel.errors import TongyingError
from tongying.web.cases.models import CaseRow
from tongying.web.rooms import keeping, log, recording_files, recordings, store
from tongying.web.rooms.models import EventRow, RecordingRow
from tongying.web.rooms.store import Consent
from tongying.web.trail.models import AuditRow
from tongying.web.trail.store import check_chain, forget_episodes

pytestmark = pytest.mark.django_db
CODE = "REC-0001"
WEBM = recordings.EBML + bytes(range(256)) * 40
WITHOUT_RECORDING = Consent("王芳", "mother", "written", recording=False)


@pytest.fixture(autouse=True)
def bytes_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests' own transaction never commits.
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_more: act())
    forget_episodes()


@pytest.fixture
def case_id(db: None) -> int:
    return room_world.build()


@pytest.fixture
def room(case_id: int) -> str:
    code = room_world.opened(case_id)
    announce(code)
    return code


def announce(room: str, code: str = CODE) -> None:
    log.tell(world.viewer("requester"), room, "record", {"on": True, "recording": code})


def start(room: str, login: str = "requester", code: str = CODE, **more: Any) -> HttpResponse:
    body = {"code": code, "mime": "video/webm;codecs=vp8,opus", "started_at": "", **more}
    return world.client(login).post(
        f"/rooms/{room}/recordings/", json.dumps(body), content_type="application/json"
    )


def send(
    room: str, offset: int, data: bytes, login: str = "requester", client: Client | None = None
) -> HttpResponse:
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return (client or world.client(login)).patch(
        f"/rooms/{room}/recordings/{CODE}/",
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {digest}"},
    )


def finish(room: str, data: bytes = WEBM, login: str = "requester", **more: Any) -> HttpResponse:
    told = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": 5.25, **more}
    return world.client(login).post(
        f"/rooms/{room}/recordings/{CODE}/whole/", json.dumps(told), content_type="application/json"
    )


def bring(room: str, data: bytes = WEBM) -> RecordingRow:
    assert start(room).status_code == 200
    assert send(room, 0, data).status_code == 200
    assert finish(room, data).status_code == 200
    return RecordingRow.objects.get(room__code=room, code=CODE)


def stands(room: str, login: str = "requester") -> dict[str, Any]:
    answer = world.client(login).get(f"/rooms/{room}/recordings/{CODE}/")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def told(room: str) -> list[str]:
    rows = EventRow.objects.filter(room__code=room, kind=Kind.RECORDING.value).order_by("pk")
    return [row.body["state"] for row in rows]


def test_an_announced_recording_is_never_missing_silently(room: str) -> None:
    row = RecordingRow.objects.get(code=CODE)
    assert (row.state, row.arrived, row.by.login) == ("arriving", 0, "requester")
    with pytest.raises(TongyingError, match="announced before"):
        announce(room)


def test_a_recording_comes_home_and_is_kept_by_policy(room: str) -> None:
    row = bring(room)
    assert (row.state, row.size, row.seconds) == ("whole", len(WEBM), 5.25)
    assert row.sha256 == hashlib.sha256(WEBM).hexdigest()
    assert recording_files.recording_path(room, CODE).read_bytes() == WEBM
    assert row.keep_until is not None and row.whole_at is not None
    assert row.keep_until - row.whole_at == timedelta(days=30)
    assert told(room) == ["whole"]
    assert finish(room).status_code == 200  # the answer was lost on the way, say
    assert told(room) == ["whole"]
    assert check_chain() is None


def test_it_comes_home_after_the_room_has_ended(room: str) -> None:
    start(room)
    send(room, 0, WEBM[:1000])
    store.end(world.viewer("requester"), room)
    assert stands(room)["arrived"] == 1000
    assert send(room, 1000, WEBM[1000:]).status_code == 200
    assert finish(room).json()["state"] == "whole"


def test_one_that_nobody_announced_is_not_taken(case_id: int) -> None:
    room = room_world.opened(case_id)
    assert start(room).status_code == 404
    assert start(room, code="../../etc/passwd").status_code == 404


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("", 401),
        ("reader", 403),
        ("surgeon", 403),
        ("technologist", 404),
        ("desk", 404),
        ("stranger", 404),
        ("vendor", 404),
    ],
)
def test_only_the_county_in_the_room_brings_it(room: str, login: str, status: int) -> None:
    start(room)
    assert start(room, login).status_code == status
    assert send(room, 0, WEBM, login).status_code == status
    assert finish(room, login=login).status_code == status
    answer = world.client(login).get(f"/rooms/{room}/recordings/{CODE}/")
    assert answer.status_code == status
    assert stands(room)["arrived"] == 0


def test_a_colleague_in_the_room_brings_it_too_and_one_taken_out_does_not(room: str) -> None:
    colleague = world.viewer("technologist").user
    store.invite(world.viewer("requester"), room, colleague)
    assert start(room, "technologist").status_code == 200
    store.remove(world.viewer("requester"), room, colleague)
    assert start(room, "technologist").status_code == 404


def test_a_session_write_needs_the_csrf_token(room: str) -> None:
    start(room)
    strict = world.client("requester", csrf=True)
    assert send(room, 0, WEBM, client=strict).status_code == 403


def test_a_piece_that_belongs_elsewhere_learns_the_true_offset(room: str) -> None:
    start(room)
    send(room, 0, WEBM[:100])
    for offset in (0, 50, 101, 10**9):
        answer = send(room, offset, WEBM[100:200])
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "100")
        assert answer.json()["code"] == "recording.offset"
    assert stands(room)["arrived"] == 100


def _raw(room: str, data: bytes, **headers: str) -> HttpResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.client("requester").patch(
        f"/rooms/{room}/recordings/{CODE}/",
        data,
        content_type="application/octet-stream",
        headers=given,
    )


def test_a_piece_that_changed_is_not_kept(room: str) -> None:
    start(room)
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = _raw(room, WEBM, Upload_Offset="0", Upload_Checksum=f"sha256 {other}")
    assert answer.status_code == 400 and answer.json()["code"] == "recording.piece-changed"
    assert stands(room)["arrived"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload_Offset": "0"},
        {"Upload_Offset": "-1", "Upload_Checksum": "sha256 AAAA"},
        {"Upload_Offset": "٣".encode().decode("latin-1"), "Upload_Checksum": "sha256 AAAA"},
        {"Upload_Offset": "0", "Upload_Checksum": "md5 AAAA"},
        {"Upload_Offset": "0", "Upload_Checksum": "sha256 *"},
    ],
)
def test_pieces_that_keep_to_no_protocol(room: str, headers: dict[str, str]) -> None:
    start(room)
    answer = _raw(room, WEBM, **headers)
    assert answer.status_code == 400 and answer.json()["code"].startswith("recording.")


def test_what_is_no_webm_is_not_taken(room: str) -> None:
    assert start(room, mime="text/html").status_code == 400
    start(room)
    assert send(room, 0, b"<script>").status_code == 400
    assert send(room, 0, recordings.EBML[:2]).status_code == 200


@pytest.mark.parametrize(
    "more",
    [
        {"size": 0},
        {"size": -1},
        {"size": 1.5},
        {"size": True},
        {"size": "9"},
        {"size": 10**12},
        {"sha256": "x"},
        {"sha256": 1},
        {"seconds": -1},
        {"seconds": "long"},
        {"seconds": 1e9},
    ],
)
def test_what_no_recording_can_be(room: str, more: dict[str, Any]) -> None:
    start(room)
    send(room, 0, WEBM)
    assert finish(room, **more).status_code == 400
    assert stands(room)["state"] == "arriving"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"code": 1}', b"\xff", b"{" * 5000])
def test_bodies_that_are_none(room: str, body: bytes) -> None:
    answer = world.client("requester").post(
        f"/rooms/{room}/recordings/", body, content_type="application/json"
    )
    assert answer.status_code == 400


def test_a_whole_that_is_not_yet_whole_learns_the_offset(room: str) -> None:
    start(room)
    send(room, 0, WEBM[:100])
    answer = finish(room)
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "100")


def test_other_bytes_than_were_recorded_come_again(room: str) -> None:
    start(room)
    changed = WEBM[:-1] + b"\x00"
    send(room, 0, changed)
    answer = finish(room)
    assert answer.status_code == 409 and answer.json()["code"] == "recording.changed"
    assert stands(room) | {"arrived": 0} == stands(room)
    send(room, 0, WEBM)
    assert finish(room).status_code == 200


def test_what_a_killed_server_left_beyond_the_row_is_cut_off(room: str) -> None:
    start(room)
    send(room, 0, WEBM[:100])
    with recording_files.recording_path(room, CODE).open("ab") as file:
        file.write(b"never acknowledged")
    assert stands(room)["arrived"] == 100
    assert send(room, 100, WEBM[100:]).status_code == 200
    assert finish(room).status_code == 200


def test_two_at_once_are_told_apart(room: str) -> None:
    start(room)
    with recording_files.writing(room, CODE):
        assert send(room, 0, WEBM).status_code == 409
    assert send(room, 0, WEBM).status_code == 200


def test_a_full_disk_keeps_it_on_its_computer(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start(room)
    monkeypatch.setattr(recordings, "SPARE_BYTES", 10**18)
    answer = send(room, 0, WEBM)
    assert (answer.status_code, answer.json()["code"]) == (409, "recording.disk-full")


def test_too_large(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start(room)
    monkeypatch.setattr(recordings, "PIECE_BYTES", 10)
    assert send(room, 0, WEBM).json()["code"] == "recording.too-large"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cuts=st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=4000),
            st.sampled_from(["fine", "lost answer", "sent twice", "changed", "crash", "elsewhere"]),
        ),
        max_size=8,
    )
)
def test_any_cuts_give_the_identical_file(cuts: list[tuple[int, str]]) -> None:
    """The page asks where to go on after each cut, as after a reload; the file is the same."""
    case = CaseRow.objects.first()
    room = room_world.opened(case.pk if case else room_world.build())
    RecordingRow.objects.all().delete()
    announce(room)
    recording_files.drop(room, CODE)
    start(room)
    client = world.client("requester")
    for length, fate in cuts:
        here = stands(room)["arrived"]
        piece = WEBM[here : here + length]
        if not piece:
            break
        if fate == "changed":
            assert (
                _raw(
                    room, piece, Upload_Offset=str(here), Upload_Checksum="sha256 AAAA"
                ).status_code
                == 400
            )
        elif fate == "elsewhere":
            assert send(room, here + 1, piece, client=client).status_code == 409
        else:
            assert send(room, here, piece, client=client).status_code == 200
        if fate == "sent twice":
            assert send(room, here, piece, client=client).status_code == 409
        if fate == "crash" and recording_files.held(room, CODE):
            with recording_files.recording_path(room, CODE).open("ab") as file:
                file.write(b"\x00" * 17)
    rest = stands(room)["arrived"]
    if rest < len(WEBM):
        assert send(room, rest, WEBM[rest:], client=client).status_code == 200
    assert finish(room).json()["state"] == "whole"
    assert recording_files.recording_path(room, CODE).read_bytes() == WEBM


def play(case_id: int, room: str, login: str, **headers: str) -> HttpResponse:
    return world.client(login).get(
        f"/cases/{case_id}/rooms/{room}/recordings/{CODE}/", headers=headers
    )


def test_everybody_on_the_case_plays_it_and_nobody_else(case_id: int, room: str) -> None:
    assert play(case_id, room, "requester").status_code == 404
    bring(room)
    AuditRow.objects.all().delete()
    for login in ("requester", "technologist", "reader", "surgeon", "desk"):
        answer = play(case_id, room, login)
        assert answer.status_code == 200, login
        assert answer.getvalue() == WEBM
        assert answer["Content-Type"] == "video/webm"
    read = AuditRow.objects.filter(action="read", kind="recording")
    assert {row.actor for row in read} == {"requester", "technologist", "reader", "surgeon", "desk"}
    assert {row.target for row in read} == {f"{room}/{CODE}"}
    for login in ("stranger", "vendor", "second-reader", "othercoord"):
        assert play(case_id, room, login).status_code == 404, login
    assert play(case_id + 1, room, "requester").status_code == 404
    assert play(case_id, room, "").status_code == 302


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-", 206, (0, len(WEBM))),
        ("bytes=0-0", 206, (0, 1)),
        ("bytes=100-199", 206, (100, 200)),
        ("bytes=-10", 206, (len(WEBM) - 10, len(WEBM))),
        (f"bytes={len(WEBM) - 1}-999999999", 206, (len(WEBM) - 1, len(WEBM))),
        (f"bytes={len(WEBM)}-", 416, (0, 0)),
        ("bytes=-0", 416, (0, 0)),
        ("bytes=9-3", 200, (0, len(WEBM))),
        ("bytes=0-1,5-6", 200, (0, len(WEBM))),
        ("pages=1-2", 200, (0, len(WEBM))),
    ],
)
def test_a_player_asks_for_a_part(
    case_id: int, room: str, asked: str, status: int, span: tuple[int, int]
) -> None:
    bring(room)
    answer = play(case_id, room, "reader", Range=asked)
    assert answer.status_code == status
    assert answer.getvalue() == WEBM[slice(*span)]
    if status == 206:
        assert answer["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/{len(WEBM)}"
    if status == 416:
        assert answer["Content-Range"] == f"bytes */{len(WEBM)}"


def test_an_open_part_is_bounded(case_id: int, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongying.web.pages import byte_ranges

    monkeypatch.setattr(byte_ranges, "PART_BYTES", 1000)
    bring(room)
    answer = play(case_id, room, "reader", Range="bytes=10-")
    assert answer.getvalue() == WEBM[10:1010]
    other = play(case_id, room, "reader", **{"Range": "bytes=10-", "If-Range": '"older"'})
    assert other.status_code == 200 and other.getvalue() == WEBM


def _look(at: datetime) -> int:
    return keeping.look_after_recordings(at)


def test_what_is_past_its_time_is_removed_with_its_audit(case_id: int, room: str) -> None:
    row = bring(room)
    assert row.keep_until is not None
    assert _look(row.keep_until - timedelta(seconds=1)) == 0
    assert _look(row.keep_until) == 1
    row.refresh_from_db()
    assert (row.state, row.removed_at) == ("removed", row.keep_until)
    assert not recording_files.recording_path(room, CODE).exists()
    assert play(case_id, room, "requester").status_code == 404
    assert told(room) == ["whole", "removed"]
    gone = AuditRow.objects.get(action="delete", kind="recording")
    assert (gone.actor, gone.target, gone.detail["why"]) == ("system", f"{room}/{CODE}", "policy")
    assert stands(room)["state"] == "removed"
    assert _look(row.keep_until + timedelta(days=9)) == 0


@pytest.mark.parametrize("came", [False, True])
def test_what_never_came_is_said_to_be_lost_and_may_still_come(room: str, came: bool) -> None:
    start(room)
    if came:
        send(room, 0, WEBM[:100])
    row = RecordingRow.objects.get(code=CODE)
    last = row.last_at or row.started_at
    assert _look(last + keeping.LOST_AFTER - timedelta(seconds=2)) == 0
    assert _look(last + keeping.LOST_AFTER + timedelta(seconds=2)) == 1
    assert told(room) == ["lost"]
    assert stands(room) | {"state": "lost", "arrived": 0} == stands(room)
    assert send(room, 0, WEBM).json()["code"] == "recording.closed"
    assert start(room).json()["state"] == "arriving"
    assert send(room, 0, WEBM).status_code == 200
    assert finish(room).status_code == 200


def test_one_older_than_the_policy_does_not_come_any_more(room: str) -> None:
    RecordingRow.objects.update(started_at=timezone.now() - timedelta(days=31))
    _look(timezone.now())
    assert start(room).json()["state"] == "lost"


def test_withdrawn_consent_removes_it_at_once(case_id: int, room: str) -> None:
    bring(room)
    announce(room, "REC-0002")
    store.withdraw_consent(world.viewer("requester"), room)
    assert set(RecordingRow.objects.values_list("state", flat=True)) == {"removed"}
    assert not list(recording_files.all_held())
    gone = AuditRow.objects.filter(action="delete", kind="recording")
    assert {(one.actor, one.detail["why"]) for one in gone} == {("requester", "consent")}
    assert play(case_id, room, "requester").status_code == 404
    assert start(room).json()["state"] == "removed"
    assert send(room, len(WEBM), b"more").json()["code"] == "recording.closed"
    assert check_chain() is None


def test_a_consent_that_does_not_cover_it_removes_it_and_one_that_does_keeps_it(room: str) -> None:
    bring(room)
    county = world.viewer("requester")
    store.record_consent(county, room, room_world.CONSENT)
    assert RecordingRow.objects.get().state == "whole"
    store.record_consent(county, room, WITHOUT_RECORDING)
    assert RecordingRow.objects.get().state == "removed"
    store.record_consent(county, room, room_world.CONSENT)
    assert start(room).json()["state"] == "removed"


def test_consent_withdrawn_in_mid_piece(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start(room)
    append = recording_files.append

    def withdrawn(*given: Any) -> None:
        append(*given)
        store.withdraw_consent(world.viewer("requester"), room)

    monkeypatch.setattr(recording_files, "append", withdrawn)
    assert send(room, 0, WEBM).json()["code"] == "recording.closed"
    assert not list(recording_files.all_held())


def test_bytes_that_no_recording_owns_are_cleared(room: str) -> None:
    start(room)
    send(room, 0, WEBM)
    with recording_files.writing(room, "REC-9999") as part:
        part.write(b"x")
    _look(timezone.now())
    assert list(recording_files.all_held()) == [(room, CODE)]


def test_verify_misses_and_doubts_recordings(room: str, tmp_path: Path) -> None:
    from tongying.archive.content_store import FileContentStore
    from tongying.web.records.check import check

    bring(room)
    name, path = f"{room}/{CODE}", recording_files.recording_path(room, CODE)
    objects = FileContentStore(tmp_path)

    def wrong() -> tuple[bool, bool]:
        report = check(objects, read_bytes=True)
        return name in report.missing, name in report.damaged

    assert wrong() == (False, False)
    path.write_bytes(WEBM[:-1] + b"\x01")
    assert wrong() == (False, True)
    path.unlink()
    assert wrong() == (True, False)
