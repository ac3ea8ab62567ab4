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

from tongying.kernel.errors import TongyingError

BY_CODE: Final[dict[str, Promise]] = {
    "case.out-of-place": _("This cannot be done in the state the case is in now. Look again."),
    "case.not-yours": _("This is not yours to do on this case."),
    "child.not-found": _("There is no such child."),
    "hospital.unknown": _("There is no hospital with this code."),
    "member.unknown": _("There is no such member."),
    "document.not-stored": _("The archive refused a document of the opinion."),
}
"""Refusals whose sentence carries a name or number; by their code."""

FIXED: Final = frozenset(
    {
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
)

ATTRIBUTES: Final = frozenset(
    {
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
            what = match["what"]
            return gettext(message) % {"what": gettext(what) if what in ATTRIBUTES else what}
    # Other pages keep sentences of their own in the catalogue; an unknown one comes back as it is.
    return gettext(sentence) if sentence else sentence


def refusal_sentence(error: TongyingError) -> str:
    """Return a refusal's sentence in the reader's language."""
    if error.error_code in BY_CODE:
        return str(BY_CODE[error.error_code])
    return said(error.sentence)
