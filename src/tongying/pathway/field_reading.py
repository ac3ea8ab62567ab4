"""The questions of a pathway, read from its text."""

from __future__ import annotations

import re
from typing import Final

from tongying.norms.measure import measures
from tongying.pathway.aids.registry import aids
from tongying.pathway.definition import AnswerKind, Condition, Field, Option, Words
from tongying.pathway.entry import Entry

YES: Final = "yes"
NO: Final = "no"
MOST_OPTIONS = 60
_OPTION_ID = re.compile(r"[^\s,;{}\[\]]{1,40}")
_CHOSEN = frozenset({AnswerKind.CHOICE, AnswerKind.CHOICES})
_WITH_NORMAL = frozenset({AnswerKind.CHOICE, AnswerKind.CHOICES, AnswerKind.YES_NO})


def read_field(entry: Entry, *, id: str = "", words: Words | None = None) -> Field | None:
    """Return a field, or None where too little of it could be read.

    Parameters
    ----------
    entry : Entry
    id, words : str, Words or None
        Of the intake item that it belongs to; where they are not given they must be said.
    """
    name = id or entry.id()
    kind = entry.one_of("kind", AnswerKind)
    said = entry.words("words", must=words is None) or words
    must, sides = entry.flag("must"), entry.flag("sides")
    options = _options(entry, kind)
    unit, low, high = _number(entry, kind)
    measure = _measure(entry, kind)
    aid = _aid(entry, kind)
    field = Field(
        id=name,
        kind=kind or AnswerKind.TEXT,
        words=said or Words("", ""),
        must=must,
        sides=sides,
        options=options,
        unit=unit,
        low=low,
        high=high,
        measure=measure,
        aid=aid,
        normal=_normal(entry, kind, options),
        normals=_normals(entry, aid) if kind is AnswerKind.GRADE else (),
        concludes=_concludes(entry, kind),
        normal_words=entry.words("normal") if kind is AnswerKind.TEXT else None,
        sentence=entry.words("sentence", places=True),
        help=entry.words("help"),
        ages=entry.ages(),
        only_if=read_condition(entry, "only-if"),
        line=entry.line,
    )
    entry.done()
    return field if kind is not None else None


def read_condition(entry: Entry, key: str) -> Condition | None:
    """Return ``{field: …, answers: […]}``, or None where the key is not there."""
    found = entry.entry(key)
    if found is None:
        return None
    condition = Condition(
        found.text("field", must=True),
        found.texts("answers", must=True),
        found.line_of("field"),
    )
    found.done()
    return condition


def possible_answers(field: Field) -> frozenset[str] | None:
    """Return the answers that a condition may look for; None of a field without countable ones."""
    if field.kind is AnswerKind.YES_NO:
        return frozenset({YES, NO})
    if field.kind is AnswerKind.GRADE:
        aid = aids().get(field.aid)
        return frozenset(aid.values if aid and aid.values else (one.id for one in field.options))
    if field.kind in _CHOSEN:
        return frozenset(one.id for one in field.options)
    return None


def _options(entry: Entry, kind: AnswerKind | None) -> tuple[Option, ...]:
    if kind in {AnswerKind.NUMBER, AnswerKind.TEXT, AnswerKind.DATE, AnswerKind.MEASURE}:
        _not_of(entry, kind, "options")
        return ()
    found = entry.entries("options", must=kind in _CHOSEN)
    options: list[Option] = []
    for one in found:
        option = Option(
            one.text("id", must=True), Words(one.text("en", must=True), one.text("zh", must=True))
        )
        one.done()
        if option.id and not _OPTION_ID.fullmatch(option.id):
            one.fault(
                one.line_of("id"),
                "An option's id is at most 40 characters without blanks, commas and braces.",
                "选项的id不超过40个字符，且不含空格、逗号和括号。",
            )
        if option.id in {before.id for before in options}:
            one.fault(
                one.line_of("id"),
                f"The option {option.id[:40]!r} is there twice.",
                f"选项“{option.id[:40]}”重复。",
            )
        options.append(option)
    _check_number_of(entry, kind, options)
    return tuple(options)


