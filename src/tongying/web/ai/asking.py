"""Asking that models look at a study: by a rule's plan, or by a person. A refusal is a run too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import transaction

from tongying.ai.card.definition import ModelCard
from tongying.ai.evaluation.strata import age_band
from tongying.ai.rules.definition import Planned
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict, NotAllowed
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.ai import workitem
from tongying.web.ai.badges import card_of
from tongying.web.ai.events import note
from tongying.web.ai.installing import ModelNotInstalled, model_row
from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.ai.sight import RunNotFound, run_of
from tongying.web.ai.standing import may_speak_about, standing_of
from tongying.web.ai.states import OPEN_RUNS, RUNS_IN, SPEAKS_IN, RunState, Standing
from tongying.web.records.models import Study
from tongying.web.records.reading import study_of
from tongying.web.trail import store as trail

ASKING_ROLES: Final = frozenset({Role.EXPERT, Role.REQUESTER, Role.TECHNOLOGIST, Role.RESEARCHER})
LONGEST_WAIT: Final = timedelta(hours=4)
"""Whatever waits longer has failed: a consultation is answered within 4 to 6 hours."""
BY_PERSON: Final = "person"
URGENCY_OF_PERSON: Final = 3
MOST_RULES: Final = 120


class AskingNotYours(NotAllowed):
    """The viewer's role asks no models."""

    code: ClassVar[str] = "ai.asking-not-yours"


class ModelDoesNotRun(Conflict):
    """The model is off or stopped at the study's hospital, or its card is not understood."""

    code: ClassVar[str] = "ai.model-does-not-run"


class RunOver(Conflict):
    """The run has ended already."""

    code: ClassVar[str] = "ai.run-over"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Why a run is made."""

    trigger: str
    order: int
    urgency: int
    by: Viewer | None
    again_of: RunRow | None = None


def ask(viewer: Viewer, study_uid: str, card_id: str) -> str:
    """Ask a model about a study and return the run's code; one that is open already is that one.

    Raises
    ------
    AskingNotYours
        If the viewer's role asks none.
    ObjectNotFound
        If the study does not exist for the viewer.
    ModelNotInstalled
        If no model of this name is here.
    ModelDoesNotRun
        If it is off or stopped at the study's hospital.
    """
    _check(viewer)
    study = study_of(viewer, study_uid)
    model = model_row(card_id)
    with transaction.atomic():
        trail.hold()  # two clicks at once are one run
        made = _make(study, model, _Asked(BY_PERSON, 0, URGENCY_OF_PERSON, viewer))
    return str(made.code)


def ask_again(viewer: Viewer, code: str) -> str:
    """Repeat a run that has ended and return the new one's code.

    Raises
    ------
    AskingNotYours
        If the viewer's role asks none.
    RunNotFound
        If it does not exist for the viewer.
    ModelDoesNotRun
        If the model is off or stopped at the study's hospital.
    """
    _check(viewer)
    row = run_of(viewer, code)
    with transaction.atomic():
        trail.hold()
        asked = _Asked(BY_PERSON, 0, URGENCY_OF_PERSON, viewer, again_of=row)
        made = _make(row.study, model_row(row.model.card_id), asked)
        note(row.study, "retried", clock.now(), run=made, by=viewer.login)
    return str(made.code)


def cancel(viewer: Viewer, code: str) -> None:
    """Ask that a run end; one that has not begun ends at once.

    Raises
    ------
    AskingNotYours
        If the viewer's role asks none.
    RunNotFound
        If it does not exist for the viewer.
    RunOver
        If it has ended already.
    """
    _check(viewer)
    run_of(viewer, code)
    now = clock.now()
    with transaction.atomic():
        row = RunRow.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise RunNotFound("There is no such run of a model.")
        if row.state not in OPEN_RUNS:
            raise RunOver("This run has ended already.")
        row.cancel_asked_by_id, row.cancel_asked_at = viewer.user, now
        row.save(update_fields=["cancel_asked_by", "cancel_asked_at"])
        if row.state == RunState.WAITING.value:
            end_cancelled(row, now)


def end_cancelled(row: RunRow, now: datetime) -> None:
    """End a run because somebody asked, in the caller's transaction."""
    row.state, row.finished_at = RunState.CANCELLED.value, now
    row.save(update_fields=["state", "finished_at"])
    workitem.drop(row, now, "Cancelled by a person.")
    note(row.study, "cancelled", now, run=row)
    audit(row, Action.UPDATE, now, what="cancelled")


