"""The columns of a table of normal children, with Chinese and English headings."""

from __future__ import annotations

from typing import Final

from tongying.kernel.sheet import Column
from tongying.norms.ledger.eligibility import Consent
from tongying.norms.norm import Route

COLUMNS: Final = (
    Column("subject", "受试者编号", "Subject", required=True),
    Column("sex", "性别", "Sex", required=True),
    Column("born", "出生日期", "Date of birth"),
    Column("age_days", "日龄", "Age in days"),
    Column("gestation", "出生孕周", "Gestation at birth"),
    Column("measured_on", "测量日期", "Measured on"),
    Column("measure", "测量项目", "Measure", required=True),
    Column("side", "侧别", "Side"),
    Column("value_1", "测量值1", "Value 1"),
    Column("reader_1", "测量者1", "Reader 1"),
    Column("value_2", "测量值2", "Value 2"),
    Column("reader_2", "测量者2", "Reader 2"),
    Column("unit", "单位", "Unit", required=True),
    Column("tool", "测量工具", "Tool", required=True),
    Column("version", "工具版本", "Tool version"),
    Column("protocol", "检查方案", "Protocol"),
    Column("reader_rule", "测量方法", "Measuring rule"),
    Column("rule", "纳入标准", "Inclusion rule", required=True),
    Column("height_cm", "身高cm", "Height, cm"),
    Column("weight_kg", "体重kg", "Weight, kg"),
    Column("site", "医院代码", "Hospital code", required=True),
    Column("route", "来源", "Route", required=True),
    Column("consent", "知情同意", "Consent", required=True),
    Column("consent_on", "同意日期", "Consent date"),
    Column("consent_reference", "同意书或伦理批件号", "Consent reference", required=True),
    Column("quality", "质控", "Quality"),
    Column("quality_reason", "质控说明", "Quality reason"),
)

SEXES: Final = {"男": "M", "女": "F", "male": "M", "female": "F"}
"""Beside F and M. No number stands here: 1 and 2 mean either sex in different tables."""
SIDES: Final = {"r": "R", "l": "L", "右": "R", "左": "L", "right": "R", "left": "L"}
ROUTES: Final = {
    "direct": Route.DIRECT,
    "直接": Route.DIRECT,
    "志愿者": Route.DIRECT,
    "indirect": Route.INDIRECT,
    "间接": Route.INDIRECT,
    "常规检查": Route.INDIRECT,
}
CONSENTS: Final = {
    "given": Consent.GIVEN,
    "已同意": Consent.GIVEN,
    "waived": Consent.WAIVED,
    "豁免": Consent.WAIVED,
}
QUALITIES: Final = {
    "passed": "passed",
    "合格": "passed",
    "通过": "passed",
    "failed": "failed",
    "不合格": "failed",
    "不通过": "failed",
}


def column(key: str) -> Column:
    """Return a column by its key."""
    return next(one for one in COLUMNS if one.key == key)


EXAMPLE: Final = (
    {
        "subject": "V-001",
        "sex": "M",
        "born": "2021-03-05",
        "gestation": "39+2",
        "measured_on": "2026-03-01",
        "measure": "kidney-length",
        "side": "R",
        "value_1": "71.5",
        "reader_1": "A",
        "value_2": "72.5",
        "reader_2": "B",
        "unit": "mm",
        "tool": "ultrasound caliper",
        "version": "1.0",
        "protocol": "us-kidney/1",
        "reader_rule": "longest craniocaudal, supine",
        "rule": "healthy-volunteers@1",
        "height_cm": "109.5",
        "weight_kg": "18.4",
        "site": "",
        "route": "direct",
        "consent": "given",
        "consent_on": "2026-02-20",
        "consent_reference": "ICF-001",
        "quality": "passed",
    },
)
"""An invented row for the template."""
