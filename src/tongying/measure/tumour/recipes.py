"""The recipes of tumours and lymph nodes."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.cross import diameters
from tongying.measure.geometry import length, widest
from tongying.measure.recipe import Drawing, Mark, Measurement, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.measure.tumour.volume import ellipsoid_cm3
from tongying.norms.method import MeasuringMethod

AREA = "tumour"
IMAGES = frozenset({"CT", "MR", "US", "CR", "DX"})
SECTIONS = frozenset({"CT", "MR", "US"})
WHO = "WHO handbook for reporting results of cancer treatment, 1979; not read, needs sign-off"
RECIST = "Eisenhauer EA et al. Eur J Cancer 2009;45:228-247; paper not read, needs sign-off"
TWO_RULE = "longest diameter and the longest square to it, same plane"
THREE_RULE = f"{TWO_RULE}; third diameter square to that plane; ellipsoid"
OUTLINE_RULE = f"{TWO_RULE}, from the outline"
NODE_RULE = "short axis: the longest diameter square to the longest, same plane"
VERSION = "1"
_CROSS = (
    "Longest diameter, then the longest one square to it",
    "先标最长径，再标与其垂直的最长短径",
)


def _two(drawing: Drawing, lengths_mm: tuple[float, float], rule: str) -> tuple[Measurement, ...]:
    method = MeasuringMethod("tongying", VERSION, None, rule)
    long, short = lengths_mm
    return tuple(
        told(measure, value, unit, drawing=drawing, method=method, caveats=drawing.plane.caveats)
        for measure, value, unit in (
            ("tumour-long-diameter", long, "mm"),
            ("tumour-short-diameter", short, "mm"),
            ("tumour-product", long * short, "mm2"),
        )
    )


def _two_diameters(drawing: Drawing) -> Result:
    return Result(_two(drawing, diameters(drawing.in_mm("cross")), TWO_RULE))


def _three_diameters(drawing: Drawing) -> Result:
    long, short = diameters(drawing.in_mm("cross"))
    depth = length(drawing.in_mm("depth"))
    method = MeasuringMethod("tongying", VERSION, None, THREE_RULE)
    more = tuple(
        told(measure, value, unit, drawing=drawing, method=method, caveats=drawing.plane.caveats)
        for measure, value, unit in (
            ("tumour-depth", depth, "mm"),
            ("tumour-volume", ellipsoid_cm3(long, short, depth), "cm3"),
        )
    )
    return Result(_two(drawing, (long, short), TWO_RULE) + more)


def _outline(drawing: Drawing) -> Result:
    long, short = widest(drawing.in_mm("outline"))
    return Result(_two(drawing, (length(long), length(short)), OUTLINE_RULE))


def _node(drawing: Drawing) -> Result:
    _, short = diameters(drawing.in_mm("cross"))
    return Result(
        (
            told(
                "node-short-axis",
                short,
                "mm",
                drawing=drawing,
                method=MeasuringMethod("tongying", VERSION, None, NODE_RULE),
                caveats=drawing.plane.caveats,
            ),
        )
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="tumour-diameters",
        version=VERSION,
        english="Lesion, two diameters",
        chinese="病灶两径",
        area=AREA,
        steps=(Step("cross", Mark.CROSS, *_CROSS),),
        sided=Sided.NO,
        modalities=IMAGES,
        measures=("tumour-long-diameter", "tumour-short-diameter", "tumour-product"),
        rule=TWO_RULE,
        source=WHO,
        compute=_two_diameters,
    ),
    Recipe(
        id="tumour-three-diameters",
        version=VERSION,
        english="Lesion, three diameters and ellipsoid volume",
        chinese="病灶三径与椭球体积",
        area=AREA,
        steps=(
            Step("cross", Mark.CROSS, *_CROSS),
            Step(
                "depth",
                Mark.LINE,
                "Third diameter, in a plane square to the first",
                "在垂直切面标第三径",
            ),
        ),
        sided=Sided.NO,
        modalities=SECTIONS,
        measures=(
            "tumour-long-diameter",
            "tumour-short-diameter",
            "tumour-depth",
            "tumour-product",
            "tumour-volume",
        ),
        rule=THREE_RULE,
        source=WHO,
        compute=_three_diameters,
    ),
    Recipe(
        id="tumour-outline",
        version=VERSION,
        english="Lesion, diameters from its outline",
        chinese="由病灶轮廓测两径",
        area=AREA,
        steps=(Step("outline", Mark.CONTOUR, "Outline of the lesion", "病灶轮廓"),),
        sided=Sided.NO,
        modalities=IMAGES,
        measures=("tumour-long-diameter", "tumour-short-diameter", "tumour-product"),
        rule=OUTLINE_RULE,
        source=WHO,
        compute=_outline,
    ),
    Caliper(
        "tumour-long-diameter",
        "Both ends of the lesion along its greatest extent",
        "沿病灶最长径标两端",
        IMAGES,
        "longest diameter, one plane",
        RECIST,
    ).recipe(),
    Caliper(
        "node-short-axis",
        "Short axis of the lymph node",
        "淋巴结短轴两端",
        SECTIONS,
        NODE_RULE,
        RECIST,
    ).recipe(),
    Recipe(
        id="node-axes",
        version=VERSION,
        english="Lymph node, both axes",
        chinese="淋巴结长短径",
        area=AREA,
        steps=(Step("cross", Mark.CROSS, *_CROSS),),
        sided=Sided.NO,
        modalities=SECTIONS,
        measures=("node-short-axis",),
        rule=NODE_RULE,
        source=RECIST,
        compute=_node,
        single="node-short-axis",
    ),
)
