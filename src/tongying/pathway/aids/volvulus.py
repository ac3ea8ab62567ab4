"""Prompt for malrotation and midgut volvulus from ultrasound.

References
----------
.. [1] Ultrasonography and colour Doppler in 31 neonates over 3 years (read as abstract, authors not
   shown): inversion of mesenteric artery and vein in malrotation; whirlpool, sensitivity 89 %,
   specificity 92 % for volvulus; tapering duodenum 89 % and 92 %.
.. [2] Untwisting the complexity of midgut malrotation and volvulus ultrasound. Pediatr Radiol 2021,
   10.1007/s00247-020-04876-x; Ultrasound for malrotation and volvulus - point,
   10.1007/s00247-021-05154-0 (whirlpool and cut-off of the superior mesenteric artery).
.. [3] taylorfrancis 10.3109/9781420004632-26: vein left of the artery, high chance of malrotation;
   in front of it, about a quarter; a normal order excludes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import chosen, yes
from tongying.pathway.aids.reason import Reason, check_told, in_chinese, in_english
from tongying.pathway.definition import AnswerKind, Words

SOURCE = (
    "Pediatr Radiol 2021 10.1007/s00247-020-04876-x, 10.1007/s00247-021-05154-0; "
    "10.3109/9781420004632-26 (order of the mesenteric vessels)"
)
_NOT_EXCLUDED = Caveat(
    "pathway.malrotation-open",
    "A vein to the right of the artery does not exclude malrotation: with green vomiting the upper "
    "gastrointestinal series or the surgeon decides.",
)


@dataclass(frozen=True, slots=True)
class RotationTold:
    """What ultrasound shows; None is not known.

    Attributes
    ----------
    vein : str or None
        Superior mesenteric vein to the ``right`` of the artery, in ``front`` of it, or ``left``.
    whirlpool : bool or None
        Clockwise.
    artery_cut_off : bool or None
    duodenum_behind : bool or None
        The third part runs between aorta and artery.
    duodenum_tapers : bool or None
        Wide duodenum that ends in a beak.
    """

    vein: str | None = None
    whirlpool: bool | None = None
    artery_cut_off: bool | None = None
    duodenum_behind: bool | None = None
    duodenum_tapers: bool | None = None


def rotation(told: RotationTold) -> Grade:
    """Return ``volvulus``, ``malrotation`` or ``not-shown``.

    Raises
    ------
    AnswersMissing
        If nothing speaks for either, but whirlpool, order of the vessels or the third part of the
        duodenum are not answered.

    Examples
    --------
    >>> rotation(RotationTold(whirlpool=True)).value
    'volvulus'
    """
    twisted = [
        one
        for one, is_so in (
            (Reason("clockwise whirlpool", "肠系膜血管顺时针漩涡征"), told.whirlpool),
            (Reason("cut-off of the artery", "肠系膜上动脉截断征"), told.artery_cut_off),
            (
                Reason("wide duodenum with a beak", "十二指肠扩张伴远端鸟嘴样狭窄"),
                told.duodenum_tapers,
            ),
        )
        if is_so
    ]
    turned = [
        one
        for one, is_so in (
            (Reason("vein left of the artery", "肠系膜上静脉位于动脉左侧"), told.vein == "left"),
            (
                Reason("vein in front of the artery", "肠系膜上静脉位于动脉前方"),
                told.vein == "front",
            ),
            (
                Reason(
                    "third part of the duodenum not behind the artery",
                    "十二指肠水平部未见于腹膜后正常位置",
                ),
                told.duodenum_behind is False,
            ),
        )
        if is_so
    ]
    if twisted:
        both = [*twisted, *turned]
        return _grade(
            "volvulus",
            f"Signs of midgut volvulus: {in_english(both)}; call the surgeon now.",
            f"提示中肠扭转：{in_chinese(both)}；请立即联系外科。",
        )
    if turned:
        return _grade(
            "malrotation",
            f"Signs of malrotation without a sign of volvulus: {in_english(turned)}.",
            f"提示肠旋转不良，未见扭转征象：{in_chinese(turned)}。",
        )
    check_told(
        [
            words
            for words, value in (
                ("whirlpool", told.whirlpool),
                ("order of the mesenteric vessels", told.vein),
                ("third part of the duodenum", told.duodenum_behind),
            )
            if value is None
        ]
    )
    return _grade(
        "not-shown",
        "No sign of malrotation or volvulus is told.",
        "未见肠旋转不良及扭转征象。",
        (_NOT_EXCLUDED,),
    )


def _grade(value: str, english: str, chinese: str, caveats: tuple[Caveat, ...] = ()) -> Grade:
    return Grade(
        scheme="rotation",
        value=value,
        side="",
        english=english,
        chinese=chinese,
        source=SOURCE,
        caveats=caveats,
    )


def _rotation(values: Mapping[str, Value], _child: ChildKnown) -> Grade:
    return rotation(
        RotationTold(
            vein=chosen(values, "mesenteric-vein"),
            whirlpool=yes(values, "whirlpool"),
            artery_cut_off=yes(values, "artery-cut-off"),
            duodenum_behind=yes(values, "duodenum-behind"),
            duodenum_tapers=yes(values, "duodenum-tapers"),
        )
    )


AIDS = (
    Aid(
        "rotation",
        Words("Malrotation and volvulus prompt", "肠旋转不良与扭转提示"),
        (
            Input(
                "mesenteric-vein",
                AnswerKind.CHOICE,
                must=False,
                options=frozenset({"right", "front", "left"}),
            ),
            Input("whirlpool", AnswerKind.YES_NO, must=False),
            Input("artery-cut-off", AnswerKind.YES_NO, must=False),
            Input("duodenum-behind", AnswerKind.YES_NO, must=False),
            Input("duodenum-tapers", AnswerKind.YES_NO, must=False),
        ),
        _rotation,
        ("volvulus", "malrotation", "not-shown"),
    ),
)
