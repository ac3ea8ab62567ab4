"""Grades from answers, side by side; refusals; what hangs on a grade; the words of the report."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pathway_texts import aged, elbow, read, small

from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway import cross_checks, field_reading, grading
from tongying.pathway.aids import registry
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.registry import AidUnknown, aid_of, aids
from tongying.pathway.answers import Answers, read_answers
from tongying.pathway.asking import asked_now, unanswered
from tongying.pathway.critical import spoken_for
from tongying.pathway.definition import AnswerKind, Language, Words
from tongying.pathway.faults import PathwayRefused
from tongying.pathway.follow_up import next_looks
from tongying.pathway.report import sentences


def _shadow(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    """Grade a made-up shadow: large from 10 mm; of infants only."""
    if child.age_days is None or child.age_days >= 365:
        raise AgeOutsideRule("The rule is for infants.")
    size = values["shadow-size"]
    assert isinstance(size, float)
    value = "large" if size >= 10 else "small"
    return Grade(
        scheme="shadow",
        value=value,
        side="",
        english=f"The shadow is {value}",
        chinese=f"阴影{'大' if value == 'large' else '小'}",
        source="Made up for a test",
    )


SHADOW = Aid(
    id="shadow-for-tests",
    words=Words("Shadow", "阴影"),
    inputs=(
        Input("shadow-size", AnswerKind.NUMBER),
        Input("shadow-edge", AnswerKind.CHOICE, must=False, options=frozenset({"sharp", "soft"})),
    ),
    compute=_shadow,
    values=("small", "large"),
)
FIELDS = """
- id: shadow-size
  kind: number
  sides: yes
  words: {en: Size, zh: 大小}
  unit: mm
  low: 0
  high: 99
- id: shadow-edge
  kind: choice
  words: {en: Edge, zh: 边缘}
  options: [{id: sharp, en: sharp, zh: 清}, {id: soft, en: soft, zh: 糊}]
- id: shadow
  kind: grade
  sides: yes
  must: yes
  aid: shadow-for-tests
  words: {en: Shadow, zh: 阴影}
- id: told
  kind: yes-no
  sides: yes
  words: {en: Surgeon told, zh: 已告知外科}
  only-if: {field: shadow, answers: [large]}
"""
LISTS = """critical:
  - id: big
    category: minutes
    words: {en: A large shadow, zh: 大阴影}
    source: s
    when: {field: shadow, answers: [large]}
follow-up:
  - {id: soon, field: shadow, answers: [small], after: 7 days, words: {en: a, zh: a}, source: s}
