"""The inventory: which product serves which step, which disease, at which hospitals."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from django.db import transaction

from tongying.ai.card.definition import Step
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.evidence.choices import installed_models
from tongying.web.evidence.models import ProductRow, ProductUse, VendorRow
from tongying.web.people.models import Hospital
from tongying.web.trail import store as trail

KEEPING_ROLES: Final = frozenset({Role.ADMIN, Role.COORDINATOR, Role.RESEARCHER})
"""Who keeps the inventory."""
PAEDIATRIC: Final = ("yes", "no", "unknown")
CLASSES: Final = ("", "II", "III")
UNKNOWN_TIER: Final = ""
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}")


class InventoryNotYours(NotAllowed):
    """The viewer's role does not keep the inventory."""

    code: ClassVar[str] = "product.not-yours"


class ProductRefused(BadInput):
    """Something about a product or vendor is missing or not known."""

    code: ClassVar[str] = "product.refused"


class ProductNotFound(NotFound):
    """There is no such product."""

    code: ClassVar[str] = "product.not-found"


class VendorTaken(Conflict):
    """A vendor has this code already."""

    code: ClassVar[str] = "vendor.taken"


@dataclass(frozen=True, slots=True)
class VendorDraft:
    """A vendor as somebody enters it."""

    code: str
    name: str
    size_band: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as somebody enters it."""

    name: str
    vendor: str
    step: str
    disease: str = ""
    card_id: str = ""
    registration: str = ""
    registration_class: str = ""
    paediatric: str = "unknown"


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product of the inventory.

    Attributes
    ----------
    users : tuple of (str, str)
        Hospitals that use it now, each with its tier; an empty tier is not known.
    used_here : bool
        By the viewer's hospital.
    """

    code: str
    name: str
    vendor: str
    vendor_name: str
    size_band: str
    step: str
    disease: str
    card_id: str
    registration: str
    registration_class: str
    paediatric: str
    users: tuple[tuple[str, str], ...]
    used_here: bool

    @property
    def hospitals(self) -> int:
        """Return how many hospitals use it."""
        return len(self.users)

    def at(self, tier: str) -> int:
        """Return how many hospitals of a tier use it."""
        return sum(one == tier for _, one in self.users)


@dataclass(frozen=True, slots=True)
class Gap:
    """A step of the examination and how many products serve it.

    Attributes
    ----------
    products, for_children : int
        `for_children`: whose registration names children.
    hospitals : tuple of (str, int)
        Tier -> hospitals that use at least one.
    """

    step: str
    products: int
    for_children: int
    hospitals: tuple[tuple[str, int], ...]


def may_keep(viewer: Viewer) -> bool:
    """Say whether the viewer keeps the inventory."""
    return viewer.role in KEEPING_ROLES


def add_vendor(viewer: Viewer, draft: VendorDraft) -> None:
    """Enter a vendor.

    Raises
    ------
    InventoryNotYours
        If the viewer's role keeps none.
    ProductRefused
        If code or name is missing or cannot be.
    VendorTaken
        If the code is taken.
    """
    _check(viewer)
    code = draft.code.strip().upper()
    if not _CODE.fullmatch(code):
        raise ProductRefused("A vendor's code is 2 to 32 capital letters, digits or hyphens.")
    if not draft.name.strip():
        raise ProductRefused("A vendor has a name.")
    now = clock.now()
    with transaction.atomic():
        if VendorRow.objects.filter(code=code).exists():
            raise VendorTaken("A vendor has this code already.")
        VendorRow.objects.create(
            code=code,
            name=draft.name.strip()[:200],
            size_band=draft.size_band.strip()[:20],
            contact=draft.contact.strip()[:200],
            created_at=now,
        )
        event = AuditEvent(now, viewer.login, Action.CREATE, "vendor", code, viewer.hospital)
        trail.append([event])


