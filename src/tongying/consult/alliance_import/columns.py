"""The kinds of files and their columns, with Chinese and English headings."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tongying.kernel.sheet import Column


class Kind(StrEnum):
    """What a file is a list of."""

    HOSPITALS = "hospitals"
    MEMBERS = "members"
    AGREEMENTS = "agreements"
    SHIFTS = "shifts"


COLUMNS: Final[dict[Kind, tuple[Column, ...]]] = {
    Kind.HOSPITALS: (
        Column("code", "医院代码", "Hospital code", required=True),
        Column("name", "医院名称", "Hospital name"),
        Column("name_en", "英文名称", "English name"),
        Column("tier", "层级", "Tier"),
        Column("province", "省份", "Province"),
        Column("city", "城市", "City"),
        Column("parent", "上级医院代码", "Hospital above"),
        Column("sub_alliances", "子联盟", "Sub-alliances"),
        Column("answers", "接受会诊", "Takes questions"),
        Column("service_hours", "服务时间", "Service hours"),
        Column("credentials_required", "要求资质", "Insists on credentials"),
        Column("assigns_itself", "自动分派", "Assigns by itself"),
        Column("ae_title", "AE 标题", "AE title"),
    ),
    Kind.MEMBERS: (
        Column("login", "登录名", "Log-in name", required=True),
        Column("name", "姓名", "Name"),
        Column("hospital", "医院代码", "Hospital code"),
        Column("role", "角色", "Role"),
        Column("title", "职称", "Title"),
        Column("sub_specialty", "亚专业", "Sub-specialty"),
        Column("specialties", "专业", "Specialties"),
        Column("modalities", "检查设备", "Modalities"),
        Column("age_from", "最小年龄", "Youngest age"),
        Column("age_until", "最大年龄", "Oldest age"),
        Column("licence_number", "执业证书编号", "Licence number"),
        Column("licence_until", "执业证书有效期至", "Licence valid until"),
        Column("load_cap", "最多在办例数", "Most open cases"),
        Column("committee", "委员", "Committee member"),
        Column("email", "电子邮箱", "E-mail"),
    ),
    Kind.AGREEMENTS: (
        Column("asking", "申请医院代码", "Asking hospital", required=True),
        Column("answering", "会诊医院代码", "Answering hospital", required=True),
        Column("valid_from", "生效日期", "Valid from", required=True),
        Column("valid_until", "截止日期", "Valid until", required=True),
        Column("scope", "范围", "Scope", required=True),
        Column("number", "协议编号", "Agreement number"),
    ),
    Kind.SHIFTS: (
        Column("login", "登录名", "Log-in name", required=True),
        Column("begins", "开始时间", "Begins", required=True),
        Column("ends", "结束时间", "Ends", required=True),
        Column("duty", "值班方式", "Duty", required=True),
    ),
}


def column(kind: Kind, key: str) -> Column:
    """Return a column of a kind of file by its key."""
    return next(one for one in COLUMNS[kind] if one.key == key)
