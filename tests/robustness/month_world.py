"""The alliance of the thirty-day trial: hospitals, people, rosters and studies, from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

START = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""Midnight in Shanghai, the beginning of Monday 2 March 2026."""
COUNTIES = [f"COUNTY-{number}" for number in range(1, 7)]
EXPERTS = [f"expert-{number}" for number in range(1, 11)]
DESKS = ["desk-1", "desk-2"]
EMPTY_NIGHTS = 0.2
"""Share of the nights in which nobody is on duty."""


@dataclass(frozen=True)
class Duty:
    """When each expert is on duty, seconds from the start."""

    shifts: dict[str, list[tuple[int, int]]]

    def on(self, login: str, second: int) -> bool:
        return any(begin <= second < end for begin, end in self.shifts[login])

    def next_on(self, login: str, second: int) -> int:
        """Return from when on the expert is on duty: now, or their next shift."""
        if self.on(login, second):
            return second
        return min((begin for begin, _ in self.shifts[login] if begin > second), default=second)


def found(days: int, seed: int) -> Duty:
    """Make the hospitals, people and rosters of the trial; call it on an empty database."""
    from django.db import transaction
    from django.test import override_settings

    from tongying.consult.people import Role
    from tongying.web.alliance.models import ShiftRow
    from tongying.web.people.models import Member
    from tongying.web.people.store import NewMember, add_hospital, add_member

    people = [("office", Role.ADMIN, "CHILDREN")]
    people += [(login, Role.COORDINATOR, "CHILDREN") for login in DESKS]
    people += [(login, Role.EXPERT, "CHILDREN") for login in EXPERTS]
    for code in COUNTIES:
        name = code.lower()
        people += [(f"{name}-doctor-{number}", Role.REQUESTER, code) for number in (1, 2)]
        people.append((f"{name}-office", Role.ADMIN, code))
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[hasher]), transaction.atomic():
        add_hospital("CHILDREN", "儿童医院", actor="system", answers=True)
        for code in COUNTIES:
            add_hospital(code, code, actor="system")
        for login, role, hospital in people:
            new = NewMember(login, role, hospital, "a-long-pass-phrase", login)
            add_member(new, actor="system")
        shifts = _shifts(days, random.Random(seed))
        numbers = dict(Member.objects.values_list("login", "pk"))
        ShiftRow.objects.bulk_create(
            ShiftRow(
                member_id=numbers[login],
                begins=START + timedelta(seconds=begin),
                ends=START + timedelta(seconds=end),
                duty="desk",
            )
            for login, spans in shifts.items()
            for begin, end in spans
        )
    return Duty({login: shifts[login] for login in EXPERTS})


def _shifts(days: int, chance: random.Random) -> dict[str, list[tuple[int, int]]]:
    """Five experts by day, one or two by night, now and then nobody; the desk from 8 to 22."""
    hour = 3600
    shifts: dict[str, list[tuple[int, int]]] = {login: [] for login in (*EXPERTS, *DESKS)}
    for day in range(days + 2):
        midnight = day * 24 * hour
        order = EXPERTS[day % 2 :: 2] + EXPERTS[(day + 1) % 2 :: 2]
        for login in order[:5]:
            shifts[login].append((midnight + 8 * hour, midnight + 20 * hour))
        if chance.random() >= EMPTY_NIGHTS:
            for login in order[5 : 5 + chance.randint(1, 2)]:
                shifts[login].append((midnight + 20 * hour, midnight + 32 * hour))
        shifts[DESKS[day % 2]].append((midnight + 8 * hour, midnight + 22 * hour))
    return shifts


def add_study(number: int, hospital: str, *, complete: bool) -> str:
    """Put a child with a CT study into the index, as rows; returns the study's UID.

    The trial is about clocks: nobody looks at the images. An incomplete one lacks the child's sex.
    """
    from tongying.web.records.models import Child, Study

    child = Child.objects.create(
        hospital_id=hospital,
        local_id=f"H-{number}",
        name_ideographic=f"童^{number}",
        birth_date=date(2020, 1, 1),
        sex="F" if complete else "",
    )
    uid = f"1.2.826.0.1.3680043.10.1998.77.{number}"
    Study.objects.create(
        hospital_id=hospital,
        child=child,
        uid=uid,
        date=date(2026, 3, 1),
        modalities="CT",
        series_count=1,
        instance_count=1,
        arrived_at=START,
        changed_at=START,
    )
    return uid
