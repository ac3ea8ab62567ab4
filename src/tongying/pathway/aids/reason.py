"""Why an aid says what it says, and what it could not be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tongying.kernel.errors import BadInput

DAYS_OF_YEAR = 365.25
"""Of an age in days; a rule that speaks of months is met to the day, not to the calendar."""
DAYS_OF_MONTH = DAYS_OF_YEAR / 12


class AnswersMissing(BadInput):
    """An aid cannot say anything without the answers it was not given."""

    code: ClassVar[str] = "pathway.answers-missing"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes an aid speak, as part of a sentence in both languages."""

    english: str
    chinese: str


def in_english(reasons: Sequence[Reason]) -> str:
    """Return reasons as a list within an English sentence."""
    return ", ".join(one.english for one in reasons)


def in_chinese(reasons: Sequence[Reason]) -> str:
    """Return reasons as a list within a Chinese sentence."""
    return "、".join(one.chinese for one in reasons)


def check_told(missing: Sequence[str]) -> None:
    """Raise if something that must be answered is not; the first of several is named.

    Parameters
    ----------
    missing : sequence of str
        What is not answered, each as part of an English sentence.

    Raises
    ------
    AnswersMissing
        If there is any.
    """
    if missing:
        raise AnswersMissing(f"Answer this first: {missing[0]}.")
