"""The clinic's words for referrals and outcomes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.case import Urgency
from tongying.consult.outcome import Agreement, OutcomeKind, Truth
from tongying.consult.referral import ReferralMove, ReferralState, Side
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Transport
from tongying.web.pages.due import TimeLeft, span_left
from tongying.web.referrals.comparing import COMPARE, TEACHING
from tongying.web.referrals.push import IMAGES_FAILED, IMAGES_SENT
from tongying.web.referrals.reading import CHASED, INCOMING, OUTGOING
from tongying.web.referrals.store import IMAGES_ASKED, SEEN

REFERRAL_STATE_WORDS: Final[dict[ReferralState, Promise]] = {
    ReferralState.SENT: _p("referral", "Waiting for an answer"),
    ReferralState.ACCEPTED: _p("referral", "Accepted"),
    ReferralState.DECLINED: _p("referral", "Declined"),
    ReferralState.WITHDRAWN: _p("referral", "Withdrawn"),
    ReferralState.ARRIVED: _p("referral", "Child has arrived"),
    ReferralState.NOT_ARRIVED: _p("referral", "Child has not come"),
    ReferralState.CLOSED: _p("referral", "Closed"),
}
REFERRAL_STATE_TONES: Final[dict[ReferralState, str]] = {
    ReferralState.SENT: "amber",
    ReferralState.ACCEPTED: "blue",
    ReferralState.DECLINED: "red",
    ReferralState.ARRIVED: "green",
    ReferralState.NOT_ARRIVED: "red",
}
"""Colour of a state's chip; the word always stands in it."""

REFERRAL_MOVE_WORDS: Final[dict[ReferralMove, Promise]] = {
    ReferralMove.SEND: _p("referral move", "Send the referral"),
    ReferralMove.ACCEPT: _p("referral move", "Accept the child"),
    ReferralMove.DECLINE: _p("referral move", "Decline"),
    ReferralMove.WITHDRAW: _p("referral move", "Withdraw the referral"),
    ReferralMove.REBOOK: _p("referral move", "Change the appointment"),
    ReferralMove.ARRIVE: _p("referral move", "Check the child in"),
    ReferralMove.NOT_ARRIVED: _p("referral move", "Child has not come"),
    ReferralMove.OUTCOME: _p("referral move", "Record an outcome"),
    ReferralMove.CLOSE: _p("referral move", "Close the referral"),
}

REFERRAL_EVENT_WORDS: Final[dict[str, Promise]] = {
    ReferralMove.SEND.value: _p("referral event", "referred the child"),
    ReferralMove.ACCEPT.value: _p("referral event", "accepted"),
    ReferralMove.DECLINE.value: _p("referral event", "declined"),
    ReferralMove.WITHDRAW.value: _p("referral event", "withdrew the referral"),
    ReferralMove.REBOOK.value: _p("referral event", "changed the appointment"),
    ReferralMove.ARRIVE.value: _p("referral event", "checked the child in"),
    ReferralMove.NOT_ARRIVED.value: _p("referral event", "says the child has not come"),
    ReferralMove.OUTCOME.value: _p("referral event", "recorded"),
    ReferralMove.CLOSE.value: _p("referral event", "closed the referral"),
    SEEN: _p("referral event", "read what came home"),
    COMPARE: _p("referral event", "compared opinion and outcome"),
    TEACHING: _p("referral event", "offered it as a teaching case"),
    IMAGES_ASKED: _p("referral event", "had the images sent again"),
    IMAGES_SENT: _p("referral event", "sent the images"),
    IMAGES_FAILED: _p("referral event", "could not send the images"),
}

SIDE_WORDS: Final[dict[Side, Promise]] = {
    Side.REFERRING: _p("referral side", "referring hospital"),
    Side.RECEIVING: _p("referral side", "receiving hospital"),
}
NEEDS_WORDS: Final[dict[Needs, Promise]] = {
    Needs.BED: _p("needs", "A bed"),
    Needs.THEATRE: _p("needs", "An operation"),
    Needs.CLINIC: _p("needs", "Outpatient clinic"),
}
TRANSPORT_WORDS: Final[dict[Transport, Promise]] = {
    Transport.OWN_CAR: _p("transport", "By themselves"),
    Transport.AMBULANCE: _p("transport", "Ambulance"),
    Transport.ESCORTED: _p("transport", "Ambulance with escort"),
}
RISK_WORDS: Final[dict[AirwayRisk, Promise]] = {
    AirwayRisk.NONE: _p("airway", "None"),
    AirwayRisk.PRESENT: _p("airway", "Present"),
    AirwayRisk.UNSAID: _p("airway", "Not assessed"),
}
ATTACHMENT_WORDS: Final[dict[Attachment, Promise]] = {
    Attachment.OPINION: _p("attachment", "Opinion (PDF)"),
    Attachment.IMAGES: _p("attachment", "All images"),
    Attachment.KEY_IMAGES: _p("attachment", "Key images"),
}
COMES_WORDS: Final[dict[Urgency, Promise]] = {
    Urgency.EMERGENCY: _p("referral urgency", "At once"),
    Urgency.URGENT: _p("referral urgency", "Today"),
    Urgency.ROUTINE: _p("referral urgency", "In the next days"),
}
"""How soon the child has to come, beside the urgency's own word."""

