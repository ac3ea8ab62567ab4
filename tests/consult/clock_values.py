"""Courses for the tests of the clocks, minutes counted from the submission at 08:00."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tongying.consult.case import Urgency
from tongying.consult.clock import CHAIN, Course, Pause, Step

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
T0 = datetime(2026, 3, 2, 8, tzinfo=SHANGHAI)
BEFORE_SIGNATURE = CHAIN[1:5]
PROMISED = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def course(urgency: Urgency, *, booked: float | None = None, pauses=(), **reached: float) -> Course:
    return Course(
        urgency,
        {Step.SUBMITTED: T0} | {Step(name): at(minute) for name, minute in reached.items()},
        tuple(Pause(at(a), None if b is None else at(b)) for a, b in pauses),
        booked_for=None if booked is None else at(booked),
    )


def minute_of(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - T0) / timedelta(minutes=1)


minutes = st.integers(0, 3000)


@st.composite
def pauses(draw, *, open_end=True):
    edges = sorted(draw(st.sets(minutes, max_size=6)))
    if len(edges) % 2 and not open_end:
        edges.pop()
    ends = [*edges[1::2], None] if len(edges) % 2 else edges[1::2]
    return tuple(zip(edges[::2], ends, strict=True))


@st.composite
def courses(draw, *, urgencies=tuple(Urgency), stopped=True):
    """A course such as moves make it: steps in order, within what has happened so far."""
    urgency = draw(st.sampled_from(urgencies))
    count = draw(st.integers(0, 4))
    times = sorted(draw(st.lists(minutes, min_size=count, max_size=count)))
    steps = {step.value: minute for step, minute in zip(BEFORE_SIGNATURE, times, strict=False)}
    booked = draw(st.none() | st.integers(1, 6000)) if urgency is Urgency.BOOKED else None
    return course(urgency, booked=booked, pauses=draw(pauses(open_end=stopped)), **steps)


NOW = at(3000)
