"""Models with cards, and runs of them with results, for the tests of reading beside models."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import archive_world as world

from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.people.models import Hospital
from tongying.web.records.models import Study

CARD = """\
card: {id}
version: 1.2.0
name: {{en: Nodule finder, zh: 结节检出}}
vendor: Example
step: {step}
method: {method}
{first}intended-use: {{en: Points out nodules., zh: 提示结节。}}
not-for: {{en: Not a diagnosis., zh: 不作诊断。}}
scope:
  ages: {{from: 12 years, to: 18 years}}
  weight-kg: any
  sexes: any
  modality: CT
  body-parts: any
  sequences: any
  planes: any
  kernels: any
  slice-thickness-mm: any
  slice-spacing-mm: any
  pixel-mm: any
  field-strength-t: any
  kvp: any
  images: any
  manufacturers: any
  contrasts: any
outputs: [findings, flags, values, text]
run:
  runtime: built-in
  entry: tongying.ai.steps.acquisition_quality:answer
  memory-mb: 500
  seconds: 60
training: none
evidence:
  - claim: {{en: Nodules made by code were found., zh: 检出由代码生成的结节。}}
    metric: sensitivity
    value: 0.8
    interval: [0.7, 0.9]
    n: 40
    population: {{en: Phantoms, zh: 体模}}
    synthetic: yes
    source: a test
registration: {{registered: no}}
licence: Apache-2.0
bundled: no
caveats:
  - {{en: Trained on phantoms., zh: 由体模训练。}}
findings:
  - {{id: lung-nodule, words: {{en: Lung nodule, zh: 肺结节}}}}
  - {{id: motion, words: {{en: Motion, zh: 运动}}}}
  - {{id: bleeding, words: {{en: Bleeding, zh: 出血}}}}
"""
NODULE = {
    "number": 1,
    "kind": "lung-nodule",
    "series_uid": f"{world.STUDY}.1",
    "sop_uid": f"{world.STUDY}.1.1",
    "image_point": [2.0, 1.0],
    "frame": 1,
    "diameter_mm": 5.25,
    "volume_mm3": 75.8,
    "probability": 0.71,
    "side": "R",
    "details": {"sphericity": 0.9},
    "caveats": [],
}
MOTION = {
    "kind": "motion",
    "level": "look",
    "english": "The images may show motion (grade 2.1).",
    "chinese": "图像可能有运动伪影（2.1 级）。",
    "value": 2.1,
    "series_uid": "",
}
RESULT: dict[str, Any] = {
    "findings": [NODULE],
    "flags": [MOTION],
    "values": [],
    "texts": [],
    "caveats": [],
}


def told(
    measure: str, value: float, unit: str, tool: str, version: str = "1.2.0"
) -> dict[str, Any]:
    """Return a value as an answer tells it."""
    method = {"tool": tool, "version": version, "protocol": None, "rule": None}
    return {
        "measure": measure,
        "value": value,
        "unit": unit,
        "side": "",
        "method": method,
        "caveats": [],
    }


def model(id: str = "nodule-finder", step: str = "detection") -> ModelRow:
    """Install a model once."""
    again = ModelRow.objects.filter(card_id=id).first()
    if again is not None:
        return again
    text = CARD.format(
        id=id,
        step=step,
        method="rule" if step in ("triage", "report-draft") else "classical",
        first="shown-first: yes\n" if step == "triage" else "",
    )
    return ModelRow.objects.create(
        card_id=id,
        version="1.2.0",
        vendor="Example",
        card=text,
        card_sha256=hashlib.sha256(text.encode()).hexdigest(),
        bundled=False,
        installed_at=clock.now(),
    )


def run(
    of: ModelRow | None = None,
    *,
    result: dict[str, Any] | None = None,
    standing: str = "trial",
    state: str = "done",
    step: str = "detection",
    **columns: Any,
) -> RunRow:
    """Put a run on the study as the platform leaves one."""
    study = Study.objects.get(uid=world.STUDY)
    now = clock.now()
    of = of or model(step=step)
    return RunRow.objects.create(
        code=f"RUN{RunRow.objects.count():023d}",
        model=of,
        hospital=Hospital.objects.get(pk=study.hospital_id),
        study=study,
        standing=standing,
        trigger="person",
        step=step,
        asked_at=now,
        deadline=now + timedelta(hours=1),
        state=state,
        started_at=now,
        finished_at=None if state in ("waiting", "running") else now,
        result=(RESULT if result is None else result) if state == "done" else None,
        **columns,
    )
