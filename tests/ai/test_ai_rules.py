"""Rules: what a text may say, what a study triggers, in which order, and when it begins."""

from __future__ import annotations

import itertools

import pytest
import rule_world as world
from hypothesis import given
from hypothesis import strategies as st

from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import Step
from tongying.ai.rules.definition import Asked, Rules
from tongying.ai.rules.evaluating import decide, readiness
from tongying.ai.rules.reading import RulesRefused, read_rules
from tongying.ai.rules.shipped import NO_RULES, shipped_rules, shipped_text
from tongying.consult.case import Urgency
from tongying.dicom.acquisition.facts import BodyPart

EVERY = world.rule("every", "{images: {from: 1}}", "triage triage")


def rules(*texts: str) -> Rules:
    return read_rules(world.HEAD + "".join(texts), name="test")


def planned(
    found: Rules, *series: object, asked: Asked | None = None, **child: object
) -> list[str]:
    facts = world.study(*series, **child)  # type: ignore[arg-type]
    return [one.card_id for one in decide(found, facts, asked or Asked()).steps]


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(RulesRefused) as refused:
        read_rules(text, name="test")
    assert all(one.chinese for one in refused.value.faults)
    return [(one.line, one.sentence) for one in refused.value.faults]


def test_the_shipped_rules_name_steps_as_their_cards_do() -> None:
    for rule in shipped_rules().rules:
        for call in rule.steps:
            if call.card in cards():
                assert cards()[call.card].step is call.step
    own = {"triage", "report-draft", "protocol-advice", "order-advice", "follow-up"}
    assert own <= {call.card for rule in shipped_rules().rules for call in rule.steps}
    assert read_rules(shipped_text(), name="again") == shipped_rules()


def test_every_fault_is_found_with_its_line() -> None:
    text = (
        "name: {en: a, zh: b}\n"
        "complete: {quiet: 10 parsecs, force: 1 hour}\n"
        "rules:\n"
        "  - id: Not An Id\n"
        "    name: {en: a}\n"
        "    when: {modalities: [ct], body-parts: [soul], ages: {from: 2 years, to: 1 day}}\n"
        "    steps:\n"
        "      - {step: dance, card: triage}\n"
        "      - {step: triage, card: triage, priority: never}\n"
        "    colour: red\n"
    )
    assert sorted({line for line, _ in faults(text)}) == [2, 4, 5, 6, 8, 9, 10]
    said = " ".join(sentence for _, sentence in faults(text))
    for word in ("quiet", "'id'", "zh", "ct", "soul", "ages", "'step'", "priority", "colour"):
        assert word in said, word


@pytest.mark.parametrize(
    ("when", "word"),
    [
        ("{}", "at least one criterion"),
        ("{sequences: [t1], modalities: [CT]}", "MR only"),
        ("{images: {}}", "'from', 'to' or both"),
        ("{images: {from: 5, to: 2}}", "ends before it begins"),
        ("{ages: {from: 1 year, corrected: yes}}", "no corrected age"),
        ("{prior: maybe}", "yes or no"),
        ("{words: []}", "a list"),
    ],
)
def test_a_match_that_means_nothing_is_refused(when: str, word: str) -> None:
    assert word in " ".join(
        said for _, said in faults(world.HEAD + world.rule("a", when, "triage t"))
    )


def test_a_rule_or_card_said_twice_and_a_force_before_quiet_are_refused() -> None:
    twice = world.rule("a", "{prior: no}", "triage t", "triage t")
    assert any("once" in said for _, said in faults(world.HEAD + twice))
    assert any("said twice" in said for _, said in faults(world.HEAD + EVERY + EVERY))
    wait = world.rule("a", "{prior: no}", "triage t", complete="{quiet: 2 hours, force: 1 hour}")
    assert any("force" in said for _, said in faults(world.HEAD + wait))


def test_a_card_that_is_not_here_or_is_for_another_step_is_told_with_its_line() -> None:
    text = world.HEAD + world.rule("a", "{prior: no}", "triage nobody", "detection triage")
    with pytest.raises(RulesRefused) as refused:
        read_rules(text, name="test", cards=cards())
    assert [one.line for one in refused.value.faults] == [8, 9]
    read_rules(text, name="test")


@pytest.mark.parametrize(
    ("when", "fits", "differs"),
    [
        ("{modalities: [CT]}", world.chest(), world.series("MR")),
        (
            "{body-parts: [chest]}",
            world.series(named_parts=frozenset({BodyPart.CHEST})),
            world.series(),
        ),
        ("{sequences: [t1]}", world.series("MR", sequence="t1"), world.series("MR")),
        ("{images: {from: 20}}", world.series(images=20), world.series(images=19)),
    ],
)
def test_criteria_of_a_series(when: str, fits: object, differs: object) -> None:
    found = rules(world.rule("a", when, "triage t"))
    assert planned(found, fits) == ["t"]
    assert planned(found, differs) == []
    assert planned(found) == []


def test_criteria_of_a_series_hold_for_one_and_the_same() -> None:
    found = rules(world.rule("a", "{modalities: [MR], body-parts: [chest]}", "triage t"))
    assert planned(found, world.series("MR"), world.chest()) == []


