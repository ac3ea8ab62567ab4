"""What is measured of the liver and spleen between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper

SECTIONS = frozenset({"US", "CT", "MR"})

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "spleen-length",
        "Both ends of the spleen along its greatest length, through the hilum",
        "经脾门切面：脾脏最长径两端",
        SECTIONS,
        "greatest length, coronal or longitudinal section that shows the hilum",
        "Rosenberg HK et al. AJR 1991; 157: 119-121 (10.2214/ajr.157.1.2048509)",
    ),
    Caliper(
        "liver-length",
        "Dome and lower edge of the right lobe in the midclavicular line",
        "右锁骨中线切面：肝右叶膈顶到下缘",
        SECTIONS,
        "dome to lower edge of the right lobe, longitudinal section in the midclavicular line",
        "Konus OL et al. AJR 1998; 171: 1693-1698; abstract read, needs sign-off",
    ),
)
