"""What is measured of the brain between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.recipe import Sided

SECTIONS = frozenset({"US", "CT", "MR"})
PRACTICE = "usual practice; needs sign-off"
LEVENE = (
    "Levene MI. Arch Dis Child 1981; 56: 900-904; not read, as told in Arch Dis Child 2008; 93"
    " (Suppl 2): pw193; needs sign-off"
)
DAVIES = (
    "Davies MW et al. Arch Dis Child Fetal Neonatal Ed 2000; 82: F218-F223 (10.1136/fn.82.3.F218);"
    " abstract read, needs sign-off"
)

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "ventricular-index",
        "Midline (falx) and outermost wall of the lateral ventricle, level of Monro's foramina",
        "冠状面室间孔水平：大脑镰中线到侧脑室外侧壁最远点",
        SECTIONS,
        "midline to the outermost wall of the lateral ventricle, coronal, foramina of Monro",
        LEVENE,
        Sided.ONE,
    ),
    Caliper(
        "frontal-horn-width",
        "Inner and outer wall of the frontal horn where it is widest, coronal section",
        "冠状面室间孔水平：侧脑室前角最宽处内壁到外壁",
        SECTIONS,
        "greatest diagonal width of the anterior horn, coronal, foramina of Monro",
        DAVIES,
        Sided.ONE,
    ),
    Caliper(
        "thalamo-occipital-distance",
        "Back edge of the thalamus at the choroid plexus and tip of the occipital horn",
        "旁矢状面：丘脑后缘（脉络丛处）到枕角最远端",
        SECTIONS,
        "outermost thalamus at the choroid plexus to the outermost occipital horn, parasagittal",
        DAVIES,
        Sided.ONE,
    ),
    Caliper(
        "lateral-ventricle-width",
        "Inner wall to inner wall of the atrium, square to the ventricle",
        "侧脑室房部：垂直脑室长轴，内壁到内壁",
        SECTIONS,
        "inner wall to inner wall of the atrium at the glomus, square to the ventricle",
        PRACTICE,
        Sided.ONE,
    ),
    Caliper(
        "lateral-ventricle-body-width",
        "Inner wall to inner wall of the body of the lateral ventricle, square to it",
        "侧脑室体部：垂直长轴，内壁到内壁",
        SECTIONS,
        "inner wall to inner wall of the body, square to the ventricle",
        PRACTICE,
        Sided.ONE,
    ),
    Caliper(
        "third-ventricle-width",
        "Inner wall to inner wall of the third ventricle where it is widest",
        "第三脑室最宽处：内壁到内壁",
        SECTIONS,
        "greatest transverse width, inner wall to inner wall",
        PRACTICE,
    ),
    Caliper(
        "cerebral-hemisphere-width",
        "Midline and inner table of the skull, level of the body of the ventricle",
        "侧脑室体部水平：中线到颅骨内板",
        SECTIONS,
        "midline to the inner table of the skull",
        PRACTICE,
        Sided.ONE,
    ),
    Caliper(
        "pituitary-height",
        "Upper and lower edge of the pituitary where it is highest, midline sagittal section",
        "正中矢状面：垂体最高处上缘到下缘",
        frozenset({"MR"}),
        "greatest height square to the floor of the sella, midline sagittal section",
        PRACTICE,
    ),
    Caliper(
        "corpus-callosum-length",
        "Foremost point of the genu and hindmost point of the splenium",
        "正中矢状面：膝部最前点到压部最后点",
        SECTIONS,
        "outer edge of the genu to outer edge of the splenium, straight, midline sagittal section",
        PRACTICE,
    ),
    Caliper(
        "corpus-callosum-genu",
        "Front and back edge of the genu",
        "胼胝体膝部：前缘到后缘",
        SECTIONS,
        "greatest thickness of the genu along the length, midline sagittal section",
        PRACTICE,
    ),
    Caliper(
        "corpus-callosum-body",
        "Upper and lower edge of the body in its middle",
        "胼胝体体部中点：上缘到下缘",
        SECTIONS,
        "thickness in the middle of the body, square to it, midline sagittal section",
        PRACTICE,
    ),
    Caliper(
        "corpus-callosum-splenium",
        "Front and back edge of the splenium",
        "胼胝体压部：前缘到后缘",
        SECTIONS,
        "greatest thickness of the splenium along the length, midline sagittal section",
        PRACTICE,
    ),
)
