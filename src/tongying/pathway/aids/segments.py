"""Sequential segmental analysis of a heart from the answers of the template.

References
----------
Anderson RH, Shirali G. Sequential segmental analysis. Ann Pediatr Cardiol 2009;2:24-35
(PMC2840778).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tongying.kernel.caveat import Caveat
from tongying.measure.heart.segmental import Segmental
from tongying.measure.heart.segments import (
    ArchFlow,
    ArchSide,
    ArterialValve,
    AtrialSeptum,
    AtrioventricularConnection,
    DominantVentricle,
    Duct,
    GreatArteries,
    InletValves,
    LowerVein,
    Position,
    PulmonaryVeins,
    Situs,
    Topology,
    UpperVeins,
    VentricularSeptum,
    VentriculoarterialConnection,
)
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import AnswerUnfit, chosen, yes
from tongying.pathway.aids.reason import AnswersMissing
from tongying.pathway.definition import AnswerKind, Words

SEGMENTS: dict[str, tuple[str, type[StrEnum]]] = {
    "situs": ("situs", Situs),
    "position": ("position", Position),
    "atrioventricular": ("atrioventricular", AtrioventricularConnection),
    "topology": ("topology", Topology),
    "dominant": ("dominant", DominantVentricle),
    "inlets": ("inlets", InletValves),
    "ventriculoarterial": ("ventriculoarterial", VentriculoarterialConnection),
    "great-arteries": ("great_arteries", GreatArteries),
    "aortic-valve": ("aortic_valve", ArterialValve),
    "pulmonary-valve": ("pulmonary_valve", ArterialValve),
    "atrial-septum": ("atrial_septum", AtrialSeptum),
    "ventricular-septum": ("ventricular_septum", VentricularSeptum),
    "arch-side": ("arch_side", ArchSide),
    "arch-flow": ("arch_flow", ArchFlow),
    "pulmonary-veins": ("pulmonary_veins", PulmonaryVeins),
    "upper-veins": ("upper_veins", UpperVeins),
    "lower-vein": ("lower_vein", LowerVein),
    "duct": ("duct", Duct),
}
"""Name of the answer, of the segment, and what may be said of it."""
NEEDED = ("situs", "atrioventricular", "ventriculoarterial")
SOURCE = "Anderson RH, Shirali G. Ann Pediatr Cardiol 2009;2:24-35 (PMC2840778)"


def _segmental(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    said: dict[str, Any] = {}
    for answer, (name, kind) in SEGMENTS.items():
        value = chosen(values, answer)
        if value is None:
            continue
        try:
            said[name] = kind(value)
        except ValueError:
            raise AnswerUnfit(f"The answer {answer!r} cannot be {value[:40]!r}.") from None
    if any(one not in said for one in NEEDED):
        raise AnswersMissing("Say situs, atrioventricular and ventriculoarterial connection first.")
    heart = Segmental(**said, disharmony_confirmed=bool(yes(values, "disharmony")))
    asked = heart.questions()
    known = len(said)
    if asked:
        return _grade(
            "ask",
            f"{known} of {len(SEGMENTS)} segments said; {len(asked)} to look at again.",
            f"已描述{known}/{len(SEGMENTS)}个节段；有{len(asked)}处需再次核对。",
            asked,
        )
    return _grade(
        "consistent",
        f"{known} of {len(SEGMENTS)} segments said; nothing contradicts itself.",
        f"已描述{known}/{len(SEGMENTS)}个节段；各节段间无矛盾。",
    )


def _grade(value: str, english: str, chinese: str, caveats: tuple[Caveat, ...] = ()) -> Grade:
    return Grade(
        scheme="segmental",
        value=value,
        side="",
        english=english,
        chinese=chinese,
        source=SOURCE,
        caveats=caveats,
    )


AIDS = (
    Aid(
        "segmental",
        Words("Segments agree", "节段分析一致性"),
        (
            *(
                Input(
                    answer,
                    AnswerKind.CHOICE,
                    must=answer in NEEDED,
                    options=frozenset(one.value for one in kind),
                )
                for answer, (_name, kind) in SEGMENTS.items()
            ),
            Input("disharmony", AnswerKind.YES_NO, must=False),
        ),
        _segmental,
        ("consistent", "ask"),
    ),
)
