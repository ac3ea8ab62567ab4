"""What is doubted, asked about beside its field: typed once more, or said to be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string

from tongying.web.measurements.doubting import Answered, Doubt
from tongying.web.pages.typed import decimal

SURE: Final = "sure"
"""Field of the form: what is said to be right."""
AGAIN: Final = "again-"
"""Beginning of the field in which a number is typed once more."""
QUESTION_FIELDS: Final = ("text", "history", "weight_kg", "height_cm", "gestation_weeks")


@dataclass(frozen=True, slots=True)
class Box:
    """A doubt as the page shows it.

    Attributes
    ----------
    doubt : Doubt
    typed : str
        The second entry, as typed.
    """

    doubt: Doubt
    typed: str = ""

    @property
    def twice(self) -> bool:
        """Whether it is to be typed once more."""
        return self.doubt.again is not None

    @property
    def differs(self) -> bool:
        """Whether the second entry is not the first."""
        return bool(self.typed) and decimal(self.typed) != self.doubt.again


def answered_in(posted: QueryDict) -> Answered:
    """Return what a form says yes to."""
    sure = frozenset(posted.getlist(SURE))

    def yes(doubt: Doubt) -> bool:
        if doubt.again is None:
            return doubt.said in sure
        return decimal(posted.get(f"{AGAIN}{doubt.field}", "")) == doubt.again

    return yes


def boxes(doubts: Iterable[Doubt], posted: QueryDict | None = None) -> dict[str, list[Box]]:
    """Return doubts by their field, with what was typed once more."""
    found: dict[str, list[Box]] = {}
    for one in doubts:
        typed = "" if posted is None else posted.get(f"{AGAIN}{one.field}", "").strip()
        found.setdefault(one.field, []).append(Box(one, typed))
    return found


def question_parts(request: HttpRequest, doubts: Iterable[Doubt]) -> dict[str, str]:
    """Return what stands beside each field of the question, by the id of its place."""
    by_field = boxes(doubts)
    return {
        f"doubt-{field}": render_to_string(
            "pages/_doubts.html", {"boxes": by_field.get(field, ())}, request=request
        )
        for field in QUESTION_FIELDS
    }
