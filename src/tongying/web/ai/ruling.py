"""The rules of a hospital: those of the platform until it saves its own, version by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction

from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import ModelCard
from tongying.ai.card.reading import CardRefused, read_card
from tongying.ai.rules.definition import Rules
from tongying.ai.rules.reading import RulesRefused, read_rules
from tongying.ai.rules.shipped import NO_RULES, shipped_rules, shipped_text
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.pathway.faults import Fault
from tongying.pathway.reading import digest_of
from tongying.web import now as clock
from tongying.web.ai.models import ModelRow, RuleText
from tongying.web.trail import store as trail

SAVING_ROLES: Final = frozenset({Role.ADMIN})
"""Who decides what runs by itself at their hospital."""
MOST_BYTES: Final = 100_000
SHIPPED: Final = 0
"""Version of the rules of the platform."""


class RulesNotYours(NotAllowed):
    """The viewer's role sees or saves no rules."""

    code: ClassVar[str] = "ai.rules-not-yours"


class RulesTooLong(BadInput):
    """The text is longer than rules can be."""

    code: ClassVar[str] = "ai.rules-too-long"


class RulesStand(Conflict):
    """Exactly these rules hold already, or somebody saved others meanwhile."""

    code: ClassVar[str] = "ai.rules-stand"


@dataclass(frozen=True, slots=True)
class RulesHeld:
    """The rules that hold at a hospital.

    Attributes
    ----------
    rules : Rules
        None of them where they are turned off or no longer understood.
    text : str
        As written; empty where they are turned off.
    version : int
        `SHIPPED` for those of the platform.
    by : str
        Who saved them; empty for those of the platform.
    at : datetime or None
    faults : tuple of Fault
        Why this version of the platform no longer understands them.
    """

    rules: Rules
    text: str
    version: int
    by: str = ""
    at: datetime | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def off(self) -> bool:
        """Say whether the hospital turned them off."""
        return not self.text.strip()

    def trigger(self, rule: str) -> str:
        """Return how a run says what triggered it, such as ``rule:brain-mr@3``."""
        return f"rule:{rule}@{self.version}"


def rules_for(hospital: str) -> RulesHeld:
    """Return the rules that hold at a hospital.

    Parameters
    ----------
    hospital : str
        Its code.
    """
    rows = RuleText.objects.filter(hospital_id=hospital).select_related("added_by")
    row = rows.order_by("-version").first()
    if row is None:
        return RulesHeld(shipped_rules(), shipped_text(), SHIPPED)
    return _held(row)


def saved_versions(viewer: Viewer) -> tuple[RulesHeld, ...]:
    """Return every version that the viewer's hospital saved, the newest first."""
    check_seeing(viewer)
    rows = RuleText.objects.filter(hospital_id=viewer.hospital).select_related("added_by")
    return tuple(_held(row) for row in rows.order_by("-version"))


def may_save(viewer: Viewer) -> bool:
    """Say whether the viewer saves rules for their hospital."""
    return viewer.role in SAVING_ROLES


def check_seeing(viewer: Viewer) -> None:
    """Raise unless the viewer sees the rules of their hospital.

    Raises
    ------
    RulesNotYours
        If they are a vendor.
    """
    if viewer.role is Role.VENDOR:
        raise RulesNotYours("A vendor sees no rules of a hospital.")


def check_saving(viewer: Viewer) -> None:
    """Raise unless the viewer saves rules for their hospital.

    Raises
    ------
    RulesNotYours
        If their role saves none.
    """
    if not may_save(viewer):
        raise RulesNotYours("Administrators decide which steps run by themselves.")


def save(viewer: Viewer, text: str, *, after: int) -> RulesHeld:
    """Save new rules for the viewer's hospital; an empty text turns them off.

    Studies that were decided on stay as they are; those that come are decided by these.

    Parameters
    ----------
    viewer : Viewer
    text : str
    after : int
        Version that the writer began with.

    Raises
    ------
    RulesNotYours
        If the viewer's role saves none.
    RulesTooLong
        If the text is longer than rules can be.
    tongying.ai.rules.reading.RulesRefused
        If it cannot be read or names models that are not here; every fault carries its line.
    RulesStand
        If exactly these hold already, or somebody saved others meanwhile.
    """
    check_saving(viewer)
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise RulesTooLong("The text is longer than 100 kB.")
    if text.strip():
        read_rules(text, name="rules", cards=cards_here())
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two colleagues at once must not both save version 2
        held = rules_for(viewer.hospital)
        if held.version != after:
            raise RulesStand("Somebody saved other rules meanwhile; look at them first.")
        if held.text.strip() == text.strip():
            raise RulesStand("Exactly these rules hold already.")
        row = RuleText.objects.create(
            hospital_id=viewer.hospital,
            version=held.version + 1,
            text=text,
            digest=digest_of(text),
            added_by_id=viewer.user,
            added_at=now,
        )
        detail = {"version": str(row.version), "digest": row.digest}
        event = AuditEvent(
            now, viewer.login, Action.CREATE, "ai-rules", str(row.pk), viewer.hospital, detail
        )
        trail.append([event])
    return _held(row)


def cards_here() -> Mapping[str, ModelCard]:
    """Return the cards that rules may name: those that ship and those that are installed, by id.

    Of several versions the one that was installed last.
    """
    found = dict(cards())
    rows = ModelRow.objects.filter(removed_at__isnull=True, bundled=False).order_by("pk")
    for row in rows:
        try:
            card = read_card(row.card, name=row.card_id)
        except CardRefused:
            continue  # the registry lists it with its faults; it cannot run
        found[card.id] = card
    return found


def _held(row: RuleText) -> RulesHeld:
    rules, faults = NO_RULES, ()
    if row.text.strip():
        try:
            rules = read_rules(row.text, name="rules")
        except RulesRefused as refusal:
            faults = refusal.faults
    return RulesHeld(rules, row.text, row.version, row.added_by.name, row.added_at, faults)
