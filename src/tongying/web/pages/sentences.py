"""Sentences of the cores in the reader's language: refusals and caveats.

The cores speak English sentences; a sentence without names or numbers is a message id of its own.
One with a name or number in it is told by its code, or by a pattern that keeps the number.
"""

from __future__ import annotations

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed

from tongying.consult.alliance_faults import AllianceRefused
from tongying.kernel.errors import TongyingError
from tongying.web.pages.ai_sentences import told as told_of_ai
from tongying.web.pages.alliance_words import told_fault
from tongying.web.pages.measure_sentences import told as told_of_measuring
from tongying.web.pages.norm_sentences import told as told_of_norms
from tongying.web.pages.pathway_sentences import told as told_of_pathways
from tongying.web.pages.room_sentences import told as told_of_rooms
from tongying.web.pages.volume_sentences import told as told_of_volumes

BY_CODE: Final[dict[str, Promise]] = {
    "case.out-of-place": _("This cannot be done in the state the case is in now. Look again."),
    "case.not-yours": _("This is not yours to do on this case."),
    "referral.out-of-place": _("This cannot be done in the state the referral is in. Look again."),
    "referral.not-yours": _("This is not yours to do on this referral."),
    "child.not-found": _("There is no such child."),
    "hospital.unknown": _("There is no hospital with this code."),
    "member.unknown": _("There is no such member."),
    "document.not-stored": _("The archive refused a document of the opinion."),
    "panel.not-ready": _("The joint panel is not finished; the panel says what is missing."),
}
"""Refusals whose sentence carries a name or number; by their code."""

FIXED: Final = frozenset(
    {
        # alerts
        fixed("There is no such alert."),
        fixed("This alert was told to others; they or the desk acknowledge it."),
        # the question and the moves
        fixed("Write the question the expert is to answer."),
        fixed("Say how urgent it is."),
        fixed("Say how sure you are of the provisional diagnosis."),
        fixed("The weight must lie between 0.3 and 250 kg."),
        fixed("The height must lie between 20 and 230 cm."),
        fixed("Say on which day weight and height were taken."),
        fixed("The gestation must lie between 22 and 44 weeks."),
        fixed("Days of gestation go with weeks and lie between 0 and 6."),
        fixed("There is no such case."),
        fixed("Give a reason in a few words."),
        fixed("Choose the expert who is to answer."),
        fixed("Answer the question before you sign."),
        # the joint panel
        fixed("This is not yours to do on this panel."),
        fixed("This cannot be done as the panel stands now; look again."),
        fixed("There is no such seat on this panel."),
        fixed("Choose a specialty and a person to invite."),
        fixed("This specialty has a seat on the panel already."),
        fixed("This person has a seat on the panel already."),
        fixed("Whoever leads the panel takes a seat before the first opinion is signed."),
        fixed("Write the joint conclusion first."),
        fixed("Write your opinion before you sign."),
        fixed("This seat has already answered to the conclusion."),
        fixed("The conclusion has been changed meanwhile; read it again."),
        fixed("Say in words what you do not agree with."),
        fixed("The panel is closed by signing the opinion of the case."),
        fixed("This case has no joint panel."),
        fixed("Somebody changed this panel meanwhile; look again first."),
        fixed("The answer must be the joint conclusion; change it there."),
        fixed("A seat of the joint panel is not complete."),
        fixed("A joint panel needs a conclusion and a signed opinion."),
        fixed("The answer of a joint panel must be its conclusion."),
        fixed("A seat is for an active expert with a valid licence, not of the asking hospital."),
        fixed("Say why you choose another expert than proposed."),
        fixed("Choose the experts to whom the case is offered."),
        fixed("Give a time for the panel that is still to come."),
        fixed("The licence of the chosen expert has expired."),
        fixed("The chosen expert has no licence on record."),
        fixed("The chosen expert belongs to the hospital that asks."),
        fixed("The study has no images yet."),
        fixed("The images do not say when the child was born."),
        fixed("The images do not say the child's sex."),
        fixed("A line of history helps the expert."),
        fixed("The field is not chosen; the desk will choose it."),
        fixed("The weight is not given."),
        fixed("No key image is marked."),
        fixed("A case is offered to active experts of this hospital only."),
        fixed("Somebody changed this case meanwhile; look again first."),
        fixed("Only a requester may ask, about a study of their own hospital."),
        fixed("No hospital of this alliance takes questions yet."),
        fixed("The one who answers must be an active expert of this hospital."),
        fixed("This image is not in the studies of the case."),
        fixed("There is no such key image."),
        fixed("There is no such document."),
        fixed("The document is still being made; try again in a moment."),
        fixed("There is no such version."),
        fixed("The new version does not follow the old one."),
        fixed("A text holds half a character and cannot be kept."),
        fixed("The signed content is of a form this version cannot read."),
        fixed("The signed content does not read back as it was written."),
        fixed("The archive has lost the bytes of this object."),
        fixed("There is no such study."),
        fixed("There is no such series."),
        fixed("There is no such instance."),
        fixed("There is no study to open in the viewer."),
        fixed("The date lies before the date of birth, so the age is not known."),
        fixed("A gestation at birth must lie between 22 and 44 weeks."),
        # rosters, hours, pace
        fixed("The minutes from acceptance to signature must be more than 0."),
        fixed("Two shifts of one person overlap."),
        fixed("Service hours must be a list of seven days."),
        fixed("A span of service hours has a beginning and an end."),
        fixed("Service hours are written as 08:00."),
        fixed("Service hours need an entry for each of the seven days."),
        fixed("Service hours must be open at some time of the week."),
        fixed("Each day of the service hours must be a list of spans."),
        fixed("Service hours of a day must be in order and must not overlap."),
        # the board
        fixed("The board is for coordinators, administrators and researchers."),
        fixed("The period must not end before it begins."),
        fixed("The period must not be longer than 400 days."),
        fixed("Write the days of the period as 2026-03-01."),
        # doubts about images
        fixed("The file lacks the DICOM preamble; it was read anyway."),
        fixed("The file does not say its transfer syntax; it was recognised from the data."),
        fixed("The file is not encoded as its transfer syntax says; it was read as it is."),
        fixed("The file does not say correctly how its text is encoded; the encoding was guessed."),
        fixed(
            "The character set is named by a term that DICOM does not define; it was read as"
            " GB18030."
        ),
        fixed("A text was cut in the middle of a character; the broken end was left out."),
        fixed("A text could not be decoded and may be unreadable."),
        fixed(
            "The object has pixel data, but not the rows and columns that say how they are"
            " arranged."
        ),
        fixed("The number of frames is missing or wrong; it was counted from the pixel data."),
        fixed("The pixel data are longer than the header says; the rest is unused."),
        fixed("The end of the pixel data is not marked; every frame seems to be there."),
        fixed("The table of frame offsets in the file is wrong; the frames were found without it."),
        fixed("The patient's age is not written as an age; it counts as unknown."),
        fixed("The patient's sex is not one of M, F and O; it counts as unknown."),
    }
)
"""Sentences that are message ids as they stand."""

