"""The kinds of notices and their sentences: one table. No sentence has room for patient data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.clock import Step
from tongying.consult.specialty import Specialty


class Kind(StrEnum):
    """What a notice is about."""

    RUNG_50 = "rung-50"
    RUNG_75 = "rung-75"
    RUNG_90 = "rung-90"
    RUNG_100 = "rung-100"
    FORECAST = "forecast"
    CASE_NEW = "case-new"
    CASE_ASSIGNED = "case-assigned"
    CASE_OFFERED = "case-offered"
    CASE_TAKEN = "case-taken"
    CASE_DECLINED = "case-declined"
    CASE_RETURNED = "case-returned"
    CASE_REFUSED = "case-refused"
    CASE_WITHDRAWN = "case-withdrawn"
    CASE_BOOKED = "case-booked"
    DATA_ASKED = "data-asked"
    DATA_SUPPLIED = "data-supplied"
    CASE_SIGNED = "case-signed"
    AMENDED = "amended"
    CRITICAL = "critical"
    CRITICAL_UNACKNOWLEDGED = "critical-unacknowledged"
    CRITICAL_ACKNOWLEDGED = "critical-acknowledged"
    PANEL_INVITED = "panel-invited"
    PANEL_ALL_WRITTEN = "panel-all-written"
    PANEL_VERDICT = "panel-verdict"
    PANEL_CONCLUDED = "panel-concluded"
    REFERRAL_SENT = "referral-sent"
    REFERRAL_ACCEPTED = "referral-accepted"
    REFERRAL_DECLINED = "referral-declined"
    REFERRAL_ARRIVED = "referral-arrived"
    REFERRAL_WITHDRAWN = "referral-withdrawn"
    REFERRAL_MISSED = "referral-missed"
    OUTCOME_ARRIVED = "outcome-arrived"
    CHASE = "chase"
    ROOM_INVITED = "room-invited"
    FUSION_READY = "fusion-ready"
    FUSION_FAILED = "fusion-failed"
    AI_ALARM = "ai-alarm"
    TRIAL = "trial"


VALUES: Final = frozenset({"number", "percent", "step", "time", "hospital", "specialty"})
"""The only values a notice may carry: a case number, a percentage, a `Step`, a moment (ISO 8601
with time zone), a hospital's name, a `Specialty`."""

NEEDS: Final[dict[Kind, frozenset[str]]] = {
    Kind.RUNG_50: frozenset({"number", "percent", "step", "time"}),
    Kind.RUNG_75: frozenset({"number", "percent", "step", "time"}),
    Kind.RUNG_90: frozenset({"number", "percent", "step", "time"}),
    Kind.RUNG_100: frozenset({"number", "step", "time"}),
    Kind.FORECAST: frozenset({"number", "step", "time"}),
    Kind.CASE_NEW: frozenset({"number", "hospital"}),
    Kind.CASE_BOOKED: frozenset({"number", "time"}),
    Kind.CRITICAL: frozenset({"number", "time"}),
    Kind.CRITICAL_UNACKNOWLEDGED: frozenset({"number", "percent", "time"}),
    Kind.REFERRAL_SENT: frozenset({"number", "hospital"}),
    Kind.REFERRAL_ACCEPTED: frozenset({"number", "hospital"}),
    Kind.REFERRAL_DECLINED: frozenset({"number", "hospital"}),
    Kind.REFERRAL_ARRIVED: frozenset({"number", "hospital"}),
    Kind.REFERRAL_WITHDRAWN: frozenset({"number", "hospital"}),
    Kind.REFERRAL_MISSED: frozenset({"number", "hospital"}),
    Kind.FUSION_READY: frozenset(),
    Kind.FUSION_FAILED: frozenset(),
    Kind.AI_ALARM: frozenset(),
    Kind.TRIAL: frozenset(),
}
"""The values a kind's sentence names; a kind that is not listed names the case number only."""

