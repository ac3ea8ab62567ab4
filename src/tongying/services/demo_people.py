"""The hospitals and people of the demo alliance. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.consult.people import Role


@dataclass(frozen=True, slots=True)
class DemoHospital:
    """A hospital of the demo; `answers` marks the expert centre."""

    code: str
    name: str
    name_en: str
    answers: bool = False


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demo.

    Attributes
    ----------
    login, name : str
    role : Role
    hospital : str
        Code.
    sub_specialty, title : str
    can_zh, can_en : str
        What one can try under this log-in.
    """

    login: str
    name: str
    role: Role
    hospital: str
    sub_specialty: str
    title: str
    can_zh: str
    can_en: str


HOSPITALS: tuple[DemoHospital, ...] = (
    DemoHospital(
        "WHCH", "江城儿童医院（演示）", "Jiangcheng Children's Hospital (demo)", answers=True
    ),
    DemoHospital("XNZX", "咸宁中心医院（演示）", "Xianning Central Hospital (demo)"),
    DemoHospital("ESFY", "恩施妇幼（演示）", "Enshi Maternal and Child Health Hospital (demo)"),
    DemoHospital("HGFY", "黄冈妇幼（演示）", "Huanggang Maternal and Child Health Hospital (demo)"),
    DemoHospital("XTYY", "仙桃一医（演示）", "Xiantao First Hospital (demo)"),
)

_ASKS = ("提出会诊、补充资料、确认意见", "asks, supplies data, acknowledges opinions")
_ANSWERS = ("接诊、阅片、签发意见", "accepts, reads, signs opinions")
_SITS = ("参加联合会诊、签署本科意见", "sits on joint panels, signs the surgeon's opinion")
_FILES = ("合并档案、归档胎儿期检查", "joins records, files fetal studies with the child")
_READS = ("查看本院病例", "reads the hospital's cases")

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("chenjianguo", "陈建国", Role.REQUESTER, "XNZX", "儿科", "主治医师", *_ASKS),
    DemoPerson("hanmei", "韩梅", Role.COORDINATOR, "XNZX", "医务科", "主管护师", *_FILES),
    DemoPerson("qinxiaoli", "覃小丽", Role.REQUESTER, "ESFY", "新生儿科", "主治医师", *_ASKS),
    DemoPerson("huangli", "黄丽", Role.REQUESTER, "HGFY", "儿童保健", "副主任医师", *_ASKS),
    DemoPerson("zhouqiang", "周强", Role.REQUESTER, "XTYY", "放射科", "主治医师", *_ASKS),
    DemoPerson(
        "wumei",
        "吴梅",
        Role.COORDINATOR,
        "WHCH",
        "会诊中心",
        "主管护师",
        "分派病例、退回、督促",
        "assigns, returns and follows cases",
    ),
    DemoPerson("limin", "李敏", Role.EXPERT, "WHCH", "肿瘤 核医学", "主任医师", *_ANSWERS),
    DemoPerson("zhangwei", "张伟", Role.EXPERT, "WHCH", "神经 头颅", "主任医师", *_ANSWERS),
    DemoPerson("sunyan", "孙燕", Role.EXPERT, "WHCH", "骨骼 髋关节", "副主任医师", *_ANSWERS),
    DemoPerson("guotao", "郭涛", Role.EXPERT, "WHCH", "心胸 腹部", "副主任医师", *_ANSWERS),
    DemoPerson("dengyan", "邓妍", Role.EXPERT, "WHCH", "超声 腹部", "主任医师", *_ANSWERS),
    DemoPerson("fengkai", "冯凯", Role.EXPERT, "WHCH", "普外科", "主任医师", *_SITS),
    DemoPerson(
        "luojing",
        "罗静",
        Role.TECHNOLOGIST,
        "HGFY",
        "超声科",
        "主管技师",
        "上传影像",
        "brings images in",
    ),
    DemoPerson("hefan", "何帆", Role.RESEARCHER, "WHCH", "影像科研", "助理研究员", *_READS),
    DemoPerson("tangyu", "唐宇", Role.TRAINEE, "WHCH", "放射科", "规培医师", *_READS),
    DemoPerson(
        "guanliyuan",
        "管理员",
        Role.ADMIN,
        "WHCH",
        "",
        "",
        "管理本院账号与 DICOM 节点",
        "keeps the hospital's accounts and DICOM nodes",
    ),
    DemoPerson(
        "changshang",
        "演示厂商",
        Role.VENDOR,
        "WHCH",
        "",
        "",
        "只看自家产品的汇总数据",
        "sees figures of its own products only",
    ),
)
