"""Ratios of widths of the brain: they need no scale, only the shape of a pixel."""

from __future__ import annotations

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import acute_deg, length
from tongying.measure.recipe import Drawing, Mark, MarksRefused, Recipe, Result, Sided, Step
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

ASKEW_DEG = 10.0
"""Widths that are compared run the same way; needs sign-off."""
ASKEW = Caveat(
    "measure.widths-askew",
    "The widths that are compared do not run the same way: look whether both are transverse.",
)
FRONTAL, OCCIPITAL, SKULL, LENGTHWISE = (
    "frontal-horns",
    "occipital-horns",
    "inner-skull",
    "skull-length",
)
EVANS_RULE = "greatest width of both frontal horns by greatest inner width of the skull, one slice"
HORN_RULE = (
    "mean of the greatest widths of both frontal and both occipital horns by the inner skull width"
)
EVANS_SOURCE = (
    "Evans WA. Arch Neurol Psychiatry 1942; 47: 931-937; not read, as told in PMC6033863;"
    " needs sign-off"
)
HORN_SOURCE = (
    "O'Hayon BB et al. Pediatr Neurosurg 1998; 29: 245-249; not read, as told by the Children's"
    " Hospital of Philadelphia, pathway on ventricular size; needs sign-off"
)
CEPHALIC_RULE = "greatest width by greatest length of the skull, outer edges, axial section"


def evans(drawing: Drawing) -> Result:
    """Return the Evans index.

    Raises
    ------
    MarksMissing
        If a line was not drawn.
    MarksRefused
        If the horns are wider than the skull, or the ends of a line coincide.
    """
    horns, skull = drawing.shaped(FRONTAL), drawing.shaped(SKULL)
    _check_within(length(horns), length(skull))
    return _ratio("evans-index", length(horns) / length(skull), drawing, EVANS_RULE, FRONTAL)


def horn_ratio(drawing: Drawing) -> Result:
    """Return the frontal and occipital horn ratio.

    Raises
    ------
    MarksMissing
        If a line was not drawn.
    MarksRefused
        If the horns are wider than the skull, or the ends of a line coincide.
    """
    front, back = length(drawing.shaped(FRONTAL)), length(drawing.shaped(OCCIPITAL))
    skull = length(drawing.shaped(SKULL))
    _check_within(max(front, back), skull)
    value = (front + back) / (2.0 * skull)
    return _ratio("fronto-occipital-horn-ratio", value, drawing, HORN_RULE, FRONTAL, OCCIPITAL)


def cephalic(drawing: Drawing) -> Result:
    """Return the cephalic index in per cent.

    Raises
    ------
    MarksMissing
        If a line was not drawn.
    MarksRefused
        If the lines do not cross at right angles, or the ends of a line coincide.
    """
    width, long = drawing.shaped(SKULL), drawing.shaped(LENGTHWISE)
    if acute_deg(width, long) < 90.0 - 2.0 * ASKEW_DEG:
        raise MarksRefused("Width and length of the skull must run square to each other.")
    return _ratio("cephalic-index", 100.0 * length(width) / length(long), drawing, CEPHALIC_RULE)


def _check_within(horns: float, skull: float) -> None:
    if horns >= skull:
        raise MarksRefused("The horns are wider than the skull: the lines are interchanged.")


def _ratio(measure: str, value: float, drawing: Drawing, rule: str, *widths: str) -> Result:
    skull = drawing.shaped(SKULL)
    askew = any(acute_deg(drawing.shaped(name), skull) > ASKEW_DEG for name in widths)
    method = MeasuringMethod("tongying", "1", None, rule)
    unit = "%" if measure == "cephalic-index" else "1"
    caveats = (ASKEW,) if askew else ()
    return Result((told(measure, value, unit, drawing=drawing, method=method, caveats=caveats),))


_FRONTAL = Step(
    FRONTAL, Mark.LINE, "Greatest width of both frontal horns, outer wall to outer wall",
    "双侧侧脑室前角最大宽度：外侧壁到外侧壁",
)  # fmt: skip
_OCCIPITAL = Step(
    OCCIPITAL, Mark.LINE, "Greatest width of both occipital horns, outer wall to outer wall",
    "双侧侧脑室枕角最大宽度：外侧壁到外侧壁",
)  # fmt: skip
_SKULL = Step(
    SKULL, Mark.LINE, "Greatest inner width of the skull in the same slice",
    "同一层面颅骨内板间最大横径",
)  # fmt: skip
SECTIONS = frozenset({"CT", "MR", "US"})

EVANS = Recipe(
    id="evans-index",
    version="1",
    english="Evans index",
    chinese="Evans 指数",
    area="brain",
    steps=(_FRONTAL, _SKULL),
    sided=Sided.NO,
    modalities=SECTIONS,
    measures=("evans-index",),
    rule=EVANS_RULE,
    source=EVANS_SOURCE,
    compute=evans,
)
HORN_RATIO = Recipe(
    id="fronto-occipital-horn-ratio",
    version="1",
    english="Frontal and occipital horn ratio",
    chinese="额枕角比率（FOHR）",
    area="brain",
    steps=(_FRONTAL, _OCCIPITAL, _SKULL),
    sided=Sided.NO,
    modalities=SECTIONS,
    measures=("fronto-occipital-horn-ratio",),
    rule=HORN_RULE,
    source=HORN_SOURCE,
    compute=horn_ratio,
)
CEPHALIC = Recipe(
    id="cephalic-index",
    version="1",
    english="Cephalic index",
    chinese="头颅指数",
    area="brain",
    steps=(
        Step(
            SKULL, Mark.LINE, "Greatest width of the skull, outer edges", "颅骨最大横径：外缘到外缘"
        ),
        Step(
            LENGTHWISE,
            Mark.LINE,
            "Greatest length of the skull, outer edges",
            "颅骨最大前后径：外缘到外缘",
        ),
    ),
    sided=Sided.NO,
    modalities=frozenset({"CT", "MR"}),
    measures=("cephalic-index",),
    rule=CEPHALIC_RULE,
    source="usual practice; needs sign-off",
    compute=cephalic,
)