"""


@pytest.fixture(autouse=True)
def _with_shadow(monkeypatch):
    known = {**aids(), SHADOW.id: SHADOW}
    monkeypatch.setattr(field_reading, "aids", lambda: known)
    monkeypatch.setattr(cross_checks, "aids", lambda: known)
    monkeypatch.setattr(grading, "aid_of", known.__getitem__)


def graded(raw, child=None, fields=FIELDS):
    pathway = read(small(fields, more=LISTS))
    return pathway, grading.graded(pathway, read_answers(pathway, raw), child or aged(0.5))


def test_a_grade_is_computed_for_each_side():
    _, answers = graded({"shadow-size.R": 10, "shadow-size.L": 9.9})
    assert {key: (one.value, one.side) for key, one in answers.grades.items()} == {
        "shadow.R": ("large", "R"),
        "shadow.L": ("small", "L"),
    }
    assert answers.refusals == ()


def test_an_open_input_is_named():
    pathway, answers = graded({"shadow-size.R": 10})
    (refusal,) = answers.refusals
    assert (refusal.key, refusal.code) == ("shadow.L", "pathway.inputs-open")
    assert (refusal.sentence, refusal.chinese) == ("Still needed: Size.", "尚缺：大小。")
    assert [one.key for one in unanswered(pathway, answers, aged(0.5))] == ["shadow.L"]


def test_a_rule_that_does_not_speak_says_why_and_gives_no_grade():
    pathway, answers = graded({"shadow-size.R": 10, "shadow-size.L": 9}, aged(3))
    assert dict(answers.grades) == {}
    assert [(one.key, one.code, one.sentence) for one in answers.refusals] == [
        ("shadow.R", "measure.age-outside", "The rule is for infants."),
        ("shadow.L", "measure.age-outside", "The rule is for infants."),
    ]
    assert unanswered(pathway, answers, aged(3)) == ()


def test_what_is_not_asked_feeds_no_grade():
    older = FIELDS.replace("unit: mm", "unit: mm\n  ages: {to: 3 months}")
    pathway, answers = graded({"shadow-size.R": 10}, aged(0.5), older)
    assert dict(answers.grades) == {}
    assert {one.code for one in answers.refusals} == {"pathway.inputs-not-asked"}
    assert unanswered(pathway, answers, aged(0.5)) == ()
    edge = FIELDS.replace(
        "  unit: mm", "  unit: mm\n  only-if: {field: first, answers: [yes]}"
    ).replace(
        "- id: shadow-size", "- {id: first, kind: yes-no, words: {en: a, zh: a}}\n- id: shadow-size"
    )
    raw = {"shadow-size.R": 10, "first": "no"}
    assert dict(graded(raw, fields=edge)[1].grades) == {}
    assert "shadow.R" in graded({**raw, "first": "yes"}, fields=edge)[1].grades


def test_grades_of_before_are_not_kept():
    pathway, answers = graded({"shadow-size.R": 10})
    again = grading.graded(pathway, Answers({}, grades=answers.grades), aged(0.5))
    assert dict(again.grades) == {}


def test_a_question_a_finding_and_a_look_hang_on_a_grade():
    pathway, answers = graded({"shadow-size.R": 10, "shadow-size.L": 9})
    keys = [one.key for one in asked_now(pathway, answers, aged(0.5))]
    assert [key for key in keys if key.startswith("told")] == ["told.R"]
    assert [one.id for one in spoken_for(pathway, answers)] == ["big"]
    from datetime import date

    (look,) = next_looks(pathway, answers, aged(0.5), date(2026, 3, 1))
    assert look.on == date(2026, 3, 8)
    _, small_only = graded({"shadow-size.R": 1, "shadow-size.L": 1})
    assert spoken_for(pathway, small_only) == ()


def test_a_field_without_sides_feeds_both():
    fields = FIELDS.replace("  kind: number\n  sides: yes\n", "  kind: number\n")
    _, answers = graded({"shadow-size": 12}, fields=fields)
    assert {key: one.value for key, one in answers.grades.items()} == {
        "shadow.R": "large",
        "shadow.L": "large",
    }


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("- id: shadow-size", "- id: size", "needs a field called 'shadow-size'"),
        ("id: sharp,", "id: hard,", "may only be sharp, soft"),
        ("  kind: grade\n  sides: yes\n", "  kind: grade\n", "has sides, which the grade has not"),
        ("answers: [large]", "answers: [huge]", "'shadow' has no answer 'huge'"),
        (
            "aid: shadow-for-tests",
            "aid: shadow-for-tests\n  options: [{id: huge, en: a, zh: a}]",
            "never gives 'huge'",
        ),
        (
            "  kind: choice\n  words: {en: Edge, zh: 边缘}\n"
            "  options: [{id: sharp, en: sharp, zh: 清}, {id: soft, en: soft, zh: 糊}]",
            "  kind: text\n  words: {en: Edge, zh: 边缘}",
            "must be of kind choice",
        ),
    ],
)
def test_what_does_not_fit_the_aid_is_refused(before, after, sentence):
    assert before in FIELDS
    with pytest.raises(PathwayRefused) as refused:
        read(small(FIELDS.replace(before, after)))
    assert any(sentence in one.sentence for one in refused.value.faults), refused.value.faults


def test_a_measured_value_feeds_a_number_and_must_be_its_measure(monkeypatch):
    angle = Aid(
        "angle-for-tests",
        Words("a", "a"),
        (Input("angle", AnswerKind.MEASURE, measure="graf-alpha"),),
        _shadow,
    )
    monkeypatch.setattr(cross_checks, "aids", lambda: {angle.id: angle})
    monkeypatch.setattr(field_reading, "aids", lambda: {angle.id: angle})
    report = (
        "- {id: angle, kind: measure, measure: MEASURE, words: {en: a, zh: a}}\n"
        "- {id: g, kind: grade, aid: angle-for-tests, words: {en: g, zh: g}}"
    )
    assert read(small(report.replace("MEASURE", "graf-alpha"))).fields()
    with pytest.raises(PathwayRefused, match="must be the measure graf-alpha"):
        read(small(report.replace("MEASURE", "graf-beta")))
    number = report.replace("kind: measure, measure: MEASURE", "kind: number, unit: deg, low: 0, high: 9")  # fmt: skip  # noqa: E501
    assert read(small(number)).fields()


def test_every_aid_is_found_by_its_id():
    for name, aid in aids().items():
        assert aid_of(name) is aid
        assert len({one.name for one in aid.inputs}) == len(aid.inputs)
    with pytest.raises(AidUnknown, match="No decision aid is called 'nobody'"):
        aid_of("nobody")
    assert len(registry.ALL) == len(aids())


def test_the_report_in_both_languages():
    pathway, answers = graded({"shadow-size.R": 10, "shadow-edge": "soft", "told.R": "yes"})
    assert sentences(pathway, answers, Language.ENGLISH, aged(0.5)) == (
        "Findings: Size, right: 10 mm. Edge: soft. Right: The shadow is large."
        " Surgeon told, right: yes.\n"
        "Rules: Made up for a test (not signed off on this platform)."
    )
    assert sentences(pathway, answers, Language.CHINESE, aged(0.5)) == (
        "所见：右侧大小：10 mm。边缘：糊。右侧：阴影大。右侧已告知外科：是。\n"
        "分级依据：Made up for a test（该规则未经本平台专家签署，仅供参考）。"
    )


def test_what_is_not_asked_any_more_is_not_written():
    pathway, answers = graded({"shadow-size.R": 3, "told.R": "yes"})
    assert "Surgeon" not in sentences(pathway, answers, Language.ENGLISH, aged(0.5))


def test_a_grade_may_have_words_of_the_pathway():
    fields = FIELDS.replace(
        "aid: shadow-for-tests\n",
        'aid: shadow-for-tests\n  sentence: {en: "{side} shadow {answer}.", zh: "{side}影{answer}"}'
        "\n  options: [{id: large, en: BIG, zh: 巨大}]\n",
    )
    pathway, answers = graded({"shadow-size.R": 30, "shadow-size.L": 1}, fields=fields)
    said = sentences(pathway, answers, Language.ENGLISH, aged(0.5))
    assert "Right shadow BIG. Left shadow small." in said
    assert "右影巨大。左影small。" in sentences(pathway, answers, Language.CHINESE, aged(0.5))


def test_the_words_of_every_kind():
    raw = {
        "capitellum": "yes",
        "radial-head": "no",
        "trochlea": "yes",
        "order": "in-joint",
        "angle": 12.25,
        "remarks": "Cast is on!",
    }
    pathway = elbow()
    answers = read_answers(pathway, raw)
    assert sentences(pathway, answers, Language.ENGLISH, aged(8)) == (
        "Growth centres: Capitellum seen. Radial head not seen. Trochlea seen."
        " Internal epicondyle within the joint.\n"
        "Conclusion: Carrying angle: 12.25°. Cast is on."
    )
    assert sentences(pathway, answers, Language.CHINESE, aged(8)).startswith(
        "骨化中心：肱骨小头骨化中心已出现。桡骨头骨化中心未出现。"
    )


def test_nothing_answered_is_nothing_written():
    pathway = elbow()
    for language in Language:
        assert sentences(pathway, read_answers(pathway, {}), language) == ""


def test_chosen_options_are_written_in_their_order():
    pathway = read(
        small("""
- id: some
  kind: choices
  words: {en: Signs, zh: 征象}
  options: [{id: a, en: first, zh: 甲}, {id: b, en: second, zh: 乙}]
- {id: day, kind: date, words: {en: Day, zh: 日期}}
- {id: alpha, kind: measure, measure: graf-alpha, words: {en: Alpha, zh: α角}}
""")
    )
    answers = read_answers(pathway, {"some": ["b", "a"], "day": "2026-03-01", "alpha": 61.4444})
    assert sentences(pathway, answers, Language.ENGLISH) == (
        "Findings: Signs: first, second. Day: 2026-03-01. Alpha: 61.4°."
    )
    assert sentences(pathway, answers, Language.CHINESE) == (
        "所见：征象：甲、乙。日期：2026-03-01。α角：61.4°。"
    )


def test_braces_in_what_is_typed_are_only_braces():
    pathway = elbow()
    answers = read_answers(pathway, {"remarks": "{side} {0} {answer.real}"})
    said = sentences(pathway, answers, Language.ENGLISH)
    assert said == "Conclusion: {side} {0} {answer.real}."
