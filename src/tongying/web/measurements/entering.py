"""Entering a measurement, and striking one. None is ever changed or deleted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict
from tongying.kernel.gestation import FIRST_DAYS, LAST_DAYS
from tongying.kernel.ids import new_code
from tongying.norms.measure import UnitMismatch, in_unit, measures
from tongying.norms.norm import Norm
from tongying.web import now as clock
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import check_entering, check_striking, row_of
from tongying.web.measurements.subject import Asked, Subject, subject_of
from tongying.web.norms.store import norms_in_force
from tongying.web.trail import store as trail

MEASUREMENT: Final = "measurement"
GROWTH: Final = "growth"
"""Area of what is measured on the child, not on images."""
FETAL: Final = "fetal"
"""Areas of what is measured before birth begin so."""
UNITS: Final = (
    *("mm", "cm", "m", "mm3", "cm3", "mL", "L", "g", "kg", "kg/m2", "deg"),
    *("ms", "s", "%", "1"),
)
"""Units that people measure in; a measure takes those that can be turned into its own."""
SIDES: Final = ("", "R", "L")
LONGEST: Final[dict[str, int]] = {"tool": 100, "tool_version": 40, "protocol": 100, "rule": 200}
LONGEST_REASON: Final = 300


class MeasurementRefused(BadInput):
    """The measurement cannot be kept as it was entered; `faults` says field by field why."""

    code: ClassVar[str] = "measurement.refused"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


class StrikeReasonMissing(BadInput):
    """A measurement is struck with a reason."""

    code: ClassVar[str] = "measurement.reason-missing"


class StruckAlready(Conflict):
    """The measurement was struck before."""

    code: ClassVar[str] = "measurement.struck-already"


@dataclass(frozen=True, slots=True)
class Entry:
    """A measurement as somebody enters it.

    Attributes
    ----------
    asked : Asked
        Whom it is about.
    measure, unit : str
    value : float or None
        In `unit`; None where it is missing or no number.
    side : str
        R, L, or empty.
    measured_on : date or None
        None takes the study's day.
    tool, tool_version, protocol, rule : str
        The method; empty where nobody says.
    norm : str
        The chosen norm; empty for the one that fits.
    gestational_age_days : int or None
        Of a child not yet born.
    source : str
        typed, sr or model.
    source_uid : str
        Of the SR it was read from.
    """

    asked: Asked
    measure: str
    value: float | None
    unit: str
    side: str = ""
    measured_on: date | None = None
    tool: str = ""
    tool_version: str = ""
    protocol: str = ""
    rule: str = ""
    norm: str = ""
    gestational_age_days: int | None = None
    source: str = "typed"
    source_uid: str = ""


def units_of(measure: str) -> tuple[str, ...]:
    """Return the units a measure may be entered in, its own first; none where it is unknown."""
    known = measures().get(measure)
    if known is None:
        return ()
    return (known.unit, *(one for one in UNITS if one != known.unit and _turns(one, known.unit)))


def side_in(measure: str) -> str:
    """Return the side that is part of a measure's own name; empty where it is not.

    Examples
    --------
    >>> side_in("kidney-length-right"), side_in("kidney-length")
    ('R', '')
    """
    parts = measure.split("-")
    return "R" if "right" in parts else "L" if "left" in parts else ""


def norms_of(measure: str) -> tuple[Norm, ...]:
    """Return the norms in force of a measure, in the order of their ids."""
    return tuple(norm for _, norm in sorted(norms_in_force().items()) if norm.measure == measure)


def enter(viewer: Viewer, entry: Entry) -> str:
    """Keep a measurement and return its code; an equal one that stands is that one.

    Raises
    ------
    MeasuringNotYours
        If the viewer's role enters none.
    CaseNotFound, ObjectNotFound, ChildUnknown
        If the case, study or child does not exist for the viewer.
    SubjectRefused
        If it is not clear whom it is about.
    MeasurementRefused
        If a field is missing or wrong.
    """
    subject, day = checked(viewer, entry)
    known = measures()[entry.measure]
    study = None if known.area == GROWTH else subject.study
    columns: dict[str, Any] = {
        "hospital_id": (study or subject.child).hospital_id,
        "child": subject.child,
        "study": study,
        "case": subject.case,
        "measure": entry.measure,
        "side": side_in(entry.measure) or entry.side,
        "value": entry.value,
        "unit": entry.unit,
        "measured_on": day,
        "norm": entry.norm,
        "gestational_age_days": entry.gestational_age_days,
        "source": entry.source,
        "source_uid": entry.source_uid,
        **{name: getattr(entry, name).strip() for name in LONGEST},
    }
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # a form sent twice must find one measurement
        again = MeasurementRow.objects.filter(**columns, struck_at=None).first()
        if again is not None:
            return again.code
        row = MeasurementRow.objects.create(
            code=new_code(), entered_by_id=viewer.user, entered_at=now, **columns
        )
        _note(viewer, Action.CREATE, row, {"measure": row.measure})
    return row.code


def checked(viewer: Viewer, entry: Entry) -> tuple[Subject, date]:
    """Return whom a measurement is about and of which day it is, where it may be kept.

    Raises
    ------
    MeasuringNotYours, CaseNotFound, ObjectNotFound, ChildUnknown, SubjectRefused,
    MeasurementRefused
        As `enter`.
    """
    check_entering(viewer)
    subject = subject_of(viewer, entry.asked)
    faults, day = _faults(entry, subject)
    if faults or day is None:
        raise MeasurementRefused(faults)
    return subject, day


def strike(viewer: Viewer, code: str, reason: str) -> None:
    """Strike a measurement: it stays to be read, and counts no more.

    Raises
    ------
    MeasurementNotFound
        If it does not exist for the viewer.
    StrikingNotYours
        If the viewer may not.
    StrikeReasonMissing
        If no reason is given.
    StruckAlready
        If it was struck before.
    """
    with transaction.atomic():
        row = row_of(viewer, code, to_change=True)
        check_striking(viewer, row)
        if row.struck_at is not None:
            raise StruckAlready("This measurement was struck already.")
        if not reason.strip():
            raise StrikeReasonMissing("Say why the measurement is struck.")
        row.struck_by_id, row.struck_at = viewer.user, clock.now()
        row.struck_reason = reason.strip()[:LONGEST_REASON]
        row.save(update_fields=["struck_by", "struck_at", "struck_reason"])
        _note(viewer, Action.UPDATE, row, {"what": "strike"})


def _faults(entry: Entry, subject: Subject) -> tuple[dict[str, str], date | None]:
    """Return what is wrong, by field, and the day of the measurement."""
    faults: dict[str, str] = {}
    known = measures().get(entry.measure)
    if known is None:
        faults["measure"] = "Choose what was measured."
    if entry.value is None or not math.isfinite(entry.value):
        faults["value"] = "Write the value as a number."
    if known is not None and not _turns(entry.unit, known.unit):
        faults["unit"] = f"This is measured in {known.unit}, or a unit that can be turned into it."
    elif known is not None and entry.value is not None and math.isfinite(entry.value):
        value = in_unit(entry.value, entry.unit, known.unit)
        if not known.low <= value <= known.high:
            faults["value"] = (
                f"This is not possible in a child: it lies between {known.low:g} and"
                f" {known.high:g} {known.unit}; look at the value and its unit."
            )
    if entry.side not in SIDES:
        faults["side"] = "A side is right or left."
    elif entry.side and side_in(entry.measure) not in ("", entry.side):
        faults["side"] = "This measure is of the other side."
    for name, longest in LONGEST.items():
        text = getattr(entry, name)
        if len(text.strip()) > longest or not text.isprintable():
            faults[name] = f"This must be one line of at most {longest} characters."
    chosen = norms_in_force().get(entry.norm) if entry.norm else None
    if entry.norm and (chosen is None or chosen.measure != entry.measure):
        faults["norm"] = "There is no such norm of this measure."
    unborn = entry.gestational_age_days
    if unborn is not None and not FIRST_DAYS <= unborn <= LAST_DAYS:
        faults["gestation"] = "A gestational age lies between 4 and 44 weeks."
    fetal = known is not None and known.area.startswith(FETAL)
    day = entry.measured_on or (subject.study.date if subject.study else None)
    if day is None:
        faults["measured_on"] = "Say on which day it was measured."
    elif day > timezone.localdate(clock.now()):
        faults["measured_on"] = "This day lies in the future."
    elif not fetal and subject.child.birth_date is not None and day < subject.child.birth_date:
        faults["measured_on"] = "On this day the child was not yet born."
    return faults, day


def _turns(unit: str, wanted: str) -> bool:
    try:
        in_unit(1.0, unit, wanted)
    except UnitMismatch:
        return False
    return True


def _note(viewer: Viewer, action: Action, row: MeasurementRow, detail: dict[str, str]) -> None:
    event = AuditEvent(
        clock.now(), viewer.login, action, MEASUREMENT, row.code, row.hospital_id, detail
    )
    trail.append([event])
