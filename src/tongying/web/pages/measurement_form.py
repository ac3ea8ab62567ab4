"""The form of a measurement: what was typed, read as people write it, and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from tongying.norms.measure import measures
from tongying.norms.unit_words import unit_word
from tongying.web import now as clock
from tongying.web.measurements.entering import FETAL, GROWTH
from tongying.web.measurements.showing import Place
from tongying.web.measurements.store import Asked, Entry, norms_of, side_in, units_of
from tongying.web.pages.doubt_form import Box
from tongying.web.pages.measurement_words import area_word, measure_word
from tongying.web.pages.sentences import said
from tongying.web.pages.typed import day, decimal, gestation_days, whole

FIELDS: Final = (
    *("measure", "side", "value", "unit", "measured_on", "on_study", "norm"),
    *("tool", "tool_version", "protocol", "rule", "weeks", "days"),
)
_WHERE: Final = ("child", "study", "case")


@dataclass(frozen=True, slots=True)
class MeasurementForm:
    """What stands in the form.

    Attributes
    ----------
    values : dict of str to str
        As typed.
    faults : dict of str to str
        What is wrong, by field, in the reader's language.
    doubts : dict of str to list of Box
        What is asked about before it is kept, by field.
    """

    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, list[Box]] = field(default_factory=dict)


def typed(given: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the form, nothing lost."""
    return {name: given.get(name, "") for name in (*FIELDS, *_WHERE)}


def asked_of(values: Mapping[str, str]) -> Asked:
    """Return where somebody measures, from the address or the form."""
    study = values.get("on_study", "") or values.get("study", "")
    if values.get("on_study", "") == "none":
        study = ""
    return Asked(
        child=whole(values.get("child", "")), study=study, case=whole(values.get("case", ""))
    )


def entry_of(values: Mapping[str, str]) -> Entry:
    """Return the entry that was typed; what is no number becomes NaN, which the store refuses."""
    return Entry(
        asked=asked_of(values),
        measure=values["measure"],
        value=decimal(values["value"]),
        unit=values["unit"],
        side=values["side"],
        measured_on=day(values["measured_on"]),
        tool=values["tool"],
        tool_version=values["tool_version"],
        protocol=values["protocol"],
        rule=values["rule"],
        norm=values["norm"],
        gestational_age_days=gestation_days(values["weeks"], values["days"]),
    )


def own_faults(values: Mapping[str, str]) -> dict[str, str]:
    """Return what cannot be read at all, by field, in the reader's language."""
    faults = {}
    if values["measured_on"].strip() and day(values["measured_on"]) is None:
        faults["measured_on"] = said("Write the day as 2026-03-01.")
    return faults


def choices(place: Place, values: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form offers, once the measure is chosen or before."""
    known = measures().get(values["measure"])
    by_area: dict[str, list[tuple[str, str]]] = {}
    for one in measures().values():
        by_area.setdefault(one.area, []).append((one.id, measure_word(one, one.id)))
    units = units_of(values["measure"])
    norms = norms_of(values["measure"])
    growth = known is not None and known.area == GROWTH
    return {
        "known": known,
        "areas": [(area_word(area), sorted(rows, key=_second)) for area, rows in by_area.items()],
        "units": [(one, unit_word(one) or "—") for one in units],
        "norms": norms,
        "sided": known is not None and not side_in(known.id),
        "methods": [one.method for one in norms],
        "studies": () if growth else place.studies,
        "fetal": known is not None and known.area.startswith(FETAL),
        "today": timezone.localdate(clock.now()).isoformat(),
    }


def started(place: Place, values: Mapping[str, str]) -> dict[str, str]:
    """Return the form with what the place tells already: the unit, the day, the study."""
    known = measures().get(values["measure"])
    told = dict(values)
    if known is not None and values["unit"] not in units_of(known.id):
        told["unit"] = known.unit
    growth = known is not None and known.area == GROWTH
    if not values["on_study"] and place.studies and not growth:
        chosen = next((one for one in place.studies if one.uid == values["study"]), None)
        told["on_study"] = (chosen or place.studies[0]).uid
    if not values["measured_on"]:
        on = next((one.on for one in place.studies if one.uid == told["on_study"]), None)
        day = on if on is not None and not growth else timezone.localdate(clock.now())
        told["measured_on"] = day.isoformat()
    return told


def _second(pair: tuple[str, str]) -> str:
    return pair[1]
