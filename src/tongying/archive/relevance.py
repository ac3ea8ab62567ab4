"""Which earlier studies of a child to lay beside the one that is read, best first, and why.

The order is a reader's: the same part of the body before its neighbour; there the same side, then
the same kind of examination, then its family; then the newest. A part of the body that nothing
tells comes after its neighbours and before another part. Fetal studies count as the child's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from tongying.archive.body_region import NEAR, Region, Side
from tongying.archive.modality_family import Kind, families_of


class Place(IntEnum):
    """How the part of the body fits, best first."""

    SAME = 0
    COVERED = 1
    """One of the two shows the whole body."""
    NEAR = 2
    UNKNOWN = 3
    OTHER = 4


class Means(IntEnum):
    """How the kind of examination fits, best first."""

    SAME = 0
    SHARED = 1
    """One kind in common, as of a CT and a PET/CT."""
    FAMILY = 2
    OTHER = 3


_OTHER_SIDE: Final = frozenset({Side.LEFT, Side.RIGHT})


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What is asked of a study to judge it as a prior.

    Attributes
    ----------
    uid : str
        Study Instance UID.
    child : int
        The child it shows, under whichever record: the same number for the same child. A fetal
        study's is the child's, not the mother's.
    date : date or None
    kinds : tuple of Kind
    regions : frozenset of Region
        Empty where unknown.
    side : Side or None
    fetal : bool
        Made before birth, filed under the mother, linked to the child.
    """

    uid: str
    child: int
    date: date | None
    kinds: tuple[Kind, ...]
    regions: frozenset[Region]
    side: Side | None = None
    fetal: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """An earlier study and why it stands where it does.

    Attributes
    ----------
    study : StudyFacts
    place : Place
    means : Means
    other_side : bool
        It shows the other side of the body.
    days_before : int or None
        Days before the study that is read; None where a date is unknown.
    """

    study: StudyFacts
    place: Place
    means: Means
    other_side: bool
    days_before: int | None


def relevant_priors(current: StudyFacts, others: Iterable[StudyFacts]) -> tuple[Prior, ...]:
    """Return the priors of a study, the most relevant first.

    Left out: the study itself, another child's, later ones, and what holds no examination. A study
    of an unknown date is kept, after the dated ones of its rank.

    Parameters
    ----------
    current : StudyFacts
        The study that is read.
    others : iterable of StudyFacts
    """
    found = [
        _judged(current, other)
        for other in others
        if other.child == current.child and other.uid != current.uid and other.kinds
    ]
    return tuple(sorted((one for one in found if _not_later(one)), key=_rank))


def _judged(current: StudyFacts, other: StudyFacts) -> Prior:
    known = current.date is not None and other.date is not None
    return Prior(
        study=other,
        place=place_between(current.regions, other.regions),
        means=_means(current.kinds, other.kinds),
        other_side={current.side, other.side} == _OTHER_SIDE,
        days_before=(current.date - other.date).days if known else None,  # type: ignore[operator]
    )


def _not_later(prior: Prior) -> bool:
    return prior.days_before is None or prior.days_before >= 0


def _rank(prior: Prior) -> tuple[int, bool, int, int, bool, int, str]:
    days = prior.days_before
    # Covering the whole body is as good as showing the part; it only breaks ties.
    place = Place.SAME if prior.place is Place.COVERED else prior.place
    return (
        place,
        prior.other_side,
        prior.means,
        prior.place,
        days is None,
        days or 0,
        prior.study.uid,
    )


def place_between(one: frozenset[Region], other: frozenset[Region]) -> Place:
    """Return how two sets of parts of the body fit.

    Examples
    --------
    >>> place_between(frozenset({Region.HIP}), frozenset({Region.PELVIS})).name
    'NEAR'
    """
    if not one or not other:
        return Place.UNKNOWN
    if one & other:
        return Place.SAME
    if Region.WHOLE_BODY in one | other:
        return Place.COVERED
    near = any(frozenset({a, b}) in NEAR for a in one for b in other)
    return Place.NEAR if near else Place.OTHER


def _means(one: tuple[Kind, ...], other: tuple[Kind, ...]) -> Means:
    if set(one) == set(other):
        return Means.SAME
    if set(one) & set(other):
        return Means.SHARED
    return Means.FAMILY if families_of(one) & families_of(other) else Means.OTHER
