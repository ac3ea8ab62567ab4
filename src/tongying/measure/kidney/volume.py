"""Kidney volume as an ellipsoid."""

from __future__ import annotations

import math

from tongying.measure.three_diameters import ThreeDiameters

KIDNEY = ThreeDiameters(
    id="kidney-volume",
    words=("Kidney volume, ellipsoid", "肾脏体积（椭球法）"),
    area="kidney",
    measures={"R": "kidney-volume-right", "L": "kidney-volume-left"},
    factor=math.pi / 6,
    length_words=("Upper and lower pole of the kidney", "肾上极与肾下极"),
    transverse_words=(
        "Width, then depth of the kidney at the hilum, transverse section",
        "肾门横切面：先标宽径，再标前后径",
    ),
    modalities=frozenset({"US", "CT", "MR"}),
    rule="ellipsoid of length, width and depth at the hilum",
    source=("Dinkel E et al. Pediatr Radiol 1985; 15: 38-43; not read, needs sign-off"),
)
