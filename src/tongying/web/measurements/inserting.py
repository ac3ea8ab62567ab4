"""Carrying a measurement's sentence into the opinion that somebody writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

from django.db.models import Q

from tongying.consult.desk import Act, Opinion, may_move
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move
from tongying.kernel.errors import Conflict
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.cases.rows import case_of
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import row_of
from tongying.web.records.visible import cases_for


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
    case = _opinion_case(viewer, row)
    if case is None:
        raise NoOpinionWritten("You are writing no opinion on a case with this measurement.")
    view = cases.show(viewer, case.pk)
    draft = view.draft
    if text.strip() not in draft.findings:
        findings = f"{draft.findings.rstrip()}\n{text.strip()}".strip()
        written = Opinion(**(asdict(draft) | {"findings": findings}))
        cases.act(viewer, case.pk, Act(Move.WRITE, opinion=written), revision=view.revision)
    return case.pk


def _opinion_case(viewer: Viewer, row: MeasurementRow) -> CaseRow | None:
    if viewer.role is not Role.EXPERT:
        return None
    belongs = Q(pk=row.case_id) if row.case_id is not None else Q(pk__in=[])
    if row.study_id is not None:
        belongs |= Q(pk__in=CaseStudy.objects.filter(study_id=row.study_id).values("case_id"))
    mine = cases_for(viewer).filter(belongs, assignee_id=viewer.user)
    found = [one for one in mine if may_move(viewer, case_of(one), Move.WRITE)]
    found.sort(key=lambda one: (one.pk != row.case_id, -one.pk))
    return found[0] if found else None
