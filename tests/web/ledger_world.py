"""A hospital with an inclusion rule and the studies of normal children, for tests of the ledger."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from typing import Any

import archive_world as world

from tongying.consult.people import Role
from tongying.norms.ledger.eligibility import Agreement, Consent
from tongying.norms.method import MeasuringMethod
from tongying.web.norms import ledger as store
from tongying.web.norms.models import InclusionRule, NormEntry, NormSubject

STUDY, LATER, OTHER_CHILD = (f"1.2.826.0.1.3680043.10.97.{n}" for n in (1, 2, 3))
METHOD = MeasuringMethod("deepbet", "1.0", "t1-3d/2", "whole brain without ventricles")


def build() -> None:
    """Make the people, three studies of two children, and two rules."""
    world.build()
    world.add("second", Role.EXPERT, world.COUNTY)
    world.add("third", Role.RESEARCHER, world.COUNTY)
    world.add("otherresearcher", Role.RESEARCHER, world.OTHER)
    sent = {"PatientSize": "0.98", "PatientWeight": "15.2", "Modality": "MR"}
    world.send(
        "technologist",
        world.instance(1, study=STUDY, **sent),
        world.instance(1, study=LATER, StudyDate="20260601", **sent),
        world.instance(
            1, study=OTHER_CHILD, PatientID="P-78", PatientSex="F", PatientBirthDate="20230105"
        ),
    )
    rule("healthy-volunteers", "direct")
    rule("routine-mr", "indirect")


def rule(
    code: str, route: str, login: str = "researcher", percent: float = 5.0, **limits: float
) -> str:
    wish = store.RuleWish(
        code=code,
        route=route,
        title=f"{code} 纳入标准",
        text="足月,无神经系统疾病。",
        tolerance_percent=percent,
        limits=limits,
        tolerance_source="",
    )
    return store.add_rule(world.viewer(login), wish)


def wish(**changes: Any) -> store.EnrolWish:
    chosen: dict[str, Any] = {
        "rule": InclusionRule.objects.get(code="healthy-volunteers", closed_at=None).pk,
        "label": "V-001",
        "agreement": Agreement(Consent.GIVEN, date(2026, 2, 20), "ICF-1"),
        "gestation_days": 39 * 7,
        "height_cm": 98.0,
        "weight_kg": 15.2,
        "measures": ("brain-volume",),
        "sides": ("",),
        "method": METHOD,
    }
    return store.EnrolWish(**{**chosen, **changes})


def enrolled(uid: str = STUDY, login: str = "researcher", **changes: Any) -> NormSubject:
    code = store.enrol(world.viewer(login), uid, wish(**changes))
    return NormSubject.objects.get(code=code)


def entry(uid: str = STUDY, **changes: Any) -> NormEntry:
    """Return the one value to be measured on a child entered from a study."""
    return NormEntry.objects.get(subject=enrolled(uid, **changes))


class Form(HTMLParser):
    """The form of a page that goes to an address, with what stands in it."""

    def __init__(self, action: str, text: str) -> None:
        super().__init__()
        self.action = action
        self.values: dict[str, list[str]] = {}
        self.links: list[str] = []
        self._inside = False
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "form":
            self._inside = given.get("action") == self.action
        if not self._inside:
            return
        kind, name = given.get("type", "text"), given.get("name")
        if tag == "select":
            self._select = name or ""
        if tag == "option" and "selected" in given:
            self.values[self._select] = [given.get("value") or ""]
        if tag == "input" and name and (kind not in ("radio", "checkbox") or "checked" in given):
            self.values.setdefault(name, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
