"""Which pathways a question looks like. A suggestion only: the doctor who asks chooses."""

from __future__ import annotations

from collections.abc import Iterable

from tongying.measure.recipe import ChildKnown
from tongying.pathway.age_spans import covers
from tongying.pathway.catalogue import pathways
from tongying.pathway.definition import Pathway

WORD_WEIGHT = 10
IMAGES_WEIGHT = 3
"""A word of the question counts more than the kind of the images. Both need sign-off."""


def suggested(
    text: str,
    modalities: frozenset[str],
    region: str,
    child: ChildKnown,
    among: Iterable[Pathway] | None = None,
) -> tuple[Pathway, ...]:
    """Return the pathways that a question looks like, the likeliest first.

    Parameters
    ----------
    text : str
        The question, history and provisional diagnosis.
    modalities : frozenset of str
        Of the images.
    region : str
        The part of the body they show; empty where nothing tells.
    child : ChildKnown
        A pathway for other ages is not suggested; one is where the age is not known.
    among : iterable of Pathway or None
        None for those that ship.
    """
    lower = text.lower()
    ranked = []
    for one in pathways().values() if among is None else among:
        if covers(one.ages, child) is False:
            continue
        words = sum(1 for word in one.keywords if word.lower() in lower)
        images = bool(region) and any(
            item.region == region and item.modalities & modalities for item in one.intake
        )
        points = WORD_WEIGHT * words + IMAGES_WEIGHT * images
        if points:
            ranked.append((-points, one.id, one))
    return tuple(one for _, _, one in sorted(ranked, key=lambda row: row[:2]))
