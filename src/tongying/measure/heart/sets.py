"""Lines of the heart that are drawn together: aortic root, arch, branches, left ventricle."""

from __future__ import annotations

from collections.abc import Mapping

from tongying.measure.caliper_set import CaliperSet
from tongying.measure.geometry import length
from tongying.measure.heart.calipers import CALIPERS
from tongying.measure.heart.function import fractional_shortening
from tongying.measure.recipe import Drawing, MarksRefused, Measurement, Recipe
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

BY_MEASURE = {one.measure: one for one in CALIPERS}
SHORTENING_RULE = "left ventricular inner diameters at end diastole and end systole"


def check_phases(lengths: Mapping[str, float]) -> None:
    """Raise where systole and diastole contradict each other.

    Raises
    ------
    MarksRefused
        If the ventricle is not smaller in systole.
    """
    if lengths["systole"] >= lengths["diastole"]:
        raise MarksRefused(
            "In systole the ventricle is not smaller than in diastole: look at the phases."
        )


def _shortening(drawing: Drawing) -> tuple[Measurement, ...]:
    diastole, systole = (length(drawing.shaped(name)) for name in ("diastole", "systole"))
    return (
        told(
            "fractional-shortening",
            fractional_shortening(diastole, systole),
            "%",
            drawing=drawing,
            method=MeasuringMethod("tongying", "1", None, SHORTENING_RULE),
        ),
    )


AORTIC_ROOT = CaliperSet(
    "aortic-root",
    "Aortic root",
    "主动脉根部",
    {
        "annulus": BY_MEASURE["aortic-annulus"],
        "sinuses": BY_MEASURE["aortic-sinuses"],
        "junction": BY_MEASURE["sinotubular-junction"],
    },
    optional=frozenset({"junction"}),
)
AORTIC_ARCH = CaliperSet(
    "aortic-arch",
    "Aortic arch",
    "主动脉弓",
    {
        "transverse": BY_MEASURE["transverse-arch"],
        "distal": BY_MEASURE["distal-arch"],
        "isthmus": BY_MEASURE["aortic-isthmus"],
        "diaphragm": BY_MEASURE["aorta-at-diaphragm"],
    },
    optional=frozenset({"distal", "diaphragm"}),
)
BRANCHES = CaliperSet(
    "pulmonary-artery-branches",
    "Pulmonary artery and its branches",
    "肺动脉主干及分支",
    {
        "right": BY_MEASURE["right-pulmonary-artery"],
        "left": BY_MEASURE["left-pulmonary-artery"],
        "trunk": BY_MEASURE["main-pulmonary-artery"],
        "annulus": BY_MEASURE["pulmonary-annulus"],
    },
    optional=frozenset({"trunk", "annulus"}),
)
LEFT_VENTRICLE = CaliperSet(
    "lv-shortening",
    "Left ventricle: diameters and shortening",
    "左心室内径与短轴缩短率",
    {
        "diastole": BY_MEASURE["lv-diameter-diastole"],
        "systole": BY_MEASURE["lv-diameter-systole"],
        "septum-diastole": BY_MEASURE["septum-diastole"],
        "wall-diastole": BY_MEASURE["lv-wall-diastole"],
        "septum-systole": BY_MEASURE["septum-systole"],
        "wall-systole": BY_MEASURE["lv-wall-systole"],
    },
    optional=frozenset({"septum-diastole", "wall-diastole", "septum-systole", "wall-systole"}),
    check=check_phases,
    further=_shortening,
    gives=("fractional-shortening",),
)

SETS: tuple[Recipe, ...] = tuple(
    one.recipe() for one in (AORTIC_ROOT, AORTIC_ARCH, BRANCHES, LEFT_VENTRICLE)
)
