"""The clinic's words for the platform's own terms: states, moves, roles, urgency, documents."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.case import Confidence, Urgency
from tongying.consult.disagreement import Disagreement
from tongying.consult.eligibility import Obstacle
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.consult.states import OWNER, Move, Owner, State
from tongying.kernel.age import Age
from tongying.web.cases.shown import ShownChild

STATE_WORDS: Final[dict[State, Promise]] = {
    State.DRAFT: _p("state", "Draft"),
    State.SUBMITTED: _p("state", "To assign"),
    State.RETURNED: _p("state", "Sent back"),
    State.ASSIGNED: _p("state", "To accept"),
    State.READING: _p("state", "Being read"),
    State.WAITING: _p("state", "Waiting for data"),
    State.SIGNED: _p("state", "Answered"),
    State.ACKNOWLEDGED: _p("state", "Acknowledged"),
    State.WITHDRAWN: _p("state", "Withdrawn"),
    State.REFUSED: _p("state", "Not taken"),
    State.DISCARDED: _p("state", "Deleted"),
}

STATE_TONES: Final[dict[State, str]] = {
    State.RETURNED: "amber",
    State.WAITING: "amber",
    State.READING: "blue",
    State.SIGNED: "green",
    State.ACKNOWLEDGED: "green",
    State.REFUSED: "red",
}
"""Colour of a state's chip; the word always stands beside it."""

OWNER_WORDS: Final[dict[Owner, Promise]] = {
    Owner.ASKING: _p("owner", "asking hospital"),
    Owner.DESK: _p("owner", "coordinator"),
    Owner.ASSIGNEE: _p("owner", "expert"),
}

MOVE_WORDS: Final[dict[Move, Promise]] = {
    Move.EDIT: _p("move", "Edit"),
    Move.SUBMIT: _p("move", "Send the question"),
    Move.DISCARD: _p("move", "Delete the draft"),
    Move.WITHDRAW: _p("move", "Withdraw"),
    Move.RETURN: _p("move", "Send back"),
    Move.RESUBMIT: _p("move", "Send again"),
    Move.REFUSE: _p("move", "Do not take"),
    Move.COMPLETE: _p("move", "The data are complete"),
    Move.BOOK: _p("move", "Set the time"),
    Move.OFFER: _p("move", "Offer to several"),
    Move.ASSIGN: _p("move", "Assign"),
    Move.CLAIM: _p("move", "Take the case"),
    Move.OPEN: _p("move", "Open the images"),
    Move.ACCEPT: _p("move", "Accept"),
    Move.DECLINE: _p("move", "Give back"),
    Move.ASK_DATA: _p("move", "Ask for more data"),
    Move.SUPPLY: _p("move", "Data are supplied"),
    Move.WRITE: _p("move", "Write"),
    Move.SIGN: _p("move", "Sign"),
    Move.AMEND: _p("move", "Amend"),
    Move.ACKNOWLEDGE: _p("move", "Acknowledge"),
}

MOVE_HELP: Final[dict[Move, Promise]] = {
    Move.WITHDRAW: _("The case is closed without an answer. The answering hospital sees why."),
    Move.RETURN: _("The asking hospital mends the question and sends it again."),
    Move.REFUSE: _("The case is closed without an answer. The asking hospital sees why."),
    Move.COMPLETE: _("Says that nothing is missing before an expert starts."),
    Move.OFFER: _("Whoever takes it first answers; the others no longer see it."),
    Move.CLAIM: _("The case is yours from now on; nobody else can take it."),
    Move.DECLINE: _("The coordinator assigns somebody else and sees why."),
    Move.ASK_DATA: _("The asking hospital sees what is missing and says when it is there."),
    Move.AMEND: _("The signed version stays. A new version with the reason is added."),
    Move.DISCARD: _("The draft disappears from the lists."),
    Move.SUPPLY: _("The expert goes on reading. Upload the missing images first."),
    Move.ACKNOWLEDGE: _("Says that the answer has been read and reached the child's doctor."),
}

