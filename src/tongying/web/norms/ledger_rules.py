"""Inclusion rules: who counts as a normal child, and how far two readers may differ. Versioned."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction
from django.db.models import Count, Max, Q

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.norms.ledger.reading import Tolerance, tolerance_for
from tongying.norms.measure import Measure, measures
from tongying.norms.norm import Route
from tongying.web import now as clock
from tongying.web.norms.ledger_rights import check_managing, check_seeing
from tongying.web.norms.models import InclusionRule
from tongying.web.trail import store as trail

RULE: Final = "norm-rule"
"""Kind of the audit events."""
ROUTES: Final = (Route.DIRECT, Route.INDIRECT)
_CODE = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")


class RuleRefused(BadInput):
    """An inclusion rule cannot stand as given."""

    code: ClassVar[str] = "norms.rule-refused"


class RuleNotFound(NotFound):
    """There is no such inclusion rule, or it is another hospital's to change."""

    code: ClassVar[str] = "norms.rule-not-found"


@dataclass(frozen=True, slots=True)
class RuleWish:
    """A rule as a person writes it; a code on record makes its next version."""

    code: str
    route: str
    title: str
    text: str
    tolerance_percent: float | None
    limits: Mapping[str, float]
    tolerance_source: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A version of a rule; `children` stand in the ledger by it, `own` may be changed."""

    number: int
    code: str
    version: int
    route: str
    title: str
    text: str
    tolerance_percent: float
    limits: tuple[tuple[Measure, float], ...]
    tolerance_source: str
    made_by: str
    made_at: datetime
    closed_at: datetime | None
    children: int
    own: bool

    @property
    def name(self) -> str:
        """Code and version, as tables write them."""
        return f"{self.code}@{self.version}"


def rules_for(viewer: Viewer, *, open_only: bool = False) -> list[ShownRule]:
    """Return the rules of the alliance, those that take children first.

    Raises
    ------
    LedgerNotYours
        If the viewer does not see a ledger.
    """
    check_seeing(viewer)
    rows = InclusionRule.objects.select_related("made_by").annotate(
        children=Count("subjects", filter=Q(subjects__withdrawn_at=None))
    )
    if open_only:
        rows = rows.filter(closed_at=None)
    found = [_shown(row, viewer) for row in rows.order_by("code", "-version")]
    return sorted(found, key=lambda one: one.closed_at is not None)


def add_rule(viewer: Viewer, wish: RuleWish) -> str:
    """Keep a rule, or the next version of one, and return its name; the version before is closed.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    RuleRefused
        If a field is missing, or a version would change the route.
    RuleNotFound
        If the code is another hospital's.
    """
    check_managing(viewer)
    tolerance = _checked(wish)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two people must not make one version twice
        before = (
            InclusionRule.objects.filter(code=wish.code)
            .select_related("made_by")
            .order_by("-version")
        ).first()
        if before is not None:
            _check_own(before, viewer)
            if before.route != wish.route:
                raise RuleRefused(
                    "A new version keeps its route; children of two routes are never mixed."
                )
        last = InclusionRule.objects.filter(code=wish.code).aggregate(last=Max("version"))["last"]
        InclusionRule.objects.filter(code=wish.code, closed_at=None).update(closed_at=now)
        row = InclusionRule.objects.create(
            code=wish.code,
            version=(last or 0) + 1,
            route=wish.route,
            title=wish.title.strip(),
            text=wish.text.strip(),
            tolerance_percent=tolerance.percent,
            limits=dict(wish.limits),
            tolerance_source=tolerance.source,
            made_by_id=viewer.user,
            made_at=now,
        )
        _note(viewer, row, Action.CREATE, now)
    return name_of(row)


def close_rule(viewer: Viewer, number: int) -> None:
    """Let no more children in by a version of a rule.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    RuleNotFound
        If there is none, or it is another hospital's.
    """
    check_managing(viewer)
    now = clock.now()
    with transaction.atomic():
        row = InclusionRule.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise RuleNotFound("There is no such inclusion rule.")
        _check_own(row, viewer)
        if row.closed_at is None:
            row.closed_at = now
            row.save(update_fields=["closed_at"])
            _note(viewer, row, Action.UPDATE, now)


def name_of(row: InclusionRule) -> str:
    """Return code and version, as tables write them."""
    return f"{row.code}@{row.version}"


def tolerance_of(row: InclusionRule, measure: str) -> Tolerance:
    """Return how far two readers of a measure may lie apart by a rule."""
    return tolerance_for(measure, row.tolerance_percent, row.limits, row.tolerance_source)


def ledger_measures() -> dict[str, Measure]:
    """Return the measures of children who are born, by their ids."""
    return {key: one for key, one in measures().items() if not one.area.startswith("fetal")}


def _checked(wish: RuleWish) -> Tolerance:
    if not _CODE.fullmatch(wish.code):
        raise RuleRefused("A rule's code has 3 to 40 small letters, digits and hyphens.")
    if wish.route not in {one.value for one in ROUTES}:
        raise RuleRefused("Choose whether children are volunteers or from routine examinations.")
    if not wish.title.strip() or not wish.text.strip():
        raise RuleRefused("Give the rule a title and say in words who counts as normal.")
    if len(wish.title) > 200 or len(wish.tolerance_source) > 200:
        raise RuleRefused("Title and source have at most 200 characters.")
    known = ledger_measures()
    if any(key not in known or not math.isfinite(limit) for key, limit in wish.limits.items()):
        raise RuleRefused("A limit is written as measure = number, in the measure's unit.")
    percent = wish.tolerance_percent
    if percent is None or not 0 < percent <= 100:
        raise RuleRefused("Say how many percent two readers may lie apart.")
    if any(limit <= 0 for limit in wish.limits.values()):
        raise RuleRefused("A limit lies above zero.")
    return Tolerance(percent, None, wish.tolerance_source.strip())


def _check_own(row: InclusionRule, viewer: Viewer) -> None:
    if row.made_by is None or row.made_by.hospital_id != viewer.hospital:
        raise RuleNotFound("This code belongs to a rule of another hospital.")


def _shown(row: InclusionRule, viewer: Viewer) -> ShownRule:
    known = measures()
    maker = row.made_by
    return ShownRule(
        number=row.pk,
        code=row.code,
        version=row.version,
        route=row.route,
        title=row.title,
        text=row.text,
        tolerance_percent=row.tolerance_percent,
        limits=tuple((known[key], value) for key, value in row.limits.items() if key in known),
        tolerance_source=row.tolerance_source,
        made_by=maker.name if maker else "",
        made_at=row.made_at,
        closed_at=row.closed_at,
        children=row.children,  # type: ignore[attr-defined]
        own=maker is not None and maker.hospital_id == viewer.hospital,
    )


def _note(viewer: Viewer, row: InclusionRule, action: Action, at: datetime) -> None:
    event = AuditEvent(at, viewer.login, action, RULE, name_of(row), viewer.hospital)
    trail.append([event])
