"""Puts the demo's alliance on the books, through the same doors as an imported file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tongying.consult.alliance_import.outcome import Outcome, RowResult
from tongying.services.demo_alliance import demo_agreements, demo_hospitals
from tongying.services.demo_committee import demo_members, with_log_ins
from tongying.services.demo_rosters import demo_shifts
from tongying.web.alliance.importing import (
    Importer,
    Write,
    add_agreements,
    add_hospitals,
    add_members,
    add_shifts,
)
from tongying.web.alliance.rows import local_zone
from tongying.web.people.models import Hospital, Member
from tongying.web.trail import store as trail


@dataclass(frozen=True, slots=True)
class Books:
    """What was put on the books: hospital codes, and counts of the other lists."""

    hospitals: tuple[str, ...]
    members: int
    agreements: int
    shifts: int


def make_alliance(actor: str, now: datetime) -> Books:
    """Add the hospitals, members, agreements and shifts that are not there yet.

    Only the accounts made before have a password; the others cannot log in.
    """
    local = now.astimezone(local_zone())
    hospitals, committee = demo_hospitals(), demo_members(local.date())
    accounts = {one.login: one for one in (*committee, *with_log_ins(local.date()))}
    agreements = demo_agreements(local.date())
    shifts = demo_shifts(committee, local)
    codes = set(Hospital.objects.values_list("code", flat=True))
    logins = set(Member.objects.values_list("login", flat=True))
    by = Importer(actor)
    with transaction.atomic():
        _write(add_hospitals, hospitals, by, lambda one: one.code in codes)
        _write(add_members, list(accounts.values()), by, lambda one: one.login in logins)
        _write(add_agreements, agreements, by, lambda one: False)
        _write(add_shifts, shifts, by, lambda one: False)
    return Books(tuple(one.code for one in hospitals), len(committee), len(agreements), len(shifts))


def _write(write: Write, records: Sequence[Any], by: Importer, here: Callable[[Any], bool]) -> None:
    rows = [
        RowResult(
            number,
            getattr(one, "code", ""),
            Outcome.CHANGED if here(one) else Outcome.ADDED,
            None,
            one,
        )
        for number, one in enumerate(records, start=2)
    ]
    trail.append(write(rows, by))