def add_product(viewer: Viewer, draft: ProductDraft) -> str:
    """Enter a product and return its code.

    Raises
    ------
    InventoryNotYours
        If the viewer's role keeps none.
    ProductRefused
        If something is missing or not known.
    """
    _check(viewer)
    if not draft.name.strip():
        raise ProductRefused("A product has a name.")
    if not VendorRow.objects.filter(code=draft.vendor).exists():
        raise ProductRefused("Choose who makes the product.")
    if draft.card_id and draft.card_id not in installed_models():
        raise ProductRefused("Choose an installed model, or none.")
    if draft.step not in {one.value for one in Step}:
        raise ProductRefused("Say which step of the examination it serves.")
    if draft.paediatric not in PAEDIATRIC or draft.registration_class not in CLASSES:
        raise ProductRefused("Class and children are chosen from the lists.")
    if draft.registration_class and not draft.registration.strip():
        raise ProductRefused("A registered class has a registration number.")
    now = clock.now()
    with transaction.atomic():
        row = ProductRow.objects.create(
            code=new_code(),
            name=draft.name.strip()[:200],
            vendor_id=draft.vendor,
            card_id=draft.card_id,
            step=draft.step,
            disease=draft.disease.strip()[:100],
            registration=draft.registration.strip()[:100],
            registration_class=draft.registration_class,
            paediatric=draft.paediatric,
            added_by_id=viewer.user,
            added_at=now,
        )
        event = AuditEvent(now, viewer.login, Action.CREATE, "product", row.code, viewer.hospital)
        trail.append([event])
    return str(row.code)


def set_use(viewer: Viewer, code: str, *, used: bool) -> None:
    """Say whether the viewer's hospital uses a product from today.

    Raises
    ------
    InventoryNotYours
        If the viewer's role keeps none.
    ProductNotFound
        If there is no such product.
    """
    _check(viewer)
    now = clock.now()
    with transaction.atomic():
        row = ProductRow.objects.filter(code=code).first()
        if row is None:
            raise ProductNotFound("There is no such product.")
        open_ = ProductUse.objects.filter(product=row, hospital_id=viewer.hospital, until=None)
        if used and not open_.exists():
            ProductUse.objects.create(
                product=row,
                hospital_id=viewer.hospital,
                since=now.date(),
                told_by_id=viewer.user,
            )
        elif not used:
            open_.update(until=now.date())
        detail = {"used": "yes" if used else "no"}
        event = AuditEvent(
            now, viewer.login, Action.UPDATE, "product", code, viewer.hospital, detail
        )
        trail.append([event])


def vendors() -> tuple[tuple[str, str], ...]:
    """Return code and name of every vendor."""
    return tuple(VendorRow.objects.order_by("name").values_list("code", "name"))


def inventory(viewer: Viewer, *, step: str = "", disease: str = "") -> tuple[ListedProduct, ...]:
    """Return the products, in the order of the steps; none to a vendor."""
    if viewer.role is Role.VENDOR:
        return ()
    rows = ProductRow.objects.select_related("vendor")
    if step:
        rows = rows.filter(step=step)
    if disease:
        rows = rows.filter(disease__icontains=disease)
    uses = _uses()
    places = [one.value for one in Step]
    listed = [_listed(row, uses.get(row.pk, {}), viewer) for row in rows]
    return tuple(sorted(listed, key=lambda one: (places.index(one.step), one.disease, one.name)))


def gaps(listed: tuple[ListedProduct, ...]) -> tuple[Gap, ...]:
    """Return, for every step of the examination, what serves it; a step without any too."""
    found = []
    for step in Step:
        here = [one for one in listed if one.step == step.value]
        users = {user for one in here for user in one.users}
        tiers = Counter(tier for _, tier in users)
        found.append(
            Gap(
                step.value,
                len(here),
                sum(one.paediatric == "yes" for one in here),
                tuple(sorted(tiers.items())),
            )
        )
    return tuple(found)


def _uses() -> dict[int, dict[str, str]]:
    """Return, for each product, the hospitals that use it now with their tier."""
    tiers = dict(Hospital.objects.values_list("code", "tier"))
    today: date = clock.now().date()
    found: dict[int, dict[str, str]] = {}
    for product, hospital, until in ProductUse.objects.values_list(
        "product_id", "hospital_id", "until"
    ):
        if until is None or until > today:
            found.setdefault(product, {})[hospital] = tiers.get(hospital, UNKNOWN_TIER)
    return found


def _listed(row: ProductRow, users: dict[str, str], viewer: Viewer) -> ListedProduct:
    return ListedProduct(
        row.code,
        row.name,
        row.vendor_id,
        row.vendor.name,
        row.vendor.size_band,
        row.step,
        row.disease,
        row.card_id,
        row.registration,
        row.registration_class,
        row.paediatric,
        tuple(sorted(users.items())),
        viewer.hospital in users,
    )


def _check(viewer: Viewer) -> None:
    if not may_keep(viewer):
        raise InventoryNotYours("Administrators, coordinators and researchers keep the inventory.")
