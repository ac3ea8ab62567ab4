"""Marking what models made in a study: a reader sees it after their own read."""

from __future__ import annotations

from collections.abc import Iterable

from tongying.web.ai.models import MadeSeries, RunRow
from tongying.web.records.models import Series, Study


def veil(study: Study, series_uids: Iterable[str], *, shadow: bool = False) -> None:
    """Mark series of a study as made by a model, or as a reader's word about what one made.

    Whoever files such objects calls it in the transaction that tells of them, or before; done
    again it changes nothing. A series that is not in the archive is passed over, and so is one that
    a model read: an object that was put among the images never hides them.

    Parameters
    ----------
    study : Study
    series_uids : iterable of str
    shadow : bool, optional
        Stored from outside for a model that nobody is to see: then they exist for nobody.
    """
    read = RunRow.objects.filter(study=study).values_list("series_uids", flat=True)
    images = {uid for uids in read for uid in uids}
    rows = Series.objects.filter(study=study, uid__in=set(series_uids) - images)
    made = [MadeSeries(series=row, shadow=shadow) for row in rows]
    MadeSeries.objects.bulk_create(made, ignore_conflicts=True)
