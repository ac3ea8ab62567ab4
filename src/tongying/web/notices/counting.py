"""How many alerts a case costs: too many are as bad as none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import AlertRow
from tongying.web.notices.kinds import Kind
from tongying.web.notices.models import NoticeRow


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, 95th percentile (nearest rank) and most of a count per case."""

    mean: float
    p95: int
    most: int


@dataclass(frozen=True, slots=True)
class AlertsPerCase:
    """Alerts that fired and notices that people got, per case.

    Attributes
    ----------
    cases : int
        How many cases; 0 where there are none, and then the spreads are None.
    alerts : Spread or None
        Rungs and forecasts (`AlertRow`).
    notices : Spread or None
        Notices to all people together.
    pressing : Spread or None
        Those of them that break through quiet hours.
    """

    cases: int
    alerts: Spread | None
    notices: Spread | None
    pressing: Spread | None


def alerts_per_case(cases: QuerySet[CaseRow]) -> AlertsPerCase:
    """Count alerts and notices of some cases; one without any counts as 0."""
    numbers = list(cases.values_list("pk", flat=True))
    alerts = AlertRow.objects.filter(case__in=cases)
    notices = NoticeRow.objects.filter(case__in=cases).exclude(kind=Kind.TRIAL.value)
    return AlertsPerCase(
        cases=len(numbers),
        alerts=_spread(numbers, _counts(alerts)),
        notices=_spread(numbers, _counts(notices)),
        pressing=_spread(numbers, _counts(notices.filter(pressing=True))),
    )


def _counts(rows: object) -> dict[int, int]:
    grouped = rows.order_by().values("case_id").annotate(many=Count("pk"))  # type: ignore[attr-defined]
    return {row["case_id"]: row["many"] for row in grouped}


def _spread(numbers: list[int], counts: dict[int, int]) -> Spread | None:
    if not numbers:
        return None
    many = sorted(counts.get(number, 0) for number in numbers)
    rank = math.ceil(0.95 * len(many))
    return Spread(mean=sum(many) / len(many), p95=many[rank - 1], most=many[-1])
