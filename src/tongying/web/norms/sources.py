"""What may be fitted: agreed values of one measure, side, method and inclusion rule."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Max, Min, QuerySet

from tongying.norms.axis import AxisKind
from tongying.norms.fit.rows import FitRow
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Route
from tongying.web.norms.models import NormEntry

AXES: Final = (
    AxisKind.AGE,
    AxisKind.CORRECTED_AGE,
    AxisKind.HEIGHT,
    AxisKind.BODY_SURFACE,
)
"""What a curve of children of the ledger may run along."""
_WHAT: Final = ("measure", "side")
_METHOD: Final = ("tool", "tool_version", "protocol", "reader_rule")
_RULE: Final = ("subject__rule__code", "subject__rule__version")


@dataclass(frozen=True, slots=True)
class FitSource:
    """Values that belong together.

    Attributes
    ----------
    key : str
        Of measure, side, method and rule; the same as long as these are.
    measure : str
    side : str
        L, R, or empty: one child gives one value a day.
    method : MeasuringMethod
    rule_code, rule_title : str
    rule_version : int
    route : str
    values, subjects, sites : int
        How many are agreed.
    youngest_days, oldest_days : float
    """

    key: str
    measure: str
    side: str
    method: MeasuringMethod
    rule_code: str
    rule_version: int
    rule_title: str
    route: str
    values: int
    subjects: int
    sites: int
    youngest_days: float
    oldest_days: float


def usable() -> QuerySet[NormEntry]:
    """Return the entries that may enter a fit: agreed, passed, and of nobody withdrawn."""
    return NormEntry.objects.filter(
        state="agreed", quality="passed", subject__withdrawn_at__isnull=True
    )


def sources() -> list[FitSource]:
    """Return what may be fitted, the most values first."""
    groups = (
        usable()
        .values(*_RULE, "subject__rule__title", "subject__rule__route", *_WHAT, *_METHOD)
        .annotate(
            n=Count("pk"),
            subjects=Count("subject", distinct=True),
            sites=Count("subject__hospital", distinct=True),
            youngest=Min("age_days"),
            oldest=Max("age_days"),
        )
        .order_by("-n", *_WHAT, *_METHOD)
    )
    return [
        FitSource(
            key=_key([group[name] for name in (*_WHAT, *_METHOD, *_RULE)]),
            measure=group["measure"],
            side=group["side"],
            method=MeasuringMethod(*(group[name] or None for name in _METHOD)),
            rule_code=group["subject__rule__code"],
            rule_version=group["subject__rule__version"],
            rule_title=group["subject__rule__title"],
            route=group["subject__rule__route"],
            values=group["n"],
            subjects=group["subjects"],
            sites=group["sites"],
            youngest_days=group["youngest"],
            oldest_days=group["oldest"],
        )
        for group in groups
    ]


def entries_of(settings: dict[str, Any]) -> QuerySet[NormEntry]:
    """Return the usable entries that a fit's settings name, in the order in which they were made.

    Parameters
    ----------
    settings : dict
        ``measure``, ``side``, ``method`` and ``rule``, as `fits.ask` keeps them.
    """
    method = MeasuringMethod(**settings["method"])
    return (
        usable()
        .filter(
            measure=settings["measure"],
            side=settings["side"],
            tool=method.tool or "",
            tool_version=method.version or "",
            protocol=method.protocol or "",
            reader_rule=method.rule or "",
            subject__rule__code=settings["rule"]["code"],
            subject__rule__version=settings["rule"]["version"],
        )
        .select_related("subject__rule")
        .order_by("pk")
    )


def fit_row(entry: NormEntry) -> FitRow:
    """Return an entry as the fit reads it: without name, number or date."""
    subject = entry.subject
    return FitRow(
        value=float(entry.value) if entry.value is not None else float("nan"),
        age_days=entry.age_days,
        sex=subject.sex,
        subject=subject.code,
        site=subject.hospital_id,
        route=Route(subject.rule.route),
        gestation_days=subject.gestation_days,
        height_cm=entry.height_cm,
        weight_kg=entry.weight_kg,
    )


def _key(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]