@pytest.mark.parametrize(
    ("days", "stated", "fits"),
    [
        (365, None, False),
        (366, None, True),
        (4382, None, True),
        (4383, None, False),
        (None, None, False),
        (None, (400, 500), True),
        (None, (300, 500), False),
        (None, (0, 9000), False),
    ],
)
def test_ages_are_met_to_the_day_and_unknown_ones_never(
    days: int | None, stated: tuple[int, int] | None, *, fits: bool
) -> None:
    found = rules(world.rule("a", "{ages: {from: 1 year, to: 12 years}}", "triage t"))
    assert bool(planned(found, world.series(), days=days, stated_age_days=stated)) is fits


def test_what_was_asked_counts_and_the_reason_says_so() -> None:
    found = rules(
        world.rule("a", "{words: [结节, Nodule], urgencies: [urgent]}", "triage t"),
        world.rule("b", "{hospitals: [H1], prior: yes}", "triage u"),
    )
    asked = Asked("H1", "Lung NODULE?", Urgency.URGENT, has_prior=True)
    plan = decide(found, world.study(world.series()), asked)
    assert [one.card_id for one in plan.steps] == ["t", "u"]
    assert "Nodule" in plan.steps[0].reason.english and "Nodule" in plan.steps[0].reason.chinese
    nothing = decide(found, world.study(world.series()), Asked("H2"))
    assert nothing.steps == ()
    assert [len(one.reasons) for one in nothing.not_triggered] == [2, 2]


def test_every_unmet_criterion_of_the_nearest_series_is_told() -> None:
    when = "{modalities: [MR], body-parts: [head], images: {from: 20}}"
    plan = decide(
        rules(world.rule("a", when, "triage t")),
        world.study(world.series(images=3), world.series("MR", images=30)),
        Asked(),
    )
    (reason,) = plan.not_triggered[0].reasons
    assert "body part: not known" in reason.english
    assert "头部" in reason.chinese


def test_a_card_runs_once_in_the_order_of_every_rule_with_the_most_urgent_priority() -> None:
    found = rules(
        world.rule("a", "{prior: no}", "acquisition-quality q", "triage t off-peak"),
        world.rule("b", "{prior: no}", "detection d", "triage t urgent", "report-draft r"),
    )
    steps = decide(found, world.study(world.series()), Asked()).steps
    assert [one.card_id for one in steps] == ["q", "d", "t", "r"]
    triage = steps[2]
    assert (triage.urgency, triage.rules, triage.rule) == (0, ("a", "b"), "a")


def test_where_rules_contradict_each_other_the_earlier_is_followed() -> None:
    found = rules(
        world.rule("a", "{prior: no}", "triage t", "detection d"),
        world.rule("b", "{prior: no}", "detection d", "triage t"),
    )
    assert planned(found, world.series()) == ["t", "d"]


@given(
    st.lists(st.permutations(["a", "b", "c", "d"]).map(lambda one: one[:3]), min_size=1, max_size=4)
)
def test_an_order_always_exists_and_the_first_rule_keeps_its_own(orders: list[list[str]]) -> None:
    found = rules(
        *(
            world.rule(f"r{number}", "{prior: no}", *(f"triage {card}" for card in order))
            for number, order in enumerate(orders)
        )
    )
    ran = planned(found, world.series())
    assert sorted(ran) == sorted({card for order in orders for card in order})
    for before, after in itertools.pairwise(orders[0]):
        assert ran.index(before) < ran.index(after)


def test_steps_that_no_rule_orders_follow_the_examination() -> None:
    found = rules(
        *(
            world.rule(f"r{number}", "{prior: no}", f"{step} c{number}")
            for number, step in enumerate(reversed(list(Step)))
        )
    )
    assert planned(found, world.series()) == [f"c{number}" for number in reversed(range(len(Step)))]


@pytest.mark.parametrize(
    ("quiet", "since", "series", "complete", "forced", "look"),
    [
        (0, 0, 1, False, False, 120),
        (119, 200, 1, False, False, 1),
        (120, 200, 1, False, False, 1600),
        (120, 200, 2, True, False, 0),
        (5, 1799, 2, False, False, 1),
        (5, 1800, 1, True, True, 0),
    ],
)
def test_a_study_begins_when_it_is_quiet_and_all_there_or_the_time_is_up(
    quiet: int, since: int, series: int, *, complete: bool, forced: bool, look: int
) -> None:
    wait = "{quiet: 2 minutes, force: 30 minutes, series: 2}"
    found = rules(world.rule("a", "{images: {from: 1}}", "triage t", complete=wait))
    facts = world.study(*(world.series(uid=str(one)) for one in range(series)))
    told = readiness(found, facts, Asked(), quiet_seconds=quiet, open_seconds=since)
    assert (told.complete, told.forced) == (complete, forced)
    if not complete and series == 2:
        assert told.look_after_seconds == pytest.approx(look, abs=1)


@given(st.floats(0, 8000), st.floats(0, 8000))
def test_a_study_is_never_left_waiting_past_its_time(quiet: float, more: float) -> None:
    facts = world.study(world.chest())
    for found in (shipped_rules(), NO_RULES):
        told = readiness(found, facts, Asked(), quiet_seconds=quiet, open_seconds=quiet + more)
        assert told.complete or told.look_after_seconds > 0
        assert told.complete or quiet + more < 3600
        later = quiet + told.look_after_seconds
        assert readiness(
            found, facts, Asked(), quiet_seconds=later, open_seconds=later + more
        ).complete


def test_turned_off_rules_trigger_nothing() -> None:
    assert planned(NO_RULES, world.chest()) == []
