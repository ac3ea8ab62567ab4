"""Scenarios for the tests of capacity."""

from __future__ import annotations

from tongying.consult.capacity.scenario import Scenario
from tongying.consult.capacity.scenario_reading import read_scenario

ALWAYS = 'shift = [{ from = "00:00", to = "00:00" }]'
"""Everybody, round the clock: a shift of 24 hours that touches the next one."""
DAYS = (
    'shift = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat"], from = "08:00", to = "18:00" }]'
)
QUARTER_AT_NIGHT = [0.25 / 8] * 6 + [0.75 / 16] * 16 + [0.25 / 8] * 2
"""A quarter of the cases from 22:00 to 06:00."""
FIELDS = ("heart", "abdomen", "bone", "neuro", "chest")


def group(
    name: str, experts: int, shift: str, *, specialties: str = "", modalities: str = ""
) -> str:
    lines = ["[[group]]", f'name = "{name}"', f"experts = {experts}"]
    lines += [f"specialties = {specialties}"] if specialties else []
    lines += [f"modalities = {modalities}"] if modalities else []
    return "\n".join([*lines, shift, ""])


def text(
    groups: str,
    *,
    cases_per_day: float = 60.0,
    demand: str = "modality = { CT = 1.0 }\nurgency = { routine = 1.0 }",
    service: str = "median_minutes = { CT = 18.0 }\nsigma = 0.6",
    horizon: str = "days = 7\nwarm_up_days = 2\nseeds = [1, 2]",
    more: str = "",
) -> str:
    return "\n".join(
        [
            'name = "a test"',
            "[demand]",
            "hospitals = 1",
            f"cases_per_day = {cases_per_day}",
            demand,
            "[service]",
            service,
            groups,
            more,
            "[horizon]",
            horizon,
        ]
    )


def markov(experts: int, load: float, *, mean_minutes: float = 20.0, days: int = 60) -> Scenario:
    """Exponential service, constant arrivals, one pool that is always there."""
    per_day = load * experts * 24 * 60 / mean_minutes
    median = mean_minutes * 0.6931471805599453
    return read_scenario(
        text(
            group("all", experts, ALWAYS),
            cases_per_day=per_day,
            service=f'law = "exponential"\nmedian_minutes = {{ CT = {median} }}',
            horizon=f"days = {days}\nwarm_up_days = 3\nseeds = [1, 2, 3, 4, 5]",
        )
    )
