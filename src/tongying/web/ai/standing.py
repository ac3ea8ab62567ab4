"""Where a model stands at a hospital, and the rule by which a named person moves it.

Off → shadow → trial → clinical, one step at a time, and back or stopped at any time. A model may
speak only after silent cases enough in at least one age band of its card at that hospital; bands
without stay silent. A rule (no model, its text is its evidence) needs no silent trial.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.ai.card.definition import Method
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.web import now as clock
from tongying.web.ai.badges import card_of
from tongying.web.ai.models import ModelRow, StandingRow
from tongying.web.ai.states import SPEAKS_IN, Standing
from tongying.web.trail import store as trail

MOVING_ROLES: Final = frozenset({Role.EXPERT, Role.ADMIN})
LONGEST_REASON: Final = 500
FOLLOWS: Final[dict[Standing, tuple[Standing, ...]]] = {
    Standing.OFF: (Standing.SHADOW,),
    Standing.SHADOW: (Standing.TRIAL, Standing.OFF, Standing.STOPPED),
    Standing.TRIAL: (Standing.CLINICAL, Standing.SHADOW, Standing.OFF, Standing.STOPPED),
    Standing.CLINICAL: (Standing.TRIAL, Standing.SHADOW, Standing.OFF, Standing.STOPPED),
    Standing.STOPPED: (Standing.SHADOW, Standing.OFF),
}
"""From where to where; the way up is one step at a time."""

Gather = Callable[[ModelRow, str], Any]
"""Model and hospital -> evidence with ``ready_bands``, ``open_incidents`` and ``as_json()``."""


class MovingNotYours(NotAllowed):
    """The viewer's role does not decide where models stand."""

    code: ClassVar[str] = "ai.moving-not-yours"


class MoveRefused(Conflict):
    """The model does not go there from where it stands, or the evidence is not there."""

    code: ClassVar[str] = "ai.move-refused"


class MoveReasonMissing(BadInput):
    """A model's move is made with a reason."""

    code: ClassVar[str] = "ai.move-reason-missing"


def may_move(viewer: Viewer) -> bool:
    """Say whether the viewer decides where models stand at their hospital."""
    return viewer.role in MOVING_ROLES


def follows(standing: Standing) -> tuple[str, ...]:
    """Return where a model may go from a standing."""
    return tuple(one.value for one in FOLLOWS[standing])


def standing_of(model: ModelRow, hospital: str) -> Standing:
    """Return where a version of a model stands at a hospital; off where nobody said."""
    last = StandingRow.objects.filter(model=model, hospital_id=hospital).order_by("-pk").first()
    return Standing(last.standing) if last else Standing.OFF


def may_speak_about(model: ModelRow, hospital: str, band: str) -> bool:
    """Say whether the approval that holds names an age band; a rule speaks about every one."""
    card = card_of(model)
    if card is not None and card.method is Method.RULE:
        return True
    last = StandingRow.objects.filter(model=model, hospital_id=hospital).order_by("-pk").first()
    return last is not None and band in last.evidence.get("ready_bands", ())


def move(viewer: Viewer, model: ModelRow, to: str, reason: str, gather: Gather) -> None:
    """Move a model at the viewer's hospital, with the viewer's name and what was shown to them.

    Parameters
    ----------
    viewer : Viewer
    model : ModelRow
    to : str
    reason : str
    gather : callable
        Of `tongying.web.evidence.figures.evidence_for`.

    Raises
    ------
    MovingNotYours
        If the viewer's role moves none.
    MoveReasonMissing
        If no reason is given, or it is too long.
    MoveRefused
        If it does not go there from where it stands, or what must stand behind it is missing.
    """
    if not may_move(viewer):
        raise MovingNotYours("Experts and administrators decide where a model stands.")
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise MoveReasonMissing("Say why, in at most 500 letters.")
    evidence = gather(model, viewer.hospital)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two approvers at once move it once
        here = standing_of(model, viewer.hospital)
        if to not in follows(here):
            raise MoveRefused("The model does not go there from where it stands.")
        target = Standing(to)
        _check_evidence(model, here, target, evidence)
        row = StandingRow.objects.create(
            model=model,
            hospital_id=viewer.hospital,
            standing=target.value,
            before=here.value,
            by_id=viewer.user,
            at=now,
            reason=words,
            evidence=evidence.as_json() | {"ready_bands": list(evidence.ready_bands)},
        )
        _audit(viewer.login, row, now)


def stop(model: ModelRow, hospital: str, reason: str, by: Viewer | None) -> None:
    """Stop a model at a hospital at once, whoever asks for it; done again it changes nothing.

    Parameters
    ----------
    model : ModelRow
    hospital : str
    reason : str
    by : Viewer or None
        None: the platform, by a rule.
    """
    now = clock.now()
    with transaction.atomic():
        trail.hold()
        here = standing_of(model, hospital)
        if here in (Standing.OFF, Standing.STOPPED):
            return
        row = StandingRow.objects.create(
            model=model,
            hospital_id=hospital,
            standing=Standing.STOPPED.value,
            before=here.value,
            by_id=by.user if by else None,
            at=now,
            reason=reason[:LONGEST_REASON],
        )
        _audit(by.login if by else "system", row, now)


def _check_evidence(model: ModelRow, here: Standing, to: Standing, evidence: Any) -> None:
    card = card_of(model)
    if card is None:
        if to in (Standing.OFF, Standing.STOPPED):
            return
        raise MoveRefused("Its card is no longer understood; the model cannot run.")
    upward = to in SPEAKS_IN and here is not Standing.CLINICAL
    if not upward or card.method is Method.RULE:
        return
    if evidence.open_incidents:
        raise MoveRefused("An incident with this model is open; close it first.")
    if not evidence.ready_bands:
        raise MoveRefused(
            "A model may speak after 100 silent cases in at least one age band of its card here."
        )
    if to is Standing.CLINICAL and not evidence.figures:
        raise MoveRefused(
            "Of no study here is the truth known: how good the model is must be seen first."
        )


def _audit(actor: str, row: StandingRow, now: datetime) -> None:
    detail = {
        "version": row.model.version,
        "from": row.before,
        "to": row.standing,
    }
    event = AuditEvent(
        now, actor, Action.UPDATE, "ai-standing", row.model.card_id, row.hospital_id, detail
    )
    trail.append([event])
