"""Who stands as they stood is not looked up again; whoever changed in any way is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import archive_world as world
import pytest
import room_world
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongying.consult.room.now import RoomEvent
from tongying.kernel.errors import TongyingError
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Member
from tongying.web.rooms import marks, store
from tongying.web.rooms.log import Said, tell_all
from tongying.web.rooms.marks import Known
from tongying.web.rooms.models import EventRow, RoomRow
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(db: None) -> str:
    return room_world.opened(room_world.build())


def say(login: str, code: str, known: Known | None) -> RoomEvent | TongyingError:
    (kept,) = tell_all([Said(world.viewer(login), code, "say", {"text": "?"})], known)
    return kept


def removed(code: str) -> None:
    store.remove(world.viewer("requester"), code, world.viewer("surgeon").user)


def ended(code: str) -> None:
    store.end(world.viewer("requester"), code)


def expired(code: str) -> None:
    RoomRow.objects.filter(code=code).update(expires_at=clock.now() - timedelta(seconds=1))


def unseated(code: str) -> None:
    SeatRow.objects.filter(member__login="surgeon").update(member=None)


def withdrawn(code: str) -> None:
    CaseRow.objects.filter(rooms__code=code).update(state="withdrawn")


@pytest.mark.parametrize("change", [removed, ended, expired, unseated, withdrawn])
def test_whoever_may_not_be_there_any_more_is_refused_at_once(
    code: str, change: Callable[[str], None]
) -> None:
    known = Known()
    assert isinstance(say("surgeon", code, known), RoomEvent)
    change(code)
    refused = say("surgeon", code, known)
    assert isinstance(refused, TongyingError)
    assert refused.error_code == "room.not-found"


def test_an_account_that_is_shut_is_not_known_any_more(code: str) -> None:
    known, surgeon = Known(), (world.viewer("surgeon"), code)
    say("surgeon", code, known)
    assert known.still([surgeon])
    Member.objects.filter(login="surgeon").update(is_active=False)
    assert known.still([surgeon]) == {}


def test_nobody_is_known_for_ever(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "ANEW_SECONDS", 0.0)
    known, surgeon = Known(), (world.viewer("surgeon"), code)
    say("surgeon", code, known)
    assert known.still([surgeon]) == {}


def test_many_who_are_known_cost_few_queries_and_each_is_in_the_audit(code: str) -> None:
    known, logins = Known(), ("requester", "reader", "surgeon")
    said = [
        Said(world.viewer(login), code, "say", {"text": f"{login} {number}"}, f"{login}-{number}")
        for number in range(20)
        for login in logins
    ]
    tell_all(said[:3], known)
    audited = AuditRow.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        kept = tell_all(said[3:], known)
    reads = [one for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    # One look for what is there already under the same name each, and a handful for all.
    assert len(reads) <= len(kept) + 12
    assert [one.body["text"] for one in kept if isinstance(one, RoomEvent)] == [
        one.body["text"] for one in said[3:]
    ]
    assert AuditRow.objects.count() - audited == len(kept)
    assert tell_all(said, known)[5] == kept[2]
    assert EventRow.objects.filter(room__code=code, kind="say").count() == len(said)


def test_what_is_refused_leaves_no_word_in_the_audit(code: str) -> None:
    known = Known()
    say("requester", code, known)
    audited = AuditRow.objects.count()
    said = [
        Said(world.viewer("requester"), code, "say", {"text": "gut"}),
        Said(world.viewer("requester"), code, "say", {"nothing": 1}),
        Said(world.viewer("stranger"), code, "say", {"text": "?"}),
    ]
    kept = tell_all(said, known)
    assert [isinstance(one, RoomEvent) for one in kept] == [True, False, False]
    assert AuditRow.objects.count() - audited == 1
