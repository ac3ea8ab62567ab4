"""The error that readers make, from the ledger's two readings of each examination."""

from __future__ import annotations

from collections import defaultdict

from tongying.norms.ledger.agreement import technical_error
from tongying.norms.measure import measure_of, measures
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.velocity import MeasurementError
from tongying.web.norms.models import NormReading

SOURCE = "readers of the ledger of normal children"


def reading_error(measure: str, method: MeasuringMethod | None) -> MeasurementError | None:
    """Return the error of one reading of a measure by a method; None where too few were read twice.

    All hospitals' readings count, disputed ones too; nobody's value or name leaves.

    Parameters
    ----------
    measure : str
    method : MeasuringMethod or None
        Only readings by exactly this method count.
    """
    if method is None or measure not in measures():
        return None
    rows = NormReading.objects.filter(
        kind="reader",
        entry__measure=measure,
        entry__tool=method.tool or "",
        entry__tool_version=method.version or "",
        entry__protocol=method.protocol or "",
        entry__reader_rule=method.rule or "",
        entry__subject__withdrawn_at__isnull=True,
    ).order_by("entry_id", "pk")
    of_entry: dict[int, list[float]] = defaultdict(list)
    for entry, value in rows.values_list("entry_id", "value"):
        of_entry[entry].append(value)
    pairs = [(values[0], values[1]) for values in of_entry.values() if len(values) >= 2]
    error = technical_error(pairs)
    if error is None:
        return None
    return MeasurementError(error, measure_of(measure).unit, SOURCE)
