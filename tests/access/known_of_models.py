"""What is known about a model at the asking hospital; a need, a product, a vendor."""

from __future__ import annotations

from typing import Any

from people import ASKING

from tongying.ai.evaluation.evaluating import evaluate
from tongying.ai.evaluation.strata import Case
from tongying.consult.people import Viewer
from tongying.web import now as clock
from tongying.web.ai.models import RunRow
from tongying.web.evidence import models as rows
from tongying.web.people.models import Member


def known_of_models(ai_run: str, author: Viewer) -> dict[str, Any]:
    """Leave rows of each kind, and a vendor that every vendor's account speaks for.

    Returns their codes under the names of `world.World`.
    """
    made: dict[str, Any] = {}
    run, now = RunRow.objects.get(code=ai_run), clock.now()
    by = {"made_by_id": author.user, "made_at": now}
    figures = evaluate((Case("1", "1", truth=True, called=True),), replicates=10, seed=1)
    here = {"model": run.model, "hospital_id": ASKING}
    made["frozen_set"] = rows.FrozenSet.objects.create(
        code="S1" * 13, name="S", kind="nodule", hospital_id=ASKING, items=[], digest="d", **by
    ).code
    made["evaluation"] = rows.EvaluationRow.objects.create(
        code="E1" * 13, result={"kind": "nodule", **figures.as_json()}, **here, **by
    ).code
    made["failure"] = rows.FailureRow.objects.create(
        code="F1" * 13, run=run, item="finding:1", kind="other", by_id=author.user, at=now
    ).code
    made["incident"] = rows.IncidentRow.objects.create(
        code="I1" * 13,
        severity="minor",
        what="x",
        reported_by_id=author.user,
        reported_at=now,
        **here,
    ).code
    made["ai_alarm"] = rows.AlarmRow.objects.create(
        monitor="input", variable="age", value=1.0, limit=0.5, sentence="x", at=now, **here
    ).pk
    made["need"] = rows.NeedRow.objects.create(
        code="N1" * 13,
        title="x",
        why="x",
        step="detection",
        hospital_id=ASKING,
        raised_by_id=author.user,
        raised_at=now,
        stage="raised",
    ).code
    vendor = rows.VendorRow.objects.create(code="ACME", name="Acme", created_at=now)
    made["product"] = rows.ProductRow.objects.create(
        code="P1" * 13,
        name="x",
        vendor=vendor,
        step="detection",
        added_by_id=author.user,
        added_at=now,
    ).code
    for member in Member.objects.filter(role="vendor"):
        rows.VendorMember.objects.create(member=member, vendor=vendor)
    return made
