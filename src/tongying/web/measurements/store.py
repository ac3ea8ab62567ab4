"""Measurements of a child for a viewer: enter, strike, read. The door for pages and the API."""

from __future__ import annotations

from tongying.web.measurements.entering import (
    UNITS,
    Entry,
    MeasurementRefused,
    enter,
    norms_of,
    side_in,
    strike,
    units_of,
)
from tongying.web.measurements.facts import facts_of
from tongying.web.measurements.inserting import insert_into_opinion
from tongying.web.measurements.rights import may_enter
from tongying.web.measurements.scoring import scored
from tongying.web.measurements.showing import (
    ChildMeasured,
    Place,
    measurement_of,
    measurements_of_case,
    measurements_of_child,
    measurements_of_study,
    place_of,
)
from tongying.web.measurements.subject import Asked

__all__ = [
    "UNITS",
    "Asked",
    "ChildMeasured",
    "Entry",
    "MeasurementRefused",
    "Place",
    "enter",
    "facts_of",
    "insert_into_opinion",
    "may_enter",
    "measurement_of",
    "measurements_of_case",
    "measurements_of_child",
    "measurements_of_study",
    "norms_of",
    "place_of",
    "scored",
    "side_in",
    "strike",
    "units_of",
]
