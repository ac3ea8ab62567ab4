"""Cases that were there before the clocks: their timelines fill the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

T0 = datetime(2026, 3, 2, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)

TIMELINES = {
    # state now: its events as (minute, move, state afterwards)
    "submitted": [(0, "submit", "submitted")],
    "reading": [
        (0, "submit", "submitted"),
        (10, "return", "returned"),
        (40, "resubmit", "submitted"),
        (50, "assign", "assigned"),
        (55, "decline", "submitted"),
        (60, "assign", "assigned"),
        (70, "accept", "reading"),
        (80, "ask-data", "waiting"),
        (95, "supply", "reading"),
    ],
    "waiting": [
        (0, "submit", "submitted"),
        (5, "assign", "assigned"),
        (6, "accept", "reading"),
        (20, "ask-data", "waiting"),
    ],
    "signed": [
        (0, "submit", "submitted"),
        (5, "assign", "assigned"),
        (6, "accept", "reading"),
        (30, "sign", "signed"),
        (60, "acknowledge", "acknowledged"),
        (90, "amend", "signed"),
    ],
    "withdrawn": [
        (0, "submit", "submitted"),
        (5, "return", "returned"),
        (25, "withdraw", "withdrawn"),
    ],
}
EXPECTED = {
    # complete, assigned, given back, accepted, opened, signed, amended, acknowledged, closed,
    # round, minutes paused, stopped, due
    "submitted": (None, None, None, None, None, None, None, None, None, 0, 0, None, 240),
    "reading": (50, 60, 55, 70, None, None, None, None, None, 3, 45, None, 285),
    "waiting": (5, 5, None, 6, None, None, None, None, None, 1, 0, 20, 240),
    "signed": (5, 5, None, 6, 30, 30, 90, None, None, 2, 0, None, 240),
    "withdrawn": (None, None, None, None, None, None, None, None, 25, 0, 20, None, 260),
}
PAUSES = {
    "submitted": [],
    "reading": [(10, 40), (80, 95)],
    "waiting": [(20, None)],
    "signed": [],
    "withdrawn": [(5, 25)],
}


@pytest.fixture
def before():
    """Go back to the tables as they were, and forward again however the test ends."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate([("cases", "0002_clocks"), ("desk", "0001_initial")])
    yield (
        MigrationExecutor(connection)
        .loader.project_state([("cases", "0002_clocks"), ("desk", "0001_initial")])
        .apps
    )
    MigrationExecutor(connection).migrate(leaves)


def at(minute):
    return None if minute is None else T0 + timedelta(minutes=minute)


def test_the_timelines_fill_the_clocks(before):
    numbers = {state: old_case(before, state, events) for state, events in TIMELINES.items()}
    draft = old_case(before, "draft", [])
    executor = MigrationExecutor(connection)
    executor.loader.build_graph()
    executor.migrate([("cases", "0003_backfill_clocks")])
    state = executor.loader.project_state([("cases", "0003_backfill_clocks")]).apps
    cases, pauses = state.get_model("cases", "CaseRow"), state.get_model("desk", "PauseRow")
    for name, number in numbers.items():
        row = cases.objects.get(pk=number)
        got = [
            row.complete_at, row.assigned_at, row.given_back_at, row.accepted_at, row.opened_at,
            row.signed_at, row.amended_at, row.acknowledged_at, row.closed_at,
        ]  # fmt: skip
        want = EXPECTED[name]
        assert got == [at(one) for one in want[:9]], name
        assert (row.round, row.paused_seconds) == (want[9], want[10] * 60), name
        assert (row.stopped_at, row.due_at) == (at(want[11]), at(want[12])), name
        found = pauses.objects.filter(case_id=number).order_by("begins")
        assert list(found.values_list("begins", "ends")) == [
            (at(begins), at(ends)) for begins, ends in PAUSES[name]
        ]
        assert (row.wake_at is None) == (name == "withdrawn"), name
    row = cases.objects.get(pk=draft)
    assert (row.wake_at, row.complete_at) == (None, None)


def test_the_first_sweep_sets_when_to_look_again(before):
    from tongying.web.cases.models import CaseRow
    from tongying.web.desk.models import AlertRow
    from tongying.web.desk.sweep import sweep

    number = old_case(before, "waiting", TIMELINES["waiting"])
    executor = MigrationExecutor(connection)
    executor.loader.build_graph()
    executor.migrate(executor.loader.graph.leaf_nodes())
    CaseRow.objects.filter(pk=number).update(wake_at=at(30))
    assert sweep(at(30)) == 0
    assert CaseRow.objects.get(pk=number).wake_at == at(20 + 720)
    assert not AlertRow.objects.exists()
    assert apps.is_installed("tongying.web.desk")


def old_case(state, name: str, events: list[tuple[int, str, str]]) -> int:
    """Make a case as it was kept before the clocks."""
    model = state.get_model
    hospitals = model("people", "Hospital").objects
    asking, _ = hospitals.get_or_create(code="COUNTY", defaults={"ae_title": "COUNTY"})
    answering, _ = hospitals.get_or_create(code="CHILDREN", defaults={"ae_title": "CHILDREN"})
    author, _ = model("people", "Member").objects.get_or_create(
        login="author", defaults={"hospital": asking, "role": "requester", "name": "author"}
    )
    child, _ = model("records", "Child").objects.get_or_create(hospital=asking, local_id="H-1")
    sent = bool(events)
    row = model("cases", "CaseRow").objects.create(
        state=events[-1][2] if sent else name,
        asking=asking,
        answering=answering,
        author=author,
        child=child,
        urgency="urgent",
        created_at=T0,
        changed_at=T0,
        submitted_at=T0 if sent else None,
        due_at=T0 + timedelta(hours=4) if sent else None,
        # The old store kept no clocks; an acknowledgement stood on the opinion only.
        version=1 if name == "signed" else 0,
    )
    model("cases", "CaseEvent").objects.bulk_create(
        model("cases", "CaseEvent")(
            case=row, at=at(minute), actor=author, move=move, state=after, reason="x"
        )
        for minute, move, after in events
    )
    return row.pk
