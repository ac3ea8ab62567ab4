"""What somebody answers to a pathway's questions, read as the kinds that it asks for."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from tongying.measure.recipe import Grade
from tongying.norms.measure import measure_of
from tongying.norms.unit_words import value_words
from tongying.pathway.aids.aid import Value
from tongying.pathway.definition import AnswerKind, Field, Pathway
from tongying.pathway.field_reading import NO, YES

SIDES: Final = ("R", "L")
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that cannot be taken, or a grade that cannot be told.

    Attributes
    ----------
    key : str
        Of the answer.
    code : str
        Stable, such as ``pathway.no-number``.
    sentence : str
    chinese : str
        Empty where the sentence is a core's own, which the web translates.
    """

    key: str
    code: str
    sentence: str
    chinese: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is answered.

    Attributes
    ----------
    values : mapping of str to Value
        By the key: a field's id, or that and ``.R`` or ``.L``. Of questions of the intake and
        of the report.
    faults : tuple of Wrong
        Answers that could not be taken; they are not among the values.
    grades : mapping of str to Grade
        What the aids gave, by the key; filled in by `tongying.pathway.grading.graded`.
    refusals : tuple of Wrong
        Why an aid gave nothing.
    """

    values: Mapping[str, Value]
    faults: tuple[Wrong, ...] = ()
    grades: Mapping[str, Grade] = field(default_factory=dict)
    refusals: tuple[Wrong, ...] = ()

    def of(self, name: str, side: str = "") -> Value | None:
        """Return the answer of a field, of a side where it has sides."""
        return self.values.get(key_of(name, side))

    def ids_of(self, asked: Field, side: str = "") -> frozenset[str]:
        """Return what a condition compares: options' ids, ``yes``, ``no``, a grade's value.

        Where the field has sides and none is given, those of either side.
        """
        if asked.sides and not side:
            return frozenset().union(*(self.ids_of(asked, one) for one in SIDES))
        key = key_of(asked.id, side if asked.sides else "")
        if asked.kind is AnswerKind.GRADE:
            grade = self.grades.get(key)
            return frozenset() if grade is None else frozenset({grade.value})
        value = self.values.get(key)
        match value:
            case None:
                return frozenset()
            case bool():
                return frozenset({YES if value else NO})
            case frozenset():
                return value
            case _:
                return frozenset({str(value)})


def key_of(name: str, side: str = "") -> str:
    """Return under which key an answer is kept."""
    return f"{name}.{side}" if side else name


def keys_of(asked: Field) -> tuple[str, ...]:
    """Return the keys of a field's answers, right before left."""
    return tuple(key_of(asked.id, side) for side in sides_of(asked))


def sides_of(asked: Field) -> tuple[str, ...]:
    """Return the sides a field is answered for; one empty side where it has none."""
    return SIDES if asked.sides else ("",)


def read_answers(pathway: Pathway, raw: Mapping[str, Any]) -> Answers:
    """Return answers as the kinds that a pathway asks for.

    Parameters
    ----------
    pathway : Pathway
    raw : mapping of str to text, number, bool, or list of text
        By the key. Empty texts and lists, and None, are no answers. Grades are computed and never
        taken. A measured value is in the measure's own unit.
    """
    fields = {one.id: one for one in (*pathway.asked(), *pathway.fields())}
    values: dict[str, Value] = {}
    faults: list[Wrong] = []
    for key, given in raw.items():
        name = key.partition(".")[0]
        asked = fields.get(name)
        if asked is None or key not in keys_of(asked):
            faults.append(
                Wrong(key, "pathway.no-field", "There is no such question.", "没有这个问题。")
            )
            continue
        if asked.kind is AnswerKind.GRADE or given in (None, "", []):
            continue
        if isinstance(given, str) and not given.strip():
            continue
        value = _value(asked, given)
        if isinstance(value, _Refused):
            faults.append(Wrong(key, value.code, value.sentence, value.chinese))
        else:
            values[key] = value
    return Answers(values, tuple(faults))


def raw_of(asked: Field, value: Value) -> str | float | list[str]:
    """Return an answer as it is kept and sent: text, number, or list of texts."""
    match value:
        case bool():
            return YES if value else NO
        case date():
            return value.isoformat()
        case frozenset():
            return [one.id for one in asked.options if one.id in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class _Refused:
    code: str
    sentence: str
    chinese: str


_NO_OPTION = _Refused("pathway.no-option", "Choose one of the answers.", "请从给出的选项中选择。")
_NO_NUMBER = _Refused("pathway.no-number", "Write a number.", "请填写数字。")
_NO_DAY = _Refused(
    "pathway.no-day", "Write the day as 2026-03-01.", "请按 2026-03-01 的格式填写日期。"
)
_TOO_LONG = _Refused(
    "pathway.too-long",
    f"Write at most {LONGEST_TEXT} characters.",
    f"请不超过{LONGEST_TEXT}个字符。",
)
_NO_TEXT = _Refused("pathway.no-text", "Write words here.", "请填写文字。")


def _value(asked: Field, given: Any) -> Value | _Refused:
    match asked.kind:
        case AnswerKind.CHOICE:
            known = {one.id for one in asked.options}
            return given if isinstance(given, str) and given in known else _NO_OPTION
        case AnswerKind.CHOICES:
            return _chosen(asked, given)
        case AnswerKind.YES_NO:
            if isinstance(given, bool):
                return given
            return {YES: True, NO: False}.get(given, _NO_OPTION) if _text(given) else _NO_OPTION
        case AnswerKind.NUMBER:
            return _number(given, asked.low, asked.high, asked.unit)
        case AnswerKind.MEASURE:
            measure = measure_of(asked.measure)
            return _number(given, measure.low, measure.high, measure.unit)
        case AnswerKind.DATE:
            try:
                return date.fromisoformat(given.strip()) if _text(given) else _NO_DAY
            except ValueError:
                return _NO_DAY
        case _:
            if not _text(given):
                return _NO_TEXT
            return given.strip() if len(given) <= LONGEST_TEXT else _TOO_LONG


def _text(given: Any) -> bool:
    return isinstance(given, str)


def _chosen(asked: Field, given: Any) -> frozenset[str] | _Refused:
    several = [given] if _text(given) else given
    known = {one.id for one in asked.options}
    if not isinstance(several, list) or not all(_text(one) and one in known for one in several):
        return _NO_OPTION
    return frozenset(several)


def _number(given: Any, low: float | None, high: float | None, unit: str) -> float | _Refused:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return _NO_NUMBER
    try:
        value = float(unicodedata.normalize("NFKC", given) if isinstance(given, str) else given)
    except (ValueError, OverflowError):
        return _NO_NUMBER
    if not math.isfinite(value):
        return _NO_NUMBER
    if (low is not None and value < low) or (high is not None and value > high):
        low_said = f"{low:.6g}" if low is not None else ""
        high_said = value_words(high, unit) if high is not None else ""
        return _Refused(
            "pathway.number-outside",
            f"The number must lie between {low_said} and {high_said}.",
            f"数值应在{low_said}～{high_said}之间。",
        )
    return value
