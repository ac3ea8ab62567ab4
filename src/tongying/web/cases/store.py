"""Cases for a viewer: begin, show, move. Every change takes its audit event along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from tongying.consult import desk
from tongying.consult.case import Case
from tongying.consult.completeness import is_complete
from tongying.consult.desk import Act
from tongying.consult.draft_mark import check_confirmed
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move, State
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.web import now as clock
from tongying.web.alliance.agreements import answering_hospital
from tongying.web.cases import signing
from tongying.web.cases.documents import (
    OpenDocument,
    Verified,
    differences,
    open_document,
    verify,
)
from tongying.web.cases.models import CaseEvent, CaseRow, CaseStudy, KeyImage, OpinionRow
from tongying.web.cases.priors import attach_priors
from tongying.web.cases.rows import case_of, number_of, write_case
from tongying.web.cases.showing import show
from tongying.web.cases.waiting import waiting_for
from tongying.web.cases.worklist import WorklistPage, WorklistQuery, worklist
from tongying.web.desk.alerts import fire_due
from tongying.web.desk.course import follow
from tongying.web.desk.decisions import keep_decision
from tongying.web.desk.facts import facts_of
from tongying.web.desk.plan import CHOOSING, check_may_choose, with_proposal
from tongying.web.notices.moves import notify_move
from tongying.web.panels.signing import check_panel_allows_signing, panel_follows
from tongying.web.pathways.freezing import check_whole, freeze
from tongying.web.people.models import Member
from tongying.web.records.models import Instance
from tongying.web.records.reading import ObjectNotFound, study_of
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail
from tongying.web.workitems.mirror import mirror


class StaleRevision(Conflict):
    """Somebody changed the case since the page was loaded."""

    code: ClassVar[str] = "case.stale"


class NotAsking(NotAllowed):
    """Only a requester asks, and only about a study of their own hospital."""

    code: ClassVar[str] = "case.not-asking"


class NobodyAnswers(Conflict):
    """No hospital of the installation takes questions."""

    code: ClassVar[str] = "case.nobody-answers"


class AssigneeRefused(BadInput):
    """The person chosen cannot answer."""

    code: ClassVar[str] = "case.assignee"


class KeyImageRefused(BadInput):
    """The image pointed at is not in the case."""

    code: ClassVar[str] = "case.key-image"


@dataclass(frozen=True, slots=True)
class KeyImagePick:
    """An image to point at; frames are counted from 1."""

    study_uid: str
    series_uid: str
    sop_uid: str
    frame: int = 1
    caption: str = ""


def begin(viewer: Viewer, study_uid: str) -> int:
    """Begin a draft about a study, with the child's other studies as priors.

    A draft of the same author about the same study is taken up again.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    NotAsking
        If the viewer is not a requester of the study's hospital.
    NobodyAnswers
        If no other hospital takes questions.
    """
    with transaction.atomic():
        trail.hold()  # two clicks at once must find one draft
        study = study_of(viewer, study_uid)
        if viewer.role is not Role.REQUESTER or study.hospital_id != viewer.hospital:
            raise NotAsking("Only a requester may ask, about a study of their own hospital.")
        again = CaseRow.objects.filter(
            author_id=viewer.user,
            state=State.DRAFT.value,
            studies__study=study,
            studies__prior=False,
        ).first()
        if again is not None:
            return again.pk
        now = clock.now()
        answering = answering_hospital(study, now)
        if answering is None:
            raise NobodyAnswers("No hospital of this alliance takes questions yet.")
        row = CaseRow.objects.create(
            state=State.DRAFT.value,
            asking_id=viewer.hospital,
            answering=answering,
            author_id=viewer.user,
            child=study.child,
            weight_kg=None,
            created_at=now,
            changed_at=now,
        )
        CaseStudy.objects.create(case=row, study=study)
        attach_priors(row, study)
        _note(row, viewer, "begin", now, action=Action.CREATE)
    return row.pk


def act(viewer: Viewer, case_id: int, act: Act, *, revision: int | None = None) -> Case:
    """Make a move and return the case afterwards.

    Parameters
    ----------
    viewer : Viewer
    case_id : int
    act : Act
        The move and what it brings along.
    revision : int or None
        The revision that the viewer saw; None skips the check (a machine that does not keep one).

    Raises
    ------
    CaseNotFound, MoveNotYours, MoveOutOfPlace, ReasonMissing, AssigneeMissing, QuestionRefused,
    AnswerMissing, OverrideReasonMissing, OfferEmpty, TimeMissing
        As `tongying.consult.desk.apply`.
    StaleRevision
        If the case has changed since.
    ExpertBarred, AgreementMissing
        As `tongying.web.desk.plan.check_may_choose`.
    PanelNotReady, AnswerNotConclusion
        As `tongying.web.panels.signing.check_panel_allows_signing`.
    AnswerNotWhole
        As `tongying.web.pathways.freezing.check_whole`.
    DraftUnconfirmed
        As `tongying.consult.draft_mark.check_confirmed`.
    AssigneeRefused
        If the person chosen is no active expert of the answering hospital.
    """
    signs = act.move in (Move.SIGN, Move.AMEND) and act.opinion is not None
    # Rendered before the transaction, which holds the one write lock.
    row = _row(viewer, case_id, to_change=False)
    if signs or act.move is Move.ASSIGN:
        desk.check_move(viewer, case_of(row), act.move)  # before pictures and plan take their time
    pictures = signing.render_key_images(row) if signs else ()
    act = with_proposal(row, act, clock.now())
    with transaction.atomic():
        row = _row(viewer, case_id)
        before = case_of(row)
        desk.check_move(viewer, before, act.move)
        if revision is not None and revision != row.revision:
            raise StaleRevision("Somebody changed this case meanwhile; look again first.")
        check_panel_allows_signing(row, act)
        if signs:
            check_whole(row)
        if signs and act.opinion is not None:
            check_confirmed(act.opinion)
        now = clock.now()
        fire_due(row, now)  # with the move, what fell due before it would be forgotten
        after = desk.apply(viewer, before, act, now)
        if act.move is Move.ASSIGN:
            _check_assignee(row, after)
        if act.move in CHOOSING:
            check_may_choose(row, act.offered or [after.assignee], now)
        write_case(row, after, now)
        if act.move is Move.OFFER:
            _check_offer(row, act)
        keep_decision(row, act, before, viewer.user or None, now)
        sends = act.move in (Move.SUBMIT, Move.RESUBMIT)
        follow(row, act, now, complete=sends and is_complete(after.question, facts_of(row)))
        if act.move is Move.WRITE and act.opinion is not None:
            row.draft_answer = act.opinion.answer
            row.draft_findings = act.opinion.findings
            row.draft_advice = act.opinion.advice
        if signs and act.against_local is not None:
            row.against_local = act.against_local.value
        if act.move is Move.SUBMIT:
            attach_priors(row, row.studies.get(prior=False).study)
        row.save()
        mirror(row, now)
        panel_follows(viewer, row, act, before, now)
        if signs and act.opinion is not None:
            opinion, reason = act.opinion, act.reason.strip()
            signed = signing.sign(row, opinion, reason=reason, now=now, key_images=pictures)
            freeze(row, signed, now)
        if act.move is Move.ACKNOWLEDGE:
            OpinionRow.objects.filter(case=row, version=row.version).update(
                acknowledged_by_id=viewer.user, acknowledged_at=now
            )
        if act.move not in (Move.EDIT, Move.WRITE):
            _event(row, viewer, act, now)
        notify_move(row, act, now)
        _note(row, viewer, act.move.value, now)
    return after


def add_key_image(viewer: Viewer, case_id: int, pick: KeyImagePick) -> int:
    """Point at an image of the case's studies and return its number.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    MoveNotYours, MoveOutOfPlace
        If the viewer is neither writing the question nor reading the case now.
    KeyImageRefused
        If the image is not in the case's studies or has no such frame.
    """
    with transaction.atomic():
        row = _row(viewer, case_id)
        _check_may_point(viewer, row)
        instance = Instance.objects.filter(
            series__study__in=row.studies.values("study"),
            series__study__uid=pick.study_uid,
            series__uid=pick.series_uid,
            uid=pick.sop_uid,
        ).first()
        if instance is None or not instance.frame_count:
            raise KeyImageRefused("This image is not in the studies of the case.")
        if not 1 <= pick.frame <= instance.frame_count:
            raise KeyImageRefused(f"The image has no frame {pick.frame}.")
        image, _ = KeyImage.objects.get_or_create(
            case=row,
            sop_uid=pick.sop_uid,
            frame=pick.frame,
            defaults={
                "study_uid": pick.study_uid,
                "series_uid": pick.series_uid,
                "caption": pick.caption[:200],
                "added_by_id": viewer.user,
            },
        )
        _note(row, viewer, "key-image", clock.now())
    return image.pk


def set_caption(viewer: Viewer, case_id: int, image_id: int, text: str) -> None:
    """Change the caption of an image that the viewer points at.

    Raises
    ------
    CaseNotFound, MoveNotYours, MoveOutOfPlace, KeyImageRefused
        As `add_key_image`.
    """
    with transaction.atomic():
        row = _row(viewer, case_id)
        _check_may_point(viewer, row)
        if not row.key_images.filter(pk=image_id).update(caption=text.strip()[:200]):
            raise KeyImageRefused("There is no such key image.")
        _note(row, viewer, "key-image", clock.now())


def drop_key_image(viewer: Viewer, case_id: int, image_id: int) -> None:
    """Stop pointing at an image.

    Raises
    ------
    CaseNotFound, MoveNotYours, MoveOutOfPlace, KeyImageRefused
        As `add_key_image`.
    """
    with transaction.atomic():
        row = _row(viewer, case_id)
        _check_may_point(viewer, row)
        if not row.key_images.filter(pk=image_id).delete()[0]:
            raise KeyImageRefused("There is no such key image.")
        _note(row, viewer, "key-image", clock.now())


def next_case(viewer: Viewer) -> int | None:
    """Return the case the viewer has to act on next: the one due first."""
    row = waiting_for(viewer).order_by("due_at", "pk").first()
    return None if row is None else row.pk


def _row(viewer: Viewer, case_id: int, *, to_change: bool = True) -> CaseRow:
    """Return a case's row, locked until the transaction ends where it is to be changed."""
    rows = cases_for(viewer).filter(pk=case_id)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise desk.CaseNotFound("There is no such case.")
    return row


