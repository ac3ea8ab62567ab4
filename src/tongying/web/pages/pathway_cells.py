"""A pathway's questions as the page asks them: by section, right and left beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from tongying.measure.recipe import Grade
from tongying.pathway.age_spans import covers
from tongying.pathway.answers import Wrong, keys_of, sides_of
from tongying.pathway.asking import Place
from tongying.pathway.definition import (
    AnswerKind,
    Field,
    Language,
    Pathway,
    Words,
)
from tongying.pathway.normals import contradicted
from tongying.pathway.report import answer_words
from tongying.web.measurements.shown import Shown
from tongying.web.pages.sentences import said
from tongying.web.pages.words import in_chinese
from tongying.web.pathways.answering import FOLLOWS_FROM, Kept, Part, typed_fields
from tongying.web.pathways.standing import Standing

PREFIX: Final = "a-"
"""Of the form's fields, so that no pathway's id is one of the form's own names."""
FEW_OPTIONS: Final = 4
"""So many answers stand beside each other; more are a list to choose from."""
YES_NO: Final = (("yes", Words("yes", "是")), ("no", Words("no", "否")))


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one answer stands.

    Attributes
    ----------
    key, name : str
        Of the answer, and of the form's field.
    side : str
    asked : bool
        Whether it is asked with the answers as they are.
    must, open : bool
        Whether the report is not whole without it, and it is not there.
    typed : str
        As it was typed; lines for several.
    chosen : tuple of str
        Options that are chosen.
    answer : str
        In words.
    fault : str
        What is wrong with it.
    measured : Shown or None
        The measurement it is taken from.
    grade : Grade or None
    refused : str
        Why a grade is not told.
    draft : Grade or None
        What a drawing says of it, to be checked.
    """

    key: str
    name: str
    side: str
    asked: bool
    must: bool
    open: bool
    typed: str
    chosen: tuple[str, ...]
    answer: str
    fault: str = ""
    measured: Shown | None = None
    grade: Grade | None = None
    refused: str = ""
    draft: Grade | None = None

    @property
    def grade_said(self) -> str:
        """The grade's own sentence in the reader's language."""
        return _grade_said(self.grade)

    @property
    def draft_said(self) -> str:
        """The sentence of what the drawing says."""
        return _grade_said(self.draft)

    @property
    def disagrees(self) -> bool:
        """Whether something else was chosen than the drawing says."""
        return self.draft is not None and bool(self.chosen) and self.draft.value not in self.chosen


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its one or two places."""

    field: Field
    options: tuple[tuple[str, Words], ...]
    listed: bool
    """Whether the options are a list to choose from."""
    cells: tuple[Cell, ...]

    @property
    def asked(self) -> bool:
        """Whether any of its places is asked now."""
        return any(one.asked for one in self.cells)

    @property
    def normal(self) -> str:
        """What one key fills in, as the form takes it."""
        words = self.field.normal_words
        if words is not None:
            return words.said(language())
        return self.field.normal


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the report."""

    id: str
    words: Words
    lines: tuple[Line, ...]

    @property
    def asked(self) -> bool:
        """Whether any of its questions is asked now."""
        return any(one.asked for one in self.lines)

    @property
    def sides(self) -> bool:
        """Whether right and left stand beside each other in it."""
        return any(one.field.sides for one in self.lines)


def language() -> Language:
    """Return the reader's language as pathways name it."""
    return Language.CHINESE if in_chinese() else Language.ENGLISH


def blocks_of(standing: Standing, shown: Mapping[str, Shown]) -> list[Block]:
    """Return the report's sections that a child of this age is asked.

    Parameters
    ----------
    standing : Standing
    shown : mapping of str to Shown
        Measurements by their code.
    """
    child = standing.told.child
    places = {one.key: one for one in standing.asked}
    around = _Around(standing, places, standing.told.report, shown)
    found = []
    for section in standing.pathway.sections:
        fields = [one for one in section.fields if covers(one.ages, child) is not False]
        lines = _lines(fields, around)
        if lines:
            found.append(Block(section.id, section.words, lines))
    return found


