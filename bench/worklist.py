"""The server's time for the worklist page with thousands of cases.

    python -m bench.worklist DATA [ROWS]

adds cases to an archive made by the benchmark, and prints the median of ten pages in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

ROWS = 5000
PAGES = 10


def worklist_milliseconds(data: Path, *, rows: int) -> float:
    """Return the median milliseconds of a worklist page, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.worklist", str(data), str(rows)],
        text=True,
        capture_output=True,
        env={**os.environ, "TONGYING_DATA": str(data)},
    )
    if done.returncode:
        raise SystemExit(f"the worklist cannot be measured: {done.stderr[-500:]}")
    return float(done.stdout)


def main() -> None:
    """Make the cases and ask for the page as a coordinator's browser does."""
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
    from tongying.web import boot

    boot.boot(Path(sys.argv[1]))
    from django.test import Client
    from django.utils import timezone

    from tongying.consult.people import Role
    from tongying.consult.states import State
    from tongying.web.cases.models import CaseRow, CaseStudy
    from tongying.web.people.models import Hospital, Member
    from tongying.web.records.models import Study

    answering, _ = Hospital.objects.get_or_create(
        code="EXPERTS", defaults={"name": "Experts", "ae_title": "EXPERTS", "answers": True}
    )
    desk, _ = Member.objects.get_or_create(
        login="desk",
        defaults={
            "name": "Desk",
            "hospital": answering,
            "role": Role.COORDINATOR.value,
            "password": "!",
        },
    )
    now = timezone.now()
    studies = list(Study.objects.order_by("pk")[:rows])
    if not studies:
        raise SystemExit("the archive is empty: fill it first")
    author = Member.objects.get(login="bench")
    cases = CaseRow.objects.bulk_create(
        CaseRow(
            state=State.SUBMITTED.value,
            asking_id=studies[number % len(studies)].hospital_id,
            answering=answering,
            author=author,
            child_id=studies[number % len(studies)].child_id,
            text=f"Question {number}",
            urgency="urgent" if number % 7 == 0 else "routine",
            created_at=now,
            changed_at=now,
            submitted_at=now - timedelta(minutes=number),
            due_at=now + timedelta(minutes=number - 500),
        )
        for number in range(rows)
    )
    CaseStudy.objects.bulk_create(
        CaseStudy(case=case, study=studies[number % len(studies)])
        for number, case in enumerate(cases)
    )
    browser = Client()
    browser.force_login(desk, backend="django.contrib.auth.backends.ModelBackend")
    times = []
    for _ in range(PAGES + 1):
        started = time.perf_counter()
        response = browser.get("/", headers={"Host": "127.0.0.1"})
        times.append(1000 * (time.perf_counter() - started))
        if response.status_code != 200:
            raise SystemExit(f"the worklist answers HTTP {response.status_code}")
    # The first loads the templates.
    print(statistics.median(times[1:]))


if __name__ == "__main__":
    main()
