"""The words of the parents' slip: short sentences, no medical terms, one idea each."""

from __future__ import annotations

from tongying.consult.document import Language
from tongying.consult.referral_order import Needs, Transport

_ZH, _EN = Language.ZH_HANS, Language.EN

SLIP_LABELS: dict[Language, dict[str, str]] = {
    _ZH: {
        "title": "转诊就医单",
        "subtitle": "给孩子家长",
        "child": "孩子姓名",
        "hospital": "去哪家医院",
        "when": "什么时候到",
        "where": "到哪里",
        "doctor": "找哪位医生",
        "not_yet": "医院还没有定时间。请扫下面的码看最新安排。",
        "ask_desk": "到医院后先问导诊台。",
        "what_for": "去做什么",
        "how": "怎么去",
        "bring": "要带什么",
        "way": "路上要注意",
        "scan": "扫码看最新安排",
        "scan_help": "时间有变，网页上会先改。网页上没有孩子的姓名和病情。",
        "from": "开单医院",
        "questions": "有不明白的，问给您这张单子的医生。",
        "printed": "打印时间",
        "sent": "这次检查的片子已经传给医院，可以不带。",
    },
    _EN: {
        "title": "Hospital visit slip",
        "subtitle": "For the parents",
        "child": "Child",
        "hospital": "Which hospital",
        "when": "When to be there",
        "where": "Where to go",
        "doctor": "Whom to see",
        "not_yet": "The hospital has not set a time yet. Scan the code below for news.",
        "ask_desk": "Ask at the front desk first.",
        "what_for": "What for",
        "how": "How to get there",
        "bring": "What to bring",
        "way": "On the way",
        "scan": "Scan for the latest plan",
        "scan_help": "Changes show there first. The page does not name your child or the illness.",
        "from": "Sent by",
        "questions": "If anything is not clear, ask the doctor who gave you this paper.",
        "printed": "Printed",
        "sent": "The hospital has the images of this study already. You need not bring them.",
    },
}

NEEDS_SAID: dict[Needs, dict[Language, str]] = {
    Needs.BED: {_ZH: "住院", _EN: "A stay in hospital"},
    Needs.THEATRE: {_ZH: "住院，医生会再跟您商量怎么治", _EN: "A stay; doctors will explain more"},
    Needs.CLINIC: {_ZH: "看门诊", _EN: "A visit to the clinic"},
}
TRANSPORT_SAID: dict[Transport, dict[Language, str]] = {
    Transport.OWN_CAR: {_ZH: "您自己带孩子去", _EN: "You bring your child yourself"},
    Transport.AMBULANCE: {
        _ZH: "坐救护车去。不要自己开车走。",
        _EN: "By ambulance. Please do not drive yourself.",
    },
    Transport.ESCORTED: {
        _ZH: "坐救护车去，有医护人员陪着。不要自己开车走。",
        _EN: "By ambulance with a nurse or doctor. Please do not drive yourself.",
    },
}
BRING: dict[Language, tuple[str, ...]] = {
    _ZH: (
        "这张单子",
        "孩子的户口本或出生证、医保卡",
        "大人的身份证",
        "孩子以前的病历和化验单",
        "孩子正在吃的药",
        "奶瓶、尿布、换洗衣服",
    ),
    _EN: (
        "This paper",
        "Your child's birth certificate or household register, insurance card",
        "Your own identity card",
        "Your child's earlier records and laboratory results",
        "The medicines your child takes",
        "Bottle, nappies, a change of clothes",
    ),
}
ON_THE_WAY: dict[Language, tuple[str, ...]] = {
    _ZH: (
        "出发前问医生：孩子能不能吃东西、喝水、喝奶。",
        "孩子喘气费力、叫不醒、抽筋或不停地吐，马上打 120。",
        "不能按时到，马上告诉开单医院。",
    ),
    _EN: (
        "Before you leave ask the doctor: may your child eat, drink or have milk?",
        "If your child struggles to breathe, cannot be woken, has a fit or keeps vomiting, call"
        " 120 at once.",
        "If you cannot be there in time, tell the hospital that sent you.",
    ),
}
"""Needs sign-off by a paediatrician of the alliance."""
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    _ZH: ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    _EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
