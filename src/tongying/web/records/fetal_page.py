"""What the page of a child's records shows of fetal studies: the filings, and likely ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.kernel.gestation import BIRTH_LAST_DAYS, GestationalAge
from tongying.web.cases.rows import shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.records.children import same_child
from tongying.web.records.models import Child, FetalStudy, Study

MOST_FOUND: Final = 20


@dataclass(frozen=True, slots=True)
class MothersStudy:
    """A study under another record that may show the child before birth."""

    uid: str
    date: date | None
    description: str
    modalities: tuple[str, ...]
    mother: ShownChild


@dataclass(frozen=True, slots=True)
class FetalShown:
    """A filing of a fetal study, standing or undone."""

    id: int
    study: MothersStudy
    gestation: GestationalAge | None
    birth_order: int | None
    reason: str
    made_by: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None


def fetal_shown(records: Iterable[int]) -> tuple[FetalShown, ...]:
    """Return the filings of a child's fetal studies, newest first, undone ones too."""
    rows = FetalStudy.objects.filter(child_id__in=list(records))
    related = rows.select_related("study__child", "made_by", "undone_by")
    return tuple(
        FetalShown(
            id=row.pk,
            study=_shown(row.study),
            gestation=None if row.gestation_days is None else GestationalAge(row.gestation_days),
            birth_order=row.birth_order,
            reason=row.reason,
            made_by=row.made_by.name,
            made_at=row.made_at,
            undone_by=row.undone_by.name if row.undone_by else "",
            undone_at=row.undone_at,
        )
        for row in related.order_by("-pk")
    )


def mothers_studies(viewer: Viewer, child_id: int, words: str) -> tuple[MothersStudy, ...]:
    """Return studies of the viewer's hospital in which the child may be seen before birth.

    Of the time before the child's birth, under a record that is not the child's nor a man's.

    Parameters
    ----------
    viewer : Viewer
    child_id : int
    words : str
        The mother's name, pinyin, initials or number, or the study's accession number; nothing is
        found for none.
    """
    child = Child.objects.filter(pk=child_id, hospital_id=viewer.hospital).first()
    if child is None or not words.strip():
        return ()
    found = Study.objects.filter(hospital_id=viewer.hospital).exclude(
        child_id__in=same_child(child_id)
    )
    for word in words.lower().split():
        found = found.filter(
            Q(child__name_search__contains=word)
            | Q(child__local_id__istartswith=word)
            | Q(accession_number__istartswith=word)
        )
    if child.birth_date is not None:
        earliest = child.birth_date - timedelta(days=BIRTH_LAST_DAYS)
        dated = Q(date__lte=child.birth_date, date__gte=earliest)
        found = found.filter(dated | Q(date=None))
    rows = found.exclude(child__sex="M").select_related("child").order_by("-date", "-pk")
    return tuple(_shown(row) for row in rows[:MOST_FOUND])


def _shown(study: Study) -> MothersStudy:
    return MothersStudy(
        uid=study.uid,
        date=study.date,
        description=study.description,
        modalities=tuple(one for one in study.modalities.split("\\") if one),
        mother=shown_child(study.child, study.date),
    )