def ask_planned(study: Study, steps: Sequence[Planned], version: int) -> list[RunRow]:
    """Ask every model of a plan that runs at the study's hospital, in the caller's transaction.

    Parameters
    ----------
    study : Study
    steps : sequence of Planned
        In the order in which they run.
    version : int
        Of the rules.
    """
    made = []
    now = clock.now()
    for order, step in enumerate(steps, start=1):
        trigger = f"rule:{step.rule}@{version}"[:MOST_RULES]
        try:
            asked = _Asked(trigger, order, step.urgency, None, _last(study, step.card_id))
            made.append(_make(study, model_row(step.card_id), asked))
        except (ModelNotInstalled, ModelDoesNotRun) as refusal:
            note(study, "passed-over", now, model=step.card_id, code=refusal.error_code)
    return made


def audit(row: RunRow, action: Action, now: datetime, **detail: str) -> None:
    """Append the audit event of an act on a run, in the caller's transaction."""
    actor = row.asked_by.login if row.asked_by else "system"
    told = {"model": f"{row.model.card_id} {row.model.version}", **detail}
    trail.append([AuditEvent(now, actor, action, "ai-run", row.code, row.hospital_id, told)])


def _make(study: Study, model: ModelRow, asked: _Asked) -> RunRow:
    card = card_of(model)
    standing = standing_of(model, study.hospital_id)
    if card is None or standing not in RUNS_IN:
        raise ModelDoesNotRun("The model is not switched on at the hospital of this study.")
    open_ = RunRow.objects.filter(study=study, model=model, state__in=OPEN_RUNS).first()
    if open_ is not None:
        return open_
    now = clock.now()
    row = RunRow.objects.create(
        code=new_code(),
        model=model,
        hospital_id=study.hospital_id,
        study=study,
        case=None,
        standing=_of_this_child(study, model, standing).value,
        trigger=asked.trigger,
        step=card.step.value,
        order=asked.order,
        urgency=asked.urgency,
        asked_by_id=asked.by.user if asked.by else None,
        asked_at=now,
        deadline=now + LONGEST_WAIT + timedelta(seconds=card.running.limits.seconds),
        state=RunState.WAITING.value,
        again_of=asked.again_of,
        prior=_prior(study, card),
    )
    note(study, "asked", now, run=row, trigger=asked.trigger)
    audit(row, Action.CREATE, now, standing=row.standing, trigger=asked.trigger)
    return row


def _of_this_child(study: Study, model: ModelRow, standing: Standing) -> Standing:
    """Return the standing for a child of this age: a band without silent cases stays silent."""
    if standing not in SPEAKS_IN:
        return standing
    born, day = study.child.birth_date, study.date
    if born is None or day is None or day < born:
        return standing  # the gate refuses an unknown age, and says so where people see it
    band = age_band((day - born).days).value
    return standing if may_speak_about(model, study.hospital_id, band) else Standing.SHADOW


def _prior(study: Study, card: ModelCard) -> Study | None:
    """Return the last earlier study of the child with the card's modality, where it compares."""
    if not card.needs_prior and card.step.value != "detection":
        return None
    if study.date is None:
        return None
    earlier = Study.objects.filter(
        child_id=study.child_id, date__lt=study.date, modalities__contains=card.scope.modality
    )
    return earlier.order_by("-date", "-pk").first()


def _last(study: Study, card_id: str) -> RunRow | None:
    rows = RunRow.objects.filter(study=study, model__card_id=card_id).exclude(state__in=OPEN_RUNS)
    return rows.order_by("-pk").first()


def _check(viewer: Viewer) -> None:
    if viewer.role not in ASKING_ROLES:
        raise AskingNotYours("Your role asks no models.")
