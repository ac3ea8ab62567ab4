"""Listing the studies that exist for a viewer, for programs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q

from tongying.consult.people import Viewer
from tongying.web.cases.rows import shown_child
from tongying.web.cases.showing import shown_study
from tongying.web.cases.shown import ShownChild, ShownStudy
from tongying.web.records.search import fuzzy_name
from tongying.web.records.visible import studies_for

MOST_WORDS = 8
"""Words of a search text that are looked at."""


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """A study with its child."""

    study: ShownStudy
    child: ShownChild


def studies(
    viewer: Viewer, *, text: str = "", offset: int = 0, limit: int = 100
) -> tuple[list[FoundStudy], int]:
    """Return a window of the studies that exist for a viewer, newest first, and how many in all.

    Parameters
    ----------
    viewer : Viewer
    text : str, optional
        Every word must be found in the child's name (characters, pinyin or initials), or be the
        child's number, the accession number or the UID, or stand in the description.
    offset, limit : int, optional
        The window.
    """
    table = studies_for(viewer)
    for word in text.lower().split()[:MOST_WORDS]:
        table = table.filter(
            fuzzy_name(word)
            | Q(child__local_id__iexact=word)
            | Q(accession_number__iexact=word)
            | Q(uid=word)
            | Q(description__icontains=word)
        )
    total = table.count()
    window = table.select_related("child", "hospital").order_by(
        F("date").desc(nulls_last=True), "-pk"
    )[offset : offset + limit]
    found = [FoundStudy(shown_study(row), shown_child(row.child, row.date)) for row in window]
    return found, total
