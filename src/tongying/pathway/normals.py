"""What one key fills in, and when a conclusion may be filled in with the rest."""

from __future__ import annotations

from dataclasses import replace

from tongying.measure.recipe import ChildKnown
from tongying.pathway.aids.registry import aid_of
from tongying.pathway.answers import Answers, Wrong, raw_of, read_answers
from tongying.pathway.asking import Place, asked_now
from tongying.pathway.definition import AnswerKind, Language, Pathway
from tongying.pathway.field_reading import YES
from tongying.pathway.grading import graded

Raw = dict[str, str | float | list[str]]
DEEPEST = 20
"""Questions that depend on each other in a row; more than any pathway has."""
_JUDGED = frozenset({AnswerKind.MEASURE, AnswerKind.NUMBER})
_SILENT = frozenset({AnswerKind.TEXT, AnswerKind.DATE})


def normal_answers(
    pathway: Pathway, answers: Answers, child: ChildKnown, language: Language
) -> Raw:
    """Return what one key fills in: the normal answer of every open place, by its key.

    What is answered already stays. A conclusion is filled in only where nothing speaks against it
    once the rest is filled in: no answer but the normal one, no grade but a normal one, nothing
    measured that no grade judges, nothing mandatory that is still open.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
    child : ChildKnown
    language : Language
        Of texts.
    """
    filled: Raw = {}
    now = graded(pathway, answers, child)
    for _ in range(DEEPEST):
        more = {
            place.key: value
            for place in _open(pathway, now, child)
            if not place.field.concludes and (value := _normal(place, language))
        }
        if not more:
            break
        filled |= more
        read = read_answers(pathway, more)
        now = graded(pathway, replace(now, values={**now.values, **read.values}), child)
    concluding = {
        place.key: _normal(place, language)
        for place in _open(pathway, now, child)
        if place.field.concludes and not against(pathway, now, child, place.side)
    }
    return filled | concluding


def against(
    pathway: Pathway, answers: Answers, child: ChildKnown, side: str = ""
) -> tuple[Place, ...]:
    """Return the places that speak against concluding that all is normal, or are not judged yet.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
        With their grades.
    child : ChildKnown
    side : str
        Of the conclusion; places of the other side do not count.
    """
    places = [one for one in asked_now(pathway, answers, child) if _same_side(one, side)]
    judged = {
        wanted.name
        for one in places
        if one.field.kind is AnswerKind.GRADE and one.key in answers.grades
        for wanted in aid_of(one.field.aid).inputs
    }
    return tuple(one for one in places if not one.field.concludes and _speaks(one, answers, judged))


def contradicted(pathway: Pathway, answers: Answers, child: ChildKnown) -> tuple[Wrong, ...]:
    """Return the conclusions that say normal beside a grade that is not; a person decides.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
        With their grades.
    child : ChildKnown
    """
    found = []
    places = asked_now(pathway, answers, child)
    for place in places:
        if not place.field.concludes or not _is_normal(place, answers):
            continue
        for other in places:
            grade = answers.grades.get(other.key)
            if grade is None or not other.field.normals or not _same_side(other, place.side):
                continue
            if grade.value not in other.field.normals:
                words = other.field.words
                found.append(
                    Wrong(
                        place.key,
                        "pathway.conclusion-contradicted",
                        f"This says normal, but {words.english} is {grade.value}.",
                        f"此处为正常，但{words.chinese}为{grade.value}，请核对。",
                    )
                )
    return tuple(found)


def _open(pathway: Pathway, answers: Answers, child: ChildKnown) -> tuple[Place, ...]:
    wrong = {one.key for one in answers.faults}
    return tuple(
        one
        for one in asked_now(pathway, answers, child)
        if one.key not in answers.values and one.key not in wrong
    )


def _normal(place: Place, language: Language) -> str | float | list[str]:
    asked = place.field
    if asked.kind is AnswerKind.TEXT and asked.normal_words is not None:
        return asked.normal_words.said(language)
    if asked.kind is AnswerKind.CHOICES and asked.normal:
        return raw_of(asked, frozenset({asked.normal}))
    return asked.normal


def _same_side(place: Place, side: str) -> bool:
    return not side or place.side in ("", side)


def _is_normal(place: Place, answers: Answers) -> bool:
    asked, value = place.field, answers.values.get(place.key)
    match asked.kind:
        case AnswerKind.CHOICES:
            return value == frozenset({asked.normal})
        case AnswerKind.YES_NO:
            return value == (asked.normal == YES)
        case _:
            return value == asked.normal


def _speaks(place: Place, answers: Answers, judged: set[str]) -> bool:
    """Say whether a place speaks against a normal conclusion, or cannot be judged."""
    asked = place.field
    if asked.kind is AnswerKind.GRADE:
        grade = answers.grades.get(place.key)
        return grade is not None and grade.value not in asked.normals
    if asked.kind in _SILENT:
        return False
    if place.key not in answers.values:
        return place.must
    if asked.kind in _JUDGED:
        return asked.id not in judged
    return not asked.normal or not _is_normal(place, answers)
