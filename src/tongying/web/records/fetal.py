"""Filing a study that lies under the mother with the child it shows, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.people import Role, Viewer
from tongying.kernel.age import age_on
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed, NotFound
from tongying.kernel.gestation import GestationalAge, check_before_birth
from tongying.web import now as clock
from tongying.web.cases.models import CaseStudy, KeyImage, OpinionRow
from tongying.web.records.children import ChildUnknown, same_child
from tongying.web.records.models import Child, FetalStudy, Study
from tongying.web.trail import store as trail

MOST_AT_ONCE: Final = 8
"""Children of one pregnancy."""
YOUNGEST_MOTHER_YEARS: Final = 10
"""Below this a record is taken for a child's, not a mother's (needs sign-off)."""


class FetalNotYours(NotAllowed):
    """Fetal studies are filed by the coordinator or administrator."""

    code: ClassVar[str] = "fetal.not-yours"


class FetalRefused(BadInput):
    """The study cannot be filed with the child as asked."""

    code: ClassVar[str] = "fetal.refused"


class FetalUnknown(NotFound):
    """There is no such study or link for this viewer."""

    code: ClassVar[str] = "fetal.not-found"


@dataclass(frozen=True, slots=True)
class FetalLink:
    """What a person says about a fetal study.

    Attributes
    ----------
    study_uid : str
    gestation : GestationalAge or None
        At the study; None where it is not known.
    birth_order : int or None
        1 is twin A; None for a single child or where it is not known.
    reason : str
        How it is known that the study shows this child.
    """

    study_uid: str
    gestation: GestationalAge | None
    birth_order: int | None
    reason: str


def file_with_child(viewer: Viewer, child_id: int, link: FetalLink) -> int:
    """File a study of the mother's with the child that it shows; return the link's number.

    Raises
    ------
    FetalNotYours
        If the viewer is neither coordinator nor administrator.
    ChildUnknown
        If the child's record is not of the viewer's hospital.
    FetalUnknown
        If the study is not.
    FetalRefused
        If no reason is given, the study is under the child's own record or one that cannot be a
        mother's, it is filed with this child already, or its place among twins is taken.
    tongying.kernel.gestation.GestationContradicts
        If the dates and the gestational age cannot all be right.
    """
    _check_may_file(viewer)
    if not link.reason.strip():
        raise FetalRefused("Say how you know that the study shows this child.")
    if link.birth_order is not None and not 1 <= link.birth_order <= MOST_AT_ONCE:
        raise FetalRefused("A place among twins or more lies between 1 and 8.")
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two clicks at once must make one link
        child = Child.objects.filter(pk=child_id, hospital_id=viewer.hospital).first()
        if child is None:
            raise ChildUnknown("There is no such child in your hospital.")
        study = (
            Study.objects.filter(uid=link.study_uid, hospital_id=viewer.hospital)
            .select_related("child")
            .first()
        )
        if study is None:
            raise FetalUnknown("There is no such study in your hospital.")
        _check_fits(child, study, link)
        row = FetalStudy.objects.create(
            child=child,
            study=study,
            birth_order=link.birth_order,
            gestation_days=None if link.gestation is None else link.gestation.days,
            reason=link.reason.strip()[:300],
            made_by_id=viewer.user,
            made_at=now,
        )
        _note(viewer, Action.CREATE, row, now)
    return row.pk


def undo(viewer: Viewer, child_id: int, link_id: int) -> None:
    """Undo the filing of a fetal study; cases that nobody has answered lose it as a prior.

    A case whose opinion is signed, or that points at an image of it, keeps what was read.

    Raises
    ------
    FetalNotYours
        If the viewer is neither coordinator nor administrator.
    FetalUnknown
        If there is no such standing link of this child in the viewer's hospital.
    """
    _check_may_file(viewer)
    now = clock.now()
    with transaction.atomic():
        row = (
            FetalStudy.objects.filter(
                pk=link_id,
                undone_at=None,
                child_id__in=same_child(child_id),
                child__hospital_id=viewer.hospital,
            )
            .select_related("study")
            .first()
        )
        if row is None:
            raise FetalUnknown("There is no such filing of a fetal study in your hospital.")
        row.undone_by_id = viewer.user
        row.undone_at = now
        row.save(update_fields=["undone_by", "undone_at"])
        _take_from_cases(row)
        _note(viewer, Action.DELETE, row, now)


def _check_may_file(viewer: Viewer) -> None:
    if viewer.role not in (Role.COORDINATOR, Role.ADMIN):
        raise FetalNotYours("Only a coordinator or administrator files fetal studies.")


def _check_fits(child: Child, study: Study, link: FetalLink) -> None:
    joined = same_child(child.pk)
    if study.child_id in joined:
        raise FetalRefused("The study is under the child's own record already.")
    if not _may_be_mother(study.child, study.date or child.birth_date):
        raise FetalRefused("The study's record is a man's or a child's, not a mother's.")
    standing = FetalStudy.objects.filter(undone_at=None, study=study)
    if standing.filter(child_id__in=joined).exists():
        raise FetalRefused("The study is filed with this child already.")
    if link.birth_order and standing.filter(birth_order=link.birth_order).exists():
        raise FetalRefused("Another child has this place among the twins in the study.")
    if study.date is not None and child.birth_date is not None:
        check_before_birth(link.gestation, studied=study.date, born=child.birth_date)


def _may_be_mother(mother: Child, on: date | None) -> bool:
    if mother.sex == "M":
        return False
    if mother.birth_date is None or on is None:
        return True
    if on < mother.birth_date:
        return False
    return age_on(mother.birth_date, on).months >= 12 * YOUNGEST_MOTHER_YEARS


def _take_from_cases(row: FetalStudy) -> None:
    priors = CaseStudy.objects.filter(
        study=row.study, prior=True, case__child_id__in=same_child(row.child_id)
    )
    answered = OpinionRow.objects.values("case_id")
    shown = KeyImage.objects.filter(study_uid=row.study.uid).values("case_id")
    priors.exclude(case_id__in=answered).exclude(case_id__in=shown).delete()


def _note(viewer: Viewer, action: Action, row: FetalStudy, now: datetime) -> None:
    target = f"{row.study.uid}={row.child_id}"
    event = AuditEvent(now, viewer.login, action, "fetal-study", target, viewer.hospital)
    trail.append([event])
