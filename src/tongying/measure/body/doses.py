"""What the tables give for a child's weight: activities of tracers.

A table is no prescription: nothing here is signed off, and whoever injects decides.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tongying.kernel.caveat import Caveat
from tongying.measure.body.activity_cards import (
    EANM,
    EANM_PET_MR,
    MULTIPLES,
    NORTH_AMERICA,
    ByMultiple,
    Card,
    PerKilogram,
    Tracer,
)
from tongying.measure.body.weighed import Weighed, checked_weight

LIGHTEST: Final = Caveat(
    "measure.dose-below-card", "The card begins at 3 kg: below it stands its value at 3 kg."
)
HEAVIEST: Final = Caveat(
    "measure.dose-above-card", "The card ends at 68 kg: above it stands its value at 68 kg."
)
BETWEEN: Final = Caveat(
    "measure.dose-between", "Between two weights of the card its multiple was interpolated."
)
DMSA_CLASS: Final = Caveat(
    "measure.dose-dmsa-class",
    "The European card's class of DMSA is told differently by those who copy it: look it up.",
)


@dataclass(frozen=True, slots=True)
class Activity:
    """What one card gives.

    Attributes
    ----------
    card : Card
    low_mbq, high_mbq : float
    at_least, at_most : bool
        Whether the card's least or greatest activity was taken instead of that by weight.
    source : str
    """

    card: Card
    low_mbq: float
    high_mbq: float
    at_least: bool
    at_most: bool
    source: str


@dataclass(frozen=True, slots=True)
class Activities:
    """What the cards give for one tracer.

    Attributes
    ----------
    tracer : Tracer
    cards : tuple of Activity
        The North American first.
    difference_percent : float or None
        By how much the European card lies above (positive) or below the North American range, in
        per cent of its nearer end; 0 within it; None where one of the two says nothing.
    caveats : tuple of Caveat
    """

    tracer: Tracer
    cards: tuple[Activity, ...]
    difference_percent: float | None
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the activities as a JSON object."""
        return {
            "tracer": self.tracer.value,
            "cards": [
                {
                    "card": one.card.value,
                    "low_mbq": one.low_mbq,
                    "high_mbq": one.high_mbq,
                    "at_least": one.at_least,
                    "at_most": one.at_most,
                    "source": one.source,
                }
                for one in self.cards
            ],
            "difference_percent": self.difference_percent,
            "caveats": [one.as_json() for one in self.caveats],
        }


def activities(tracer: Tracer, weighed: Weighed, on: date) -> Activities:
    """Return what the cards give for a child's weight, side by side.

    Parameters
    ----------
    tracer : Tracer
    weighed : Weighed
    on : date
        Day of the examination.

    Raises
    ------
    WeightUnknown
        If the weight is not known, or is not that of a child.
    AgeOutsideRule
        If the child is 18 years old or older.

    Examples
    --------
    >>> fdg = activities(Tracer.FDG, Weighed(20.0, date(2026, 1, 1), 2000), date(2026, 1, 2))
    >>> [(one.card.value, round(one.low_mbq, 1), round(one.high_mbq, 1)) for one in fdg.cards[:2]]
    [('north-america-2010', 74.0, 104.0), ('eanm-2016', 125.9, 125.9)]
    >>> round(fdg.difference_percent, 1)
    21.0
    """
    weight, caveats = checked_weight(weighed, on)
    american = _by_weight(NORTH_AMERICA[tracer], weight)
    found, european = [american], None
    for card, table in ((Card.EANM, EANM), (Card.EANM_PET_MR, EANM_PET_MR)):
        if tracer in table:
            found.append(_by_multiple(card, table[tracer], weight))
    if tracer in EANM:
        european = found[1]
        caveats += _of_card(weight)
    if tracer is Tracer.DMSA:
        caveats += (DMSA_CLASS,)
    difference = None if european is None else _apart(european.low_mbq, american)
    return Activities(tracer, tuple(found), difference, caveats)


def _by_weight(rule: PerKilogram, weight_kg: float) -> Activity:
    low, high = rule.low * weight_kg, rule.high * weight_kg
    least = rule.least is not None and low < rule.least
    most = rule.most is not None and high > rule.most
    if rule.least is not None:
        low, high = max(low, rule.least), max(high, rule.least)
    if rule.most is not None:
        low, high = min(low, rule.most), min(high, rule.most)
    card = Card.NORTH_AMERICA
    return Activity(card, low, high, least, most, card.source)


def _by_multiple(card: Card, rule: ByMultiple, weight_kg: float) -> Activity:
    value = rule.baseline * multiple(weight_kg, rule.column)
    told = max(value, rule.least)
    return Activity(card, told, told, value < rule.least, False, card.source)


def multiple(weight_kg: float, column: int) -> float:
    """Return the European card's multiple at a weight; constant beyond its ends.

    Examples
    --------
    >>> multiple(20.0, 2), multiple(2.0, 2), round(multiple(11.0, 1), 2)
    (4.86, 1.0, 2.06)
    """
    weights = [row[0] for row in MULTIPLES]
    if weight_kg <= weights[0]:
        return MULTIPLES[0][column]
    if weight_kg >= weights[-1]:
        return MULTIPLES[-1][column]
    place = bisect_right(weights, weight_kg)
    below, above = MULTIPLES[place - 1], MULTIPLES[place]
    share = (weight_kg - below[0]) / (above[0] - below[0])
    return below[column] + share * (above[column] - below[column])


def _of_card(weight_kg: float) -> tuple[Caveat, ...]:
    weights = [row[0] for row in MULTIPLES]
    if weight_kg < weights[0]:
        return (LIGHTEST,)
    if weight_kg > weights[-1]:
        return (HEAVIEST,)
    return () if weight_kg in weights else (BETWEEN,)


def _apart(european_mbq: float, american: Activity) -> float:
    if american.low_mbq <= european_mbq <= american.high_mbq:
        return 0.0
    above = european_mbq > american.high_mbq
    nearer = american.high_mbq if above else american.low_mbq
    return 100.0 * (european_mbq - nearer) / nearer
