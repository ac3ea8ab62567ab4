"""Spleen volume as an ellipsoid."""

from __future__ import annotations

import math

from tongying.measure.three_diameters import ThreeDiameters

SPLEEN = ThreeDiameters(
    id="spleen-volume",
    words=("Spleen volume, ellipsoid", "脾脏体积（椭球法）"),
    area="spleen",
    measures={"": "spleen-volume"},
    factor=math.pi / 6,
    length_words=("Both ends of the spleen along its greatest length", "脾脏最长径两端"),
    transverse_words=(
        "Width, then depth of the spleen at the hilum, square to the length",
        "脾门处垂直长径的切面：先标宽径，再标厚径",
    ),
    modalities=frozenset({"US", "CT", "MR"}),
    rule="ellipsoid of length, width and depth at the hilum",
    source="usual practice; needs sign-off",
)