def question_lines(standing: Standing) -> tuple[Line, ...]:
    """Return what the intake asks of a child of this age."""
    places = {one.key: one for one in standing.asked_of_question}
    ids = {one.field.id for one in places.values()}
    asked = [one for one in standing.pathway.asked() if one.id in ids]
    return _lines(asked, _Around(standing, places, standing.told.intake, {}))


def posted_answers(pathway: Pathway, part: Part, posted: QueryDict) -> dict[str, Any]:
    """Return the answers of a form by their key."""
    answers: dict[str, Any] = {}
    for field in typed_fields(pathway, part):
        for key in keys_of(field):
            name = f"{PREFIX}{key}"
            if field.kind is AnswerKind.CHOICES:
                answers[key] = [one for one in posted.getlist(name) if one]
            else:
                answers[key] = posted.get(name, "")
    return answers


def form_values(pathway: Pathway, part: Part, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return kept answers as the form's fields hold them; several are lines."""
    return {
        f"{PREFIX}{key}": _typed(answers.get(key, ""))
        for field in typed_fields(pathway, part)
        for key in keys_of(field)
    }


def wrong_said(wrong: Wrong) -> str:
    """Return what is wrong with an answer in the reader's language."""
    if in_chinese() and wrong.chinese:
        return wrong.chinese
    return said(wrong.sentence)


def options_of(field: Field) -> tuple[tuple[str, Words], ...]:
    """Return what may be chosen."""
    own = {one.id: one.words for one in field.options}
    if field.kind is AnswerKind.YES_NO:
        return tuple((id_, own.get(id_, plain)) for id_, plain in YES_NO)
    return tuple(own.items())


@dataclass(frozen=True, slots=True)
class _Around:
    """What a question's answers are looked up in."""

    standing: Standing
    places: Mapping[str, Place]
    kept: Kept
    shown: Mapping[str, Shown]


def _lines(fields: Iterable[Field], around: _Around) -> tuple[Line, ...]:
    return tuple(
        Line(
            field,
            options_of(field),
            len(options_of(field)) > FEW_OPTIONS,
            tuple(
                _cell(field, key, side, around)
                for key, side in zip(keys_of(field), sides_of(field), strict=True)
            ),
        )
        for field in fields
    )


def _cell(field: Field, key: str, side: str, around: _Around) -> Cell:
    told = around.standing.told
    answers = told.answers
    place = around.places.get(key)
    raw = around.kept.answers.get(key, "") if field.kind not in FOLLOWS_FROM else ""
    fault = next((one for one in answers.faults if one.key == key), None)
    if fault is None and field.concludes:
        pathway = around.standing.pathway
        doubts = contradicted(pathway, answers, told.child)
        fault = next((one for one in doubts if one.key == key), None)
    refusal = next((one for one in answers.refusals if one.key == key), None)
    return Cell(
        key=key,
        name=f"{PREFIX}{key}",
        side=side,
        asked=place is not None,
        must=place is not None and place.must,
        open=any(one.key == key for one in around.standing.open),
        typed=_typed(raw),
        chosen=() if not raw else tuple(raw) if isinstance(raw, list) else (raw,),
        answer=answer_words(field, answers.values.get(key), language()),
        fault=wrong_said(fault) if fault else "",
        measured=around.shown.get(told.measured.get(key, "")),
        grade=answers.grades.get(key),
        refused=wrong_said(refusal) if refusal else "",
        draft=told.drafted.get(key),
    )


def _grade_said(grade: Grade | None) -> str:
    if grade is None:
        return ""
    return grade.chinese if in_chinese() else grade.english


def _typed(raw: Any) -> str:
    return "\n".join(raw) if isinstance(raw, list) else str(raw)
