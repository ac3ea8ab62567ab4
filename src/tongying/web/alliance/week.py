"""A hospital's roster of one week as its page shows it: people, days, hours, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tongying.consult.alliance_rights import AllianceAct
from tongying.consult.cover import Span, opening, uncovered
from tongying.consult.people import Role, Viewer
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty
from tongying.web import now as clock
from tongying.web.alliance.models import ShiftRow
from tongying.web.alliance.rows import hospital_record, local_zone, terms
from tongying.web.alliance.standing import standing_of
from tongying.web.people.models import Hospital, Member


@dataclass(frozen=True, slots=True)
class Block:
    """A shift in a cell, on the day on which it begins."""

    row: int
    begins: datetime
    ends: datetime
    duty: Duty
    name: str

    @property
    def overnight(self) -> bool:
        """Whether it ends on another day than it begins; midnight belongs to the day before."""
        return (self.ends - timedelta(microseconds=1)).date() != self.begins.date()


@dataclass(frozen=True, slots=True)
class Cell:
    """What a person does on a day."""

    day: date
    today: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the week."""

    login: str
    name: str
    title: str
    sub_specialty: str
    specialties: tuple[Specialty, ...]
    cells: tuple[Cell, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class DayView:
    """A column of the week: the day, its blocks in order, and where nobody covers it.

    Attributes
    ----------
    gaps : tuple of (datetime, datetime)
        Within service hours: nobody at the desk and nobody on call.
    thin : tuple of (datetime, datetime)
        Within service hours: somebody on call, nobody at the desk.
    """

    day: date
    today: bool
    blocks: tuple[Block, ...]
    gaps: tuple[Span, ...]
    thin: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    """The week's page."""

    monday: date
    hospital: str
    hospital_en: str
    people: tuple[Person, ...]
    days: tuple[DayView, ...]
    choices: tuple[tuple[str, str], ...]
    """Log-in name and name of everybody who can be put on the roster."""
    may_change: bool
    measured: bool
    """Whether gaps are looked for: the hospital answers, or has service hours."""

    @property
    def previous(self) -> date:
        """The Monday before."""
        return self.monday - timedelta(days=7)

    @property
    def following(self) -> date:
        """The Monday after."""
        return self.monday + timedelta(days=7)

    def block(self, number: int) -> Block | None:
        """Return a shift of the week by its number."""
        return next((one for day in self.days for one in day.blocks if one.row == number), None)


def week_of(viewer: Viewer, day: date | None) -> WeekView:
    """Return the week around a day (None: today) of the viewer's own hospital's roster."""
    standing = standing_of(viewer)
    standing.check(AllianceAct.READ_ROSTER, viewer.hospital)
    zone = local_zone()
    today = clock.now().astimezone(zone).date()
    at = day or today
    monday = at - timedelta(days=at.weekday())
    begin = datetime.combine(monday, time(), zone)
    hospital = Hospital.objects.get(code=viewer.hospital)
    record = hospital_record(hospital)
    members = list(
        Member.objects.filter(hospital=hospital, is_active=True).order_by("sub_specialty", "name")
    )
    rows = ShiftRow.objects.filter(
        member__in=members, ends__gt=begin, begins__lt=begin + timedelta(days=7)
    ).order_by("begins", "member_id")
    names = {member.pk: member.name for member in members}
    blocks = [
        (
            row.member_id,
            Block(
                row.pk,
                row.begins.astimezone(zone),
                row.ends.astimezone(zone),
                Duty(row.duty),
                names[row.member_id],
            ),
        )
        for row in rows
    ]
    measured = record.answers or bool(record.service_hours)
    days = []
    for number in range(7):
        date_ = monday + timedelta(days=number)
        spans = opening(record.service_hours, date_, zone) if measured else []
        every = [(one.begins, one.ends) for _, one in blocks]
        desk = [(one.begins, one.ends) for _, one in blocks if one.duty is Duty.DESK]
        gaps = uncovered(spans, every)
        thin = uncovered(uncovered(spans, desk), gaps)
        days.append(
            DayView(
                date_,
                date_ == today,
                tuple(one for _, one in blocks if one.begins.date() == date_),
                tuple(gaps),
                tuple(thin),
            )
        )
    return WeekView(
        monday=monday,
        hospital=hospital.name,
        hospital_en=hospital.name_en,
        people=tuple(_people(members, blocks, days)),
        days=tuple(days),
        choices=tuple((one.login, one.name) for one in members),
        may_change=standing.may(AllianceAct.CHANGE_ROSTER, viewer.hospital),
        measured=measured,
    )


def _people(
    members: Sequence[Member], blocks: Iterable[tuple[int, Block]], days: Sequence[DayView]
) -> list[Person]:
    """Return the rows: experts, and whoever has a shift."""
    mine: dict[int, list[Block]] = {}
    for member, one in blocks:
        mine.setdefault(member, []).append(one)
    return [
        Person(
            login=member.login,
            name=member.name,
            title=member.title,
            sub_specialty=member.sub_specialty,
            specialties=tuple(sorted(terms(Specialty, member.specialties))),
            cells=tuple(
                Cell(
                    one.day,
                    one.today,
                    tuple(
                        block for block in mine.get(member.pk, ()) if block.begins.date() == one.day
                    ),
                )
                for one in days
            ),
            hours=sum(
                (one.ends - one.begins).total_seconds() / 3600
                for one in mine.get(member.pk, ())
                if one.duty is Duty.DESK and one.begins.date() >= days[0].day
            ),
        )
        for member in members
        if member.role == Role.EXPERT or member.pk in mine
    ]
