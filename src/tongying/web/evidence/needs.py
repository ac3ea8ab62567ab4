"""The need board: a clinical need, and the data set, pilot and training that followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from tongying.ai.card.definition import Step
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow
from tongying.web.evidence.models import FrozenSet, NeedRow, NeedStep, NeedVote
from tongying.web.trail import store as trail

LEADING_ROLES: Final = frozenset({Role.EXPERT, Role.RESEARCHER, Role.COORDINATOR, Role.ADMIN})
"""Who takes a need on."""
LONGEST: Final[dict[str, int]] = {"title": 200, "why": 2000, "disease": 100, "words": 500}


class Stage(StrEnum):
    """How far a need has come."""

    RAISED = "raised"
    ACCEPTED = "accepted"
    DATA = "data"
    """A frozen data set stands behind it."""
    PILOT = "pilot"
    """A model is tried."""
    TRAINING = "training"
    """People are taught to work with it."""
    MET = "met"
    DECLINED = "declined"


FOLLOWS: Final[dict[Stage, frozenset[Stage]]] = {
    Stage.RAISED: frozenset({Stage.ACCEPTED, Stage.DECLINED}),
    Stage.ACCEPTED: frozenset({Stage.DATA, Stage.DECLINED}),
    Stage.DATA: frozenset({Stage.PILOT, Stage.DECLINED}),
    Stage.PILOT: frozenset({Stage.TRAINING, Stage.DATA, Stage.DECLINED}),
    Stage.TRAINING: frozenset({Stage.MET, Stage.PILOT}),
    Stage.MET: frozenset(),
    Stage.DECLINED: frozenset({Stage.RAISED}),
}
"""From where to where a need goes."""


class LinkKind(StrEnum):
    """What a step of a need points at."""

    SET = "set"
    MODEL = "model"
    COURSE = "course"
    CASE = "case"


LINK_NEEDED: Final[dict[Stage, LinkKind]] = {
    Stage.DATA: LinkKind.SET,
    Stage.PILOT: LinkKind.MODEL,
    Stage.TRAINING: LinkKind.COURSE,
}
"""A need does not reach these without the thing itself."""


class NeedNotFound(NotFound):
    """There is no such need."""

    code: ClassVar[str] = "need.not-found"


class NeedNotYours(NotAllowed):
    """The viewer's role does not move this need."""

    code: ClassVar[str] = "need.not-yours"


class NeedRefused(BadInput):
    """Something that a need or its step must say is missing or too long."""

    code: ClassVar[str] = "need.refused"


class NeedElsewhere(Conflict):
    """The need does not go there from where it stands."""

    code: ClassVar[str] = "need.stage"


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """A need as somebody raises it: no patient data."""

    title: str
    why: str
    step: str
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a need goes next, in whose words, and what stands behind it."""

    stage: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ListedNeed:
    """A need as the board shows it."""

    code: str
    title: str
    step: str
    disease: str
    stage: Stage
    hospital: str
    raised_by: str
    raised_at: datetime
    owner: str
    votes: int
    voted: bool


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step of a need's thread."""

    stage: Stage
    words: str
    link_kind: str
    link: str
    link_name: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WholeNeed:
    """A need with its thread, oldest step first."""

    listed: ListedNeed
    why: str
    steps: tuple[ToldStep, ...]
    may_move: bool
    onward: tuple[Stage, ...]


def raise_need(viewer: Viewer, draft: NeedDraft) -> str:
    """Put a need on the board and return its code.

    Raises
    ------
    NeedNotYours
        If the viewer is a vendor.
    NeedRefused
        If title, reason or step is missing, or one is too long.
    """
    if viewer.role is Role.VENDOR:
        raise NeedNotYours("Needs are raised by the hospitals.")
    title, why = _worded("title", draft.title), _worded("why", draft.why)
    disease = draft.disease.strip()
    if len(disease) > LONGEST["disease"]:
        raise NeedRefused("The disease is longer than it can be.")
    if draft.step not in {one.value for one in Step}:
        raise NeedRefused("Say at which step of the examination the need arises.")
    now = clock.now()
    with transaction.atomic():
        row = NeedRow.objects.create(
            code=new_code(),
            title=title,
            why=why,
            step=draft.step,
            disease=disease,
            hospital_id=viewer.hospital,
            raised_by_id=viewer.user,
            raised_at=now,
            stage=Stage.RAISED.value,
        )
        NeedStep.objects.create(
            need=row, stage=Stage.RAISED.value, words="", by_id=viewer.user, at=now
        )
        _audit(viewer, row, Action.CREATE, now)
    return str(row.code)


def vote(viewer: Viewer, code: str) -> bool:
    """Say that the viewer has the same need, or no longer; return whether they have it now.

    Raises
    ------
    NeedNotFound
        If there is no such need.
    NeedNotYours
        If the viewer is a vendor.
    """
    if viewer.role is Role.VENDOR:
        raise NeedNotYours("Needs are raised by the hospitals.")
    now = clock.now()
    with transaction.atomic():
        row = _row(code)
        made, fresh = NeedVote.objects.get_or_create(
            need=row, by_id=viewer.user, defaults={"at": now}
        )
        if not fresh:
            made.delete()
        _audit(viewer, row, Action.UPDATE, now, what="vote" if fresh else "vote-back")
    return fresh