_PATTERNS: Final = (
    (
        re.compile(r"The (?P<what>.+) is not a date; it counts as unknown\."),
        fixed("The %(what)s is not a date; it counts as unknown."),
    ),
    (
        re.compile(r"The (?P<what>.+) is not a time; it counts as unknown\."),
        fixed("The %(what)s is not a time; it counts as unknown."),
    ),
    (
        re.compile(r"The (?P<what>.+) is not a (?:whole|positive) number; it counts as unknown\."),
        fixed("The %(what)s is not a usable number; it counts as unknown."),
    ),
    (
        re.compile(r"The image has no frame (?P<what>\d+)\."),
        fixed("The image has no frame %(what)s."),
    ),
    (
        re.compile(r"(?P<what>\d+) of the key images could not be rendered and are left out\."),
        fixed("%(what)s of the key images could not be rendered and are left out."),
    ),
    (
        re.compile(r"There is no agreement between (?P<one>\S+) and (?P<other>\S+) on record\."),
        fixed("There is no agreement between %(one)s and %(other)s on record."),
    ),
    (
        re.compile(
            r"The agreement between (?P<one>\S+) and (?P<other>\S+) expired on (?P<day>[\d-]+)\."
        ),
        fixed("The agreement between %(one)s and %(other)s expired on %(day)s."),
    ),
    (
        re.compile(
            r"The agreement between (?P<one>\S+) and (?P<other>\S+) begins on (?P<day>[\d-]+)"
            r" only\."
        ),
        fixed("The agreement between %(one)s and %(other)s begins on %(day)s only."),
    ),
    (
        re.compile(
            r"The agreement between (?P<one>\S+) and (?P<other>\S+) does not cover"
            r" (?P<what>\w+)\."
        ),
        fixed("The agreement between %(one)s and %(other)s does not cover %(what)s."),
    ),
)

ATTRIBUTES: Final = frozenset(
    {
        fixed("imaging"),
        fixed("nuclear"),
        fixed("patient's birth date"),
        fixed("study date"),
        fixed("study time"),
        fixed("series date"),
        fixed("series time"),
        fixed("series number"),
        fixed("instance number"),
        fixed("number of frames"),
        fixed("patient's weight"),
        fixed("patient's size"),
    }
)
"""Names of attributes inside the patterns."""


def said(sentence: str) -> str:
    """Return a sentence of the cores in the reader's language, or as it is where none is kept."""
    if sentence in FIXED:
        return gettext(sentence)
    for pattern, message in _PATTERNS:
        match = pattern.fullmatch(sentence)
        if match:
            values = match.groupdict()
            return gettext(message) % {
                name: gettext(value) if value in ATTRIBUTES else value
                for name, value in values.items()
            }
    of_volumes = told_of_volumes(sentence)
    if of_volumes is not None:
        return of_volumes
    of_norms = told_of_norms(sentence)
    if of_norms is not None:
        return of_norms
    of_pathways = told_of_pathways(sentence)
    if of_pathways is not None:
        return of_pathways
    of_measuring = told_of_measuring(sentence)
    if of_measuring is not None:
        return of_measuring
    of_ai = told_of_ai(sentence)
    if of_ai is not None:
        return of_ai
    of_rooms = told_of_rooms(sentence)
    if of_rooms is not None:
        return of_rooms
    # Other pages keep sentences of their own in the catalogue; an unknown one comes back as it is.
    return gettext(sentence) if sentence else sentence


def refusal_sentence(error: TongyingError) -> str:
    """Return a refusal's sentence in the reader's language."""
    if isinstance(error, AllianceRefused):
        return told_fault(error.fault)
    if error.error_code in BY_CODE:
        return str(BY_CODE[error.error_code])
    return said(error.sentence)
