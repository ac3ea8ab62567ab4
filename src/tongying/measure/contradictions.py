"""What was said of a child and an image, set against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tongying.measure.body.age_doubts import SaidAge, doubts_of_age, said_in_header
from tongying.measure.body.gestation_doubts import Pregnancy, doubts_of_gestation
from tongying.measure.body.side_doubts import doubts_of_side
from tongying.measure.body.size_doubts import Body, EarlierSize, doubts_of_size
from tongying.measure.contradiction import Contradiction
from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True)
class HeaderTold:
    """What the header of an image says.

    Attributes
    ----------
    born : date or None
        (0010,0030).
    age : str
        (0010,1010) as it stands, such as ``003M``; empty where it is absent.
    sex : Sex or None
        (0010,0040).
    side : str
        (0020,0060) or (0020,0062): R or L; anything else says nothing.
    """

    born: date | None = None
    age: str = ""
    sex: Sex | None = None
    side: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was said; None and the empty string are not said, and contradict nothing.

    Attributes
    ----------
    studied : date or None
        Day of the image.
    born : date or None
        Of the child's record.
    sex : Sex or None
        Of the child's record.
    gestation_days : int or None
        At birth.
    said_age : SaidAge or None
        As a person wrote it, such as 8 months.
    weight_kg, height_cm : float or None
    sized_on : date or None
        Day on which weight and height were taken; the day of the image where it is not known.
    earlier : tuple of EarlierSize
        Heights and weights of other days.
    header : HeaderTold
    side_drawn : str
        R, L, or empty.
    names : tuple of str
        Texts that may name a side: the label, the series description, the question.
    pregnancy : Pregnancy or None
        Of a study made before birth.
    """

    studied: date | None = None
    born: date | None = None
    sex: Sex | None = None
    gestation_days: int | None = None
    said_age: SaidAge | None = None
    weight_kg: float | None = None
    height_cm: float | None = None
    sized_on: date | None = None
    earlier: tuple[EarlierSize, ...] = ()
    header: HeaderTold = field(default_factory=HeaderTold)
    side_drawn: str = ""
    names: tuple[str, ...] = ()
    pregnancy: Pregnancy | None = None


BIRTH_DATES = Contradiction(
    "contradiction.birth-date",
    "The date of birth in the image is not that of the child's record: is it the same child?",
)
SEXES = Contradiction(
    "contradiction.sex",
    "The sex in the image is not that of the child's record: is it the same child?",
)


def contradictions(told: Told) -> tuple[Contradiction, ...]:
    """Return what cannot all be right, in the order: whose image, side, age, size, gestation."""
    return (
        *_of_identity(told),
        *doubts_of_side(told.side_drawn, told.header.side, told.names),
        *_of_age(told),
        *_of_size(told),
        *_of_pregnancy(told),
    )


def _of_identity(told: Told) -> tuple[Contradiction, ...]:
    found = []
    # A mother's date of birth stands in the header of a study made before birth.
    if told.pregnancy is None:
        if told.header.born and told.born and told.header.born != told.born:
            found.append(BIRTH_DATES)
        if told.header.sex and told.sex and told.header.sex is not told.sex:
            found.append(SEXES)
    return tuple(found)


def _of_age(told: Told) -> tuple[Contradiction, ...]:
    if told.pregnancy is not None:
        return ()
    born = told.born or told.header.born
    return doubts_of_age(
        told.said_age,
        said_in_header(told.header.age),
        born=born,
        on=told.studied,
        gestation_days=told.gestation_days,
    )


def _of_size(told: Told) -> tuple[Contradiction, ...]:
    body = Body(
        born=told.born,
        sex=told.sex,
        gestation_days=told.gestation_days,
        on=told.sized_on or told.studied,
        weight_kg=told.weight_kg,
        height_cm=told.height_cm,
    )
    return doubts_of_size(body, told.earlier)


def _of_pregnancy(told: Told) -> tuple[Contradiction, ...]:
    if told.pregnancy is None:
        return ()
    return doubts_of_gestation(
        told.pregnancy,
        studied=told.studied,
        born=told.born,
        gestation_days=told.gestation_days,
    )
