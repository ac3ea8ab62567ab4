"""Evaluations that are kept: on frozen sets, alone or of two models against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.ai.evaluation.evaluating import evaluate, head_to_head
from tongying.ai.evaluation.strata import Case
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.norms.sex import Sex
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.evidence.figures import REPLICATES, SEED
from tongying.web.evidence.gathering import age_of, called, runs_of, sex_of_child
from tongying.web.evidence.kinds import kinds_of_all
from tongying.web.evidence.models import EvaluationRow, FrozenSet, TruthRow
from tongying.web.trail import store as trail

EVALUATING_ROLES: Final = frozenset({Role.EXPERT, Role.RESEARCHER, Role.ADMIN})
LONGEST_NAME: Final = 120


class EvaluatingNotYours(NotAllowed):
    """The viewer's role evaluates no models."""

    code: ClassVar[str] = "evaluation.not-yours"


class SetRefused(BadInput):
    """A frozen set needs a name, a kind of finding and studies whose truth is known."""

    code: ClassVar[str] = "evaluation.set-refused"


class SetNotFound(NotFound):
    """There is no such frozen set."""

    code: ClassVar[str] = "evaluation.set-not-found"


class EvaluationNotFound(NotFound):
    """There is no such evaluation."""

    code: ClassVar[str] = "evaluation.not-found"


class NothingAnswered(Conflict):
    """The model has not run on a study of the set."""

    code: ClassVar[str] = "evaluation.nothing-answered"


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A frozen set as it is listed."""

    code: str
    name: str
    kind: str
    studies: int
    present: int
    synthetic: bool
    digest: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ListedEvaluation:
    """An evaluation as it is listed and shown."""

    code: str
    model: str
    version: str
    against: str
    set_name: str
    kind: str
    synthetic: bool
    result: dict[str, Any]
    made_by: str
    made_at: datetime


def may_evaluate(viewer: Viewer) -> bool:
    """Say whether the viewer evaluates models."""
    return viewer.role in EVALUATING_ROLES


def freeze(viewer: Viewer, name: str, kind: str) -> str:
    """Freeze every study of the viewer's hospital whose truth of a kind is known now.

    Raises
    ------
    EvaluatingNotYours
        If the viewer's role evaluates none.
    SetRefused
        If the name or kind is missing, or no study has a known truth.
    """
    _check(viewer)
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise SetRefused("A frozen set has a name of at most 120 letters.")
    if kind not in kinds_of_all():
        raise SetRefused("No model here speaks of this kind of finding.")
    items = _items(viewer.hospital, kind)
    if not items:
        raise SetRefused("No study of your hospital has a known truth of this kind.")
    now = clock.now()
    written = json.dumps({"kind": kind, "items": items}, sort_keys=True, separators=(",", ":"))
    with transaction.atomic():
        row = FrozenSet.objects.create(
            code=new_code(),
            name=name.strip(),
            kind=kind,
            hospital_id=viewer.hospital,
            items=items,
            digest=hashlib.sha256(written.encode()).hexdigest(),
            synthetic=all(one["level"] == "made" for one in items),
            made_by_id=viewer.user,
            made_at=now,
        )
        _audit(viewer, "frozen-set", row.code, now)
    return str(row.code)


def evaluate_on(viewer: Viewer, set_code: str, model: str, against: str = "") -> str:
    """Evaluate a model on a frozen set with the runs that ended here; return its code.

    Parameters
    ----------
    viewer : Viewer
    set_code : str
    model, against : str
        ``id@version``; `against` may be empty.

    Raises
    ------
    EvaluatingNotYours
        If the viewer's role evaluates none.
    SetNotFound
        If the set is not one of the viewer's hospital.
    EvaluationNotFound
        If a model is not installed.
    NothingAnswered
        If a model has ended on no study of the set.
    """
    _check(viewer)
    frozen = FrozenSet.objects.filter(code=set_code, hospital_id=viewer.hospital).first()
    if frozen is None:
        raise SetNotFound("There is no such frozen set at your hospital.")
    first = _model(model)
    cases = _cases(first, frozen)
    result: dict[str, Any] = {
        "kind": frozen.kind,
        "digest": frozen.digest,
        **evaluate(cases, replicates=REPLICATES, seed=SEED).as_json(),
    }
    second = _model(against) if against else None
    if second is not None:
        others = _cases(second, frozen)
        result["against"] = evaluate(others, replicates=REPLICATES, seed=SEED).as_json()
        compared = head_to_head(cases, others, replicates=REPLICATES, seed=SEED)
        result["head_to_head"] = compared.as_json()
    now = clock.now()
    with transaction.atomic():
        row = EvaluationRow.objects.create(
            code=new_code(),
            model=first,
            against=second,
            hospital_id=viewer.hospital,
            frozen=frozen,
            result=result,
            made_by_id=viewer.user,
            made_at=now,
        )
        _audit(viewer, "evaluation", row.code, now)
    return str(row.code)


def sets(viewer: Viewer) -> tuple[ListedSet, ...]:
    """Return the frozen sets of the viewer's hospital, the newest first."""
    rows = FrozenSet.objects.filter(hospital_id=viewer.hospital).select_related("made_by")
    return tuple(_listed_set(row) for row in rows.order_by("-made_at", "-pk"))


