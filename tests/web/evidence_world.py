"""Many studies of children with runs of a model, made in bulk, for the tests of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ai_read_world as models
import archive_world as world

from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.evidence.models import TruthRow
from tongying.web.records.models import Child, Series, Study

DAY = date(2026, 3, 1)
FOURTEEN, FIVE = date(2012, 3, 1), date(2021, 3, 1)
"""Born so: on the day of the study 14 and 5 years old."""
KIND = "lung-nodule"


@dataclass(frozen=True)
class Made:
    """How a run ended, of which child, on which machine."""

    called: bool = False
    score: float | None = None
    state: str = "done"
    standing: str = "shadow"
    born: date | None = FOURTEEN
    sex: str = "F"
    maker: str = "SIEMENS"
    truth: bool | None = None


def studies(made: Sequence[Made], hospital: str = world.COUNTY) -> list[Study]:
    """Make a child and a study for each."""
    now, first = clock.now(), Child.objects.count()
    children = Child.objects.bulk_create(
        Child(hospital_id=hospital, local_id=f"C{first + number}", birth_date=one.born, sex=one.sex)
        for number, one in enumerate(made)
    )
    found = Study.objects.bulk_create(
        Study(
            hospital_id=hospital,
            child=child,
            uid=f"1.2.826.0.1.3680043.10.77.{child.pk}",
            date=DAY,
            modalities="CT",
            arrived_at=now,
            changed_at=now,
        )
        for child in children
    )
    Series.objects.bulk_create(
        Series(study=study, uid=f"{study.uid}.1", modality="CT", manufacturer=one.maker)
        for study, one in zip(found, made, strict=True)
    )
    TruthRow.objects.bulk_create(
        TruthRow(study=study, kind=KIND, present=one.truth, level="surgery", at=now)
        for study, one in zip(found, made, strict=True)
        if one.truth is not None
    )
    return found


def ran(
    made: Sequence[Made],
    *,
    of: ModelRow | None = None,
    on: Sequence[Study] | None = None,
    hospital: str = world.COUNTY,
) -> list[RunRow]:
    """Make runs of a model, one an hour in their order, the last of them now."""
    of = of or models.model()
    end = clock.now()
    begun, already = end - timedelta(hours=len(made)), RunRow.objects.count()
    return RunRow.objects.bulk_create(
        _run(of, study, one, already + number, begun + timedelta(hours=number + 1))
        for number, (study, one) in enumerate(
            zip(on if on is not None else studies(made, hospital), made, strict=True)
        )
    )


def _run(of: ModelRow, study: Study, one: Made, number: int, at: datetime) -> RunRow:
    return RunRow(
        code=f"BULK{number:022d}",
        model=of,
        hospital_id=study.hospital_id,
        study=study,
        standing=one.standing,
        trigger="person",
        step="detection",
        asked_at=at,
        deadline=at,
        state=one.state,
        finished_at=at,
        refusal_code="ai.out-of-scope" if one.state in ("refused", "failed") else "",
        result=_result(one) if one.state == "done" else None,
    )


def _result(one: Made) -> dict[str, Any]:
    found = {"kind": KIND, "probability": one.score}
    return {"findings": [found] if one.called else [], "flags": [], "values": [], "texts": []}


def page(login: str, address: str, status: int = 200, **data: str) -> str:
    """Read a page as a member, or send a form where data is given, and return what it shows."""
    browser = world.client(login)
    answer = browser.post(address, data) if data else browser.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()