EVENT_WORDS: Final[dict[str, Promise]] = {
    Move.SUBMIT: _p("event", "sent the question"),
    Move.DISCARD: _p("event", "deleted the draft"),
    Move.WITHDRAW: _p("event", "withdrew the case"),
    Move.RETURN: _p("event", "sent it back"),
    Move.RESUBMIT: _p("event", "sent it again"),
    Move.REFUSE: _p("event", "did not take the case"),
    Move.COMPLETE: _p("event", "found the data complete"),
    Move.BOOK: _p("event", "set the time of the panel"),
    Move.OFFER: _p("event", "offered it to several experts"),
    Move.ASSIGN: _p("event", "assigned"),
    Move.CLAIM: _p("event", "took the case"),
    Move.OPEN: _p("event", "opened the images"),
    Move.ACCEPT: _p("event", "accepted"),
    Move.DECLINE: _p("event", "gave it back"),
    Move.ASK_DATA: _p("event", "asked for more data"),
    Move.SUPPLY: _p("event", "supplied data"),
    Move.SIGN: _p("event", "signed the opinion"),
    Move.AMEND: _p("event", "signed an amendment"),
    Move.ACKNOWLEDGE: _p("event", "acknowledged the answer"),
}
"""What a line of the timeline says; the drafts of question and opinion leave no line."""

ROLE_WORDS: Final[dict[Role, Promise]] = {
    Role.REQUESTER: _p("role", "Asking doctor"),
    Role.EXPERT: _p("role", "Expert"),
    Role.COORDINATOR: _p("role", "Coordinator"),
    Role.TECHNOLOGIST: _p("role", "Technologist"),
    Role.RESEARCHER: _p("role", "Researcher"),
    Role.TRAINEE: _p("role", "Trainee"),
    Role.ADMIN: _p("role", "Administrator"),
    Role.VENDOR: _p("role", "Vendor"),
}

URGENCY_WORDS: Final[dict[Urgency, Promise]] = {
    Urgency.EMERGENCY: _p("urgency", "Emergency"),
    Urgency.URGENT: _p("urgency", "Urgent"),
    Urgency.ROUTINE: _p("urgency", "Routine"),
    Urgency.BOOKED: _p("urgency", "Booked panel"),
}

URGENCY_TONES: Final[dict[Urgency, str]] = {Urgency.EMERGENCY: "red", Urgency.URGENT: "amber"}

CONFIDENCE_WORDS: Final[dict[Confidence, Promise]] = {
    Confidence.CERTAIN: _p("confidence", "Certain"),
    Confidence.PROBABLE: _p("confidence", "Probable"),
    Confidence.UNSURE: _p("confidence", "Unsure"),
}

SPECIALTY_WORDS: Final[dict[Specialty, Promise]] = {
    Specialty.NEURO: _p("specialty", "Neuro"),
    Specialty.HEAD_NECK: _p("specialty", "Head and neck"),
    Specialty.CHEST: _p("specialty", "Chest"),
    Specialty.HEART: _p("specialty", "Heart"),
    Specialty.ABDOMEN: _p("specialty", "Abdomen"),
    Specialty.UROLOGY: _p("specialty", "Urogenital"),
    Specialty.BONE: _p("specialty", "Bones and joints"),
    Specialty.ONCOLOGY: _p("specialty", "Oncology"),
    Specialty.FETAL: _p("specialty", "Fetal"),
    Specialty.NUCLEAR: _p("specialty", "Nuclear medicine"),
    Specialty.ULTRASOUND: _p("specialty", "Ultrasound"),
    Specialty.SURGERY: _p("specialty", "Surgery"),
    Specialty.PATHOLOGY: _p("specialty", "Pathology"),
    Specialty.PAEDIATRICS: _p("specialty", "Paediatrics"),
}

OBSTACLE_WORDS: Final[dict[Obstacle, Promise]] = {
    Obstacle.LICENCE_EXPIRED: _p("obstacle", "licence expired"),
    Obstacle.LICENCE_UNKNOWN: _p("obstacle", "no licence on record"),
    Obstacle.OWN_HOSPITAL: _p("obstacle", "from the asking hospital"),
    Obstacle.DECLINED: _p("obstacle", "gave it back before"),
    Obstacle.SPECIALTY: _p("obstacle", "another field"),
    Obstacle.MODALITY: _p("obstacle", "does not read these images"),
    Obstacle.AGE: _p("obstacle", "does not take this age"),
    Obstacle.OFF_DUTY: _p("obstacle", "off duty"),
    Obstacle.ON_CALL_ONLY: _p("obstacle", "on call for urgent cases only"),
    Obstacle.LOAD: _p("obstacle", "has as many cases as allowed"),
}

