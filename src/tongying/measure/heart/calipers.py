"""What is measured of the heart and the great vessels between two points."""

from __future__ import annotations

from tongying.measure.caliper import Caliper

ASE_2010 = (
    "Lopez L et al. J Am Soc Echocardiogr 2010;23:465-495 (its title read, not its definitions);"
    " needs sign-off"
)
VESSEL = frozenset({"US", "CT", "MR", "XA"})
CHAMBER = frozenset({"US", "CT", "MR"})
EDGES = "inner edge to inner edge, square to the vessel, greatest width in systole"
HINGES = "inner edge to inner edge at the hinge points, greatest width"

_ENDS = ("inner edge to inner edge", "内缘到内缘")


def _vessel(measure: str, english: str, chinese: str) -> Caliper:
    return Caliper(
        measure, f"{english}: {_ENDS[0]}", f"{chinese}：{_ENDS[1]}", VESSEL, EDGES, ASE_2010
    )


def _valve(measure: str, english: str, chinese: str, rule: str) -> Caliper:
    return Caliper(
        measure,
        f"{english}: hinge point to hinge point",
        f"{chinese}：瓣叶附着点到附着点",
        CHAMBER,
        rule,
        ASE_2010,
    )


def _wall(measure: str, english: str, chinese: str, phase: str) -> Caliper:
    return Caliper(
        measure,
        f"{english}: edge to edge of the muscle",
        f"{chinese}：心肌内外缘之间",
        CHAMBER,
        f"thickness of the muscle at end {phase}, square to the wall",
        ASE_2010,
    )


def _chamber(measure: str, english: str, chinese: str, phase: str) -> Caliper:
    return Caliper(
        measure,
        f"{english}: {_ENDS[0]}",
        f"{chinese}：{_ENDS[1]}",
        CHAMBER,
        f"inner edge to inner edge at end {phase}, two-dimensional image",
        ASE_2010,
    )


ARTERIAL_VALVE = f"{HINGES} in systole"
ATRIOVENTRICULAR_VALVE = f"{HINGES} in diastole"

CALIPERS: tuple[Caliper, ...] = (
    _valve("aortic-annulus", "Aortic annulus", "主动脉瓣环", ARTERIAL_VALVE),
    _vessel("aortic-sinuses", "Sinuses of Valsalva", "主动脉窦部最宽处"),
    _vessel("sinotubular-junction", "Sinotubular junction", "窦管交界处"),
    _vessel(
        "transverse-arch",
        "Transverse arch between the brachiocephalic and the left carotid artery",
        "无名动脉与左颈总动脉之间的主动脉弓横部",
    ),
    _vessel(
        "distal-arch",
        "Distal arch between the left carotid and the left subclavian artery",
        "左颈总动脉与左锁骨下动脉之间的主动脉弓远端",
    ),
    _vessel("aortic-isthmus", "Narrowest place of the isthmus", "主动脉峡部最窄处"),
    _vessel("aorta-at-diaphragm", "Aorta at the diaphragm", "膈肌水平主动脉"),
    _valve("pulmonary-annulus", "Pulmonary annulus", "肺动脉瓣环", ARTERIAL_VALVE),
    _vessel("main-pulmonary-artery", "Middle of the main pulmonary artery", "主肺动脉中段"),
    _vessel("right-pulmonary-artery", "Right pulmonary artery behind its origin", "右肺动脉起始段"),
    _vessel("left-pulmonary-artery", "Left pulmonary artery behind its origin", "左肺动脉起始段"),
    _valve("mitral-annulus", "Mitral annulus", "二尖瓣环", ATRIOVENTRICULAR_VALVE),
    _valve("tricuspid-annulus", "Tricuspid annulus", "三尖瓣环", ATRIOVENTRICULAR_VALVE),
    _chamber("la-diameter", "Left atrium, front to back", "左心房前后径", "systole"),
    _chamber("rv-diameter", "Right ventricle", "右心室", "diastole"),
    _chamber("lv-diameter-diastole", "Left ventricle in diastole", "左心室舒张末期", "diastole"),
    _chamber("lv-diameter-systole", "Left ventricle in systole", "左心室收缩末期", "systole"),
    _wall("septum-diastole", "Septum in diastole", "室间隔舒张末期", "diastole"),
    _wall("septum-systole", "Septum in systole", "室间隔收缩末期", "systole"),
    _wall("lv-wall-diastole", "Posterior wall in diastole", "左心室后壁舒张末期", "diastole"),
    _wall("lv-wall-systole", "Posterior wall in systole", "左心室后壁收缩末期", "systole"),
)
