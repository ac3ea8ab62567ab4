"""A model card read from its text; docs/model-cards.md says what may stand in it.

Every fault is found in one reading, each with its line and in both languages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar, Final

from tongying.ai.card.card_checks import check_card
from tongying.ai.card.definition import (
    Evidence,
    Limits,
    Method,
    ModelCard,
    OutputKind,
    PackFile,
    Registered,
    Registration,
    Running,
    Runtime,
    Scope,
    Span,
    Step,
    Training,
)
from tongying.ai.card.scope_reading import read_scope
from tongying.pathway import reading as pathway_reading
from tongying.pathway.definition import Words
from tongying.pathway.entry import Entry
from tongying.pathway.faults import Faults, PathwayRefused, TextRefused
from tongying.pathway.yaml_tree import Items, Scalar, Table, tree_of

MOST_MEMORY_MB, MOST_SECONDS, MOST_THREADS = 64_000, 86_400, 64
MOST_STUDIES = 100_000_000
KEPT_TEXTS = 256
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_UNKNOWN, _NONE = "unknown", "none"
_NOWHERE: Final = Scope(Span(None, None), *(None,) * 15)
"""Stands in for a scope that was not said, which is a fault already."""
_UNTRAINED: Final = Training(Words("Not trained.", "未经训练。"), 0, 0)


class CardRefused(TextRefused):
    """The text of a card cannot be followed."""

    code: ClassVar[str] = "ai.card-refused"


def read_card(text: str, *, name: str) -> ModelCard:
    """Return the card that a text describes.

    Parameters
    ----------
    text : str
        YAML as docs/model-cards.md describes it.
    name : str
        How the text is called in a refusal, such as its file's name.

    Raises
    ------
    CardRefused
        If anything in it is wrong, missing or not known; with every fault and its line.
    """
    try:
        return _read(text, name)
    except PathwayRefused as error:
        raise CardRefused(name, error.faults) from None


def digest_of(text: str) -> str:
    """Return the SHA-256 by which a card's text is known."""
    return pathway_reading.digest_of(text)


@lru_cache(maxsize=KEPT_TEXTS)
def _read(text: str, name: str) -> ModelCard:
    faults = Faults()
    root = Entry(tree_of(text, name=name), "card", faults)
    card = ModelCard(
        id=root.id("card"),
        version=_matching(root, "version", _VERSION, "such as 1.0.2", "例如 1.0.2"),
        name=_words(root, "name"),
        vendor=root.text("vendor", must=True),
        step=root.one_of("step", Step) or Step.TRIAGE,
        method=root.one_of("method", Method) or Method.TRAINED,
        intended_use=_words(root, "intended-use"),
        not_for=_words(root, "not-for"),
        scope=read_scope(root, faults) or _NOWHERE,
        outputs=_outputs(root),
        running=_running(root, faults),
        training=_training(root, faults),
        evidence=_evidence(root),
        registration=_registration(root, faults),
        licence=root.text("licence", must=True),
        bundled=_switch(root, "bundled"),
        caveats=_caveats(root, faults),
        needs_prior=root.flag("needs-prior"),
        shown_first=root.flag("shown-first"),
        findings=_findings(root),
    )
    root.done()
    check_card(card, root)
    faults.check(name)
    return card


def _words(entry: Entry, key: str) -> Words:
    return entry.words(key, must=True) or Words("", "")


def _matching(entry: Entry, key: str, pattern: re.Pattern[str], english: str, chinese: str) -> str:
    found = entry.text(key, must=True)
    if found and not pattern.fullmatch(found):
        entry.fault(
            entry.line_of(key),
            f"{entry.what}: {key!r} must be {english}.",
            f"{entry.what}：“{key}”应为：{chinese}。",
        )
    return found


def _switch(entry: Entry, key: str) -> bool:
    entry.node(key, must=True)
    return entry.flag(key)


def _outputs(root: Entry) -> frozenset[OutputKind]:
    known = {one.value for one in OutputKind}
    said = root.texts("outputs", must=True)
    for one in said:
        if one not in known:
            root.fault(
                root.line_of("outputs"),
                f"card: there is no output {one[:40]!r}; there are {', '.join(sorted(known))}.",
                f"card：没有名为“{one[:40]}”的输出；可用：{'、'.join(sorted(known))}。",
            )
    return frozenset(OutputKind(one) for one in said if one in known)