def move(viewer: Viewer, code: str, to: Move) -> None:
    """Take a need one step on.

    Parameters
    ----------
    viewer : Viewer
    code : str
    to : Move
        `link` is the code of a frozen set, the id of a model, or the name of a course, as the
        stage asks for it.

    Raises
    ------
    NeedNotFound
        If there is no such need.
    NeedNotYours
        If the viewer's role moves none, or another hospital has taken it on.
    NeedElsewhere
        If it does not go there from where it stands.
    NeedRefused
        If words or what must stand behind the stage are missing.
    """
    words = _worded("words", to.words)
    now = clock.now()
    with transaction.atomic():
        row = _row(code, lock=True)
        if not _may_move(viewer, row):
            raise NeedNotYours("Who took the need on, or may take it on, moves it.")
        stage = Stage(to.stage) if to.stage in {one.value for one in Stage} else None
        if stage is None or stage not in FOLLOWS[Stage(row.stage)]:
            raise NeedElsewhere("The need does not go there from where it stands.")
        kind = LINK_NEEDED.get(stage)
        link = to.link.strip()
        if kind is not None:
            _check_link(kind, link)
        NeedStep.objects.create(
            need=row,
            stage=stage.value,
            words=words,
            link_kind=kind.value if kind and link else "",
            link=link if kind else "",
            by_id=viewer.user,
            at=now,
        )
        row.stage = stage.value
        if stage is Stage.ACCEPTED:
            row.owner_id = viewer.user
        if stage is Stage.RAISED:
            row.owner_id = None
        row.save(update_fields=["stage", "owner"])
        _audit(viewer, row, Action.UPDATE, now, what=stage.value)


def board(viewer: Viewer) -> tuple[ListedNeed, ...]:
    """Return every need of the alliance, those most people have first; none to a vendor."""
    if viewer.role is Role.VENDOR:
        return ()
    return tuple(_listed(row) for row in _rows(viewer).order_by("-votes_", "-raised_at"))


def need_of(viewer: Viewer, code: str) -> WholeNeed:
    """Return a need with its thread.

    Raises
    ------
    NeedNotFound
        If there is none for the viewer.
    """
    row = None if viewer.role is Role.VENDOR else _rows(viewer).filter(code=code).first()
    if row is None:
        raise NeedNotFound("There is no such need.")
    steps = NeedStep.objects.filter(need=row).select_related("by").order_by("pk")
    names = dict(FrozenSet.objects.values_list("code", "name"))
    told = tuple(
        ToldStep(
            Stage(one.stage),
            one.words,
            one.link_kind,
            one.link,
            names.get(one.link, one.link),
            one.by.name,
            one.at,
        )
        for one in steps
    )
    may = _may_move(viewer, row)
    onward = tuple(one for one in Stage if may and one in FOLLOWS[Stage(row.stage)])
    return WholeNeed(_listed(row), row.why, told, may, onward)


def _rows(viewer: Viewer):  # type: ignore[no-untyped-def]
    mine = NeedVote.objects.filter(need=OuterRef("pk"), by_id=viewer.user)
    return NeedRow.objects.select_related("hospital", "raised_by", "owner").annotate(
        votes_=Count("votes"), voted_=Exists(mine)
    )


def _row(code: str, *, lock: bool = False) -> NeedRow:
    rows = NeedRow.objects.select_for_update() if lock else NeedRow.objects.all()
    row = rows.filter(code=code).first()
    if row is None:
        raise NeedNotFound("There is no such need.")
    return row


def _may_move(viewer: Viewer, row: NeedRow) -> bool:
    """Anybody who leads may take on what nobody has; then its owner and their hospital's leads."""
    if viewer.role not in LEADING_ROLES:
        return False
    return row.owner is None or row.owner.hospital_id == viewer.hospital


def _check_link(kind: LinkKind, link: str) -> None:
    if kind is LinkKind.SET and not FrozenSet.objects.filter(code=link).exists():
        raise NeedRefused("Choose the frozen data set that stands behind the need.")
    if kind is LinkKind.MODEL and not ModelRow.objects.filter(card_id=link).exists():
        raise NeedRefused("Choose the installed model that is tried.")
    if kind is LinkKind.COURSE and not link:
        raise NeedRefused("Name the course in which people learn to work with it.")


def _worded(name: str, text: str) -> str:
    written = text.strip()
    if not written:
        raise NeedRefused("Something that must be said is empty.")
    if len(written) > LONGEST[name]:
        raise NeedRefused("Something is longer than it can be.")
    return written


def _listed(row: NeedRow) -> ListedNeed:
    return ListedNeed(
        row.code,
        row.title,
        row.step,
        row.disease,
        Stage(row.stage),
        row.hospital.name,
        row.raised_by.name,
        row.raised_at,
        row.owner.name if row.owner else "",
        getattr(row, "votes_", 0),
        getattr(row, "voted_", False),
    )


def _audit(viewer: Viewer, row: NeedRow, action: Action, now: datetime, **detail: str) -> None:
    trail.append([AuditEvent(now, viewer.login, action, "need", row.code, row.hospital_id, detail)])