DISAGREEMENT_WORDS: Final[dict[Disagreement, Promise]] = {
    Disagreement.AGREES: _p("disagreement", "Agrees"),
    Disagreement.MINOR: _p("disagreement", "Differs, same treatment"),
    Disagreement.MAJOR: _p("disagreement", "Differs, other treatment"),
    Disagreement.NO_LOCAL_READ: _p("disagreement", "They had no diagnosis"),
}

SEX_WORDS: Final[dict[str, Promise]] = {
    "M": _p("sex", "male"),
    "F": _p("sex", "female"),
    "O": _p("sex", "other"),
    "": _p("sex", "sex unknown"),
}

DOCUMENT_WORDS: Final[dict[str, Promise]] = {
    "pdf-zh": _p("document", "PDF, Chinese"),
    "pdf-en": _p("document", "PDF, English"),
    "dicom-pdf": _p("document", "DICOM, encapsulated PDF"),
    "dicom-sr": _p("document", "DICOM structured report"),
    "dicom-kos": _p("document", "DICOM key images"),
}

FIELD_WORDS: Final[dict[str, Promise]] = {
    "text": _p("field", "Question"),
    "provisional_diagnosis": _p("field", "Provisional diagnosis"),
    "confidence": _p("field", "How sure you are"),
    "urgency": _p("field", "Urgency"),
    "history": _p("field", "History"),
    "weight_kg": _p("field", "Weight"),
    "height_cm": _p("field", "Height"),
    "measured_on": _p("field", "Measured on"),
    "specialty": _p("field", "Field"),
    "gestation_weeks": _p("field", "Gestation at birth, weeks"),
    "gestation_days": _p("field", "Gestation at birth, days"),
    "answer": _p("field", "Answer"),
    "findings": _p("field", "Findings"),
    "advice": _p("field", "Advice"),
}


def in_chinese() -> bool:
    """Say whether the reader reads Chinese now."""
    return (get_language() or "").startswith("zh")


def age_words(age: Age | None) -> str:
    """Return an age as a paediatrician says it in the reader's language.

    A corrected age below zero days is a child who has not reached the day of term.
    """
    if age is None:
        return pgettext("age", "age unknown")
    if age.days < 0:
        return gettext("%(days)d days before term") % {"days": -age.days}
    return age.in_chinese() if in_chinese() else age.in_english()


def corrected_words(child: ShownChild, *, short: bool = False) -> str:
    """Return the corrected age with its word, or nothing where it is not said."""
    if child.corrected_age is None:
        return ""
    if short:
        return pgettext("age", "corr. %(age)s") % {"age": age_words(child.corrected_age)}
    return pgettext("age", "corrected %(age)s") % {"age": age_words(child.corrected_age)}


def sex_short(sex: str | None) -> str:
    """Return a sex for a line of a table: a word in Chinese, a letter in English."""
    word = SEX_WORDS.get(sex or "", SEX_WORDS[""])
    if in_chinese():
        return str(word) if sex else "?"
    return sex or "?"


def owner_words(state: State, assignee: str, *, mine: bool) -> str:
    """Say who has to act next: "me", the expert's name, or a party."""
    owner = OWNER[state]
    if owner is Owner.NOBODY:
        return ""
    if mine:
        return pgettext("owner", "you")
    if owner is Owner.ASSIGNEE and assignee:
        return assignee
    return str(OWNER_WORDS[owner])


def size_words(count: int) -> str:
    """Say a number of bytes in kB or MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB"


def days_since(day: date, today: date) -> str:
    """Say how long ago a day was."""
    days = (today - day).days
    if days == 0:
        return gettext("today")
    if days < 0:
        return day.isoformat()
    return gettext("%(days)d days ago") % {"days": days}