OUTCOME_WORDS: Final[dict[OutcomeKind, Promise]] = {
    OutcomeKind.ARRIVAL: _p("outcome", "Arrival"),
    OutcomeKind.PROCEDURE: _p("outcome", "Operation or procedure"),
    OutcomeKind.PATHOLOGY: _p("outcome", "Pathology"),
    OutcomeKind.GENETICS: _p("outcome", "Genetics"),
    OutcomeKind.DISCHARGE: _p("outcome", "Discharge"),
    OutcomeKind.FOLLOW_UP: _p("outcome", "Follow-up"),
    OutcomeKind.NONE: _p("outcome", "Cannot be learnt"),
}
TRUTH_WORDS: Final[dict[Truth, Promise]] = {
    Truth.PATHOLOGY: _p("truth", "pathology"),
    Truth.GENETICS: _p("truth", "genetics"),
    Truth.SURGERY: _p("truth", "operation findings"),
    Truth.FOLLOW_UP: _p("truth", "clinical follow-up"),
    Truth.NONE: _p("truth", "no evidence"),
}
AGREEMENT_WORDS: Final[dict[Agreement, Promise]] = {
    Agreement.AGREES: _p("agreement", "Agrees"),
    Agreement.MINOR: _p("agreement", "Minor discrepancy"),
    Agreement.MAJOR: _p("agreement", "Major discrepancy"),
    Agreement.CANNOT_COMPARE: _p("agreement", "Cannot be compared"),
}
AGREEMENT_TONES: Final[dict[Agreement, str]] = {
    Agreement.AGREES: "green",
    Agreement.MINOR: "amber",
    Agreement.MAJOR: "red",
}
LIST_WORDS: Final[dict[str, Promise]] = {
    INCOMING: _p("referral list", "Incoming"),
    OUTGOING: _p("referral list", "Outgoing"),
    CHASED: _p("referral list", "Outcome missing"),
}

PARENTS_STATE_WORDS: Final[dict[ReferralState, Promise]] = {
    ReferralState.SENT: _p("parents", "The hospital has not answered yet. Please look again soon."),
    ReferralState.ACCEPTED: _p("parents", "The hospital expects you."),
    ReferralState.DECLINED: _p(
        "parents", "This hospital has no room now. Your doctor is looking for another one."
    ),
    ReferralState.WITHDRAWN: _p(
        "parents", "This appointment is cancelled. Please ask the doctor who gave you the paper."
    ),
    ReferralState.ARRIVED: _p("parents", "You have checked in."),
    ReferralState.NOT_ARRIVED: _p(
        "parents", "The hospital has been waiting for you. Please call your doctor."
    ),
    ReferralState.CLOSED: _p("parents", "This referral is finished."),
}
"""What the page behind the parents' code says."""

SENTENCES: Final = frozenset(
    {
        fixed("There is no such referral."),
        fixed("A child is referred from a signed opinion, by the asking doctor or who signed."),
        fixed("Record first how it ended: discharge, follow-up or none."),
        fixed("Choose the hospital that is to take the child."),
        fixed("The child is at this hospital already; choose another."),
        fixed("Say why the child is referred."),
        fixed("Say how soon the child has to come."),
        fixed("Say what the child needs there."),
        fixed("Say how the child travels."),
        fixed("Say whether there is an airway or sedation risk."),
        fixed("Say in a few words what the risk is."),
        fixed("Choose what travels along."),
        fixed("Give day and time of the appointment."),
        fixed("The appointment lies in the past."),
        fixed("The appointment lies more than half a year ahead."),
        fixed("Say where the child is to come."),
        fixed("Name the doctor who receives the child."),
        fixed("The doctor named must be an active expert of this hospital."),
        fixed("Choose what is recorded."),
        fixed("The arrival is recorded by checking the child in."),
        fixed("Give the day."),
        fixed("The day lies in the future."),
        fixed("The day lies before the referral."),
        fixed("Write the result in a few words."),
        fixed("Say whether opinion and outcome agree."),
        fixed("Nothing recorded so far can prove the opinion right or wrong."),
        fixed("Say in a few words what differs."),
        fixed("No outcome has come home yet."),
        fixed("Somebody changed this referral meanwhile; look again first."),
        fixed("This child is being referred already; withdraw that first."),
        fixed("There is no DICOM node to which the images could be sent."),
        fixed("Only a requester of the asking hospital reads for it."),
        fixed("Only the two hospitals of a referral send its images."),
        fixed("The expert who signed or the desk compares."),
        fixed("The opinion has not been compared with the outcome yet."),
        fixed("The quality page is for coordinators."),
        fixed("The DICOM node does not answer."),
        fixed("The DICOM node did not take all objects."),
    }
)
"""Sentences of the cores and stores that are message ids as they stand."""


def left_words(due_at: datetime | None, now: datetime) -> TimeLeft | None:
    """Say how much time the owner of a referral has left, or nothing where it has ended."""
    return None if due_at is None else span_left(due_at, now)
