"""Whom a measurement is about: found from the study, the case or the child one came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.kernel.errors import BadInput
from tongying.web.cases.models import CaseRow
from tongying.web.measurements.rights import children_for
from tongying.web.records.children import ChildUnknown, same_child
from tongying.web.records.filing import children_shown
from tongying.web.records.models import Child, Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for


class SubjectRefused(BadInput):
    """It is not said, or not clear, whom the measurement is about."""

    code: ClassVar[str] = "measurement.subject-refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where somebody measures: on a study, in a case, or on a child's page.

    Attributes
    ----------
    child : int or None
        Key of the child's record.
    study : str
        Study Instance UID; empty where it is not measured on images.
    case : int or None
    """

    child: int | None = None
    study: str = ""
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows of whom a measurement is about; they stay within this package."""

    child: Child
    study: Study | None
    case: CaseRow | None
    studies: tuple[Study, ...]
    """Those it may have been measured on, the likeliest first."""


def subject_of(viewer: Viewer, asked: Asked) -> Subject:
    """Return whom a measurement would be about.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    tongying.web.records.reading.ObjectNotFound
        If the study does not.
    ChildUnknown
        If the child does not.
    SubjectRefused
        If nothing is named, or the study shows several children or another child.
    """
    if asked.case is not None:
        return _of_case(viewer, asked)
    if asked.study:
        study = study_of(viewer, asked.study)
        child = _only_child(study)
        return Subject(child, study, None, (study,))
    if asked.child is None:
        raise SubjectRefused("Say on which child it was measured.")
    child_row = children_for(viewer).filter(pk=asked.child).first()
    if child_row is None:
        raise ChildUnknown("There is no such child.")
    return Subject(child_row, None, None, ())


def _of_case(viewer: Viewer, asked: Asked) -> Subject:
    case = cases_for(viewer).filter(pk=asked.case).select_related("child").first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    shown = case.studies.select_related("study__child").order_by("prior", "-study__date", "pk")
    studies = tuple(one.study for one in shown)
    study = next((one for one in studies if one.uid == asked.study), None)
    if asked.study and study is None:
        raise SubjectRefused("The case does not show this study.")
    child = case.child if study is None else _only_child(study)
    return Subject(child, study, case, studies)


def _only_child(study: Study) -> Child:
    """Return the child that a study shows; its own record where it is filed with none."""
    shown = children_shown(study)
    if len(shown) > 1:
        raise SubjectRefused("The study shows several children; measure on the child's own page.")
    if study.child_id in same_child(shown[0]):
        return study.child
    return Child.objects.get(pk=shown[0])
