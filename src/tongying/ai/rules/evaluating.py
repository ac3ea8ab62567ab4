"""What rules ask for a study, in which order, why, why not, and whether it may begin yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.ai.rules.definition import (
    STEPS_IN_ORDER,
    URGENCY_OF,
    Asked,
    NotTriggered,
    Plan,
    Planned,
    Rule,
    Rules,
    StepCall,
)
from tongying.ai.rules.matching import matched, unmet
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.pathway.definition import Words

_RANK: Final = {step: place for place, step in enumerate(STEPS_IN_ORDER)}


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the steps of a study may begin.

    Attributes
    ----------
    complete : bool
    forced : bool
        Begun because the time is up, though it is not quiet or not all there.
    look_after_seconds : int
        When to look again; 0 where it is complete.
    """

    complete: bool
    forced: bool
    look_after_seconds: int


def decide(rules: Rules, facts: StudyFacts, asked: Asked) -> Plan:
    """Return the steps that a study triggers, and the rules that it does not.

    A card runs once, with the most urgent priority that a rule gives it. The order within each
    rule holds; where two rules contradict each other the earlier in the text is followed; what no
    rule orders follows the order of the examination.

    Parameters
    ----------
    rules : Rules
    facts : StudyFacts
    asked : Asked
    """
    triggered: list[Rule] = []
    passed_over: list[NotTriggered] = []
    for rule in rules.rules:
        reasons = unmet(rule.match, facts, asked)
        if reasons:
            passed_over.append(NotTriggered(rule.id, rule.name, reasons))
        else:
            triggered.append(rule)
    steps = tuple(_planned(call, triggered, facts, asked) for call in _in_order(triggered))
    return Plan(steps, tuple(passed_over))


def readiness(
    rules: Rules, facts: StudyFacts, asked: Asked, *, quiet_seconds: float, open_seconds: float
) -> Readiness:
    """Say whether a study is complete for every rule that it triggers.

    Parameters
    ----------
    rules : Rules
    facts : StudyFacts
        Of what has arrived so far.
    asked : Asked
    quiet_seconds : float
        Since something new last arrived.
    open_seconds : float
        Since the first image arrived, or since the study was last decided on.
    """
    waits = [rule.complete for rule in rules.rules if not unmet(rule.match, facts, asked)]
    left, forced = 0.0, False
    for one in waits or [rules.complete]:
        quiet = one.quiet_seconds - quiet_seconds
        counted = one.series is None or len(facts.series) >= one.series
        force = one.force_seconds - open_seconds
        if quiet <= 0 and counted:
            continue
        if force <= 0:
            forced = True
            continue
        left = max(left, min(quiet, force) if counted else force)
    if left > 0:
        return Readiness(complete=False, forced=False, look_after_seconds=max(1, round(left + 0.5)))
    return Readiness(complete=True, forced=forced, look_after_seconds=0)


def _in_order(rules: list[Rule]) -> tuple[StepCall, ...]:
    """Return the first call of every card, sorted so that each rule's own order is kept."""
    first: dict[str, StepCall] = {}
    for rule in rules:
        for call in rule.steps:
            first.setdefault(call.card, call)
    after: dict[str, set[str]] = {card: set() for card in first}
    for rule in rules:
        for place, call in enumerate(rule.steps):
            for later in rule.steps[place + 1 :]:
                if not _leads(after, later.card, call.card):
                    after[call.card].add(later.card)
    waiting = list(first)
    ordered = []
    while waiting:
        free = [one for one in waiting if not any(one in after[other] for other in waiting)]
        # places in the text decide between equals, for `min` takes the first of them
        chosen = min(free, key=lambda one: _RANK[first[one].step])
        waiting.remove(chosen)
        ordered.append(first[chosen])
    return tuple(ordered)


def _leads(after: dict[str, set[str]], start: str, end: str) -> bool:
    """Say whether a card comes before another already, directly or through others."""
    seen, open_ = set(), [start]
    while open_:
        one = open_.pop()
        if one == end:
            return True
        if one not in seen:
            seen.add(one)
            open_ += after[one]
    return False


def _planned(call: StepCall, rules: list[Rule], facts: StudyFacts, asked: Asked) -> Planned:
    calling = [(rule, own) for rule in rules for own in rule.steps if own.card == call.card]
    told = [(rule.name, matched(rule.match, facts, asked)) for rule, _ in calling]
    return Planned(
        step=call.step,
        card_id=call.card,
        urgency=min(URGENCY_OF[own.priority] for _, own in calling),
        reason=Words(
            "; ".join(f"{name.english}: {why.english}" for name, why in told),
            "；".join(f"{name.chinese}：{why.chinese}" for name, why in told),
        ),
        rules=tuple(rule.id for rule, _ in calling),
    )
