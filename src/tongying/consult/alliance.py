"""The alliance as a tree of hospitals, and which of them answers for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from tongying.consult.agreement import Agreement, SubAlliance, Tier
from tongying.consult.alliance_faults import Fault, FaultCode, fault
from tongying.kernel.ids import HospitalCode

RANK: Final[dict[Tier, int]] = {
    Tier.LEADING: 0,
    Tier.REGIONAL: 1,
    Tier.COUNTY: 2,
    Tier.TOWNSHIP: 3,
}
"""A hospital stands below one of a smaller number."""

Week = tuple[tuple[tuple[time, time], ...], ...]
"""Opening spans from Monday to Sunday, as in `consult.service_hours`; empty: always open."""


@dataclass(frozen=True, slots=True)
class HospitalRecord:
    """A hospital in the alliance's books.

    Attributes
    ----------
    code : HospitalCode
    name, name_en, ae_title : str
    answers : bool
        Whether it takes questions from others.
    parent : HospitalCode or None
        The hospital above it; None at the top.
    tier : Tier or None
        None where unknown.
    province, city : str
    sub_alliances : frozenset of SubAlliance
    service_hours : tuple
        Monday to Sunday; empty: always open.
    credentials_required, assigns_itself : bool
        As on `web.people.models.Hospital`.
    """

    code: HospitalCode
    name: str
    name_en: str = ""
    ae_title: str = ""
    answers: bool = False
    parent: HospitalCode | None = None
    tier: Tier | None = None
    province: str = ""
    city: str = ""
    sub_alliances: frozenset[SubAlliance] = frozenset()
    service_hours: Week = ()
    credentials_required: bool = False
    assigns_itself: bool = False


Parents = Mapping[HospitalCode, HospitalCode | None]


def above(code: HospitalCode, parents: Parents) -> Iterator[HospitalCode]:
    """Yield the hospitals above one, nearest first; a circle ends where it closes.

    Examples
    --------
    >>> list(above("C", {"C": "B", "B": "A", "A": None}))
    ['B', 'A']
    """
    seen = {code}
    at = parents.get(code)
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = parents.get(at)


def in_circle(code: HospitalCode, parents: Parents) -> bool:
    """Say whether a hospital would stand above itself."""
    seen: set[HospitalCode] = set()
    at = parents.get(code)
    while at is not None and at not in seen:
        if at == code:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def tree_fault(
    one: HospitalRecord, alliance: Mapping[HospitalCode, HospitalRecord]
) -> Fault | None:
    """Return what is wrong with a hospital's place in the tree, or None.

    A hospital above another stands at a higher tier where both tiers are known; nobody stands
    above themselves.

    Parameters
    ----------
    one : HospitalRecord
    alliance : mapping of HospitalCode to HospitalRecord
        Everybody as they would be afterwards, `one` among them.
    """
    if one.parent is not None and one.parent not in alliance:
        return fault(FaultCode.PARENT_UNKNOWN, code=one.parent)
    if in_circle(one.code, {code: record.parent for code, record in alliance.items()}):
        return fault(FaultCode.CYCLE, code=one.code)
    pairs = [(alliance[one.parent], one)] if one.parent is not None else []
    pairs += [(one, below) for below in alliance.values() if below.parent == one.code]
    for upper, lower in pairs:
        if upper.tier and lower.tier and RANK[upper.tier] >= RANK[lower.tier]:
            return fault(FaultCode.ORDER, parent=upper.code, code=lower.code)
    return None


def in_tree_order(alliance: Iterable[HospitalRecord]) -> list[tuple[int, HospitalRecord]]:
    """Return the hospitals with their depth, each followed by those below it.

    Brothers stand by tier, then province, city and code. A hospital whose upper one is not among
    them stands at the top.
    """
    records = {one.code: one for one in alliance}
    below: dict[HospitalCode | None, list[HospitalRecord]] = {}
    for one in sorted(records.values(), key=_place):
        below.setdefault(one.parent if one.parent in records else None, []).append(one)
    lines: list[tuple[int, HospitalRecord]] = []
    waiting = [(0, one) for one in reversed(below.get(None, []))]
    while waiting:
        depth, one = waiting.pop()
        lines.append((depth, one))
        waiting += [(depth + 1, lower) for lower in reversed(below.get(one.code, []))]
    return lines


def answering_for(
    asking: HospitalCode,
    *,
    parents: Parents,
    answering: Iterable[HospitalCode],
    agreements: Iterable[Agreement],
    day: date,
    scope: SubAlliance,
) -> HospitalCode | None:
    """Return the hospital that answers for another, or None where nobody answers.

    The nearest hospital above it that answers and has an agreement with it which is valid on the
    day and covers the scope; else the first of those that answer.

    Parameters
    ----------
    asking : HospitalCode
    parents : mapping of HospitalCode to HospitalCode or None
    answering : iterable of HospitalCode
        Those who take questions, oldest first.
    agreements : iterable of Agreement
    day : date
    scope : SubAlliance
        What the study belongs to.
    """
    takes = [code for code in answering if code != asking]
    bound = {
        one.answering
        for one in agreements
        if one.asking == asking and one.valid_from <= day <= one.valid_until and scope in one.scope
    }
    for code in above(asking, parents):
        if code in takes and code in bound:
            return code
    return takes[0] if takes else None


def _place(one: HospitalRecord) -> tuple[int, str, str, str]:
    return (RANK[one.tier] if one.tier else len(RANK), one.province, one.city, one.code)
