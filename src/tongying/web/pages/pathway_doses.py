"""Doses for the child's weight, from tables that nobody has signed for the platform."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.body.activity_cards import Tracer
from tongying.measure.body.contrast import Agent, Contrast, contrast
from tongying.measure.body.doses import Activities, activities
from tongying.measure.body.weighed import Weighed
from tongying.web.measurements.doubting import doubts_of_weight
from tongying.web.measurements.facts import WEIGHT, book_of
from tongying.web.pages.sentences import refusal_sentence


@dataclass(frozen=True, slots=True)
class Doses:
    """What the tables give.

    Attributes
    ----------
    weight_kg : float or None
    weighed_on : date or None
    contrasts : tuple of Contrast
    tracers : tuple of Activities
    doubts : tuple of str
        Of all of them, each once.
    refused : str
        Why nothing is told.
    asked : tuple of str
        What the weight contradicts.
    affirmed : bool
        Whether somebody said that the weight is right all the same.
    """

    weight_kg: float | None
    weighed_on: date | None
    contrasts: tuple[Contrast, ...] = ()
    tracers: tuple[Activities, ...] = ()
    doubts: tuple[str, ...] = ()
    refused: str = ""
    asked: tuple[str, ...] = ()
    affirmed: bool = False

    @property
    def doubted(self) -> bool:
        """Whether every dose rests on a weight that is hardly this child's."""
        return bool(self.asked) and not self.affirmed


def doses_of(child: int, on: date) -> Doses:
    """Return what the tables give for a child's newest weight.

    Parameters
    ----------
    child : int
        Key of the child's record.
    on : date
        Day of the dose.
    """
    book = book_of(child)
    weights = sorted((one for one in book.sizes if one.what == WEIGHT), key=lambda one: one.on)
    newest = weights[-1] if weights else None
    weighed = Weighed(
        newest.value if newest else None,
        newest.on if newest else None,
        (on - book.born).days if book.born is not None and on >= book.born else None,
    )
    try:
        contrasts = tuple(contrast(one, weighed, on) for one in Agent)
        tracers = tuple(activities(one, weighed, on) for one in Tracer)
    except BadInput as refusal:
        return Doses(weighed.weight_kg, weighed.weighed_on, refused=refusal_sentence(refusal))
    asked, affirmed = doubts_of_weight(child, book, newest) if newest else ([], False)
    told = (one for dose in (*contrasts, *tracers) for one in dose.caveats)
    return Doses(
        weighed.weight_kg,
        weighed.weighed_on,
        contrasts,
        tracers,
        _once(told),
        asked=tuple(one.sentence for one in asked),
        affirmed=affirmed,
    )


def _once(caveats: Iterable[Caveat]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sentence for one in caveats))
