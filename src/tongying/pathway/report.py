"""Answers in the words of a report, in Chinese or English."""

from __future__ import annotations

from typing import Final

from tongying.measure.recipe import ChildKnown, Grade
from tongying.norms.measure import measure_of
from tongying.norms.unit_words import value_words
from tongying.pathway.aids.aid import Value
from tongying.pathway.answers import Answers
from tongying.pathway.asking import Place, asked_now
from tongying.pathway.definition import AnswerKind, Field, Language, Pathway, Words
from tongying.pathway.field_reading import NO, YES

_YES_NO: Final = {YES: Words("yes", "是"), NO: Words("no", "否")}
_SIDES: Final = {"R": Words("right", "右"), "L": Words("left", "左"), "": Words("", "")}
_UNSIGNED: Final = Words("not signed off on this platform", "该规则未经本平台专家签署，仅供参考")
_RULES: Final = Words("Rules", "分级依据")
_ENDS: Final = ".。!！?？"


def sentences(
    pathway: Pathway, answers: Answers, language: Language, child: ChildKnown | None = None
) -> str:
    """Return the answered questions as sentences: a paragraph for a section, then the rules used.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
        With their grades. What is not asked any more, because another answer changed, is left out.
    language : Language
    child : ChildKnown or None
        Of whom questions for other ages are left out; None where nothing is known.
    """
    asked = asked_now(pathway, answers, child or ChildKnown())
    lines = []
    for section in pathway.sections:
        ids = {one.id for one in section.fields}
        said = [
            sentence
            for place in asked
            if place.field.id in ids and (sentence := sentence_of(place, answers, language))
        ]
        if said:
            between = "" if language is Language.CHINESE else " "
            colon = "：" if language is Language.CHINESE else ": "
            lines.append(f"{section.words.said(language)}{colon}{between.join(said)}")
    lines += _rules(answers, asked, language)
    return "\n".join(lines)


def sentence_of(place: Place, answers: Answers, language: Language) -> str:
    """Return the sentence of one answer, or nothing where there is none."""
    grade = answers.grades.get(place.key)
    value = answers.values.get(place.key)
    field = place.field
    if grade is not None and field.sentence is None:
        own = grade.chinese if language is Language.CHINESE else grade.english
        return _ended(_with_side(own, place.side, language), language)
    if grade is None and value is None:
        return ""
    answer = _grade_words(field, grade, language) if grade else answer_words(field, value, language)
    side = _SIDES[place.side].said(language)
    if field.sentence is not None:
        template = field.sentence.said(language)
        # a text that ends a sentence itself does not end it twice
        plain = answer.rstrip(_ENDS) if template.rstrip(_ENDS).endswith("{answer}") else answer
        return _ended(_first_capital(template.format(answer=plain, side=side)), language)
    words = field.words.said(language)
    if language is Language.CHINESE:
        named = f"{side}侧{words}" if side else words
        return _ended(f"{named}：{answer}", language)
    named = f"{words}, {side}" if side else words
    return _ended(f"{named}: {answer}", language)


def answer_words(field: Field, value: Value | None, language: Language) -> str:
    """Return an answer in words; nothing where there is none."""
    match value:
        case None:
            return ""
        case bool():
            own = {one.id: one.words for one in field.options}
            return {**_YES_NO, **own}[YES if value else NO].said(language)
        case frozenset():
            between = "、" if language is Language.CHINESE else ", "
            return between.join(
                one.words.said(language) for one in field.options if one.id in value
            )
        case int() | float():
            if field.kind is AnswerKind.MEASURE:
                return value_words(_plain(value), measure_of(field.measure).unit)
            return value_words(value, field.unit)
        case str() if field.kind is AnswerKind.CHOICE:
            return _option(field, value, language)
        case _:
            return str(value)


def _plain(value: float) -> float:
    """Return a measured value with three figures, or whole: no caliper is truer than that."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def _option(field: Field, name: str, language: Language) -> str:
    own = {one.id: one.words for one in field.options}
    return own[name].said(language) if name in own else name


def _grade_words(field: Field, grade: Grade, language: Language) -> str:
    return _option(field, grade.value, language)


def _with_side(sentence: str, side: str, language: Language) -> str:
    if not side:
        return sentence
    if language is Language.CHINESE:
        return f"{_SIDES[side].chinese}侧：{sentence}"
    return f"{_first_capital(_SIDES[side].english)}: {sentence}"


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str, language: Language) -> str:
    if text.endswith(tuple(_ENDS)):
        return text
    return text + ("。" if language is Language.CHINESE else ".")


def _rules(answers: Answers, asked: tuple[Place, ...], language: Language) -> list[str]:
    used: dict[str, bool] = {}
    for place in asked:
        grade = answers.grades.get(place.key)
        if grade is not None:
            used[grade.source] = grade.signed_off
    if not used:
        return []
    chinese = language is Language.CHINESE
    told = [
        source
        if signed
        else f"{source}（{_UNSIGNED.chinese}）"
        if chinese
        else f"{source} ({_UNSIGNED.english})"
        for source, signed in used.items()
    ]
    colon, between = ("：", "；") if chinese else (": ", "; ")
    return [_ended(f"{_RULES.said(language)}{colon}{between.join(told)}", language)]
