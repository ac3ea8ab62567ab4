"""Reading scenarios: what is taken, what is refused, and with which sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from capacity_world import ALWAYS, DAYS, FIELDS, group, text

from tongying.consult.capacity import load, staffing
from tongying.consult.capacity.case_c import CASE_C, Numbers, case_c, case_c_with
from tongying.consult.capacity.scenario import Lever, ScenarioRefused, Training
from tongying.consult.capacity.scenario_reading import read_scenario
from tongying.consult.capacity.simulate import MONDAY
from tongying.consult.capacity.study import check_scenario, service_hours_of
from tongying.consult.case import Urgency
from tongying.consult.specialty import Specialty

GOOD = text(group("all", 6, ALWAYS))


def refused(written: str) -> ScenarioRefused:
    with pytest.raises(ScenarioRefused) as refusal:
        check_scenario(read_scenario(written))
    assert refusal.value.error_code == "capacity.scenario"
    assert refusal.value.sentence.endswith(".")
    return refusal.value


def test_the_default_is_the_case_of_source_c():
    scenario = case_c()
    assert (scenario.demand.hospitals, scenario.demand.growth_percent) == (123, 20.0)
    assert scenario.staff_growth_percent == 4.1
    assert scenario.demand.cases_per_day == 120
    assert set(scenario.demand.urgency) == {Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE}
    check_scenario(scenario)


def test_every_number_of_the_default_names_its_source():
    """Each table and number says where it is from, or that it is assumed."""
    blocks = CASE_C.split("\n\n")
    for block in blocks:
        if "=" in block and not block.startswith(("[horizon]", "# The alliance")):
            assert "source C" in block or "assumption" in block or "name =" in block, block


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[service]", "[service]\nspeed = 2"), "key service.speed, which means nothing"),
        (("hospitals = 1", "hospitals = 1\nbeds = 3"), "key demand.beds"),
        (("hospitals = 1\n", ""), "lacks demand.hospitals"),
        (("hospitals = 1\n", "hospitals = 1.5\n"), "demand.hospitals must be a whole number"),
        (("hospitals = 1\n", 'hospitals = "many"\n'), "demand.hospitals must be a number"),
        (("hospitals = 1\n", "hospitals = true\n"), "demand.hospitals must be a number"),
        (("routine = 1.0", "routine = 0.9"), "demand.urgency must add up to 1; they add up to 0.9"),
        (("routine = 1.0", "booked = 1.0"), "demand.urgency.booked must be one of: emergency"),
        (("{ CT = 1.0 }", "{ XX = 1.0 }"), "demand.modality.XX must be one of"),
        (("{ CT = 18.0 }", "{ MR = 18.0 }"), "lacks service.median_minutes.CT"),
        (("{ CT = 18.0 }", "{ CT = 0 }"), "service.median_minutes.CT must lie between 0.1"),
        (("experts = 6", "experts = 0"), "group[0].experts must lie between 1 and 1000"),
        (('from = "00:00"', 'from = "25:00"'), "group[0].shift[0].from must be a time as 08:00"),
        (('from = "00:00"', 'from = "00:00", duty = "asleep"'), "duty must be one of: desk"),
        (("sigma = 0.6", "sigma = nan"), "service.sigma must be a number"),
        (("days = 7", "days = 0"), "horizon.days must lie between 1 and 366"),
        (("seeds = [1, 2]", "seeds = [1.5]"), "horizon.seeds[0] must be a whole number"),
        (('name = "a test"', 'name = ""'), "name must be a text of 1 to 100 letters"),
        (('name = "a test"', "name = = 3"), "not TOML: line 1"),
        (("[service]", "[[service]]"), "service must be a table"),
        (("hospitals = 1\n", "hospitals = 1\nhours = [1, 2]\n"), "demand.hours must have 24"),
    ],
)
def test_a_slip_is_told_with_its_place(change, sentence):
    assert change[0] in GOOD
    assert sentence in refused(GOOD.replace(*change, 1)).sentence


def test_groups_and_levers_have_names_of_their_own():
    assert "group all twice" in refused(text(group("all", 1, ALWAYS) * 2)).sentence


@pytest.mark.parametrize(
    ("groups", "demand", "sentence"),
    [
        (
            group("x", 6, ALWAYS, modalities='["US"]'),
            "modality = { CT = 1.0 }\nurgency = { routine = 1.0 }",
            "no group reads the modality CT",
        ),
        (
            group("x", 6, ALWAYS, specialties='["heart"]'),
            "modality = { CT = 1.0 }\nurgency = { routine = 1.0 }\n"
            "specialty = { heart = 0.5, bone = 0.5 }",
            "no group takes the field bone",
        ),
        (
            group("x", 6, ALWAYS, specialties='["heart"]', modalities='["CT"]')
            + group("y", 6, ALWAYS, specialties='["bone"]', modalities='["US"]'),
            "modality = { CT = 1.0 }\nurgency = { routine = 1.0 }\n"
            "specialty = { heart = 0.5, bone = 0.5 }",
            "no group reads the modality CT in the field bone",
        ),
        (
            group("x", 6, 'shift = [{ from = "00:00", to = "00:00", duty = "on-call" }]'),
            "modality = { CT = 1.0 }\nurgency = { routine = 0.5, urgent = 0.5 }",
            "nobody takes routine cases, because every group that could is only on call",
        ),
    ],
)
def test_what_nobody_takes_is_told(groups, demand, sentence):
    assert sentence in refused(text(groups, demand=demand)).sentence


def test_more_work_than_time_is_refused():
    error = refused(text(group("x", 1, DAYS), cases_per_day=120))
    # 120 cases of 18 exp(0.18) minutes a day against 60 hours a week.
    assert "its work is 503 percent of what its roster can do" in error.sentence


def test_one_field_too_few_is_enough_for_overload():
    """A whole alliance with time to spare does not help a pool that has none."""
    shares = ", ".join(f"{one} = 0.2" for one in FIELDS)
    groups = "".join(
        group(one, 5 if one != "heart" else 1, DAYS, specialties=f'["{one}"]') for one in FIELDS
    )
    demand = f"modality = {{ CT = 1.0 }}\nurgency = {{ routine = 1.0 }}\nspecialty = {{ {shares} }}"
    assert "cannot be met" in refused(text(groups, cases_per_day=150, demand=demand)).sentence
    pooled = read_scenario(text(group("all", 21, DAYS), cases_per_day=150, demand=demand))
    assert load.load_of(pooled, 0) < 0.5


def test_a_shift_needs_people_who_are_not_on_another():
    shift = (
        'shift = [{ from = "08:00", to = "18:00", on_duty = 2 },'
        ' { from = "12:00", to = "22:00", on_duty = 1 }]'
    )
    error = refused(text(group("x", 2, shift), cases_per_day=5))
    assert "has too few people for its shift from 12:00: 1 are needed and 0" in error.sentence


def test_load_by_hand():
    scenario = read_scenario(text(group("all", 6, DAYS), cases_per_day=60))
    work = 60 * 7 * 18 * 2.718281828**0.18
    assert load.load_of(scenario, 0) == pytest.approx(work / (6 * 60 * 60), rel=1e-6)
    assert load.unmet_hours(scenario, 0) == pytest.approx(0.0, abs=1e-6)
    half = read_scenario(text(group("all", 2, DAYS), cases_per_day=60))
    assert load.unmet_hours(half, 0) == pytest.approx(work / 60 - 2 * 60, rel=1e-6)


def test_experts_over_the_years():
    scenario = case_c()
    assert sum(staffing.experts_by_group(scenario, 0)) == 12
    # 12 x 1.041^5 = 14.67
    assert staffing.experts_total(scenario, 5) == pytest.approx(14.67, abs=0.005)
    assert sum(staffing.experts_by_group(scenario, 5)) == 15
    trained = staffing.with_lever(
        scenario, Lever("t", training=(Training("long", 6, 2), Training("short", 1.5, 3)))
    )
    extra = staffing.experts_total(trained, 5) - staffing.experts_total(scenario, 5)
    # Of the short one those who began in years 0 to 3 are ready; of the long one nobody.
    assert extra == pytest.approx(12)
    assert Training("long", 6, 2).ready(5.99) == 0
    assert Training("long", 6, 2).ready(6) == 2


def test_turns_are_fair_and_never_overlap():
    shift = (
        'shift = [{ from = "08:00", to = "18:00", on_duty = 2 },'
        ' { from = "18:00", to = "08:00", on_duty = 1 }]'
    )
    scenario = read_scenario(text(group("x", 6, shift)))
    staff = staffing.staff_of(scenario, 0, MONDAY, 28)  # the roster itself refuses overlaps
    minutes = {one: timedelta() for one, _ in staff.members}
    for one in staff.shifts:
        minutes[one.member] += one.ends - one.begins
    assert max(minutes.values()) - min(minutes.values()) <= timedelta(hours=24)
    for hour in range(24 * 28):
        at = MONDAY + timedelta(hours=hour, minutes=30)
        assert len(staff.roster.on_duty(at)) == (2 if 8 <= at.hour < 18 else 1)


def test_service_hours_are_when_anybody_is_at_the_desk():
    night = 'shift = [{ days = ["sat"], from = "20:00", to = "06:00" }]'
    scenario = read_scenario(text(group("a", 6, DAYS) + group("n", 1, night)))
    hours = service_hours_of(scenario.groups)
    spans = [[(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in day] for day in hours.week]
    assert spans[:5] == [[("08:00", "18:00")]] * 5
    assert spans[5:] == [[("08:00", "18:00"), ("20:00", "00:00")], [("00:00", "06:00")]]


def test_levers_change_what_they_say():
    scenario = case_c()
    cover, pool, templates, reading, _training = scenario.levers
    assert sum(one.experts for one in staffing.with_lever(scenario, cover).groups) == 18
    assert all(not one.specialties for one in staffing.with_lever(scenario, pool).groups)
    shorter = staffing.with_lever(scenario, templates).service.median_minutes
    assert shorter["US"] == pytest.approx(14.4 * 0.9)
    read = staffing.with_lever(scenario, reading).service.median_minutes
    assert (read["US"], read["CT"]) == (14.4, pytest.approx(18 * 0.8))


def test_the_default_with_other_numbers():
    text_ = case_c_with(Numbers(cases_per_day=60.5, demand_growth=-5, attrition=2, runs=3))
    scenario = read_scenario(text_)
    assert scenario.name == "Source C, changed"
    assert (scenario.demand.cases_per_day, scenario.demand.growth_percent) == (60.5, -5)
    assert (scenario.staff_growth_percent, scenario.attrition_percent) == (4.1, 2)
    assert scenario.horizon.seeds == (1, 2, 3)
    assert "source C" not in text_.split("growth_percent_per_year = -5")[1].split("\n")[0]
    assert case_c_with(Numbers(hospitals=123, staff_growth=4.1)) == CASE_C


def test_fields_and_urgencies_may_be_missing():
    scenario = read_scenario(GOOD)
    assert scenario.demand.specialty == {}
    assert {one.specialty for one in load.weekly_work(scenario, 0)} == {None}
    assert Specialty.HEART not in scenario.demand.specialty