def _check_number_of(entry: Entry, kind: AnswerKind | None, options: list[Option]) -> None:
    line = entry.line_of("options")
    if kind is AnswerKind.YES_NO and options and {one.id for one in options} != {YES, NO}:
        entry.fault(
            line,
            "The options of a yes-no field are yes and no.",
            "yes-no 类型的选项只能是 yes 和 no。",
        )
    if kind is AnswerKind.CHOICE and len(options) == 1:
        entry.fault(line, "A choice has two options or more.", "单选至少应有两个选项。")
    if len(options) > MOST_OPTIONS:
        entry.fault(
            line, f"A choice has at most {MOST_OPTIONS} options.", f"选项不超过{MOST_OPTIONS}个。"
        )


def _number(entry: Entry, kind: AnswerKind | None) -> tuple[str, float | None, float | None]:
    if kind is not AnswerKind.NUMBER:
        if kind is not None:
            _not_of(entry, kind, "unit", "low", "high")
        return "", None, None
    unit = entry.text("unit", must=True, longest=20)
    for key in ("low", "high"):
        entry.node(key, must=True)
    low, high = entry.number("low"), entry.number("high")
    if low is not None and high is not None and low >= high:
        entry.fault(
            entry.line_of("low"),
            f"{entry.what}: 'low' must be below 'high'.",
            f"{entry.what}：“low”应小于“high”。",
        )
    return unit, low, high


def _measure(entry: Entry, kind: AnswerKind | None) -> str:
    if kind is not AnswerKind.MEASURE:
        if kind is not None:
            _not_of(entry, kind, "measure")
        return ""
    name = entry.text("measure", must=True)
    if name and name not in measures():
        entry.fault(
            entry.line_of("measure"),
            f"No measure is called {name[:60]!r}.",
            f"没有名为“{name[:60]}”的测量项目。",
        )
    return name


def _aid(entry: Entry, kind: AnswerKind | None) -> str:
    if kind is not AnswerKind.GRADE:
        if kind is not None:
            _not_of(entry, kind, "aid")
        return ""
    name = entry.text("aid", must=True)
    if name and name not in aids():
        entry.fault(
            entry.line_of("aid"),
            f"No decision aid is called {name[:60]!r}.",
            f"没有名为“{name[:60]}”的辅助判断工具。",
        )
    return name


def _normal(entry: Entry, kind: AnswerKind | None, options: tuple[Option, ...]) -> str:
    if kind not in _WITH_NORMAL:
        if kind not in {None, AnswerKind.TEXT, AnswerKind.GRADE}:
            _not_of(entry, kind, "normal")
        return ""
    normal = entry.text("normal")
    known = {YES, NO} if kind is AnswerKind.YES_NO else {one.id for one in options}
    if normal and normal not in known:
        entry.fault(
            entry.line_of("normal"),
            f"The normal answer {normal[:40]!r} is none of the answers.",
            f"正常答案“{normal[:40]}”不在可选答案之中。",
        )
    return normal


def _normals(entry: Entry, aid: str) -> tuple[str, ...]:
    """Return the values of a grade that are normal, as a list."""
    said = entry.texts("normal")
    known = aids()[aid].values if aid in aids() else ()
    for one in said:
        if one and known and one not in known:
            entry.fault(
                entry.line_of("normal"),
                f"{aid!r} never gives {one[:40]!r}.",
                f"辅助判断“{aid}”不会给出“{one[:40]}”。",
            )
    return said


def _concludes(entry: Entry, kind: AnswerKind | None) -> bool:
    concludes = entry.flag("concludes")
    if concludes and kind is not None and (kind not in _WITH_NORMAL or not entry.has("normal")):
        entry.fault(
            entry.line_of("concludes"),
            "Only a field with a normal answer concludes.",
            "只有设定了正常答案的字段才能作为结论。",
        )
    return concludes


def _not_of(entry: Entry, kind: AnswerKind, *keys: str) -> None:
    """Note keys that say nothing in a field of this kind."""
    for key in keys:
        if entry.has(key):
            entry.node(key)
            entry.fault(
                entry.line_of(key),
                f"{entry.what}: a field of kind {kind} has no {key!r}.",
                f"{entry.what}：{kind} 类型的字段没有“{key}”。",
            )
