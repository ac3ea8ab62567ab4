"""What is measured of the thymus between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper

CT_2022 = "Colak E, Ozkan B. J Belg Soc Radiol 2022;106 (abstract read; landmarks need sign-off)"
US_140 = "sonographic study of 140 children (abstract in an index read; needs sign-off)"
CT = frozenset({"CT"})
US = frozenset({"US"})

THYMUS: tuple[Caliper, ...] = (
    Caliper(
        "thymus-ap",
        "Thymus, front to back, greatest extent",
        "胸腺前后最大径两端",
        CT,
        "greatest anteroposterior extent, axial section",
        CT_2022,
    ),
    Caliper(
        "thymus-transverse",
        "Thymus, side to side, greatest extent",
        "胸腺左右最大径两端",
        CT,
        "greatest transverse extent, axial section",
        CT_2022,
    ),
    *(
        Caliper(
            f"thymus-{side}-{size}",
            f"{side.capitalize()} lobe of the thymus: {words}",
            f"胸腺{chinese_side}叶：{chinese}",
            CT,
            rule,
            CT_2022,
        )
        for side, chinese_side in (("right", "右"), ("left", "左"))
        for size, words, chinese, rule in (
            ("width", "long axis", "长轴两端", "long axis of the lobe, axial section"),
            ("thickness", "square to its long axis", "垂直长轴", "square to the lobe's long axis"),
        )
    ),
    Caliper(
        "thymus-width",
        "Thymus, side to side, greatest extent",
        "胸腺左右最大宽度两端",
        US,
        "greatest transverse extent",
        US_140,
    ),
    Caliper(
        "thymus-thickness",
        "Thymus, front to back, greatest extent",
        "胸腺前后最大厚度两端",
        US,
        "greatest anteroposterior extent",
        US_140,
    ),
)
