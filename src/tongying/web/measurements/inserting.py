"""Carrying a measurement's sentence into the opinion that somebody writes."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.kernel.errors import Conflict
from tongying.web.cases.into_opinion import add_to_findings, opinion_being_written
from tongying.web.cases.models import CaseStudy
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import row_of


class NoOpinionWritten(Conflict):
    """The viewer is writing no opinion on a case that the measurement belongs to."""

    code: ClassVar[str] = "measurement.no-opinion-open"


class MeasurementStruck(Conflict):
    """The measurement was struck and is not to be used."""

    code: ClassVar[str] = "measurement.struck"


def insert_into_opinion(viewer: Viewer, code: str, text: str) -> int:
    """Add a measurement's sentence to the findings the viewer writes; return the case.

    A sentence that stands there already is not added again.

    Parameters
    ----------
    viewer : Viewer
    code, text : str
        The sentence in the viewer's language.

    Raises
    ------
    MeasurementNotFound
        If it does not exist for the viewer.
    MeasurementStruck
        If it was struck.
    NoOpinionWritten
        If the viewer writes no opinion on its case or study.
    """
    row = row_of(viewer, code)
    if row.struck_at is not None:
        raise MeasurementStruck("This measurement was struck and is not carried into an opinion.")
    case = opinion_being_written(viewer, _cases_of(row), rather=row.case_id)
    if case is None:
        raise NoOpinionWritten("You are writing no opinion on a case with this measurement.")
    add_to_findings(viewer, case, text)
    return case


def _cases_of(row: MeasurementRow) -> Q:
    belongs = Q(pk=row.case_id) if row.case_id is not None else Q(pk__in=[])
    if row.study_id is not None:
        belongs |= Q(pk__in=CaseStudy.objects.filter(study_id=row.study_id).values("case_id"))
    return belongs
