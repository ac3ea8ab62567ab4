"""The words a file may use for the platform's terms: the term itself, Chinese, English."""

from __future__ import annotations

from typing import Final

from tongying.consult.agreement import SubAlliance, Tier
from tongying.consult.people import Role
from tongying.consult.roster import Duty
from tongying.consult.specialty import Specialty

ROLES: Final[dict[Role, tuple[str, ...]]] = {
    Role.REQUESTER: ("申请医生", "申请医师"),
    Role.EXPERT: ("专家", "会诊专家"),
    Role.COORDINATOR: ("协调员", "调度"),
    Role.TECHNOLOGIST: ("技师",),
    Role.RESEARCHER: ("研究人员", "科研人员"),
    Role.TRAINEE: ("规培医师", "学员", "进修医师"),
    Role.ADMIN: ("管理员", "administrator"),
    Role.VENDOR: ("厂商", "供应商"),
}

TIERS: Final[dict[Tier, tuple[str, ...]]] = {
    Tier.LEADING: ("牵头医院", "牵头", "省级"),
    Tier.REGIONAL: ("区域中心", "市级", "地市级"),
    Tier.COUNTY: ("县级", "县区级", "区县级"),
    Tier.TOWNSHIP: ("乡镇", "乡镇级", "基层"),
}

SUB_ALLIANCES: Final[dict[SubAlliance, tuple[str, ...]]] = {
    SubAlliance.IMAGING: ("影像",),
    SubAlliance.NUCLEAR: ("核医学", "nuclear medicine"),
}

DUTIES: Final[dict[Duty, tuple[str, ...]]] = {
    Duty.DESK: ("坐班", "在班", "at the desk"),
    Duty.ON_CALL: ("听班", "二线", "on call"),
}

SPECIALTIES: Final[dict[Specialty, tuple[str, ...]]] = {
    Specialty.NEURO: ("神经", "头颅"),
    Specialty.HEAD_NECK: ("头颈", "头颈部", "五官"),
    Specialty.CHEST: ("胸部", "呼吸"),
    Specialty.HEART: ("心脏", "心血管", "心脏大血管"),
    Specialty.ABDOMEN: ("腹部", "消化"),
    Specialty.UROLOGY: ("泌尿", "泌尿生殖"),
    Specialty.BONE: ("骨骼", "骨关节", "骨肌"),
    Specialty.ONCOLOGY: ("肿瘤",),
    Specialty.FETAL: ("胎儿",),
    Specialty.NUCLEAR: ("核医学", "nuclear medicine"),
    Specialty.ULTRASOUND: ("超声",),
    Specialty.SURGERY: ("小儿外科", "外科", "普外科"),
    Specialty.PATHOLOGY: ("病理",),
    Specialty.PAEDIATRICS: ("儿科", "儿内科", "pediatrics"),
}

MODALITIES: Final[dict[str, tuple[str, ...]]] = {
    "CR": (),
    "CT": (),
    "DX": ("dr", "x线", "平片"),
    "IO": (),
    "MG": (),
    "MR": ("mri", "磁共振"),
    "NM": ("spect",),
    "OT": (),
    "PT": ("pet",),
    "PX": (),
    "RF": ("透视", "造影"),
    "RG": (),
    "SC": (),
    "US": ("超声", "b超"),
    "XA": ("dsa",),
    "XC": (),
}
"""DICOM PS3.3 C.7.3.1.1.1: those that images of children come in."""

YES: Final = frozenset({"是", "yes", "y", "true", "1", "√"})
NO: Final = frozenset({"否", "no", "n", "false", "0"})
