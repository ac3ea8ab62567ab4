"""Which studies are a child's: under its joined records, and before birth under the mother's.

A fetal study that is linked to a child is filed with the child. Unless the installation decides
otherwise (``TONGYING_FETAL_STAYS_WITH_MOTHER``), the mother's own pages leave it out and say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from tongying.consult.people import Viewer
from tongying.kernel.gestation import GestationalAge
from tongying.web.records.children import same_child
from tongying.web.records.models import FetalStudy, Study
from tongying.web.records.visible import studies_for


@dataclass(frozen=True, slots=True)
class FetalFiling:
    """How a fetal study is filed with a child.

    Attributes
    ----------
    link : int
        Number of the link.
    gestation : GestationalAge or None
        At the study.
    birth_order : int or None
        1 is twin A.
    """

    link: int
    gestation: GestationalAge | None
    birth_order: int | None


def studies_of(viewer: Viewer, child_id: int) -> QuerySet[Study]:
    """Return the studies of a child that exist for a viewer, fetal ones too."""
    return studies_for(viewer).filter(filed_with(same_child(child_id)))


def filed_with(records: Iterable[int]) -> Q:
    """Return the condition that a study is filed with the child of these records.

    Parameters
    ----------
    records : iterable of int
        All records of one child, as `same_child` gives them.
    """
    joined = list(records)
    standing = FetalStudy.objects.filter(undone_at=None)
    own = Q(child_id__in=joined)
    if not settings.TONGYING_FETAL_STAYS_WITH_MOTHER:
        own &= ~Q(pk__in=standing.filter(study__child_id__in=joined).values("study_id"))
    return own | Q(pk__in=standing.filter(child_id__in=joined).values("study_id"))


def fetal_filings(records: Iterable[int]) -> dict[int, FetalFiling]:
    """Return how each fetal study of a child is filed, by the study's row."""
    rows = FetalStudy.objects.filter(undone_at=None, child_id__in=list(records))
    return {
        row.study_id: FetalFiling(
            link=row.pk,
            gestation=None if row.gestation_days is None else GestationalAge(row.gestation_days),
            birth_order=row.birth_order,
        )
        for row in rows
    }


def filed_elsewhere(viewer: Viewer, child_id: int) -> int:
    """Return how many studies under a record are filed with children as fetal ones."""
    away = FetalStudy.objects.filter(undone_at=None, study__child_id__in=same_child(child_id))
    return studies_for(viewer).filter(pk__in=away.values("study_id")).count()


def children_shown(study: Study) -> tuple[int, ...]:
    """Return the children that a study shows: those it is linked to, else whose record it is under.

    Each child once, by the lowest number of its joined records; twins are two.
    """
    linked = FetalStudy.objects.filter(undone_at=None, study=study).order_by("birth_order", "pk")
    found = list(linked.values_list("child_id", flat=True)) or [study.child_id]
    return tuple(dict.fromkeys(same_child(child)[0] for child in found))
