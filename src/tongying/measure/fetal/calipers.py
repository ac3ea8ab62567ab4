"""What is measured of the brain before birth between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.recipe import Sided

MR = frozenset({"MR"})
BOTH = frozenset({"MR", "US"})
LUIS = "Luis A et al. Pediatr Radiol 2025 (10.1007/s00247-025-06403-2)"

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "fetal-skull-bpd",
        "Widest part of the skull, axial section",
        "横轴面：颅骨最大横径",
        BOTH,
        "greatest width of the skull, axial section",
        LUIS,
    ),
    Caliper(
        "fetal-skull-ofd",
        "Forehead and back of the skull, where it is longest",
        "颅骨最大前后径：额部到枕部",
        BOTH,
        "greatest length of the skull, front to back",
        LUIS,
    ),
    Caliper(
        "fetal-brain-width",
        "Widest part of the brain, outer edge to outer edge",
        "脑最大横径：外缘到外缘",
        MR,
        "greatest width of the brain, outer edge to outer edge",
        LUIS,
    ),
    Caliper(
        "fetal-brain-ofd",
        "Frontal and occipital pole of one hemisphere",
        "单侧大脑半球：额极到枕极",
        MR,
        "frontal to occipital pole of one hemisphere",
        LUIS,
        Sided.ONE,
    ),
    Caliper(
        "fetal-transcerebellar-diameter",
        "Outer edges of both cerebellar hemispheres, where they are widest",
        "小脑最大横径：两侧小脑半球外缘",
        BOTH,
        "greatest width of the cerebellum, outer edge to outer edge",
        LUIS,
    ),
    Caliper(
        "fetal-vermis-height",
        "Upper and lower end of the vermis, midline sagittal section",
        "正中矢状面：小脑蚓部上端到下端",
        BOTH,
        "greatest height of the vermis, midline sagittal section",
        LUIS,
    ),
    Caliper(
        "fetal-vermis-width",
        "Fastigium and hindmost point of the vermis, midline sagittal section",
        "正中矢状面：顶点（fastigium）到蚓部后缘",
        BOTH,
        "fastigium to the back edge of the vermis, midline sagittal section",
        LUIS,
    ),
    Caliper(
        "fetal-pons-width",
        "Front and back edge of the pons, midline sagittal section",
        "正中矢状面：脑桥前缘到后缘",
        BOTH,
        "greatest anteroposterior width of the pons, midline sagittal section",
        LUIS,
    ),
    Caliper(
        "fetal-corpus-callosum-length",
        "Foremost point of the genu and hindmost point of the splenium",
        "正中矢状面：膝部最前点到压部最后点",
        BOTH,
        "outer edge of the genu to outer edge of the splenium, straight, midline sagittal section",
        LUIS,
    ),
    Caliper(
        "fetal-cavum-width",
        "Both walls of the cavum septi pellucidi, where it is widest",
        "透明隔腔最宽处：两侧壁之间",
        BOTH,
        "greatest transverse width, inner wall to inner wall",
        LUIS,
    ),
    Caliper(
        "fetal-atrial-diameter",
        "Inner wall to inner wall of the atrium, square to the ventricle",
        "侧脑室房部：垂直脑室长轴，内壁到内壁",
        BOTH,
        "inner wall to inner wall of the atrium, square to the ventricle",
        LUIS,
        Sided.ONE,
    ),
)
FEMUR = Caliper(
    "fetal-femur-length",
    "Both ends of the ossified shaft of the femur",
    "股骨骨化干两端",
    frozenset({"US"}),
    "both ends of the ossified shaft, the femur square to the beam",
    "ISUOG practice guidelines. Ultrasound Obstet Gynecol 2019; 53: 715-723 (10.1002/uog.20272);"
    " not read, needs sign-off",
)
