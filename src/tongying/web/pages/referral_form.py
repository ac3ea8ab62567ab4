"""Between what is typed into the referral's forms and the values of the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from django.http import QueryDict
from django.utils import timezone

from tongying.consult.case import Urgency
from tongying.consult.outcome import Agreement, Comparison, Outcome, OutcomeKind
from tongying.consult.referral import REFERRAL_ANSWER_WITHIN, REFERRAL_URGENCIES
from tongying.consult.referral_moves import Appointment
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Order, Transport
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.cases.shown import CaseView
from tongying.web.pages import referral_words as words
from tongying.web.pages.words import URGENCY_WORDS

LONGEST_REASON: Final = 600
"""Signs of the opinion that are taken over as the reason; the rest is in the opinion."""

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a form, with a help word."""

    value: str
    label: Any
    help: Any = ""


RECORDED: Final = tuple(kind for kind in OutcomeKind if kind is not OutcomeKind.ARRIVAL)
"""What can be recorded by hand; the arrival comes with checking in."""


def order_of(posted: QueryDict) -> Order:
    """Return the referral that was typed; what was not chosen is None."""
    chosen = set(posted.getlist("attachments"))
    return Order(
        receiving=HospitalCode(posted["receiving"]) if posted.get("receiving") else None,
        reason=posted.get("reason", "").strip(),
        urgency=_one(Urgency, posted.get("urgency")),
        needs=_one(Needs, posted.get("needs")),
        transport=_one(Transport, posted.get("transport")),
        airway_risk=_one(AirwayRisk, posted.get("airway_risk")),
        risk_note=posted.get("risk_note", "").strip(),
        attachments=frozenset(one for one in Attachment if one.value in chosen),
    )


def order_from(view: CaseView) -> Order:
    """Return a referral as far as case and opinion say it; the risk is never taken over."""
    newest = view.opinions[0].opinion
    parts = [one.strip() for one in (newest.answer, newest.advice) if one.strip()]
    urgency = view.case.question.urgency
    answering = view.case.answering
    return Order(
        receiving=answering if answering != view.case.asking else None,
        reason="\n".join(parts)[:LONGEST_REASON],
        urgency=urgency if urgency in REFERRAL_URGENCIES else None,
        attachments=frozenset(Attachment),
    )


def order_options() -> dict[str, list[Option]]:
    """Return the choices of the form."""
    return {
        "urgencies": [
            Option(
                one.value,
                URGENCY_WORDS[one],
                {
                    "comes": words.COMES_WORDS[one],
                    "minutes": int(REFERRAL_ANSWER_WITHIN[one].total_seconds() // 60),
                },
            )
            for one in REFERRAL_URGENCIES
        ],
        "needs": [Option(one.value, words.NEEDS_WORDS[one]) for one in Needs],
        "transports": [Option(one.value, words.TRANSPORT_WORDS[one]) for one in Transport],
        "risks": [Option(one.value, words.RISK_WORDS[one]) for one in AirwayRisk],
        "attachments": [Option(one.value, words.ATTACHMENT_WORDS[one]) for one in Attachment],
    }


def appointment_of(posted: Mapping[str, str]) -> Appointment:
    """Return the appointment that was typed, in the installation's time zone."""
    doctor = posted.get("doctor", "")
    return Appointment(
        at=_moment(posted.get("at", "")),
        place=posted.get("place", "").strip(),
        doctor=UserId(int(doctor)) if doctor.isdecimal() and len(doctor) < 10 else None,
    )


def outcome_of(posted: Mapping[str, str]) -> Outcome:
    """Return the piece of the outcome that was typed."""
    return Outcome(
        _one(OutcomeKind, posted.get("kind")),
        _day(posted.get("happened_on", "")),
        posted.get("text", "").strip(),
    )


def comparison_of(posted: Mapping[str, str]) -> Comparison:
    """Return the comparison that was typed."""
    changed = {"yes": True, "no": False}.get(posted.get("management_changed", ""))
    return Comparison(
        _one(Agreement, posted.get("agreement")), changed, posted.get("note", "").strip()
    )


def _one(kind: type[Word], value: str | None) -> Word | None:
    try:
        return kind(value or "unchosen")
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
