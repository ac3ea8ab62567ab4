"""Which questions a child's report asks now, and which are still open."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.measure.recipe import ChildKnown
from tongying.pathway.age_spans import covers
from tongying.pathway.answers import Answers, key_of, sides_of
from tongying.pathway.definition import Condition, Field, Pathway


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands.

    Attributes
    ----------
    field : Field
    side : str
        R, L, or empty where the field has no sides.
    must : bool
        Whether this child's report is not whole without it.
    """

    field: Field
    side: str
    must: bool

    @property
    def key(self) -> str:
        """The key of the answer."""
        return key_of(self.field.id, self.side)


def holds(condition: Condition | None, pathway: Pathway, answers: Answers, side: str = "") -> bool:
    """Say whether a condition holds; of a field with sides on the given side, else on either.

    It does not where the field that it looks at is itself not asked: an answer that was given
    before another one changed counts no more.
    """
    if condition is None:
        return True
    asked = next(
        (one for one in (*pathway.asked(), *pathway.fields()) if one.id == condition.field), None
    )
    return (
        asked is not None
        and bool(answers.ids_of(asked, side) & set(condition.answers))
        and holds(asked.only_if, pathway, answers, side)
    )


def asked_now(pathway: Pathway, answers: Answers, child: ChildKnown) -> tuple[Place, ...]:
    """Return the places of the report that are asked of this child with these answers, in order."""
    return tuple(
        place for one in pathway.fields() for place in _places(one, pathway, answers, child)
    )


def asked_of_question(pathway: Pathway, answers: Answers, child: ChildKnown) -> tuple[Place, ...]:
    """Return the places of the intake that are asked of this child, in order."""
    return tuple(
        Place(place.field, place.side, item.must and place.must)
        for item in pathway.intake
        if item.field is not None and covers(item.ages, child) is not False
        for place in _places(item.field, pathway, answers, child, must=item.must)
    )


def unanswered(pathway: Pathway, answers: Answers, child: ChildKnown) -> tuple[Place, ...]:
    """Return the mandatory places of the report that are still open.

    A grade is open while an answer that it needs is; where its rule does not speak about this
    child, nothing more can be answered.
    """
    refused = {one.key for one in answers.refusals if one.code != INPUTS_OPEN}
    return tuple(
        place
        for place in asked_now(pathway, answers, child)
        if place.must
        and place.key not in answers.values
        and place.key not in answers.grades
        and place.key not in refused
    )


INPUTS_OPEN = "pathway.inputs-open"
"""Code of a grade that still waits for answers."""


def _places(
    asked: Field, pathway: Pathway, answers: Answers, child: ChildKnown, *, must: bool | None = None
) -> list[Place]:
    fits = covers(asked.ages, child)
    if fits is False:
        return []
    wanted = asked.must if must is None else must
    return [
        Place(asked, side, wanted and fits is True)
        for side in sides_of(asked)
        if holds(asked.only_if, pathway, answers, side)
    ]
