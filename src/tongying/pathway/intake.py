"""What a county hospital has still to send, so that the expert can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongying.measure.recipe import ChildKnown
from tongying.measure.registry import recipes
from tongying.pathway.age_spans import covers
from tongying.pathway.answers import Answers, keys_of
from tongying.pathway.asking import holds
from tongying.pathway.definition import Fact, IntakeItem, IntakeKind, Pathway, ToMeasure


@dataclass(frozen=True, slots=True)
class Sent:
    """A study that was sent.

    Attributes
    ----------
    modalities : frozenset of str
    regions : frozenset of str
        Parts of the body; empty where nothing tells.
    instances : int
    """

    modalities: frozenset[str]
    regions: frozenset[str]
    instances: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is there.

    Attributes
    ----------
    child : ChildKnown
        On the day of the question.
    facts : frozenset of Fact
        What the question or the images tell.
    sent : sequence of Sent
    answers : Answers
    """

    child: ChildKnown
    facts: frozenset[Fact]
    sent: Sequence[Sent]
    answers: Answers


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there.

    Attributes
    ----------
    item : IntakeItem
    must : bool
        Whether the expert cannot answer without it.
    unsure : bool
        Images are there that may be these, but nothing tells which part they show; or the child's
        age is not known, so that nobody knows whether it is needed.
    found : int
        Images of the kind that are there, fewer than wanted.
    """

    item: IntakeItem
    must: bool
    unsure: bool = False
    found: int = 0


def still_missing(pathway: Pathway, known: Known) -> tuple[Missing, ...]:
    """Return what is not there yet, what must be there first, else in the pathway's order."""
    missing = [
        one for item in pathway.intake if (one := _missing(item, pathway, known)) is not None
    ]
    return tuple(sorted(missing, key=lambda one: not one.must))


def still_to_measure(
    pathway: Pathway, child: ChildKnown, measured: frozenset[str]
) -> tuple[ToMeasure, ...]:
    """Return what this child's pathway measures and nobody has measured yet.

    Parameters
    ----------
    pathway : Pathway
    child : ChildKnown
    measured : frozenset of str
        Measures that the case has a standing value of.
    """
    return tuple(
        one
        for one in pathway.measurements
        if covers(one.ages, child) is not False
        and not measured & set(recipes()[one.recipe].measures)
    )


def _missing(item: IntakeItem, pathway: Pathway, known: Known) -> Missing | None:
    fits = covers(item.ages, known.child)
    if fits is False:
        return None
    must, unsure = item.must and fits is True, fits is None
    match item.kind:
        case IntakeKind.IMAGES:
            return _missing_images(item, known, must=must, unsure=unsure)
        case IntakeKind.FACT:
            return None if item.fact in known.facts else Missing(item, must, unsure)
        case IntakeKind.ANSWER:
            asked = item.field
            if asked is None or not holds(asked.only_if, pathway, known.answers):
                return None
            there = all(key in known.answers.values for key in keys_of(asked))
            return None if there else Missing(item, must, unsure)


def _missing_images(item: IntakeItem, known: Known, *, must: bool, unsure: bool) -> Missing | None:
    of_kind = [one for one in known.sent if one.modalities & item.modalities]
    sure = sum(one.instances for one in of_kind if not item.region or item.region in one.regions)
    if sure >= item.views:
        return None
    perhaps = any(item.region and not one.regions for one in of_kind)
    return Missing(item, must, unsure or perhaps, sure)
