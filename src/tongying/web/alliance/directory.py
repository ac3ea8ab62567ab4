"""The directory of the alliance: hospitals, members and agreements as a viewer may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Q

from tongying.consult.agreement import SubAlliance, Tier
from tongying.consult.alliance import HospitalRecord, in_tree_order
from tongying.consult.alliance_import.hours import hours_text
from tongying.consult.alliance_rights import AllianceAct
from tongying.consult.membership import AgreementRecord, MemberRecord
from tongying.consult.people import Role, Viewer
from tongying.consult.specialty import Specialty
from tongying.web import now as clock
from tongying.web.alliance.models import AgreementRow
from tongying.web.alliance.rows import agreement_record, local_zone, member_record
from tongying.web.alliance.standing import Standing, standing_of
from tongying.web.alliance.store import known_agreements, known_hospitals
from tongying.web.people.models import Member
from tongying.web.people.store import HospitalUnknown, MemberUnknown

SOON = timedelta(days=30)
"""A licence or agreement that ends within this is renewed now (office practice; sign-off due)."""


class Validity(StrEnum):
    """How something with a last valid day stands today."""

    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DirectoryFilter:
    """What the directory shall show; empty: everything."""

    words: str = ""
    province: str = ""
    tier: str = ""
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class HospitalLine:
    """A hospital in the directory; `depth` counts the hospitals above it in its province."""

    code: str
    name: str
    name_en: str
    depth: int
    tier: Tier | None
    city: str
    sub_alliances: tuple[SubAlliance, ...]
    answers: bool
    members: int
    agreement: Validity
    agreement_until: date | None


@dataclass(frozen=True, slots=True)
class Province:
    """A province with its hospitals in the order of the tree."""

    name: str
    lines: tuple[HospitalLine, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory as filtered, with the numbers of the whole."""

    provinces: tuple[Province, ...]
    all_provinces: tuple[str, ...]
    hospitals: int
    members: int
    committee: int
    found: int
    states: dict[Validity, int]

    @property
    def attention(self) -> tuple[tuple[Validity, int], ...]:
        """Agreements that somebody should look after, with their number."""
        pressing = (Validity.EXPIRED, Validity.SOON, Validity.NONE)
        if not any(self.states[one] for one in Validity if one is not Validity.NONE):
            return ()  # an alliance that keeps no agreements misses none
        return tuple((one, self.states[one]) for one in pressing if self.states[one])


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """An agreement on a hospital's page; its number only for the two hospitals' offices."""

    row: int
    asking: str
    answering: str
    other_name: str
    other_name_en: str
    valid_from: date
    valid_until: date
    scope: tuple[SubAlliance, ...]
    number: str
    state: Validity


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member on a hospital's page.

    Attributes
    ----------
    login : str
        Empty for those who may not change the member.
    licence : Validity or None
        None for those who may not know.
    licence_until : date or None
    """

    login: str
    name: str
    title: str
    role: Role
    sub_specialty: str
    specialties: tuple[Specialty, ...]
    modalities: tuple[str, ...]
    age_from_days: int | None
    age_until_days: int | None
    load_cap: int | None
    committee: bool
    licence: Validity | None
    licence_until: date | None


@dataclass(frozen=True, slots=True)
class HospitalView:
    """A hospital's page; `may` says what the viewer may change there."""

    record: HospitalRecord
    hours: str
    above: tuple[HospitalRecord, ...]
    below: tuple[HospitalRecord, ...]
    members: tuple[MemberLine, ...]
    agreements: tuple[AgreementLine, ...]
    may_change: bool
    may_change_members: bool
    sees_licences: bool
    answering: tuple[HospitalRecord, ...]
    """Hospitals that answer others: for the form of an agreement."""


def directory(viewer: Viewer, wanted: DirectoryFilter) -> Directory:
    """Return the directory; everybody who is logged in may read it."""
    standing_of(viewer).check(AllianceAct.READ_DIRECTORY)
    today = _today()
    alliance = known_hospitals()
    counts = dict(
        Member.objects.filter(is_active=True)
        .values_list("hospital_id")
        .annotate(number=Count("pk"))
        .values_list("hospital_id", "number")
    )
    bound: dict[str, list[AgreementRecord]] = {}
    for one in known_agreements():
        bound.setdefault(one.terms.asking, []).append(one)
    states = {code: _best(bound.get(code, ()), today) for code in alliance}
    fits = [
        one
        for one in alliance.values()
        if _fits(one, wanted) and (not wanted.agreement or states[one.code][0] == wanted.agreement)
    ]
    names = sorted({one.province for one in alliance.values()}, key=_by_size(alliance.values()))
    provinces = []
    for name in names:
        lines = tuple(
            HospitalLine(
                code=one.code,
                name=one.name,
                name_en=one.name_en,
                depth=depth,
                tier=one.tier,
                city=one.city,
                sub_alliances=tuple(sorted(one.sub_alliances)),
                answers=one.answers,
                members=counts.get(one.code, 0),
                agreement=states[one.code][0],
                agreement_until=states[one.code][1],
            )
            for depth, one in in_tree_order(one for one in fits if one.province == name)
        )
        if lines:
            provinces.append(Province(name, lines))
    asking = [states[one.code][0] for one in alliance.values() if one.tier is not Tier.LEADING]
    return Directory(
        provinces=tuple(provinces),
        all_provinces=tuple(name for name in names if name),
        hospitals=len(alliance),
        members=sum(counts.values()),
        committee=Member.objects.filter(is_active=True, committee=True).count(),
        found=len(fits),
        states={state: asking.count(state) for state in Validity},
    )


