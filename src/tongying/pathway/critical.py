"""What of a pathway must be told at once, and what the answers speak for."""

from __future__ import annotations

from tongying.consult.critical import Category
from tongying.pathway.answers import Answers
from tongying.pathway.asking import holds
from tongying.pathway.definition import CriticalFinding, Pathway


def by_category(pathway: Pathway) -> dict[Category, tuple[CriticalFinding, ...]]:
    """Return the critical findings of each category that has any, the most urgent first."""
    listed = {
        one: tuple(finding for finding in pathway.critical if finding.category is one)
        for one in Category
    }
    return {one: findings for one, findings in listed.items() if findings}


def spoken_for(pathway: Pathway, answers: Answers) -> tuple[CriticalFinding, ...]:
    """Return the critical findings that the answers speak for; a person decides and reports."""
    return tuple(
        one
        for finding_list in by_category(pathway).values()
        for one in finding_list
        if one.when is not None and holds(one.when, pathway, answers)
    )
