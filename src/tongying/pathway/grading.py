"""Grades that decision aids compute from the answers; they prompt and never decide."""

from __future__ import annotations

from dataclasses import replace

from tongying.kernel.errors import TongyingError
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.age_spans import covers
from tongying.pathway.aids.aid import Value
from tongying.pathway.aids.registry import aid_of
from tongying.pathway.answers import Answers, Wrong, key_of, sides_of
from tongying.pathway.asking import INPUTS_OPEN, holds
from tongying.pathway.definition import AnswerKind, Field, Pathway


def graded(pathway: Pathway, answers: Answers, child: ChildKnown) -> Answers:
    """Return the answers with every grade that can be told, and why others cannot.

    Grades are computed in the order of the report, so that a question may depend on a grade
    before it.

    Parameters
    ----------
    pathway : Pathway
    answers : Answers
        Grades in it are computed anew.
    child : ChildKnown
        On the day of the examination.

    Raises
    ------
    AidUnknown
        If the pathway names an aid that this version of the platform does not have.
    """
    fields = {one.id: one for one in (*pathway.asked(), *pathway.fields())}
    grades: dict[str, Grade] = {}
    refusals: list[Wrong] = []
    so_far = replace(answers, grades=grades, refusals=())
    for field in pathway.fields():
        if field.kind is not AnswerKind.GRADE or covers(field.ages, child) is False:
            continue
        for side in sides_of(field):
            if not holds(field.only_if, pathway, so_far, side):
                continue
            asked = {
                name: one
                for name, one in fields.items()
                if covers(one.ages, child) is not False
                and holds(one.only_if, pathway, so_far, side)
            }
            told = _grade(field, side, asked, so_far, child)
            if isinstance(told, Wrong):
                refusals.append(told)
            else:
                grades[key_of(field.id, side)] = told
    return replace(answers, grades=grades, refusals=tuple(refusals))


def _grade(
    field: Field, side: str, fields: dict[str, Field], answers: Answers, child: ChildKnown
) -> Grade | Wrong:
    """Return the grade of a side; only fields that are asked of this child feed it."""
    aid = aid_of(field.aid)
    values: dict[str, Value] = {}
    for wanted in aid.inputs:
        asked = fields.get(wanted.name)
        value = None
        if asked is not None:
            value = answers.of(asked.id, side if asked.sides else "")
        if value is not None:
            values[wanted.name] = value
    key = key_of(field.id, side)
    open_names = [one.name for one in aid.inputs if one.must and one.name not in values]
    if open_names:
        asked_names = [fields[one] for one in open_names if one in fields]
        if len(asked_names) < len(open_names):
            return Wrong(
                key,
                "pathway.inputs-not-asked",
                "What this is computed from is not asked of this child.",
                "本例无需填写计算该项所依据的内容。",
            )
        return Wrong(
            key,
            INPUTS_OPEN,
            f"Still needed: {', '.join(one.words.english for one in asked_names)}.",
            f"尚缺：{'、'.join(one.words.chinese for one in asked_names)}。",
        )
    try:
        grade = aid.compute(values, child)
    except TongyingError as refusal:
        return Wrong(key, refusal.error_code, refusal.sentence)
    return replace(grade, side=side or grade.side)
