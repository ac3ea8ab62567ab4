"""What the templates of the quick measuring page say."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as fixed

from tongying.kernel.caveat import Caveat
from tongying.measure.plane import Plane
from tongying.measure.recipe import Grade
from tongying.web.measurements.measuring import Tried
from tongying.web.pages.words import in_chinese

register = template.Library()

SOURCES: Final = {
    "ultrasound region": fixed("from the ultrasound region"),
    "pixel spacing": fixed("from the pixel spacing"),
    "pixel spacing, fiducial": fixed("calibrated by an object of known size"),
    "pixel spacing, geometry": fixed("calibrated by the geometry of the device"),
    "detector": fixed("at the detector"),
    "detector, magnification": fixed("at the detector, by the estimated magnification"),
    "scanned film": fixed("of the scanned film"),
}
"""Where a scale comes from, by `tongying.measure.plane.Plane.source`."""


@register.filter
def unlocalized(value: float) -> str:
    """Return a number as programs read it."""
    return repr(value)


@register.filter
def grade_sentence(grade: Grade) -> str:
    """Return what a rule says, in the reader's language."""
    return grade.chinese if in_chinese() else grade.english


@register.filter
def scale_said(plane: Plane) -> str:
    """Return the size of a pixel."""
    if plane.column_mm is None or plane.row_mm is None:
        return ""
    if abs(plane.column_mm - plane.row_mm) < 1e-6:
        return f"{plane.column_mm:.3g} mm"
    return f"{plane.column_mm:.3g} × {plane.row_mm:.3g} mm"


@register.filter
def scale_source(source: str) -> str:
    """Return where a scale comes from."""
    return gettext(SOURCES[source]) if source in SOURCES else source


@register.filter
def caveats_once(tried: Tried) -> list[Caveat]:
    """Return the values' own doubts, each once, without what stands at another place."""
    said = {one.code for one in tried.doubts}
    if tried.plane is not None:
        said |= {one.code for one in tried.plane.caveats}
    found: dict[str, Caveat] = {}
    for value in tried.values:
        for doubt in value.caveats:
            if doubt.code not in said:
                found.setdefault(doubt.code, doubt)
    return list(found.values())
