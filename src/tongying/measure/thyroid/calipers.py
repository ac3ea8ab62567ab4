"""What is measured of the thyroid between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "thyroid-isthmus",
        "Front and back edge of the isthmus in the midline, transverse section",
        "横切面正中：峡部前缘到后缘",
        frozenset({"US", "CT", "MR"}),
        "anteroposterior in the midline, transverse section",
        "usual practice; needs sign-off",
    ),
)