def _running(root: Entry, faults: Faults) -> Running:
    entry = Entry(root.node("run", must=True), "run", faults, root.line)
    files = []
    for one in entry.entries("files"):
        files.append(
            PackFile(
                one.text("name", must=True),
                _matching(
                    one, "sha256", _SHA256, "64 small hexadecimal digits", "64位小写十六进制数字"
                ),
            )
        )
        one.done()
    running = Running(
        runtime=entry.one_of("runtime", Runtime) or Runtime.BUILT_IN,
        entry=entry.text("entry", must=True),
        files=tuple(files),
        limits=Limits(
            memory_mb=entry.whole("memory-mb", low=16, high=MOST_MEMORY_MB),
            seconds=entry.whole("seconds", low=1, high=MOST_SECONDS),
            threads=entry.whole("threads", low=1, high=MOST_THREADS, default=1),
        ),
        settings=_settings(entry, faults),
    )
    entry.done()
    return running


def _settings(entry: Entry, faults: Faults) -> tuple[tuple[str, str], ...]:
    node = entry.node("settings")
    if node is None:
        return ()
    settings = Entry(node, "run, settings", faults)
    return tuple(sorted((key, settings.text(key, longest=4000)) for key in settings.said()))


def _training(root: Entry, faults: Faults) -> Training:
    node = root.node("training", must=True)
    if node is None or (isinstance(node, Scalar) and node.text == _NONE):
        return _UNTRAINED
    entry = Entry(node, "training", faults)
    training = Training(_words(entry, "population"), _count(entry, "n"), _count(entry, "children"))
    entry.done()
    return training


def _count(entry: Entry, key: str) -> int | None:
    node = entry.node(key, must=True)
    if isinstance(node, Scalar) and node.text == _UNKNOWN:
        return None
    return entry.whole(key, low=0, high=MOST_STUDIES, default=0)


def _evidence(root: Entry) -> tuple[Evidence, ...]:
    if not root.has("evidence"):
        return ()
    found = []
    for entry in root.entries("evidence"):
        value = entry.number("value")
        if value is None and not entry.has("value"):
            entry.node("value", must=True)
        interval = _interval(entry)
        found.append(
            Evidence(
                claim=_words(entry, "claim"),
                metric=entry.text("metric", must=True),
                value=value or 0.0,
                interval=interval,
                n=entry.whole("n", low=1, high=MOST_STUDIES),
                population=_words(entry, "population"),
                synthetic=_switch(entry, "synthetic"),
                source=entry.text("source", must=True),
            )
        )
        entry.done()
        if value is not None and interval and not interval[0] <= value <= interval[1]:
            entry.fault(
                entry.line_of("interval"),
                "evidence: the value lies outside its own interval.",
                "evidence：数值不在其区间内。",
            )
    return tuple(found)


def _interval(entry: Entry) -> tuple[float, float] | None:
    node = entry.node("interval", must=True)
    if node is None or (isinstance(node, Scalar) and node.text == _NONE):
        return None
    try:
        texts = (
            [one.text for one in node.nodes if isinstance(one, Scalar)]
            if isinstance(node, Items)
            else []
        )
        low, high = (float(one) for one in texts)
    except ValueError:
        entry.fault(
            node.line,
            "evidence: 'interval' must be two numbers, or none.",
            "evidence：“interval”应为两个数字，或 none。",
        )
        return None
    return low, high


def _registration(root: Entry, faults: Faults) -> Registration:
    entry = Entry(root.node("registration", must=True), "registration", faults, root.line)
    registered = entry.one_of("registered", Registered) or Registered.NO
    must = registered is Registered.YES
    registration = Registration(
        registered,
        entry.text("number", must=must),
        entry.text("authority", must=must),
        entry.flag("paediatric"),
    )
    entry.done()
    if not must and (registration.number or registration.authority or registration.paediatric):
        entry.fault(
            entry.line,
            "registration: only what is registered has a number, an authority, an age.",
            "registration：未注册的产品不应填写注册号、机构或儿童适用范围。",
        )
    return registration


def _caveats(root: Entry, faults: Faults) -> tuple[Words, ...]:
    node = root.node("caveats")
    if node is None:
        return ()
    if not isinstance(node, Items) or not all(isinstance(one, Table) for one in node.nodes):
        root.fault(
            node.line,
            "card: 'caveats' must be a list of words in both languages.",
            "card：“caveats”应为中英文文字的列表。",
        )
        return ()
    found = []
    for one in node.nodes:
        entry = Entry(one, "caveats", faults)
        found.append(Words(entry.text("en", must=True), entry.text("zh", must=True)))
        entry.done()
    return tuple(found)


def _findings(root: Entry) -> tuple[tuple[str, Words], ...]:
    found: list[tuple[str, Words]] = []
    for entry in root.entries("findings"):
        key = entry.id()
        if key in {one for one, _ in found}:
            entry.fault(
                entry.line,
                f"findings: {key[:40]!r} is said twice.",
                f"findings：“{key[:40]}”重复。",
            )
        found.append((key, _words(entry, "words")))
        entry.done()
    return tuple(found)