TITLES: Final[dict[Kind, Promise]] = {
    Kind.RUNG_50: _p("notice", "Half of the time is used"),
    Kind.RUNG_75: _p("notice", "Time is running out"),
    Kind.RUNG_90: _p("notice", "Almost overdue"),
    Kind.RUNG_100: _p("notice", "Overdue"),
    Kind.FORECAST: _p("notice", "Likely to be late"),
    Kind.CASE_NEW: _p("notice", "New case"),
    Kind.CASE_ASSIGNED: _p("notice", "Case assigned to you"),
    Kind.CASE_OFFERED: _p("notice", "Case offered to you"),
    Kind.CASE_TAKEN: _p("notice", "Case claimed"),
    Kind.CASE_DECLINED: _p("notice", "Case given back"),
    Kind.CASE_RETURNED: _p("notice", "Case sent back"),
    Kind.CASE_REFUSED: _p("notice", "Case not taken"),
    Kind.CASE_WITHDRAWN: _p("notice", "Case withdrawn"),
    Kind.CASE_BOOKED: _p("notice", "Panel booked"),
    Kind.DATA_ASKED: _p("notice", "Data are missing"),
    Kind.DATA_SUPPLIED: _p("notice", "Data are supplied"),
    Kind.CASE_SIGNED: _p("notice", "Answer signed"),
    Kind.AMENDED: _p("notice", "Answer amended"),
    Kind.CRITICAL: _p("notice", "Critical finding"),
    Kind.CRITICAL_UNACKNOWLEDGED: _p("notice", "Critical finding not acknowledged"),
    Kind.CRITICAL_ACKNOWLEDGED: _p("notice", "Critical finding acknowledged"),
    Kind.PANEL_INVITED: _p("notice", "Invitation to a joint panel"),
    Kind.PANEL_ALL_WRITTEN: _p("notice", "All panel opinions are in"),
    Kind.PANEL_VERDICT: _p("notice", "Joint conclusion to answer"),
    Kind.PANEL_CONCLUDED: _p("notice", "Panel concluded"),
    Kind.REFERRAL_SENT: _p("notice", "Referral to your hospital"),
    Kind.REFERRAL_ACCEPTED: _p("notice", "Referral accepted"),
    Kind.REFERRAL_DECLINED: _p("notice", "Referral declined"),
    Kind.REFERRAL_ARRIVED: _p("notice", "Child has arrived"),
    Kind.REFERRAL_WITHDRAWN: _p("notice", "Referral withdrawn"),
    Kind.REFERRAL_MISSED: _p("notice", "Child has not come"),
    Kind.OUTCOME_ARRIVED: _p("notice", "Outcome returned"),
    Kind.CHASE: _p("notice", "Outcome is missing"),
    Kind.ROOM_INVITED: _p("notice", "Live room open"),
    Kind.FUSION_READY: _p("notice", "Fusion ready"),
    Kind.FUSION_FAILED: _p("notice", "Fusion not possible"),
    Kind.AI_ALARM: _p("notice", "A model has changed"),
    Kind.TRIAL: _p("notice", "Test notice"),
}

