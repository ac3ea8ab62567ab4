"""What a vendor sees: figures of its own models, never a child, no small group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar, Final

from django.db import transaction

from tongying.ai.evaluation.strata import UNKNOWN, AgeBand, age_band
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotAllowed
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, ReviewRow, RunRow, StandingRow
from tongying.web.evidence.gathering import age_of
from tongying.web.evidence.models import ProductRow, VendorMember, VendorRow
from tongying.web.people.models import Member
from tongying.web.trail import store as trail

SMALLEST_CELL: Final = 10
"""Fewer studies than this are shown as "fewer than 10"; needs sign-off."""


class NotAVendor(NotAllowed):
    """The viewer speaks for no vendor."""

    code: ClassVar[str] = "vendor.not-yours"


class SpeakersNotYours(NotAllowed):
    """The viewer does not say for which vendor an account speaks."""

    code: ClassVar[str] = "vendor.speakers-not-yours"


class SpeakerUnknown(BadInput):
    """There is no such account of a vendor, or no such vendor."""

    code: ClassVar[str] = "vendor.speaker-unknown"


@dataclass(frozen=True, slots=True)
class Cell:
    """A count that is told only where it is large enough.

    Attributes
    ----------
    count : int or None
        None: fewer than `SMALLEST_CELL`, 0 included.
    """

    count: int | None


@dataclass(frozen=True, slots=True)
class VendorModel:
    """A version of a vendor's model, over all hospitals.

    Attributes
    ----------
    standings : tuple of (str, int)
        Where it stands -> at how many hospitals.
    done, refused, failed : Cell
    by_age : tuple of (str, Cell)
        Studies that it answered.
    accepted, edited, rejected : Cell
        What readers said of what it told; told only where all of them together are enough.
    refusals : tuple of (str, int)
        Reasons with at least `SMALLEST_CELL` studies.
    """

    card_id: str
    version: str
    standings: tuple[tuple[str, int], ...]
    done: Cell
    refused: Cell
    failed: Cell
    by_age: tuple[tuple[str, Cell], ...]
    accepted: Cell
    edited: Cell
    rejected: Cell
    refusals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class VendorPage:
    """A vendor's models and products."""

    vendor: str
    models: tuple[VendorModel, ...]
    products: tuple[tuple[str, str, str], ...]
    """Name, step, whether the registration names children."""


def speakers_of(viewer: Viewer) -> tuple[tuple[str, str, str], ...]:
    """Return login, name and vendor of the vendors' accounts at the viewer's hospital."""
    rows = Member.objects.filter(
        hospital_id=viewer.hospital, role=Role.VENDOR.value, is_active=True
    ).select_related("vendor_of__vendor")
    return tuple(
        (row.login, row.name, row.vendor_of.vendor.name if hasattr(row, "vendor_of") else "")
        for row in rows.order_by("login")
    )


def speak_for(viewer: Viewer, login: str, vendor: str) -> None:
    """Say for which vendor an account of the viewer's hospital speaks, from now on.

    Raises
    ------
    SpeakersNotYours
        If the viewer is no administrator.
    SpeakerUnknown
        If there is no such account of a vendor at the viewer's hospital, or no such vendor.
    """
    if viewer.role is not Role.ADMIN:
        raise SpeakersNotYours("Administrators say for which vendor an account speaks.")
    now = clock.now()
    with transaction.atomic():
        member = Member.objects.filter(
            login=login, hospital_id=viewer.hospital, role=Role.VENDOR.value
        ).first()
        if member is None or not VendorRow.objects.filter(code=vendor).exists():
            raise SpeakerUnknown("Choose a vendor, and an account of the role vendor here.")
        VendorMember.objects.update_or_create(member=member, defaults={"vendor_id": vendor})
        detail = {"vendor": vendor}
        event = AuditEvent(
            now, viewer.login, Action.UPDATE, "member", login, viewer.hospital, detail
        )
        trail.append([event])


def page_of(viewer: Viewer) -> VendorPage:
    """Return what a vendor's member sees.

    Raises
    ------
    NotAVendor
        If the viewer speaks for none.
    """
    member = VendorMember.objects.filter(member_id=viewer.user).select_related("vendor").first()
    if viewer.role is not Role.VENDOR or member is None:
        raise NotAVendor("This page is for vendors' accounts.")
    vendor = member.vendor
    models = ModelRow.objects.filter(vendor__in=[vendor.code, vendor.name], bundled=False)
    products = ProductRow.objects.filter(vendor=vendor).order_by("name")
    return VendorPage(
        vendor.name,
        tuple(_model(row) for row in models.order_by("card_id", "version")),
        tuple(products.values_list("name", "step", "paediatric")),
    )


def _model(model: ModelRow) -> VendorModel:
    runs = list(RunRow.objects.filter(model=model).select_related("study__child"))
    states = Counter(row.state for row in runs)
    ages: Counter[str] = Counter()
    for row in runs:
        if row.state == "done":
            age = age_of(row.study)
            ages[UNKNOWN if age is None else age_band(age).value] += 1
    reviews = Counter(ReviewRow.objects.filter(run__model=model).values_list("decision", flat=True))
    enough = sum(reviews.values()) >= SMALLEST_CELL
    last: dict[str, str] = {}
    for hospital, standing in (
        StandingRow.objects.filter(model=model)
        .order_by("pk")
        .values_list("hospital_id", "standing")
    ):
        last[hospital] = standing
    cells = _parts({**{band.value: ages[band.value] for band in AgeBand}, UNKNOWN: ages[UNKNOWN]})
    reasons = Counter(row.refusal_code for row in runs if row.refusal_code)
    return VendorModel(
        model.card_id,
        model.version,
        tuple(sorted(Counter(last.values()).items())),
        _cell(states["done"]),
        _cell(states["refused"]),
        _cell(states["failed"]),
        tuple((band, cell) for band, cell in cells.items() if band != UNKNOWN),
        _cell(reviews["accept"]) if enough else Cell(None),
        _cell(reviews["edit"]) if enough else Cell(None),
        _cell(reviews["reject"]) if enough else Cell(None),
        tuple((code, n) for code, n in reasons.most_common() if n >= SMALLEST_CELL),
    )


def _cell(count: int) -> Cell:
    return Cell(count if count >= SMALLEST_CELL else None)


def _parts(counts: dict[str, int]) -> dict[str, Cell]:
    """Tell the parts of a whole; a small one cannot be reckoned from the others and the whole."""
    hidden = {name for name, count in counts.items() if count < SMALLEST_CELL}
    untold = sum(counts[name] for name in hidden)
    if 0 < untold < SMALLEST_CELL and len(hidden) < len(counts):
        hidden.add(min(counts.keys() - hidden, key=lambda name: counts[name]))
    return {name: Cell(None if name in hidden else count) for name, count in counts.items()}
