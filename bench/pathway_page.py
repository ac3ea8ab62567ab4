"""The server's time for a case's pathway page with a full report, and for a save while typing.

    python -m bench.pathway_page [DATA]

makes a case on the pathway with the most questions in a data directory of its own, answers every
question, and prints the median and the slowest of twenty pages in milliseconds.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.report import DOCUMENT, append_section

TIMES = 20
LIMIT_MS = 300.0


def main() -> None:
    """Make the case, ask for its page and save its answers as a browser does."""
    if len(sys.argv) > 1:
        _measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder))


def _measure(data: Path) -> None:
    from tongying.web import boot

    boot.boot(data)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.test import Client

    case, expert, form = _case()
    browser = Client()
    browser.cookies["tongying_language"] = "zh-hans"
    browser.force_login(expert, backend="django.contrib.auth.backends.ModelBackend")
    host = {"Host": "127.0.0.1"}
    address = f"/cases/{case}/pathway/"
    autosave = {**host, "Tongying-Autosave": "1"}
    browser.post(f"{address}report/", form | {"revision": "0"}, headers=autosave)
    began = time.process_time()
    pages = _times(lambda: browser.get(address, headers=host).status_code)
    page_cpu = 1000 * (time.process_time() - began) / (TIMES + 1)
    saves = []
    revision = 1
    for number in range(TIMES + 1):
        changed = form | {"revision": str(revision), _text_field(form): f"第{number}次"}
        started = time.perf_counter()
        answer = browser.post(f"{address}report/", changed, headers=autosave)
        saves.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise SystemExit(f"a save answers HTTP {answer.status_code}")
        revision = json.loads(answer.content)["revision"]
    told = {
        "questions": len(form),
        "page_median_ms": statistics.median(pages),
        "page_slowest_ms": max(pages),
        "page_cpu_ms": page_cpu,
        "save_median_ms": statistics.median(saves[1:]),
        "save_slowest_ms": max(saves[1:]),
        "limit_ms": LIMIT_MS,
        "within": statistics.median(pages) <= LIMIT_MS,
    }
    print(json.dumps(told, indent=1))
    append_section(
        DOCUMENT,
        "A case's pathway page on the server",
        f"{told['questions']} typed fields, {TIMES} pages: median {told['page_median_ms']:.0f} ms,"
        f" slowest {told['page_slowest_ms']:.0f} ms, processor {told['page_cpu_ms']:.0f} ms (limit"
        f" {LIMIT_MS:g} ms). A save while typing: median {told['save_median_ms']:.0f} ms.",
    )


def _times(ask: Callable[[], int]) -> list[float]:
    times = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        status = ask()
        times.append(1000 * (time.perf_counter() - started))
        if status != 200:
            raise SystemExit(f"the page answers HTTP {status}")
    return times[1:]  # the first loads the templates


def _case() -> tuple[int, Any, dict[str, Any]]:
    """Make a case that an expert reads, on the pathway with the most questions, all answered."""
    from datetime import date

    from django.utils import timezone

    from tongying.consult.people import Role
    from tongying.consult.states import State
    from tongying.pathway.answers import keys_of
    from tongying.pathway.catalogue import pathways
    from tongying.pathway.definition import AnswerKind
    from tongying.web.cases.models import CaseRow, CaseStudy
    from tongying.web.measurements.store import Asked, Entry, enter
    from tongying.web.pathways.following import choose
    from tongying.web.people.models import Hospital, Member
    from tongying.web.people.store import viewer_of_login
    from tongying.web.records.models import Child, Study

    now = timezone.now()
    asking = Hospital.objects.create(code="COUNTY", name="County", ae_title="COUNTY")
    expert_side = Hospital.objects.create(
        code="EXPERTS", name="Experts", ae_title="EXPERTS", answers=True
    )
    people = {
        login: Member.objects.create(
            login=login, name=login, hospital=hospital, role=role.value, password="!"
        )
        for login, hospital, role in (
            ("asks", asking, Role.REQUESTER),
            ("reads", expert_side, Role.EXPERT),
        )
    }
    child = Child.objects.create(
        hospital=asking, local_id="P-1", birth_date=date(2023, 1, 1), sex="F"
    )
    study = Study.objects.create(
        hospital=asking,
        child=child,
        uid="1.2.3.4",
        date=date(2026, 3, 1),
        modalities="US",
        arrived_at=now,
        changed_at=now,
    )
    case = CaseRow.objects.create(
        state=State.READING.value,
        asking=asking,
        answering=expert_side,
        author=people["asks"],
        assignee=people["reads"],
        child=child,
        text="?",
        urgency="routine",
        created_at=now,
        changed_at=now,
        submitted_at=now,
    )
    CaseStudy.objects.create(case=case, study=study)
    pathway = max(pathways().values(), key=lambda one: sum(len(keys_of(f)) for f in one.fields()))
    viewer = viewer_of_login("reads")
    choose(viewer, case.pk, pathway.digest)
    form: dict[str, Any] = {}
    for field in pathway.fields():
        if field.kind is AnswerKind.MEASURE:
            _measured(enter, Entry, Asked(case=case.pk, study=study.uid), viewer, field.measure)
            continue
        for key in keys_of(field):
            match field.kind:
                case AnswerKind.CHOICE | AnswerKind.CHOICES:
                    form[f"a-{key}"] = field.options[0].id
                case AnswerKind.YES_NO:
                    form[f"a-{key}"] = "no"
                case AnswerKind.NUMBER:
                    form[f"a-{key}"] = str(field.low)
                case AnswerKind.TEXT:
                    form[f"a-{key}"] = "所见"
    return case.pk, people["reads"], form


def _measured(enter: Any, entry: Any, asked: Any, viewer: Any, measure: str) -> None:
    from tongying.norms.measure import measure_of
    from tongying.web.measurements.entering import side_in

    known = measure_of(measure)
    for side in (side_in(measure),) if side_in(measure) else ("R", "L"):
        enter(viewer, entry(asked, measure, (known.low + known.high) / 2, known.unit, side=side))


def _text_field(form: dict[str, Any]) -> str:
    return next(name for name, value in form.items() if value == "所见")


if __name__ == "__main__":
    main()
