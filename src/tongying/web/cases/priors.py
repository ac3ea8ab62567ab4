"""A case's priors: the child's other studies at the asking hospital, fetal ones too."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet

from tongying.consult import desk
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.cases.rows import case_of, number_of
from tongying.web.records.children import same_child
from tongying.web.records.filing import children_shown, filed_with
from tongying.web.records.models import Study
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail


class PriorRefused(BadInput):
    """The study is no prior of this case's child."""

    code: ClassVar[str] = "case.prior-refused"


def attach_priors(row: CaseRow, study: Study) -> None:
    """Add the other studies of the child that a study shows, at the asking hospital, as priors.

    A study of twins before birth gets none: whose they would be is not known.

    Parameters
    ----------
    row : CaseRow
    study : Study
        The subject of the question.
    """
    here = set(row.studies.values_list("study_id", flat=True))
    others = _eligible(row, study).exclude(pk__in=here)
    CaseStudy.objects.bulk_create(CaseStudy(case=row, study=other, prior=True) for other in others)


def add_prior(viewer: Viewer, case_id: int, study_uid: str) -> None:
    """Add one study of the child to a question that the viewer may write on.

    A study that is with the case already stays as it is.

    Raises
    ------
    tongying.consult.desk.CaseNotFound
        If the case does not exist for the viewer.
    tongying.consult.desk.MoveNotYours, tongying.consult.desk.MoveOutOfPlace
        If the viewer may not write on the question now.
    PriorRefused
        If the study is not the child's, or not of the asking hospital.
    """
    with transaction.atomic():
        row = cases_for(viewer).filter(pk=case_id).select_for_update().first()
        if row is None:
            raise desk.CaseNotFound("There is no such case.")
        desk.check_move(viewer, case_of(row), Move.EDIT)
        subject = row.studies.select_related("study").get(prior=False).study
        study = _eligible(row, subject).filter(uid=study_uid).first()
        if study is None:
            raise PriorRefused("This study is not one of the child's at your hospital.")
        _, added = CaseStudy.objects.get_or_create(case=row, study=study, defaults={"prior": True})
        if added:
            event = AuditEvent(
                clock.now(),
                viewer.login,
                Action.UPDATE,
                "case",
                number_of(row),
                row.asking_id,
                {"move": "prior", "study": study.uid},
            )
            trail.append([event])


def _eligible(row: CaseRow, subject: Study) -> QuerySet[Study]:
    shown = children_shown(subject)
    if len(shown) != 1:
        return Study.objects.none()
    filed = Study.objects.filter(filed_with(same_child(shown[0])))
    return filed.filter(hospital_id=row.asking_id).exclude(pk=subject.pk)
