"""The link to the form that brings two series together, where it makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from tongying.consult.people import Viewer
from tongying.web.cases.shown import CaseView, ShownSeries
from tongying.web.fusion.candidates import FEWEST_SLICES
from tongying.web.fusion.store import may_ask
from tongying.web.records.study_page import StudyView


def fuse_case_url(viewer: Viewer, view: CaseView) -> str:
    """Return the link for a case, or nothing where nobody could choose a pair."""
    stacks = _stacks(series for study in view.studies for series in study.series)
    return _url(case=str(view.case.id)) if may_ask(viewer) and stacks > 1 else ""


def fuse_study_url(viewer: Viewer, view: StudyView) -> str:
    """Return the link for a study with the child's others, or nothing."""
    enough = _stacks(view.images) > 1 or (_stacks(view.images) and view.others)
    return _url(study=view.row.uid) if may_ask(viewer) and enough else ""


def _stacks(series: Iterable[ShownSeries]) -> int:
    """Count the series that have slices enough; whether they lie in space the form says."""
    return sum(
        bool(one.picture) and max(one.instance_count, one.frame_count) >= FEWEST_SLICES
        for one in series
    )


def _url(**values: str) -> str:
    return f"{reverse('fusion-new')}?{urlencode(values)}"
