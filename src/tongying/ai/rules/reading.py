"""Rules read from their text; docs/ai-rules.md says what may stand in it.

Every fault is found in one reading, each with its line and in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final, TypeVar

from tongying.ai.card.definition import ModelCard, Sequence, Span, Step
from tongying.ai.rules.definition import Complete, Match, Priority, Rule, Rules, StepCall
from tongying.consult.case import Urgency
from tongying.dicom.acquisition.facts import BodyPart
from tongying.pathway import reading as pathway_reading
from tongying.pathway.definition import AgeSpan, Words
from tongying.pathway.entry import Entry
from tongying.pathway.faults import Fault, Faults, PathwayRefused, TextRefused
from tongying.pathway.yaml_tree import tree_of

MOST_RULES, MOST_STEPS = 100, 20
LONGEST_QUIET_SECONDS, LONGEST_FORCE_SECONDS = 86_400, 7 * 86_400
MOST_SERIES = 1000
KEPT_TEXTS = 64
_MODALITY: Final = re.compile(r"[A-Z]{2,16}")
_DURATION: Final = re.compile(r"(\d{1,6}) (second|minute|hour|day)s?")
_SECONDS_OF: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_YES_OR_NO: Final = {"yes": True, "no": False}
_STAND_IN: Final = Complete(300, 3600)

E = TypeVar("E", bound=StrEnum)


class RulesRefused(TextRefused):
    """The text of rules cannot be followed."""

    code: ClassVar[str] = "ai.rules-refused"


def read_rules(text: str, *, name: str, cards: Mapping[str, ModelCard] | None = None) -> Rules:
    """Return the rules that a text describes.

    Parameters
    ----------
    text : str
        YAML as docs/ai-rules.md describes it.
    name : str
        How the text is called in a refusal, such as its file's name.
    cards : mapping of str to ModelCard, optional
        By id, those that a rule may name. Without them a name is not checked: a model may be
        removed after the rules were written.

    Raises
    ------
    RulesRefused
        If anything in it is wrong, missing or not known; with every fault and its line.
    """
    try:
        rules = _read(text, name)
    except PathwayRefused as error:
        raise RulesRefused(name, error.faults) from None
    faults = () if cards is None else faults_of_cards(rules, cards)
    if faults:
        raise RulesRefused(name, faults)
    return rules


def faults_of_cards(rules: Rules, cards: Mapping[str, ModelCard]) -> tuple[Fault, ...]:
    """Return what is wrong with the models that rules name, in the order of lines.

    Parameters
    ----------
    rules : Rules
    cards : mapping of str to ModelCard
        By id.
    """
    found = []
    for rule in rules.rules:
        for call in rule.steps:
            card = cards.get(call.card)
            if card is None:
                found.append(
                    Fault(
                        call.line,
                        f"{rule.id}: there is no model {call.card[:60]!r} here.",
                        f"{rule.id}：此处没有模型“{call.card[:60]}”。",
                    )
                )
            elif card.step is not call.step:
                found.append(
                    Fault(
                        call.line,
                        f"{rule.id}: {card.id} is for {card.step}, not for {call.step}.",
                        f"{rule.id}：{card.id}属于{card.step}步骤，而不是{call.step}。",
                    )
                )
    return tuple(sorted(found))


@lru_cache(maxsize=KEPT_TEXTS)
def _read(text: str, name: str) -> Rules:
    faults = Faults()
    root = Entry(tree_of(text, name=name), "rules", faults)
    complete = _complete(root, None)
    entries = root.entries("rules", must=True)
    if len(entries) > MOST_RULES:
        root.fault(
            root.line_of("rules"),
            f"A text has at most {MOST_RULES} rules.",
            f"规则不超过{MOST_RULES}条。",
        )
    rules = Rules(
        name=root.words("name", must=True) or Words("", ""),
        complete=complete,
        rules=tuple(_rule(one, complete) for one in entries),
        digest=pathway_reading.digest_of(text),
    )
    root.done()
    for place, (rule, entry) in enumerate(zip(rules.rules, entries, strict=True)):
        if rule.id and rule.id in {one.id for one in rules.rules[:place]}:
            entry.fault(
                entry.line_of("id"),
                f"rules: {rule.id[:40]!r} is said twice.",
                f"rules：“{rule.id[:40]}”重复。",
            )
    faults.check(name)
    return rules


def _rule(entry: Entry, complete: Complete) -> Rule:
    entry.what = "rule"
    rule = Rule(
        id=entry.id(),
        name=entry.words("name", must=True) or Words("", ""),
        match=_match(entry),
        steps=_steps(entry),
        complete=_complete(entry, complete),
    )
    entry.done()
    return rule


def _steps(entry: Entry) -> tuple[StepCall, ...]:
    calls: list[StepCall] = []
    for one in entry.entries("steps", must=True):
        one.what = "step"
        call = StepCall(
            step=one.one_of("step", Step) or Step.TRIAGE,
            card=one.id("card"),
            priority=one.one_of("priority", Priority, must=False) or Priority.NORMAL,
            line=one.line,
        )
        one.done()
        if call.card and call.card in {before.card for before in calls}:
            one.fault(
                one.line_of("card"),
                f"step: a rule asks for {call.card[:40]!r} once.",
                f"step：同一规则中“{call.card[:40]}”只写一次。",
            )
        calls.append(call)
    if len(calls) > MOST_STEPS:
        entry.fault(
            entry.line_of("steps"),
            f"rule: a rule has at most {MOST_STEPS} steps.",
            f"rule：每条规则不超过{MOST_STEPS}步。",
        )
    return tuple(calls)


def _match(rule: Entry) -> Match:
    entry = rule.entry("when", must=True)
    if entry is None:
        return Match()
    entry.what = "when"
    match = Match(
        modalities=_modalities(entry),
        body_parts=_choices(entry, "body-parts", BodyPart),
        sequences=_choices(entry, "sequences", Sequence),
        images=_images(entry),
        ages=_ages(entry),
        hospitals=frozenset(entry.texts("hospitals")) if entry.has("hospitals") else None,
        words=entry.texts("words") if entry.has("words") else None,
        urgencies=_choices(entry, "urgencies", Urgency),
        prior=_prior(entry),
    )
    # asked for already, or they would be called unknown
    entry.node("hospitals")
    entry.node("words")
    entry.done()
    if not entry.broken and not entry.said():
        entry.fault(
            entry.line,
            "when: say at least one criterion; a study of any kind has images: {from: 1}.",
            "when：至少写一个条件；若适用于任何检查，可写 images: {from: 1}。",
        )
    if match.sequences is not None and match.modalities not in (None, frozenset({"MR"})):
        entry.fault(
            entry.line_of("sequences"),
            "when: 'sequences' are known of MR only.",
            "when：“sequences”仅适用于MR。",
        )
    return match


def _modalities(entry: Entry) -> frozenset[str] | None:
    said = entry.texts("modalities")
    for one in said:
        if not _MODALITY.fullmatch(one):
            entry.fault(
                entry.line_of("modalities"),
                f"when: {one[:40]!r} is no term of (0008,0060), such as CT.",
                f"when：“{one[:40]}”不是(0008,0060)的术语（例如CT）。",
            )
    return frozenset(said) if entry.has("modalities") else None


def _choices(entry: Entry, key: str, choices: type[E]) -> frozenset[E] | None:
    said = entry.texts(key)
    known = [one.value for one in choices]
    for one in said:
        if one not in known:
            entry.fault(
                entry.line_of(key),
                f"when: {key!r} does not know {one[:40]!r}; there are {', '.join(known)}.",
                f"when：“{key}”中没有“{one[:40]}”；可用：{'、'.join(known)}。",
            )
    return frozenset(choices(one) for one in said if one in known) if entry.has(key) else None


def _images(entry: Entry) -> Span | None:
    found = entry.entry("images")
    if found is None:
        return None
    low, high = found.number("from"), found.number("to")
    found.done()
    if not found.broken and low is None and high is None:
        found.fault(
            found.line,
            "when, images: say 'from', 'to' or both.",
            "when，images：请给出“from”或“to”（或两者）。",
        )
    if low is not None and high is not None and low > high:
        found.fault(
            found.line, "when, images: it ends before it begins.", "when，images：上限小于下限。"
        )
    return Span(low, high)


def _ages(entry: Entry) -> AgeSpan | None:
    span = entry.ages()
    if span is None:
        return None
    if span.corrected:
        entry.fault(
            entry.line_of("ages"),
            "when, ages: headers tell no corrected age; leave 'corrected' out.",
            "when，ages：DICOM标头不含矫正年龄，请去掉“corrected”。",
        )
    if span.from_days is None and span.to_days is None:
        entry.fault(
            entry.line_of("ages"),
            "when, ages: say 'from', 'to' or both.",
            "when，ages：请给出“from”或“to”（或两者）。",
        )
    return span


def _prior(entry: Entry) -> bool | None:
    said = entry.text("prior")
    if said and said not in _YES_OR_NO:
        entry.fault(
            entry.line_of("prior"),
            "when: 'prior' must be yes or no.",
            "when：“prior”应为 yes 或 no。",
        )
    return _YES_OR_NO.get(said)


def _complete(entry: Entry, default: Complete | None) -> Complete:
    found = entry.entry("complete", must=default is None)
    if found is None:
        return default or _STAND_IN
    found.what = "complete"
    series = found.whole("series", low=1, high=MOST_SERIES, default=0) or None
    complete = Complete(
        quiet_seconds=_seconds(found, "quiet", LONGEST_QUIET_SECONDS),
        force_seconds=_seconds(found, "force", LONGEST_FORCE_SECONDS),
        series=series,
    )
    found.done()
    said = found.has("quiet") and found.has("force")
    if said and 0 < complete.force_seconds < complete.quiet_seconds:
        found.fault(
            found.line_of("force"),
            "complete: 'force' comes before the study was quiet for long enough.",
            "complete：“force”短于“quiet”。",
        )
    return complete


def _seconds(entry: Entry, key: str, most: int) -> int:
    said = entry.text(key, must=True)
    match = _DURATION.fullmatch(said)
    seconds = int(match[1]) * _SECONDS_OF[match[2]] if match else 0
    if said and not 0 < seconds <= most:
        entry.fault(
            entry.line_of(key),
            f"complete: {key!r} must be a time such as 90 seconds, 5 minutes or 2 hours, "
            f"at most {most // 86_400} days.",
            f"complete：“{key}”应为时间，例如 90 seconds、5 minutes、2 hours，"
            f"最长{most // 86_400}天。",
        )
    return seconds
