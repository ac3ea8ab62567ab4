"""The segments of a heart in words, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Final

from tongying.measure.heart.segmental import Segmental
from tongying.measure.heart.segments import (
    ArchFlow,
    ArchSide,
    ArterialValve,
    AtrialSeptum,
    AtrioventricularConnection,
    DominantVentricle,
    Duct,
    GreatArteries,
    InletValves,
    LowerVein,
    Position,
    PulmonaryVeins,
    Situs,
    Topology,
    UpperVeins,
    VentricularSeptum,
    VentriculoarterialConnection,
)

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "situs": ("atrial arrangement", "心房位置"),
    "position": ("position of the heart", "心脏位置"),
    "topology": ("ventricular looping", "心室襻"),
    "atrioventricular": ("atrioventricular connection", "房室连接"),
    "dominant": ("dominant ventricle", "主心室"),
    "inlets": ("atrioventricular valves", "房室瓣"),
    "ventriculoarterial": ("ventriculoarterial connection", "心室大动脉连接"),
    "great_arteries": ("great arteries", "大动脉位置关系"),
    "aortic_valve": ("aortic valve", "主动脉瓣"),
    "pulmonary_valve": ("pulmonary valve", "肺动脉瓣"),
    "atrial_septum": ("atrial septum", "房间隔"),
    "ventricular_septum": ("ventricular septum", "室间隔"),
    "arch_side": ("aortic arch", "主动脉弓位置"),
    "arch_flow": ("arch", "主动脉弓通畅情况"),
    "pulmonary_veins": ("pulmonary veins", "肺静脉"),
    "upper_veins": ("superior caval veins", "上腔静脉"),
    "lower_vein": ("inferior caval vein", "下腔静脉"),
    "duct": ("arterial duct", "动脉导管"),
}
"""Name of the field to its words, English and Chinese."""

ANSWERS: Final[Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]]] = {
    Situs: {
        Situs.SOLITUS: ("usual", "正位"),
        Situs.INVERSUS: ("mirror-imaged", "反位"),
        Situs.RIGHT_ISOMERISM: ("right isomerism", "右房异构"),
        Situs.LEFT_ISOMERISM: ("left isomerism", "左房异构"),
    },
    Position: {
        Position.LEFT: ("levocardia", "左位心"),
        Position.RIGHT: ("dextrocardia", "右位心"),
        Position.MIDDLE: ("mesocardia", "中位心"),
    },
    Topology: {
        Topology.RIGHT_HAND: ("right-hand topology (D-loop)", "右襻（D-襻）"),
        Topology.LEFT_HAND: ("left-hand topology (L-loop)", "左襻（L-襻）"),
    },
    AtrioventricularConnection: {
        AtrioventricularConnection.CONCORDANT: ("concordant", "一致"),
        AtrioventricularConnection.DISCORDANT: ("discordant", "不一致"),
        AtrioventricularConnection.MIXED: ("biventricular and mixed", "双心室混合连接"),
        AtrioventricularConnection.DOUBLE_INLET: ("double inlet ventricle", "心室双入口"),
        AtrioventricularConnection.ABSENT_RIGHT: ("absent right connection", "右侧房室连接缺如"),
        AtrioventricularConnection.ABSENT_LEFT: ("absent left connection", "左侧房室连接缺如"),
    },
    DominantVentricle: {
        DominantVentricle.LEFT: ("left", "左心室"),
        DominantVentricle.RIGHT: ("right", "右心室"),
        DominantVentricle.INDETERMINATE: ("solitary and indeterminate", "不定型单心室"),
    },
    InletValves: {
        InletValves.TWO: ("two perforate valves", "两组房室瓣均开放"),
        InletValves.ONE_IMPERFORATE: ("one valve imperforate", "一侧房室瓣闭锁（瓣膜无孔）"),
        InletValves.COMMON: ("common valve", "共同房室瓣"),
        InletValves.ONE: ("one valve", "仅一组房室瓣"),
    },
    VentriculoarterialConnection: {
        VentriculoarterialConnection.CONCORDANT: ("concordant", "一致"),
        VentriculoarterialConnection.DISCORDANT: ("discordant", "不一致（大动脉转位）"),
        VentriculoarterialConnection.DOUBLE_OUTLET_RIGHT: (
            "double outlet right ventricle",
            "右心室双出口",
        ),
        VentriculoarterialConnection.DOUBLE_OUTLET_LEFT: (
            "double outlet left ventricle",
            "左心室双出口",
        ),
        VentriculoarterialConnection.DOUBLE_OUTLET_INDETERMINATE: (
            "double outlet from an indeterminate ventricle",
            "不定型心室双出口",
        ),
        VentriculoarterialConnection.COMMON_TRUNK: ("common arterial trunk", "永存动脉干"),
        VentriculoarterialConnection.SINGLE_AORTA: (
            "single outlet, aorta (pulmonary atresia)",
            "单出口：主动脉（肺动脉闭锁）",
        ),
        VentriculoarterialConnection.SINGLE_PULMONARY: (
            "single outlet, pulmonary trunk (aortic atresia)",
            "单出口：肺动脉（主动脉闭锁）",
        ),
    },
    ArterialValve: {
        ArterialValve.OPEN: ("open", "开放"),
        ArterialValve.STENOTIC: ("stenotic", "狭窄"),
        ArterialValve.ATRETIC: ("atretic", "闭锁"),
        ArterialValve.NOT_THERE: ("no valve of its own", "无独立瓣膜"),
    },
    GreatArteries: {
        GreatArteries.NORMAL: ("aorta behind and to the right", "主动脉位于右后"),
        GreatArteries.MIRRORED: ("aorta behind and to the left", "主动脉位于左后"),
        GreatArteries.AORTA_RIGHT: ("aorta to the right or in front right", "主动脉位于右侧或右前"),
        GreatArteries.AORTA_LEFT: ("aorta to the left or in front left", "主动脉位于左侧或左前"),
        GreatArteries.AORTA_IN_FRONT: ("aorta directly in front", "主动脉位于正前"),
    },
    AtrialSeptum: {
        AtrialSeptum.INTACT: ("intact", "完整"),
        AtrialSeptum.OVAL_FORAMEN: ("patent oval foramen", "卵圆孔未闭"),
        AtrialSeptum.SECUNDUM: ("secundum defect", "继发孔型缺损"),
        AtrialSeptum.PRIMUM: ("primum defect", "原发孔型缺损"),
        AtrialSeptum.SINUS_VENOSUS: ("sinus venosus defect", "静脉窦型缺损"),
        AtrialSeptum.CORONARY_SINUS: ("coronary sinus defect", "冠状静脉窦型缺损"),
        AtrialSeptum.COMMON_ATRIUM: ("common atrium", "单心房"),
    },
    VentricularSeptum: {
        VentricularSeptum.INTACT: ("intact", "完整"),
        VentricularSeptum.DEFECT: ("defect", "缺损"),
    },
    ArchSide: {
        ArchSide.LEFT: ("left", "左位主动脉弓"),
        ArchSide.RIGHT: ("right", "右位主动脉弓"),
        ArchSide.DOUBLE: ("double", "双主动脉弓"),
    },
    ArchFlow: {
        ArchFlow.OPEN: ("open", "通畅"),
        ArchFlow.COARCTATION: ("coarctation", "缩窄"),
        ArchFlow.HYPOPLASTIC: ("hypoplastic", "发育不良"),
        ArchFlow.INTERRUPTED: ("interrupted", "离断"),
    },
    PulmonaryVeins: {
        PulmonaryVeins.NORMAL: ("to the left atrium", "均回流入左心房"),
        PulmonaryVeins.PARTIAL: ("partially anomalous", "部分型异位引流"),
        PulmonaryVeins.TOTAL_SUPRACARDIAC: (
            "totally anomalous, supracardiac",
            "完全型异位引流（心上型）",
        ),
        PulmonaryVeins.TOTAL_CARDIAC: ("totally anomalous, cardiac", "完全型异位引流（心内型）"),
        PulmonaryVeins.TOTAL_INFRACARDIAC: (
            "totally anomalous, infracardiac",
            "完全型异位引流（心下型）",
        ),
        PulmonaryVeins.TOTAL_MIXED: ("totally anomalous, mixed", "完全型异位引流（混合型）"),
    },
    UpperVeins: {
        UpperVeins.RIGHT: ("right", "右上腔静脉"),
        UpperVeins.LEFT: ("left only", "仅左上腔静脉"),
        UpperVeins.BOTH: ("both sides", "双上腔静脉"),
    },
    LowerVein: {
        LowerVein.TO_RIGHT_ATRIUM: ("to the right-sided atrium", "入右侧心房"),
        LowerVein.TO_LEFT_ATRIUM: ("to the left-sided atrium", "入左侧心房"),
        LowerVein.INTERRUPTED: ("interrupted, azygos continuation", "离断，奇静脉或半奇静脉延续"),
    },
    Duct: {
        Duct.CLOSED: ("closed", "闭合"),
        Duct.OPEN: ("open", "开放"),
    },
}
"""What is said of each answer, English and Chinese; by kind, for members of two kinds may have one
value."""

_SITUS_LETTER: Final = {
    Situs.SOLITUS: "S",
    Situs.INVERSUS: "I",
    Situs.RIGHT_ISOMERISM: "A",
    Situs.LEFT_ISOMERISM: "A",
}
_LOOP_LETTER: Final = {Topology.RIGHT_HAND: "D", Topology.LEFT_HAND: "L"}
_ARTERIES_LETTER: Final = {
    GreatArteries.NORMAL: "S",
    GreatArteries.MIRRORED: "I",
    GreatArteries.AORTA_RIGHT: "D",
    GreatArteries.AORTA_LEFT: "L",
    GreatArteries.AORTA_IN_FRONT: "A",
}


def in_english(heart: Segmental) -> str:
    """Return what is known of a heart as one English sentence; empty where nothing is."""
    told = "; ".join(f"{name}: {answer}" for name, answer in _told(heart, 0))
    return f"{told[0].upper()}{told[1:]}." if told else ""


def in_chinese(heart: Segmental) -> str:
    """Return what is known of a heart as one Chinese sentence; empty where nothing is."""
    told = "；".join(f"{name}：{answer}" for name, answer in _told(heart, 1))
    return f"{told}。" if told else ""


def set_notation(heart: Segmental) -> str | None:
    """Return the segmental set after Van Praagh; None unless all three segments are known.

    Examples
    --------
    >>> set_notation(Segmental(situs=Situs.SOLITUS, topology=Topology.RIGHT_HAND,
    ...     great_arteries=GreatArteries.AORTA_RIGHT))
    '{S,D,D}'
    """
    if heart.situs is None or heart.topology is None or heart.great_arteries is None:
        return None
    letters = (
        _SITUS_LETTER[heart.situs],
        _LOOP_LETTER[heart.topology],
        _ARTERIES_LETTER[heart.great_arteries],
    )
    return "{" + ",".join(letters) + "}"


def _told(heart: Segmental, language: int) -> list[tuple[str, str]]:
    return [
        (FIELDS[one.name][language], ANSWERS[type(answer)][answer][language])
        for one in fields(heart)
        if isinstance(answer := getattr(heart, one.name), StrEnum)
    ]
