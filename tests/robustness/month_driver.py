"""Plays a month on one installation: ``python month_driver.py SETTINGS.json``.

Turns the platform's clock, does what people do, looks at every open case at every tick, and kills
the worker with SIGKILL at moments drawn from a seed. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

CLI = [sys.executable, "-m", "tongying.services.cli"]
WORKER_LOOKS_WITHIN_SECONDS = 120
REPORT_EVERY_SECONDS = 60
FORESEE_SECONDS = 60
LAST_LOOK_MINUTES = 31
"""A look every minute comes at the latest here: 32 minutes before the deadline, and a minute."""


class Trial:
    """The installation under trial, its clock and its worker."""

    def __init__(self, settings: dict[str, int | str]) -> None:
        self.data = Path(str(settings["data"]))
        self.clock = Path(os.environ["TONGYING_CLOCK_FILE"])
        self.worker: subprocess.Popen[bytes] | None = None
        self.waited = 0.0
        self.ticks = self.looked_at = 0
        self.unowned: list[str] = []

    def turn(self, moment: datetime) -> None:
        """Set the platform's clock; a reader never finds half a number."""
        made = self.clock.with_suffix(".new")
        made.write_text(repr(moment.timestamp()))
        made.replace(self.clock)

    def start(self) -> None:
        with (self.data.parent / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [*CLI, "worker", "--data", str(self.data)],
                stdout=log,
                stderr=log,
                # It ends by itself when the trial is broken off.
                env={**os.environ, "TONGYING_PARENT": str(os.getpid())},
            )

    def kill(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()
        self.worker = None

    def wait(self, until: datetime) -> None:
        """Wait until the worker has looked at everything up to a moment."""
        from django.db.models import Q

        from tongying.web.desk.models import SweepRow

        begun = time.monotonic()
        swept = Q(name="sweep", done_until__gte=until)
        # The forecast looks once a minute; the turned clock may stand within that minute.
        foreseen = Q(name="foresee", done_until__gt=until - timedelta(seconds=FORESEE_SECONDS))
        while SweepRow.objects.filter(swept | foreseen).count() < 2:
            assert self.worker is not None
            assert self.worker.poll() is None, "the worker ended by itself"
            late = time.monotonic() - begun > WORKER_LOOKS_WITHIN_SECONDS
            assert not late, "the worker does not look at the cases any more"
            threading.Event().wait(0.02)
        self.waited += time.monotonic() - begun

    def look(self, now: datetime) -> datetime | None:
        """Note every open case that has nobody to act on it, or no deadline.

        Returns when the forecast must look at one of them for the last time.
        """
        from tongying.consult.clock import deadline, pending
        from tongying.consult.states import OWNER, TERMINAL, Owner, State
        from tongying.web.cases.models import CaseRow
        from tongying.web.desk.course import course_of

        closed = [state.value for state in (*TERMINAL, State.DRAFT)]
        rows = CaseRow.objects.exclude(state__in=closed).prefetch_related("pauses")
        for row in rows:
            self.looked_at += 1
            course = course_of(row)
            due = [] if course is None else [deadline(course, one, now) for one in pending(course)]
            owner = OWNER[State(row.state)]
            owned = owner is not Owner.NOBODY and (
                owner is not Owner.ASSIGNEE or row.assignee_id is not None
            )
            if not owned or not due or None in due or row.due_at is None:
                self.unowned.append(f"case {row.pk} {row.state} at {now}")
        self.ticks += 1
        lasts = [
            row.due_at - timedelta(minutes=LAST_LOOK_MINUTES)
            for row in rows
            if row.signed_at is None and row.stopped_at is None and row.due_at is not None
        ]
        return min((one for one in lasts if one > now), default=None)


def play(settings: dict[str, int | str]) -> dict[str, object]:
    """Play the whole trial and return what was seen."""
    from month_people import People
    from month_world import START, found

    days, seed = int(settings["days"]), int(settings["seed"])
    step = int(settings["tick_seconds"])
    duty = found(days, seed)
    people = People(duty, cases=int(settings["cases"]), days=days, seed=seed)
    trial, chance = Trial(settings), random.Random(seed + 1)
    end = days * 86400
    kills = sorted(chance.sample(range(3600, end, 60), int(settings["kills"])))
    killed, restart_at, tick, begun = [], None, 0, time.monotonic()
    down: list[tuple[int, int]] = []
    looked = 0
    said = begun
    trial.turn(START)
    trial.start()
    while tick <= end:
        following = people.next_at()
        if following is not None and following <= tick:
            trial.turn(START + timedelta(seconds=following))
            people.do_next()
            continue
        now = START + timedelta(seconds=tick)
        trial.turn(now)
        if trial.worker is None and restart_at is not None and tick >= restart_at:
            trial.start()
            restart_at = None
        if trial.worker is not None and kills and tick >= kills[0]:
            kills.pop(0)
            threading.Event().wait(chance.uniform(0, 0.06))  # in the middle of whatever it does
            trial.kill()
            killed.append(tick)
            restart_at = tick + chance.randrange(300, 3 * 3600)
        elif trial.worker is not None:
            trial.wait(now)
            if len(down) < len(killed):
                down.append((looked, tick))
            looked = tick
        last_look = trial.look(now)
        if time.monotonic() - said > REPORT_EVERY_SECONDS:
            said = time.monotonic()
            progress = f"day {tick / 86400:.2f}, {people.acts} acts, {said - begun:.0f} s\n"
            sys.stderr.write(progress)
        # In earnest it looks every minute; here, now and then and when it matters.
        extra = end + 1
        if last_look is not None:
            extra = math.ceil((last_look - START).total_seconds())
        tick = min((tick // step + 1) * step, extra)
    if trial.worker is None:
        trial.start()
    trial.wait(START + timedelta(seconds=end))
    assert trial.worker is not None
    trial.worker.terminate()
    trial.worker.wait(60)
    return {
        "end": (START + timedelta(seconds=end)).isoformat(),
        "kills": killed,
        "down": [
            [(START + timedelta(seconds=one)).isoformat() for one in span]
            for span in (*down, *[(looked, end)] * (len(killed) - len(down)))
        ],
        "acts": people.acts,
        "ticks": trial.ticks,
        "looked_at": trial.looked_at,
        "unowned": trial.unowned,
        "seconds": round(time.monotonic() - begun, 1),
        "seconds_waited": round(trial.waited, 1),
        "cases": [
            {
                "id": one.id,
                "urgency": one.urgency,
                "complete_at_once": not one.lacked_sex,
                "bookings": [
                    (
                        (START + timedelta(seconds=at)).isoformat(),
                        (START + timedelta(seconds=booked)).isoformat(),
                    )
                    for at, booked in one.bookings
                ],
            }
            for one in people.patients
        ],
    }


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    from tongying.web.boot import boot, migrate

    boot(Path(settings["data"]))
    migrate()
    print(json.dumps(play(settings)))  # noqa: T201


if __name__ == "__main__":
    main()
