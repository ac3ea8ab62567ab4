"""Whether a child is of an age that a rule speaks of."""

from __future__ import annotations

from tongying.measure.recipe import ChildKnown
from tongying.pathway.definition import AgeSpan


def covers(span: AgeSpan | None, child: ChildKnown) -> bool | None:
    """Say whether a span of ages holds a child; None where the age is not known.

    A fetus is younger than every span that begins with an age.

    Examples
    --------
    >>> covers(AgeSpan(to_days=183), ChildKnown(age_days=182))
    True
    >>> covers(AgeSpan(to_days=183, corrected=True), ChildKnown(200, corrected_age_days=150))
    True
    >>> covers(AgeSpan(from_days=0), ChildKnown()) is None
    True
    """
    if span is None or (span.from_days is None and span.to_days is None):
        return True
    if child.age_days is None:
        if child.gestational_age_days is None:
            return None
        return span.from_days is None
    days = child.age_days
    if span.corrected and child.corrected_age_days is not None:
        days = child.corrected_age_days
    # a preterm child is born even before the day it was due
    if span.from_days is not None and max(days, 0) < span.from_days:
        return False
    return span.to_days is None or days < span.to_days