SENTENCES: Final[dict[Kind, Promise]] = {
    Kind.RUNG_50: _p(
        "notice", "%(number)s: %(percent)s %% of the time for “%(step)s” is used, due %(time)s."
    ),
    Kind.RUNG_75: _p(
        "notice", "%(number)s: %(percent)s %% of the time for “%(step)s” is used, due %(time)s."
    ),
    Kind.RUNG_90: _p(
        "notice", "%(number)s: %(percent)s %% of the time for “%(step)s” is used, due %(time)s."
    ),
    Kind.RUNG_100: _p("notice", "%(number)s: “%(step)s” was due %(time)s."),
    Kind.FORECAST: _p("notice", "%(number)s: “%(step)s”, due %(time)s, will probably be late."),
    Kind.CASE_NEW: _p("notice", "%(number)s from %(hospital)s waits to be assigned."),
    Kind.CASE_ASSIGNED: _p("notice", "%(number)s waits for you to accept it."),
    Kind.CASE_OFFERED: _p("notice", "%(number)s is offered; whoever claims it first answers."),
    Kind.CASE_TAKEN: _p("notice", "%(number)s has been claimed by an expert."),
    Kind.CASE_DECLINED: _p("notice", "%(number)s was given back and must be assigned anew."),
    Kind.CASE_RETURNED: _p("notice", "%(number)s was sent back; mend it and send it again."),
    Kind.CASE_REFUSED: _p("notice", "%(number)s was not taken; the reason stands in the case."),
    Kind.CASE_WITHDRAWN: _p("notice", "%(number)s was withdrawn by the asking hospital."),
    Kind.CASE_BOOKED: _p("notice", "%(number)s: the panel meets %(time)s."),
    Kind.DATA_ASKED: _p("notice", "%(number)s waits for data from your hospital."),
    Kind.DATA_SUPPLIED: _p("notice", "%(number)s: the missing data are there; go on reading."),
    Kind.CASE_SIGNED: _p("notice", "%(number)s is answered; please acknowledge."),
    Kind.AMENDED: _p("notice", "%(number)s has an amended answer; please acknowledge."),
    Kind.CRITICAL: _p(
        "notice", "%(number)s: critical finding; acknowledge by %(time)s with a read-back."
    ),
    Kind.CRITICAL_UNACKNOWLEDGED: _p(
        "notice",
        "%(number)s: %(percent)s %% of the time to acknowledge the critical finding is used,"
        " due %(time)s.",
    ),
    Kind.CRITICAL_ACKNOWLEDGED: _p(
        "notice", "%(number)s: the critical finding was acknowledged and read back."
    ),
    Kind.PANEL_INVITED: _p("notice", "%(number)s: your opinion is asked for in a joint panel."),
    Kind.PANEL_ALL_WRITTEN: _p("notice", "%(number)s: every invited specialty has written."),
    Kind.PANEL_VERDICT: _p("notice", "%(number)s: say whether you agree with the conclusion."),
    Kind.PANEL_CONCLUDED: _p("notice", "%(number)s: the joint conclusion is signed."),
    Kind.REFERRAL_SENT: _p("notice", "%(number)s: %(hospital)s refers a child; please answer."),
    Kind.REFERRAL_ACCEPTED: _p("notice", "%(number)s: %(hospital)s takes the child."),
    Kind.REFERRAL_DECLINED: _p("notice", "%(number)s: %(hospital)s cannot take the child."),
    Kind.REFERRAL_ARRIVED: _p("notice", "%(number)s: the child has arrived at %(hospital)s."),
    Kind.REFERRAL_WITHDRAWN: _p("notice", "%(number)s: %(hospital)s has withdrawn the referral."),
    Kind.REFERRAL_MISSED: _p("notice", "%(number)s: the child has not come to %(hospital)s."),
    Kind.OUTCOME_ARRIVED: _p("notice", "%(number)s: an outcome has been returned."),
    Kind.CHASE: _p("notice", "%(number)s: no outcome has been returned for 30 days."),
    Kind.ROOM_INVITED: _p("notice", "%(number)s: a live joint examination waits for you."),
    Kind.FUSION_READY: _p(
        "notice", "The two series you asked for are brought together; look how well they fit."
    ),
    Kind.FUSION_FAILED: _p(
        "notice", "The two series you asked for could not be brought together; the page says why."
    ),
    Kind.AI_ALARM: _p(
        "notice", "A monitor of a model you approved gave an alarm; its page says which."
    ),
    Kind.TRIAL: _p("notice", "This is how a notice of the platform looks."),
}

STEP_WORDS: Final[dict[Step, Promise]] = {
    Step.SUBMITTED: _p("step", "sent"),
    Step.COMPLETE: _p("step", "check completeness"),
    Step.ASSIGNED: _p("step", "assign"),
    Step.ACCEPTED: _p("step", "accept"),
    Step.OPENED: _p("step", "open the images"),
    Step.SIGNED: _p("step", "sign the opinion"),
    Step.ACKNOWLEDGED: _p("step", "acknowledge the answer"),
    Step.SUPPLIED: _p("step", "supply data"),
}
"""A step as something that somebody has to do."""


def check_values(kind: str, values: Mapping[str, str]) -> Kind:
    """Return the kind, sure that the values are the ones its sentence names and nothing else.

    Raises
    ------
    ValueError
        If there is no such kind, a value is missing, or one is not of those a notice may carry. It
        is a programmer's mistake: no person can cause it.
    """
    known = Kind(kind)
    if strange := set(values) - VALUES:
        raise ValueError(f"a notice may not carry {sorted(strange)}")
    if missing := NEEDS.get(known, frozenset({"number"})) - set(values):
        raise ValueError(f"a notice of kind {kind} needs {sorted(missing)}")
    if "step" in values:
        Step(values["step"])
    if "specialty" in values:
        Specialty(values["specialty"])
    if "time" in values and datetime.fromisoformat(values["time"]).tzinfo is None:
        raise ValueError("a notice's time needs a time zone")
    if "percent" in values:
        int(values["percent"])
    return known


def title_of(kind: str) -> str:
    """Return the heading of a notice in the language that is active."""
    return str(TITLES[Kind(kind)])


def sentence_of(kind: str, values: Mapping[str, str]) -> str:
    """Return the sentence of a notice in the language that is active."""
    said = dict.fromkeys(VALUES, _("unknown")) | dict(values)
    if "step" in values:
        said["step"] = str(STEP_WORDS[Step(values["step"])])
    if "time" in values:
        at = timezone.localtime(datetime.fromisoformat(values["time"]))
        said["time"] = at.strftime("%Y-%m-%d %H:%M")
    return str(SENTENCES[Kind(kind)]) % said
