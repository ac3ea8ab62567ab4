"""The books as CSV tables: what an export writes reads back as unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from tongying.consult.alliance import HospitalRecord
from tongying.consult.alliance_import import vocabulary
from tongying.consult.alliance_import.columns import COLUMNS, Kind
from tongying.consult.alliance_import.hours import hours_text
from tongying.consult.membership import AgreementRecord, MemberRecord, ShiftRecord
from tongying.kernel import sheet

EXAMPLES: dict[Kind, tuple[str, ...]] = {
    Kind.HOSPITALS: (
        "SHYLXRM",
        "示例县人民医院",
        "",
        "县级",
        "湖北省",
        "示例市",
        "",
        "影像",
        "否",
        "周一-周五 08:00-17:30；周六 08:00-12:00",
        "否",
        "否",
        "",
    ),
    Kind.MEMBERS: (
        "lishili",
        "李示例",
        "SHYLXRM",
        "申请医生",
        "主治医师",
        "儿科放射",
        "胸部 腹部",
        "CT DX",
        "0 天",
        "14 岁",
        "示例-0001",
        "2030-12-31",
        "10",
        "是",
        "li@example.org",
    ),
    Kind.AGREEMENTS: ("SHYLXRM", "SHYLET", "2026-01-01", "2028-12-31", "影像", "示例-2026-01"),
    Kind.SHIFTS: ("lishili", "2026-03-02 08:00", "2026-03-02 12:00", "坐班"),
}
"""One invented row of each kind, for the templates."""


def hospital_cells(one: HospitalRecord) -> tuple[str, ...]:
    """Return a hospital's row."""
    return (
        one.code,
        one.name,
        one.name_en,
        vocabulary.TIERS[one.tier][0] if one.tier else "",
        one.province,
        one.city,
        one.parent or "",
        " ".join(sorted(vocabulary.SUB_ALLIANCES[part][0] for part in one.sub_alliances)),
        _flag(one.answers),
        hours_text(one.service_hours) if one.service_hours else "",
        _flag(one.credentials_required),
        _flag(one.assigns_itself),
        one.ae_title,
    )


def member_cells(one: MemberRecord) -> tuple[str, ...]:
    """Return a member's row."""
    return (
        one.login,
        one.name,
        one.hospital,
        vocabulary.ROLES[one.role][0],
        one.title,
        one.sub_specialty,
        " ".join(sorted(vocabulary.SPECIALTIES[part][0] for part in one.specialties)),
        " ".join(sorted(one.modalities)),
        "" if one.age_from_days is None else f"{one.age_from_days} 天",
        "" if one.age_until_days is None else f"{one.age_until_days} 天",
        one.licence_number,
        one.licence_until.isoformat() if one.licence_until else "",
        "" if one.load_cap is None else str(one.load_cap),
        _flag(one.committee),
        one.email,
    )


def agreement_cells(one: AgreementRecord) -> tuple[str, ...]:
    """Return an agreement's row."""
    return (
        one.terms.asking,
        one.terms.answering,
        one.terms.valid_from.isoformat(),
        one.terms.valid_until.isoformat(),
        " ".join(sorted(vocabulary.SUB_ALLIANCES[part][0] for part in one.terms.scope)),
        one.number,
    )


def shift_cells(one: ShiftRecord, zone: tzinfo) -> tuple[str, ...]:
    """Return a shift's row, in local time."""
    return (
        one.login,
        f"{one.begins.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{one.ends.astimezone(zone):%Y-%m-%d %H:%M}",
        vocabulary.DUTIES[one.duty][0],
    )


def table(kind: Kind, rows: Iterable[Sequence[str]]) -> str:
    """Write a CSV table with Chinese headings; no cell is taken for a formula."""
    return sheet.written([one.zh for one in COLUMNS[kind]], rows)


def template(kind: Kind) -> str:
    """Return an empty table of a kind with one invented row."""
    return table(kind, [EXAMPLES[kind]])


def _flag(on: bool) -> str:
    return "是" if on else "否"
