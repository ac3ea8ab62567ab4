"""The error of a reading comes from the ledger's own double readings, or is not known."""

from __future__ import annotations

import archive_world as world
import ledger_world
import pytest

from tongying.norms.ledger.agreement import technical_error
from tongying.norms.ledger.columns import EXAMPLE
from tongying.norms.ledger.sheet import write_sheet
from tongying.norms.method import MeasuringMethod
from tongying.web.norms.ledger_import import enter_table, judge_table
from tongying.web.norms.models import NormReading, NormSubject
from tongying.web.norms.reading_error import reading_error

METHOD = MeasuringMethod(
    EXAMPLE[0]["tool"], EXAMPLE[0]["version"], EXAMPLE[0]["protocol"], EXAMPLE[0]["reader_rule"]
)


def fill(count: int) -> None:
    """Enter children whose second reading is 1 mm above the first, or 1 mm below, in turn."""
    rows = [
        {
            **EXAMPLE[0],
            "subject": f"V-{number:03d}",
            "born": f"2021-03-{number % 28 + 1:02d}",
            "value_1": "71.0",
            "value_2": "72.0" if number % 2 else "70.0",
            "site": str(world.COUNTY),
        }
        for number in range(count)
    ]
    viewer = world.viewer("researcher")
    data = write_sheet(rows, english=True).encode()
    outcome = enter_table(viewer, data, judge_table(viewer, data).seen)
    assert outcome.refused == 0, [row.faults for row in outcome.rows if row.record is None][:2]


@pytest.mark.django_db
def test_readers_differences_give_the_error_of_their_method_only() -> None:
    ledger_world.build()
    fill(24)
    assert NormReading.objects.count() == 48
    found = reading_error("kidney-length", METHOD)
    assert found is not None
    # Every pair differs by 1 mm, so the error is sqrt(1/2).
    assert found.error == pytest.approx(0.70711, abs=1e-5)
    assert found.unit == "mm"
    assert reading_error("kidney-length", MeasuringMethod(METHOD.tool)) is None
    assert reading_error("kidney-length", None) is None
    assert reading_error("spleen-length", METHOD) is None
    # Five children withdraw: nineteen pairs are too few.
    for subject in NormSubject.objects.all()[:5]:
        NormSubject.objects.filter(pk=subject.pk).update(
            withdrawn_at=subject.enrolled_at, withdrawn_by=subject.enrolled_by
        )
    assert reading_error("kidney-length", METHOD) is None


def test_an_error_of_nothing_is_no_error() -> None:
    assert technical_error([(5.0, 5.0)] * 30) is None
    assert technical_error([(5.0, 7.0)] * 30) == pytest.approx(2**0.5)
