"""The questions of the demo alliance and how far each has come. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass, field

from tongying.consult.case import Confidence, Urgency
from tongying.consult.desk import Opinion
from tongying.consult.states import State


@dataclass(frozen=True, slots=True)
class DemoKeyImage:
    """An image of the case's study to point at, by its numbers."""

    series: int
    instance: int
    caption: str
    frame: int = 1


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A question, and what becomes of it.

    Attributes
    ----------
    study : str
        Key of the demo study.
    author : str
        Log-in of the requester.
    state : State
        How far it is taken.
    text, provisional_diagnosis, history : str
    confidence : Confidence
    urgency : Urgency
    measured_days_ago : int
        When weight and height (those of the study) were taken.
    gestation : tuple of two int, or None
        Weeks and days at birth, where known.
    expert : str
        Log-in of the one who answers, once assigned.
    key_images : tuple of DemoKeyImage
        Pointed at by the expert while reading.
    opinion : Opinion or None
    amended : Opinion or None
    amendment_reason : str
    """

    study: str
    author: str
    state: State
    text: str
    provisional_diagnosis: str
    history: str
    confidence: Confidence
    urgency: Urgency
    measured_days_ago: int = 2
    gestation: tuple[int, int] | None = None
    expert: str = ""
    key_images: tuple[DemoKeyImage, ...] = field(default=())
    opinion: Opinion | None = None
    amended: Opinion | None = None
    amendment_reason: str = ""


_HIP = Opinion(
    answer="支持左髋发育不良：左髋 α 约 47°、β 约 72°，Graf IIc 型；右髋 α 约 63°，Graf I 型。",
    findings="左髋骨性髋臼顶发育欠佳，骨性边缘圆钝，股骨头骨性覆盖不足 50%。\n"
    "右髋骨性髋臼顶发育良好，骨性边缘锐利，股骨头位于臼内。\n"
    "与约一月前相比，左髋 α 角由约 51° 降至约 47°，没有随日龄改善。",
    advice="建议一周内转小儿骨科评估，是否支具治疗由骨科决定；治疗后按骨科安排复查超声。",
)
_PET = Opinion(
    answer="左侧肾上腺区占位，FDG 摄取明显增高，首先考虑神经母细胞瘤；"
    "本次躯干范围内未见其他异常高摄取灶。",
    findings="左肾上腺区软组织肿块约 38×34×42 mm，内见钙化，SUV 约 6。\n"
    "左肾受压不明显，肿块位于腹主动脉左后方，未见明确包绕血管。\n"
    "双肾盂及膀胱放射性为排泄所致；心肌、肝脏为生理性摄取。",
    advice="建议完善尿 VMA/HVA、NSE、MIBG 显像及骨髓检查，"
    "转小儿肿瘤外科明确分期；头颈及四肢不在本次扫描范围内。",
)
_HEAD = Opinion(
    answer="脑室系统对称性扩大，较三月前加重，支持脑积水进展。",
    findings="双侧侧脑室各角及第三脑室增宽，较前次明显；灰白质分界清楚，未见占位。",
    advice="建议尽快请小儿神经外科评估，结合前囟张力与头围曲线；复查间隔由神经外科决定。",
)
_HEAD_AMENDED = Opinion(
    answer="脑室系统（含第四脑室）对称性扩大，较三月前加重，支持交通性脑积水进展。",
    findings="双侧侧脑室各角、第三脑室及第四脑室增宽，较前次明显；灰白质分界清楚，未见占位。\n"
    "单一 T1 序列不能判断室旁间质水肿。",
    advice="建议尽快请小儿神经外科评估，结合前囟张力与头围曲线，并补充 T2/FLAIR 序列；"
    "复查间隔由神经外科决定。",
)
_NEWBORN_HIP = Opinion(
    answer="双髋超声未见发育不良：左髋 α 约 62°，右髋 α 约 64°，均为 Graf I 型。",
    findings="双侧骨性髋臼顶形态良好，骨性边缘锐利，软骨顶覆盖股骨头，股骨头居中。",
    advice="臀位产为危险因素，建议出生后 6 周复查一次髋关节超声。",
)

CASES: tuple[DemoCase, ...] = (
    DemoCase(
        "wen-us",
        "chenjianguo",
        State.READING,
        "半年内三次肠套叠住院，右下腹小肠内可疑病变，拿不准：是什么引起反复肠套叠？",
        "复发性肠套叠",
        "反复腹痛、血便；前两次水压灌肠复位成功。无发热。",
        Confidence.UNSURE,
        Urgency.URGENT,
        1,
        expert="dengyan",
    ),
    DemoCase(
        "deng-hip",
        "zhouqiang",
        State.DRAFT,
        "三月龄女婴左髋动态超声，α 角临界，加压时是否不稳定？需要支具还是观察？",
        "左髋发育不成熟？",
        "双下肢皮纹不对称，外展稍受限。足月顺产。",
        Confidence.UNSURE,
        Urgency.ROUTINE,
        3,
        (39, 2),
    ),
    DemoCase(
        "liu-us",
        "chenjianguo",
        State.SUBMITTED,
        "颈部淋巴结血流丰富，考虑反应性增生还是需要穿刺？",
        "颈部淋巴结肿大",
        "右颈包块两周，无发热，抗感染一周后略缩小。血常规正常。",
        Confidence.PROBABLE,
        Urgency.ROUTINE,
        2,
    ),
    DemoCase(
        "huang-ct",
        "zhouqiang",
        State.SUBMITTED,
        "外伤后 3 小时，头颅 CT 有没有骨折或颅内出血？我院夜间无神经影像医师。",
        "头部外伤",
        "8 岁男孩自 2 米高处坠落，短暂呕吐 2 次，GCS 15 分。",
        Confidence.UNSURE,
        Urgency.EMERGENCY,
        1,
    ),
    DemoCase(
        "zhou-mr",
        "huangli",
        State.SUBMITTED,
        "肝右叶病灶性质？是否需要转贵院进一步增强检查？",
        "肝占位待查",
        "体检超声发现肝内占位，无不适，AFP 正常。",
        Confidence.UNSURE,
        Urgency.URGENT,
        2,
    ),
    DemoCase(
        "ma-echo",
        "qinxiaoli",
        State.ASSIGNED,
        "心脏超声切面有无室间隔缺损或心功能减低？",
        "心脏杂音待查",
        "入学体检闻及 2/6 级收缩期杂音，活动耐量正常。",
        Confidence.PROBABLE,
        Urgency.ROUTINE,
        3,
        expert="guotao",
    ),
    DemoCase(
        "chen-dr",
        "zhouqiang",
        State.ASSIGNED,
        "胸片双下肺是否有实变？能否门诊治疗？",
        "肺炎？",
        "咳嗽 5 天，最高体温 38.9 ℃，双肺呼吸音粗。",
        Confidence.PROBABLE,
        Urgency.URGENT,
        1,
        expert="guotao",
    ),
    DemoCase(
        "twin-a-hip",
        "huangli",
        State.READING,
        "双胎早产女婴，左髋 α 角偏小：按实足日龄还是按矫正日龄分型？需要支具还是复查？",
        "左髋发育不成熟？",
        "34 周双胎剖宫产，大女，臀位；Ortolani 征阴性，左侧外展稍受限。",
        Confidence.UNSURE,
        Urgency.ROUTINE,
        1,
        (34, 0),
        "sunyan",
    ),
    DemoCase(
        "twin-b-hip",
        "huangli",
        State.SUBMITTED,
        "双胎早产女婴（小女），双髋 α 角均临界，姐姐左髋可疑，何时复查？",
        "双髋发育不成熟？",
        "34 周双胎剖宫产，小女，头位；体检无异常。",
        Confidence.PROBABLE,
        Urgency.ROUTINE,
        1,
        (34, 0),
    ),
    DemoCase(
        "wang-dr",
        "huangli",
        State.READING,
        "胫骨远端骨病变是非骨化性纤维瘤吗？踢球会不会骨折？",
        "非骨化性纤维瘤",
        "踝部扭伤后拍片偶然发现，局部无肿胀、无夜间痛。",
        Confidence.PROBABLE,
        Urgency.ROUTINE,
        1,
        expert="sunyan",
        key_images=(DemoKeyImage(1, 1, "胫骨远端病变"),),
    ),
    DemoCase(
        "song-mr",
        "chenjianguo",
        State.READING,
        "肩关节有没有盂唇或肩袖损伤？骨骺有无异常？",
        "肩部外伤",
        "打篮球跌倒后右肩痛三周，外展受限，X 线未见骨折。",
        Confidence.UNSURE,
        Urgency.ROUTINE,
        2,
        expert="sunyan",
    ),
    DemoCase(
        "xiang-hip",
        "qinxiaoli",
        State.SIGNED,
        "臀位产新生儿，双髋超声是否正常？需要何时复查？",
        "臀位产，髋关节筛查",
        "G1P1，臀位剖宫产，Ortolani 征阴性。",
        Confidence.PROBABLE,
        Urgency.ROUTINE,
        0,
        (38, 4),
        "sunyan",
        (
            DemoKeyImage(1, 1, "左髋标准切面 α 62°"),
            DemoKeyImage(2, 1, "右髋标准切面 α 64°"),
        ),
        _NEWBORN_HIP,
    ),
    DemoCase(
        "he-hip",
        "huangli",
        State.ACKNOWLEDGED,
        "左髋 α 角偏小，是不是髋关节发育不良？要不要马上上支具？",
        "左髋发育不良",
        "G2P1，姐姐有髋关节脱位史；出生 12 天首次超声左侧 α 约 51°，现复查。",
        Confidence.PROBABLE,
        Urgency.URGENT,
        2,
        (39, 5),
        "sunyan",
        (DemoKeyImage(1, 1, "左髋 α 47°，Graf IIc"), DemoKeyImage(2, 1, "右髋 α 63°，Graf I")),
        _HIP,
    ),
    DemoCase(
        "zhao-pet",
        "chenjianguo",
        State.SIGNED,
        "左肾上腺区肿块考虑神经母细胞瘤吗？有无远处转移？下一步怎么查？",
        "腹部肿块，神经母细胞瘤？",
        "发现左上腹包块 10 天，低热、面色苍白，无骨痛。血压正常。",
        Confidence.PROBABLE,
        Urgency.URGENT,
        1,
        None,
        "limin",
        (
            DemoKeyImage(2, 43, "左肾上腺区肿块（CT）"),
            DemoKeyImage(3, 43, "同层 FDG 摄取增高（PET）"),
        ),
        _PET,
    ),
    DemoCase(
        "tan-mr",
        "qinxiaoli",
        State.SIGNED,
        "与三月前比脑室是否继续增大？需不需要转神经外科？",
        "脑积水",
        "早产史，头围增长偏快，近两周易激惹，偶有呕吐。",
        Confidence.PROBABLE,
        Urgency.URGENT,
        1,
        (31, 3),
        "zhangwei",
        (DemoKeyImage(2, 63, "侧脑室增宽"),),
        _HEAD,
        _HEAD_AMENDED,
        "补充第四脑室的描述，并说明单一序列的限度。",
    ),
)
