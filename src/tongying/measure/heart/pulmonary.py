"""Size of the branch pulmonary arteries: McGoon ratio and Nakata index.

References
----------
Piehler JM, Danielson GK, McGoon DC et al. J Thorac Cardiovasc Surg 1980;80:552-567 (ratio).
Nakata S, Imai Y, Takanashi Y et al. J Thorac Cardiovasc Surg 1984;88:610-619 (index).
Both papers were not read; both are used so on CT in Abbaszadeh R et al. Egypt Heart J 2023,
10.1186/s43044-023-00423-9 (abstract and discussion read). Needs sign-off.
"""

from __future__ import annotations

import math

from tongying.measure.geometry import length
from tongying.measure.heart.body_size import RULE as SURFACE_RULE
from tongying.measure.heart.body_size import BodySizeUnknown, surface_m2
from tongying.measure.numbers import check_above_zero
from tongying.measure.plane import LengthUncalibrated
from tongying.measure.recipe import Drawing, Mark, Measurement, Recipe, Result, Sided, Step
from tongying.measure.told import as_refusal, told
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import ValueImpossible

RULE = "right and left pulmonary artery just before their first branch, aorta at the diaphragm"
SOURCE = (
    "Piehler JM et al. J Thorac Cardiovasc Surg 1980;80:552-567 (McGoon ratio); Nakata S et al."
    " J Thorac Cardiovasc Surg 1984;88:610-619; read as used in Egypt Heart J 2023,"
    " 10.1186/s43044-023-00423-9; needs sign-off"
)
VERSION = "1"


def mcgoon_ratio(right_mm: float, left_mm: float, aorta_mm: float) -> float:
    """Return the sum of both pulmonary artery diameters by that of the aorta at the diaphragm.

    Raises
    ------
    NumbersRefused
        If a diameter is not above zero.

    Examples
    --------
    >>> mcgoon_ratio(6.0, 5.0, 5.5)
    2.0
    """
    check_above_zero(right_mm, left_mm, aorta_mm)
    return (right_mm + left_mm) / aorta_mm


def nakata_index(right_mm: float, left_mm: float, body_surface_m2: float) -> float:
    """Return the cross sections of both pulmonary arteries by body surface, in mm2/m2.

    The sections are taken as round.

    Raises
    ------
    NumbersRefused
        If a number is not above zero.

    Examples
    --------
    >>> round(nakata_index(10.0, 10.0, 0.5), 1)
    314.2
    """
    check_above_zero(right_mm, left_mm, body_surface_m2)
    return math.pi / 4 * (right_mm**2 + left_mm**2) / body_surface_m2


def _compute(drawing: Drawing) -> Result:
    values: list[Measurement] = []
    if drawing.has("aorta"):
        right, left, aorta = (length(drawing.shaped(name)) for name in ("right", "left", "aorta"))
        method = MeasuringMethod("tongying", VERSION, None, RULE)
        ratio = mcgoon_ratio(right, left, aorta)
        values.append(told("mcgoon-ratio", ratio, "1", drawing=drawing, method=method))
    try:
        values.append(_nakata(drawing))
    except (LengthUncalibrated, BodySizeUnknown, ValueImpossible) as refused:
        if not values:
            raise
        return Result(tuple(values), refusals=(as_refusal(refused),))
    return Result(tuple(values))


def _nakata(drawing: Drawing) -> Measurement:
    right, left = (length(drawing.in_mm(name)) for name in ("right", "left"))
    index = nakata_index(right, left, surface_m2(drawing.child))
    method = MeasuringMethod("tongying", VERSION, None, f"{RULE}; {SURFACE_RULE}")
    return told(
        "nakata-index",
        index,
        "mm2/m2",
        drawing=drawing,
        method=method,
        caveats=drawing.plane.caveats,
    )


MCGOON_NAKATA = Recipe(
    id="mcgoon-nakata",
    version=VERSION,
    english="McGoon ratio and Nakata index",
    chinese="McGoon 比值与 Nakata 指数",
    area="heart",
    steps=(
        Step(
            "right",
            Mark.LINE,
            "Right pulmonary artery just before its first branch: inner edge to inner edge",
            "右肺动脉第一分支前：内缘到内缘",
        ),
        Step(
            "left",
            Mark.LINE,
            "Left pulmonary artery just before its first branch: inner edge to inner edge",
            "左肺动脉第一分支前：内缘到内缘",
        ),
        Step(
            "aorta",
            Mark.LINE,
            "Descending aorta at the diaphragm: inner edge to inner edge",
            "膈肌水平降主动脉：内缘到内缘",
            optional=True,
        ),
    ),
    sided=Sided.NO,
    modalities=frozenset({"US", "CT", "MR", "XA"}),
    measures=("mcgoon-ratio", "nakata-index"),
    rule=RULE,
    source=SOURCE,
    compute=_compute,
)
