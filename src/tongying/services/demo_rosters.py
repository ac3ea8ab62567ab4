"""Duty rosters of the demo for two weeks back and two weeks ahead, as a reading room keeps them.

At the centre: a day desk with two lunch groups, an evening desk until ten, nights on call with the
day after off, thin weekends, a few days of leave. Elsewhere: office hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

from tongying.consult.membership import MemberRecord, ShiftRecord
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty
from tongying.services.demo_alliance import CENTRE, SECOND_CENTRE
from tongying.services.demo_committee import ON_DUTY

SPAN: Final = 15
"""Days back and ahead."""
SEED: Final = 815
AT_THE_DESK: Final = 0.45
"""Share of those at work who read for the alliance; the others read the hospital's own."""
OFFICE_HOSPITALS: Final = ("YICHANG", "XIANGYANG", "XNZX")
_EARLY: Final = ((time(8), time(12)), (time(13), time(17)))
_LATE: Final = ((time(8), time(13)), (time(14), time(17, 30)))
_EVENING_LONG: Final = ((time(13), time(17, 30)), (time(18), time(22)))
_EVENING: Final = ((time(17), time(22)),)
_NIGHT: Final = ((time(22), time(8)),)
_OFFICE: Final = ((time(8), time(12)), (time(14, 30), time(17, 30)))
_WEEKEND_CALL: Final = ((time(8), time(20)),)
_AT_BEDSIDE: Final = {Specialty.SURGERY, Specialty.PATHOLOGY, Specialty.PAEDIATRICS}
"""They do not sit at the reading desk; they are called."""
_Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class _Day:
    number: int
    day: date
    zone: tzinfo

    @property
    def weekend(self) -> bool:
        return self.day.weekday() >= 5

    def shifts(
        self, logins: Iterable[str], spans: _Spans, duty: Duty = Duty.DESK
    ) -> list[ShiftRecord]:
        made = []
        for login in logins:
            for first, last in spans:
                begins = datetime.combine(self.day, first, self.zone)
                ends = datetime.combine(self.day, last, self.zone)
                if ends <= begins:
                    ends += timedelta(days=1)
                made.append(ShiftRecord(login, begins, ends, duty))
        return made


def demo_shifts(members: Sequence[MemberRecord], now: datetime) -> list[ShiftRecord]:
    """Return the shifts around a moment, given in the installation's time zone.

    The experts who can log in are on duty at that moment, whenever it is.
    """
    zone = now.tzinfo
    if zone is None:
        raise ValueError("a roster needs a time with a time zone")
    shifts: list[ShiftRecord] = []
    for number in range(2 * SPAN + 1):
        day = _Day(number, now.date() + timedelta(days=number - SPAN), zone)
        shifts += _centre(day, members)
        for code in (SECOND_CENTRE, *OFFICE_HOSPITALS):
            shifts += _office(day, [one.login for one in members if one.hospital == code])
    return _on_duty_now(shifts, now)


def _centre(day: _Day, members: Sequence[MemberRecord]) -> list[ShiftRecord]:
    here = [one for one in members if one.hospital == CENTRE]
    called = [one.login for one in here if one.specialties & _AT_BEDSIDE]
    fixed = [one for one in ON_DUTY if one not in called]
    pool = [one.login for one in here if one.login not in {*called, *ON_DUTY}]
    away = _on_leave(pool, day.number)
    nights = 1 if day.weekend else 2
    on_call = _turn(pool, day.number, nights, away)
    resting = {*_turn(pool, day.number - 1, 2, _on_leave(pool, day.number - 1)), *away}
    evening = _turn(
        pool, day.number + len(pool) // 2, 1 if day.weekend else 3, {*on_call, *resting}
    )
    free = [one for one in pool if one not in {*resting, *evening}]
    dice = Random(SEED + day.number)  # noqa: S311 - invents, keeps no secret
    shifts = day.shifts(on_call, _NIGHT, Duty.ON_CALL) + day.shifts(
        called[:1], _OFFICE, Duty.ON_CALL
    )
    if day.weekend:
        desk = dice.sample(free, 4)
        shifts += day.shifts(evening, _EVENING)
    else:
        desk = fixed + [one for one in free if dice.random() < AT_THE_DESK]
        shifts += day.shifts(evening[:2], _EVENING_LONG) + day.shifts(evening[2:], _EVENING)
        shifts += day.shifts(called[1:], _OFFICE, Duty.ON_CALL)
    shifts += day.shifts(desk[::2], _EARLY) + day.shifts(desk[1::2], _LATE)
    return shifts


def _office(day: _Day, logins: Sequence[str]) -> list[ShiftRecord]:
    if day.weekend:
        return day.shifts(_turn(logins, day.number, 1, set()), _WEEKEND_CALL, Duty.ON_CALL)
    at_work = [one for place, one in enumerate(logins) if (place + day.number) % 5]
    return day.shifts(at_work, _OFFICE)


def _turn(pool: Sequence[str], number: int, count: int, without: Iterable[str]) -> list[str]:
    """Return whose turn it is: the rota goes round, past those who cannot."""
    left_out = set(without)
    first = (2 * number) % len(pool)
    rota = [*pool[first:], *pool[:first]]
    return [one for one in rota if one not in left_out][:count]


def _on_leave(pool: Sequence[str], number: int) -> set[str]:
    """Return who has a few days of leave: six people, each four days of the month."""
    return {pool[(5 * block) % len(pool)] for block in range(6) if 0 <= number - 4 * block - 3 < 4}


def _on_duty_now(shifts: list[ShiftRecord], now: datetime) -> list[ShiftRecord]:
    """Let those who can log in serve twelve hours around now in place of what they had then."""
    begins = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    ends = begins + timedelta(hours=12)
    kept = [
        one
        for one in shifts
        if one.login not in ON_DUTY or one.ends <= begins or one.begins >= ends
    ]
    called = {one.login for one in shifts if one.duty is Duty.ON_CALL}
    return kept + [
        ShiftRecord(login, begins, ends, Duty.ON_CALL if login in called else Duty.DESK)
        for login in ON_DUTY
    ]
