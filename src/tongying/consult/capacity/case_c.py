"""The default scenario: the case that source C describes, every number with where it is from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongying.consult.capacity.scenario import Scenario
from tongying.consult.capacity.scenario_reading import read_scenario

CASE_C = """\
# The alliance of source C (news item of April 2019): 123 hospitals, an answer within 4 to 6 hours,
# demand +20 % and imaging doctors +4.1 % a year. What the source does not say is an assumption.
name = "Source C: 123 hospitals"

[demand]
hospitals = 123                 # source C
cases_per_day = 120             # assumption: about one case a hospital and day
growth_percent_per_year = 20    # source C
# assumption: a county hospital's day; 22 % of the cases come between 18:00 and 08:00
hours = [1, 1, 1, 1, 1, 1, 1, 2, 6, 10, 11, 10, 6, 6, 9, 10, 9, 6, 4, 3, 3, 2, 1, 1]
weekdays = [1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7]  # assumption

[demand.urgency]                # assumption
emergency = 0.05
urgent = 0.20
routine = 0.75

[demand.modality]               # assumption; ultrasound leads in bowel and hip (source C)
US = 0.35
CT = 0.25
MR = 0.20
DX = 0.20

[demand.specialty]              # the four most asked of source C; their shares are assumptions
heart = 0.20
abdomen = 0.25
bone = 0.20
oncology = 0.15
neuro = 0.10
chest = 0.10

[service]                       # assumption: median 18 min of a toy simulation, times a factor
law = "log-normal"
sigma = 0.6
median_minutes = { US = 14.4, CT = 18, MR = 25.2, DX = 9 }

[pauses]                        # assumption: one case in ten waits about an hour for county data
share = 0.10
median_minutes = 60
sigma = 0.8

[staff]
growth_percent_per_year = 4.1   # source C, after people have left
attrition_percent_per_year = 0  # contained in the growth

# assumption: experts of the children's hospital by field, all at the desk Monday to Saturday
[[group]]
name = "heart"
experts = 2
specialties = ["heart"]
shift = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat"], from = "08:00", to = "18:00" }]

[[group]]
name = "abdomen and bone"
experts = 5
specialties = ["abdomen", "bone"]
shift = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat"], from = "08:00", to = "18:00" }]

[[group]]
name = "oncology"
experts = 2
specialties = ["oncology"]
shift = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat"], from = "08:00", to = "18:00" }]

[[group]]
name = "neuro and chest"
experts = 3
specialties = ["neuro", "chest"]
shift = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat"], from = "08:00", to = "18:00" }]

[[lever]]
name = "night and Sunday cover"  # assumption: 6 more experts, 2 of them at the desk in turns
[[lever.group]]
name = "nights"
experts = 6
shift = [
  { from = "18:00", to = "08:00", on_duty = 2 },
  { days = ["sun"], from = "08:00", to = "18:00", on_duty = 2 },
]

[[lever]]
name = "one pool"                # everybody takes every field
pooled = true

[[lever]]
name = "templates"               # assumption: 10 % less time a case
service_percent = -10

[[lever]]
name = "AI pre-reading"          # assumption: 20 % less time for CT, MR and plain films
service_percent = -20
modalities = ["CT", "MR", "DX"]

[[lever]]
name = "training"                # 5-7 and 1-2 years: source C; intakes are assumptions
training = [
  { name = "full training", years = 6, intake = 1 },
  { name = "conversion", years = 1.5, intake = 1 },
]

[horizon]
years = [0, 2, 4]
days = 7
warm_up_days = 1
seeds = [1, 2, 3, 4, 5]
"""


def case_c() -> Scenario:
    """Return the default scenario."""
    return read_scenario(CASE_C)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the case that are most worth changing; None leaves one as it is.

    Attributes
    ----------
    hospitals, cases_per_day, demand_growth, staff_growth : float or None
        Growth in percent a year.
    attrition : float or None
        Percent of the experts a year.
    runs : int or None
        Seeds 1 to this many.
    """

    hospitals: float | None = None
    cases_per_day: float | None = None
    demand_growth: float | None = None
    staff_growth: float | None = None
    attrition: float | None = None
    runs: int | None = None


PLACES = {
    "hospitals": ("demand", "hospitals"),
    "cases_per_day": ("demand", "cases_per_day"),
    "demand_growth": ("demand", "growth_percent_per_year"),
    "staff_growth": ("staff", "growth_percent_per_year"),
    "attrition": ("staff", "attrition_percent_per_year"),
}
"""Where each number stands in the text."""


def case_c_with(numbers: Numbers) -> str:
    """Return the default scenario's text with some numbers changed.

    What is changed is no longer from the source: its comment says so.

    Examples
    --------
    >>> "hospitals = 50  " in case_c_with(Numbers(hospitals=50))
    True
    """
    text = CASE_C
    for name, (table, key) in PLACES.items():
        value = getattr(numbers, name)
        if value is None:
            continue
        pattern = rf"(?ms)(^\[{table}\]$.*?^{key} = )([\d.]+)([^\n]*)"
        found = re.search(pattern, text)
        if found is not None and float(found[2]) != value:
            line = f"{found[1]}{value:g}  # chosen for this run"
            text = text[: found.start()] + line + text[found.end() :]
    if numbers.runs is not None:
        seeds = ", ".join(str(one + 1) for one in range(numbers.runs))
        text = re.sub(r"(?m)^seeds = .*$", f"seeds = [{seeds}]", text)
    if text != CASE_C:
        text = text.replace('name = "Source C: 123 hospitals"', 'name = "Source C, changed"')
    return text