def _check_assignee(row: CaseRow, after: Case) -> None:
    if not Member.objects.filter(
        pk=after.assignee,
        role=Role.EXPERT.value,
        is_active=True,
        hospital_id=row.answering_id,
    ).exists():
        raise AssigneeRefused("The one who answers must be an active expert of this hospital.")


def _check_offer(row: CaseRow, act: Act) -> None:
    experts = Member.objects.filter(
        pk__in=act.offered,
        role=Role.EXPERT.value,
        is_active=True,
        hospital_id=row.answering_id,
    )
    if experts.count() != len(act.offered):
        raise AssigneeRefused("A case is offered to active experts of this hospital only.")


def _check_may_point(viewer: Viewer, row: CaseRow) -> None:
    case = case_of(row)
    if not desk.may_move(viewer, case, Move.EDIT):
        desk.check_move(viewer, case, Move.WRITE)


def _event(row: CaseRow, viewer: Viewer, act: Act, now: datetime) -> None:
    CaseEvent.objects.create(
        case=row,
        at=now,
        actor_id=viewer.user or None,
        move=act.move.value,
        state=row.state,
        reason=act.reason.strip(),
        assignee_id=row.assignee_id if act.move in (Move.ASSIGN, Move.CLAIM) else None,
    )


def _note(
    row: CaseRow, viewer: Viewer, move: str, now: datetime, *, action: Action = Action.UPDATE
) -> None:
    detail = {"move": move, "state": row.state, "revision": str(row.revision)}
    trail.append(
        [AuditEvent(now, viewer.login, action, "case", number_of(row), row.asking_id, detail)]
    )


__all__ = [
    "AssigneeRefused",
    "KeyImagePick",
    "KeyImageRefused",
    "NobodyAnswers",
    "NotAsking",
    "ObjectNotFound",
    "OpenDocument",
    "StaleRevision",
    "Verified",
    "WorklistPage",
    "WorklistQuery",
    "act",
    "add_key_image",
    "begin",
    "differences",
    "drop_key_image",
    "next_case",
    "open_document",
    "set_caption",
    "show",
    "verify",
    "waiting_for",
    "worklist",
]
