"""Studies and rules for the tests of rules and steps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tongying.ai.answer import Answer
from tongying.ai.backends.protocol import Request, SeriesInput
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.norms.sex import Sex

DAY = date(2026, 3, 1)
HEAD = """name: {en: Ours, zh: 本院}
complete: {quiet: 5 minutes, force: 1 hour}
rules:
"""


def series(modality: str = "CT", **more: Any) -> SeriesFacts:
    found: dict[str, Any] = {"uid": "1.2.3", "images": 100, "modality": modality}
    return SeriesFacts(**(found | more))


def study(
    *shown: SeriesFacts, days: int | None = 2000, sex: Sex | None = Sex.MALE, **child: Any
) -> StudyFacts:
    return StudyFacts("1.2", DAY, ChildFacts(age_days=days, sex=sex, **child), shown)


def chest(**more: Any) -> SeriesFacts:
    return series(body_parts=frozenset({BodyPart.CHEST}), **more)


def rule(name: str, when: str, *steps: str, complete: str = "") -> str:
    """Return a rule as YAML; steps are ``step card priority``."""
    told = []
    for one in steps:
        step, card, *priority = one.split()
        more = f", priority: {priority[0]}" if priority else ""
        told.append(f"      - {{step: {step}, card: {card}{more}}}\n")
    wait = f"    complete: {complete}\n" if complete else ""
    return (
        f"  - id: {name}\n    name: {{en: {name}, zh: {name}}}\n    when: {when}\n{wait}"
        f"    steps:\n{''.join(told)}"
    )


def ask(
    answer: Any, given: dict[str, Any], facts: StudyFacts, files: tuple[Path, ...] = ()
) -> Answer:
    uid = facts.series[0].uid if facts.series else ""
    request = Request(facts=facts, series=(SeriesInput(uid, files),), given=given)
    return answer(request, None, None)


def kinds(answer: Answer) -> list[tuple[str, str]]:
    return [(one.kind, one.level.value) for one in answer.flags]


def run(card: str, step: str = "detection", state: str = "done", **more: Any) -> dict[str, Any]:
    result = {key: more.pop(key) for key in ("findings", "values", "flags") if key in more}
    return {"card": card, "version": "1", "step": step, "state": state, "result": result} | more
