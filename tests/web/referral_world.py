"""A signed case and a city hospital that can take its child, on the people of `case_world`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import archive_world as world
import case_world

from tongying.consult.case import Urgency
from tongying.consult.desk import Act
from tongying.consult.outcome import Outcome, OutcomeKind
from tongying.consult.people import Role
from tongying.consult.referral import ReferralMove
from tongying.consult.referral_moves import Appointment, ReferralAct
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Order, Transport
from tongying.consult.states import Move
from tongying.kernel.ids import HospitalCode
from tongying.web import now as clock
from tongying.web.cases import store as cases
from tongying.web.people.store import add_hospital
from tongying.web.referrals import store
from tongying.web.referrals.models import ReferralRow

CITY = HospitalCode("CITY")
ORDER = Order(
    receiving=CITY,
    reason="右颈部肿物压迫气道，需手术",
    urgency=Urgency.URGENT,
    needs=Needs.THEATRE,
    transport=Transport.ESCORTED,
    airway_risk=AirwayRisk.PRESENT,
    risk_note="平卧时喘鸣",
    attachments=frozenset(Attachment),
)


def build() -> int:
    """Make everybody and a signed case; return its number."""
    case_world.build()
    add_hospital(CITY, "市儿童医院", actor="system")
    world.add("city-desk", Role.COORDINATOR, CITY)
    world.add("city-doctor", Role.EXPERT, CITY)
    world.add("city-other", Role.EXPERT, CITY)
    return case_world.signed()


def another_signed() -> int:
    """Sign a case that the desk gives to the same expert, whoever has been proposed."""
    case_id = case_world.submitted()
    reader = world.viewer("reader")
    give = Act(Move.ASSIGN, assignee=reader.user, reason="熟悉此类疾病")
    cases.act(world.viewer("desk"), case_id, give)
    cases.act(reader, case_id, Act(Move.ACCEPT))
    cases.act(reader, case_id, Act(Move.SIGN, opinion=case_world.OPINION))
    return case_id


def sent(case_id: int, **changes: object) -> int:
    return store.send(world.viewer("requester"), case_id, replace(ORDER, **changes))


def accepted(case_id: int) -> int:
    number = sent(case_id)
    accept(number)
    return number


def accept(number: int, *, move: ReferralMove = ReferralMove.ACCEPT, days: int = 1) -> None:
    at = clock.now() + timedelta(days=days)
    doctor = world.viewer("city-doctor").user
    act = ReferralAct(move, appointment=Appointment(at, "住院楼 6 层小儿外科", doctor))
    store.act(world.viewer("city-desk"), number, act)


def do(login: str, number: int, move: ReferralMove, reason: str = "") -> None:
    store.act(world.viewer(login), number, ReferralAct(move, reason))


def arrived(case_id: int) -> int:
    number = accepted(case_id)
    do("city-desk", number, ReferralMove.ARRIVE)
    return number


def record(
    number: int, kind: OutcomeKind, text: str = "完整切除", login: str = "city-doctor"
) -> int:
    from django.utils import timezone

    today = timezone.localdate(clock.now())
    return store.record(world.viewer(login), number, Outcome(kind, today, text))


def row(number: int) -> ReferralRow:
    return ReferralRow.objects.get(pk=number)


def stop_clock(monkeypatch: object, at: datetime) -> None:
    """Let the platform's clock show a moment."""
    monkeypatch.setattr(clock, "now", lambda: at)  # type: ignore[attr-defined]