def hospital_view(viewer: Viewer, code: str) -> HospitalView:
    """Return a hospital's page.

    Raises
    ------
    HospitalUnknown
        If there is no such hospital.
    """
    standing = standing_of(viewer)
    alliance = known_hospitals()
    one = next((record for record in alliance.values() if record.code == code), None)
    if one is None:
        raise HospitalUnknown(f"There is no hospital with the code “{code}”.")
    today = _today()
    above = []
    parent = one.parent
    while parent is not None and alliance[parent] not in above:
        above.append(alliance[parent])
        parent = alliance[parent].parent
    members = Member.objects.filter(hospital_id=code, is_active=True).order_by("role", "login")
    return HospitalView(
        record=one,
        hours=hours_text(one.service_hours),
        above=tuple(reversed(above)),
        below=tuple(r for _, r in in_tree_order(r for r in alliance.values() if r.parent == code)),
        members=tuple(_member_line(member_record(row), standing, today) for row in members),
        agreements=_agreements(standing, code, alliance.values(), today),
        may_change=standing.may(AllianceAct.CHANGE_HOSPITALS, code),
        may_change_members=standing.may(AllianceAct.CHANGE_MEMBERS, code),
        sees_licences=standing.may(AllianceAct.READ_LICENCE, code),
        answering=tuple(r for r in alliance.values() if r.answers and r.code != code),
    )


def credentials(viewer: Viewer, login: str) -> MemberRecord:
    """Return a member with licence number and e-mail address, for those who look after them.

    Raises
    ------
    NotYourBooks
        If the viewer is no administrator.
    MemberUnknown
        If there is no such member in their hospital.
    """
    standing_of(viewer).check(AllianceAct.CHANGE_MEMBERS, viewer.hospital)
    row = Member.objects.filter(login=login, hospital_id=viewer.hospital).first()
    if row is None:
        raise MemberUnknown("There is no such member in your hospital.")
    return member_record(row)


def validity(until: date | None, today: date, *, begins: date | None = None) -> Validity:
    """Say how something stands that is valid until a day."""
    if until is None:
        return Validity.NONE
    if until < today:
        return Validity.EXPIRED
    if begins is not None and begins > today:
        return Validity.LATER
    return Validity.SOON if until - today <= SOON else Validity.VALID


def _today() -> date:
    return clock.now().astimezone(local_zone()).date()


def _best(agreements: Iterable[AgreementRecord], today: date) -> tuple[Validity, date | None]:
    """Return the state of the agreement that lasts longest of the best there is."""
    order = list(Validity)
    states = [
        (validity(one.terms.valid_until, today, begins=one.terms.valid_from), one.terms.valid_until)
        for one in agreements
    ]
    if not states:
        return Validity.NONE, None
    return min(states, key=lambda state: (order.index(state[0]), -state[1].toordinal()))


def _fits(one: HospitalRecord, wanted: DirectoryFilter) -> bool:
    text = " ".join((one.code, one.name, one.name_en, one.city, one.province)).casefold()
    return (
        all(word in text for word in wanted.words.casefold().split())
        and (not wanted.province or one.province == wanted.province)
        and (not wanted.tier or one.tier == wanted.tier)
    )


def _by_size(
    alliance: Iterable[HospitalRecord],
) -> Callable[[str], tuple[bool, bool, int, str]]:
    records = list(alliance)
    leading = {one.province for one in records if one.tier is Tier.LEADING}

    def key(name: str) -> tuple[bool, bool, int, str]:
        return (not name, name not in leading, -sum(one.province == name for one in records), name)

    return key


def _member_line(one: MemberRecord, standing: Standing, today: date) -> MemberLine:
    knows = standing.may(AllianceAct.READ_LICENCE, one.hospital)
    changes = standing.may(AllianceAct.CHANGE_MEMBERS, one.hospital)
    return MemberLine(
        login=one.login if changes else "",
        name=one.name,
        title=one.title,
        role=one.role,
        sub_specialty=one.sub_specialty,
        specialties=tuple(part for part in Specialty if part in one.specialties),
        modalities=tuple(sorted(one.modalities)),
        age_from_days=one.age_from_days,
        age_until_days=one.age_until_days,
        load_cap=one.load_cap,
        committee=one.committee,
        licence=validity(one.licence_until, today) if knows else None,
        licence_until=one.licence_until if knows else None,
    )


def _agreements(
    standing: Standing, code: str, alliance: Iterable[HospitalRecord], today: date
) -> tuple[AgreementLine, ...]:
    """Return the agreements a hospital asks under; one that answers shows those that end first."""
    known = {record.code: record for record in alliance}
    office = standing.may(AllianceAct.READ_LICENCE)
    rows = AgreementRow.objects.filter(Q(asking_id=code) | Q(answering_id=code))
    lines = []
    for row in rows.order_by("valid_until", "pk"):
        terms = agreement_record(row).terms
        other = known[terms.answering if terms.asking == code else terms.asking]
        party = standing.viewer.hospital in (terms.asking, terms.answering)
        lines.append(
            AgreementLine(
                row=row.pk,
                asking=terms.asking,
                answering=terms.answering,
                other_name=other.name,
                other_name_en=other.name_en,
                valid_from=terms.valid_from,
                valid_until=terms.valid_until,
                scope=tuple(sorted(terms.scope)),
                number=row.number if office and (party or standing.leading) else "",
                state=validity(terms.valid_until, today, begins=terms.valid_from),
            )
        )
    return tuple(lines)
