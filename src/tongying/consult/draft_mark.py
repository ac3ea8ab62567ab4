"""Lines of an opinion that a program drafted: marked until a person confirms or rewrites them.

The mark stands in the text itself, so that no door loses it; an opinion with one is not signed.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from tongying.consult.desk import Opinion
from tongying.kernel.errors import BadInput

MARKS: Final = {"en": "[AI draft, to be checked]", "zh": "〔AI 草稿，待核对〕"}
"""Language -> what stands before a drafted line."""
_ANY_MARK: Final = re.compile(
    r"[\[〔【][ \t]*AI[ \t]*(?:draft|草稿)[^\]〕】\n]*[\]〕】][ \t]*", re.I
)


class DraftUnconfirmed(BadInput):
    """The opinion holds lines that a program drafted and nobody confirmed."""

    code: ClassVar[str] = "opinion.draft-unconfirmed"


def marked(text: str, language: str) -> str:
    """Return a drafted line with its mark.

    Parameters
    ----------
    text : str
        One line; it is kept as one.
    language : str
        Key of `MARKS`.

    Examples
    --------
    >>> marked("Spleen 75 mm.", "en")
    '[AI draft, to be checked] Spleen 75 mm.'
    """
    return f"{MARKS[language]} {' '.join(text.split())}"


def unmarked(text: str) -> str:
    r"""Return a text without marks; everything else stays as it is.

    Examples
    --------
    >>> unmarked("[AI draft, to be checked] Spleen 75 mm.\n〔AI 草稿，待核对〕 脾脏正常。")
    'Spleen 75 mm.\n脾脏正常。'
    """
    return _ANY_MARK.sub("", text)


def marked_lines(opinion: Opinion) -> int:
    """Return how many marks an opinion holds."""
    texts = (opinion.answer, opinion.findings, opinion.advice)
    return sum(len(_ANY_MARK.findall(text)) for text in texts)


def without_marks(opinion: Opinion) -> Opinion:
    """Return an opinion whose drafted lines a person has confirmed."""
    return Opinion(unmarked(opinion.answer), unmarked(opinion.findings), unmarked(opinion.advice))


def check_confirmed(opinion: Opinion) -> None:
    """Raise if an opinion holds lines that a program drafted and nobody confirmed.

    Raises
    ------
    DraftUnconfirmed
        If it does.
    """
    if marked_lines(opinion):
        raise DraftUnconfirmed(
            "Lines that were drafted by AI are not confirmed yet: check them, then take the mark"
            " away."
        )
