"""What is measured of the bowel between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper

US = frozenset({"US"})
SECTIONS = frozenset({"US", "CT", "MR"})
FLUOROSCOPY = frozenset({"US", "CT", "MR", "RF"})

LANDMARKS = "landmarks as usual, need sign-off"
POLYP = f"Hosokawa T et al. Pediatr Radiol 2019 (abstract); {LANDMARKS}"
TARGET = f"Lioubashevsky N et al. Radiology 2013 (abstract); {LANDMARKS}"
SEGMENT = f"Wiersma F et al. Pediatr Radiol 2006;36:1177-1181 (abstract); {LANDMARKS}"
WALL = f"van Wassenaer EA et al. Pediatr Radiol 2020;50 (abstract); {LANDMARKS}"
APPENDIX = f"Coyne SM, Zhang B, Trout AT. AJR (abstract); {LANDMARKS}"
PYLORUS = f"Piotto L et al. Australas J Ultrasound Med 2022;25:116-126 (abstract); {LANDMARKS}"
DUCT = f"Feng A et al. J Pediatr Gastroenterol Nutr 2017;64:e61-e64 (abstract); {LANDMARKS}"
USUAL = f"no source seen; {LANDMARKS}"

CALIPERS: tuple[Caliper, ...] = (
    Caliper(
        "polyp-diameter",
        "Both ends of the polyp along its greatest extent",
        "沿息肉最大径标两端",
        FLUOROSCOPY,
        "longest diameter in any plane, stalk not included",
        POLYP,
    ),
    Caliper(
        "intussusception-diameter",
        "Outer edge to outer edge of the target, transverse to the bowel",
        "靶环短轴切面：外缘到外缘",
        SECTIONS,
        "outer edge to outer edge, transverse section",
        TARGET,
    ),
    Caliper(
        "intussusception-length",
        "Both ends of the intussusception, along the bowel",
        "长轴切面：套入段两端",
        SECTIONS,
        "straight distance of both ends, longitudinal section",
        SEGMENT,
    ),
    Caliper(
        "bowel-wall-thickness",
        "Inner edge of the mucosa to outer edge of the serosa, square to the wall",
        "垂直肠壁：黏膜面到浆膜外缘",
        SECTIONS,
        "inner edge of the mucosa to outer edge of the serosa, square to the wall",
        WALL,
    ),
    Caliper(
        "bowel-diameter",
        "Inner wall to inner wall, square to the bowel",
        "垂直肠管：内壁到内壁",
        SECTIONS,
        "inner wall to inner wall, square to the bowel",
        USUAL,
    ),
    Caliper(
        "appendix-diameter-ap",
        "Outer wall to outer wall of the appendix, front to back",
        "阑尾前后方向：外壁到外壁",
        SECTIONS,
        "outer wall to outer wall, anteroposterior, greatest section",
        APPENDIX,
    ),
    Caliper(
        "appendix-diameter-transverse",
        "Outer wall to outer wall of the appendix, side to side",
        "阑尾左右方向：外壁到外壁",
        SECTIONS,
        "outer wall to outer wall, transverse, greatest section",
        APPENDIX,
    ),
    Caliper(
        "appendix-wall",
        "Inner to outer edge of one wall of the appendix",
        "阑尾单侧壁：内缘到外缘",
        SECTIONS,
        "one wall, inner edge of the mucosa to outer edge of the serosa",
        APPENDIX,
    ),
    Caliper(
        "pylorus-muscle",
        "One muscle layer of the pylorus, outer to inner edge",
        "幽门单侧肌层：外缘到内缘",
        US,
        "one muscle layer without the mucosa, square to the canal",
        PYLORUS,
    ),
    Caliper(
        "pylorus-canal",
        "Both ends of the pyloric canal",
        "幽门管两端",
        US,
        "straight distance of both ends of the canal, longitudinal section",
        PYLORUS,
    ),
    Caliper(
        "pylorus-diameter",
        "Outer edge to outer edge of the pyloric muscle, square to the canal",
        "垂直幽门管：肌层外缘到外缘",
        US,
        "outer edge to outer edge of the muscle, square to the canal",
        PYLORUS,
    ),
    Caliper(
        "free-fluid-depth",
        "Greatest depth of the fluid",
        "液体最深处",
        SECTIONS,
        "greatest depth of one pocket, square to its base",
        USUAL,
    ),
    Caliper(
        "bile-duct-diameter",
        "Inner wall to inner wall of the bile duct",
        "肝外胆管内壁到内壁",
        SECTIONS,
        "inner wall to inner wall, greatest width",
        DUCT,
    ),
)
