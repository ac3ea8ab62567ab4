"""Volume of a thyroid lobe with Brunn's factor, which is smaller than that of an ellipsoid.

Chinese schoolchildren and the WHO's limits are measured with it; Brussels' infants (Eur J Pediatr
1991; 150: 395-399) with pi/6, which gives 9 % more.
"""

from __future__ import annotations

from tongying.measure.three_diameters import ThreeDiameters

BRUNN = 0.479
LOBE = ThreeDiameters(
    id="thyroid-lobe-volume",
    words=("Thyroid lobe volume", "甲状腺单叶体积"),
    area="thyroid",
    measures={"R": "thyroid-lobe-volume", "L": "thyroid-lobe-volume"},
    factor=BRUNN,
    length_words=(
        "Upper and lower end of the lobe, longitudinal section",
        "纵切面：单叶上端到下端",
    ),
    transverse_words=(
        "Width, then depth of the lobe without the isthmus, transverse section",
        "横切面（不含峡部）：先标宽径，再标厚径",
    ),
    modalities=frozenset({"US"}),
    rule="length x width x depth x 0.479, without the isthmus",
    source=(
        "Brunn J et al. Dtsch Med Wochenschr 1981; 106: 1338-1340; factor"
        " read in Ozdikici M. Ultrasound Q 2025; 41 (10.1097/RUQ.0000000000000711)"
    ),
)
