"""When the child is looked at again, as the pathway's rules say of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongying.measure.recipe import ChildKnown
from tongying.pathway.answers import Answers
from tongying.pathway.asking import holds
from tongying.pathway.definition import AgeSpan, Condition, FollowUp, Pathway


@dataclass(frozen=True, slots=True)
class NextLook:
    """Another look that a rule asks for.

    Attributes
    ----------
    rule : FollowUp
    on : date or None
        From when; None where the child's age is not known.
    until : date or None
        The last day, where the rule has one.
    """

    rule: FollowUp
    on: date | None
    until: date | None = None


def next_looks(
    pathway: Pathway, answers: Answers, child: ChildKnown, on: date
) -> tuple[NextLook, ...]:
    """Return the looks that the answers ask for, the soonest first.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
        With their grades.
    child : ChildKnown
        On the day `on`. A rule for an age that is over says nothing any more.
    on : date
        Day of the examination.
    """
    looks = [
        look
        for rule in pathway.follow_up
        if holds(Condition(rule.field, rule.answers), pathway, answers)
        and (look := _look(rule, child, on)) is not None
    ]
    return tuple(sorted(looks, key=lambda one: (one.on is None, one.on or on)))


def _look(rule: FollowUp, child: ChildKnown, on: date) -> NextLook | None:
    if rule.after_days is not None:
        return NextLook(rule, on + timedelta(days=rule.after_days))
    span = rule.at or AgeSpan()
    days = child.age_days
    if span.corrected and child.corrected_age_days is not None:
        days = child.corrected_age_days
    if days is None:
        return NextLook(rule, None)
    if span.to_days is not None and days >= span.to_days:
        return None
    wait = max(0, (span.from_days or 0) - days)
    until = None if span.to_days is None else on + timedelta(days=span.to_days - 1 - days)
    return NextLook(rule, on + timedelta(days=wait), until)
