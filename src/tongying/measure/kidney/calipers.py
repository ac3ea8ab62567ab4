"""What is measured of the kidneys and ureters between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.recipe import Sided

SECTIONS = frozenset({"US", "CT", "MR"})

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "renal-pelvis-ap",
        "Front and back wall of the renal pelvis where it leaves the kidney, transverse section",
        "肾门横切面：肾盂前壁到后壁（肾实质边缘处）",
        SECTIONS,
        "inner wall to inner wall at the edge of the parenchyma, transverse section of the hilum",
        "Nguyen HT et al. J Pediatr Urol 2014; 10: 982-998 (10.1016/j.jpurol.2014.10.002)",
        Sided.ONE,
    ),
    Caliper(
        "renal-parenchyma",
        "Capsule of the kidney and outer edge of the calyx, square to the capsule",
        "垂直肾包膜：包膜到肾盏外缘",
        SECTIONS,
        "capsule to the nearest calyx, square to the capsule, middle third of the kidney",
        "usual practice; needs sign-off",
        Sided.ONE,
    ),
    Caliper(
        "ureter-diameter",
        "Inner wall to inner wall of the ureter, square to it, where it is widest",
        "输尿管最宽处：垂直管腔，内壁到内壁",
        SECTIONS,
        "inner wall to inner wall, square to the ureter, greatest width",
        "usual practice; needs sign-off",
        Sided.ONE,
    ),
)