def set_of(viewer: Viewer, code: str) -> tuple[ListedSet, tuple[ListedEvaluation, ...]]:
    """Return a frozen set with its evaluations.

    Raises
    ------
    SetNotFound
        If it is not one of the viewer's hospital.
    """
    row = (
        FrozenSet.objects.filter(code=code, hospital_id=viewer.hospital)
        .select_related("made_by")
        .first()
    )
    if row is None:
        raise SetNotFound("There is no such frozen set at your hospital.")
    found = EvaluationRow.objects.filter(frozen=row).order_by("-made_at", "-pk")
    return _listed_set(row), tuple(_listed(one) for one in _joined(found))


def evaluation_of(viewer: Viewer, code: str) -> ListedEvaluation:
    """Return an evaluation of the viewer's hospital.

    Raises
    ------
    EvaluationNotFound
        If there is none.
    """
    rows = EvaluationRow.objects.filter(code=code, hospital_id=viewer.hospital)
    row = next(iter(_joined(rows)), None)
    if row is None:
        raise EvaluationNotFound("There is no such evaluation at your hospital.")
    return _listed(row)


def evaluations_of_model(viewer: Viewer, model: ModelRow) -> tuple[ListedEvaluation, ...]:
    """Return a model's evaluations at the viewer's hospital, the newest first."""
    rows = EvaluationRow.objects.filter(model=model, hospital_id=viewer.hospital)
    return tuple(_listed(one) for one in _joined(rows.order_by("-made_at", "-pk")))


def _items(hospital: str, kind: str) -> list[dict[str, Any]]:
    rows = TruthRow.objects.filter(study__hospital_id=hospital, kind=kind)
    last = {row.study_id: row for row in rows.select_related("study__child").order_by("pk")}
    return [
        {
            "study": key,
            "child": row.study.child_id,
            "truth": row.present,
            "places": row.places,
            "level": row.level,
            "age_days": age_of(row.study),
            "sex": sex_of_child(row.study),
        }
        for key, row in sorted(last.items())
    ]


def _cases(model: ModelRow, frozen: FrozenSet) -> tuple[Case, ...]:
    """Return the set's studies with what a model said; the truth is the frozen one."""
    runs: dict[int, RunRow] = {row.study_id: row for row in runs_of(model, frozen.hospital_id)}
    if not any(item["study"] in runs for item in frozen.items):
        raise NothingAnswered("The model has not ended on any study of this set; run it first.")
    found = []
    for item in frozen.items:
        row = runs.get(item["study"])
        answered = row is not None and row.state == "done"
        said, score = called(row.result if row and answered else None, frozen.kind)
        found.append(
            Case(
                study=str(item["study"]),
                child=str(item["child"]),
                truth=item["truth"],
                called=said,
                score=score,
                age_days=item["age_days"],
                sex=Sex(item["sex"]) if item["sex"] else None,
                site=frozen.hospital_id,
            )
        )
    return tuple(found)


def _model(name: str) -> ModelRow:
    card, _, version = name.partition("@")
    row = ModelRow.objects.filter(card_id=card, version=version).first()
    if row is None:
        raise EvaluationNotFound("This version of the model is not installed here.")
    return row


def _joined(rows: Any) -> Sequence[EvaluationRow]:
    found: Sequence[EvaluationRow] = rows.select_related("model", "against", "frozen", "made_by")
    return found


def _listed_set(row: FrozenSet) -> ListedSet:
    return ListedSet(
        row.code,
        row.name,
        row.kind,
        len(row.items),
        sum(bool(one["truth"]) for one in row.items),
        row.synthetic,
        row.digest,
        row.made_by.name,
        row.made_at,
    )


def _listed(row: EvaluationRow) -> ListedEvaluation:
    against = row.against
    return ListedEvaluation(
        row.code,
        row.model.card_id,
        row.model.version,
        f"{against.card_id} {against.version}" if against else "",
        row.frozen.name if row.frozen else "",
        row.result.get("kind", ""),
        bool(row.frozen and row.frozen.synthetic),
        row.result,
        row.made_by.name,
        row.made_at,
    )


def _check(viewer: Viewer) -> None:
    if not may_evaluate(viewer):
        raise EvaluatingNotYours("Experts, researchers and administrators evaluate models.")


def _audit(viewer: Viewer, kind: str, code: str, now: datetime) -> None:
    event = AuditEvent(now, viewer.login, Action.CREATE, kind, code, viewer.hospital)
    trail.append([event])
