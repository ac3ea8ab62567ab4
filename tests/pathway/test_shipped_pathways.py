"""What ships goes through the whole engine, whatever is answered; questions find their pathway."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.measure.recipe import ChildKnown
from tongying.norms.measure import measures
from tongying.norms.sex import Sex
from tongying.pathway.answers import Answers, key_of, keys_of, read_answers, sides_of
from tongying.pathway.asking import asked_now, unanswered
from tongying.pathway.catalogue import pathways, texts
from tongying.pathway.critical import spoken_for
from tongying.pathway.definition import AnswerKind, Field, Language, Pathway
from tongying.pathway.follow_up import next_looks
from tongying.pathway.grading import graded
from tongying.pathway.hanging import viewer_protocol
from tongying.pathway.intake import Known, still_missing, still_to_measure
from tongying.pathway.normals import normal_answers
from tongying.pathway.report import sentences
from tongying.pathway.suggest import suggested

ON = date(2026, 3, 1)
NAMES = sorted(one.removesuffix(".yaml") for one in texts())
CHILDREN = st.builds(
    ChildKnown,
    age_days=st.none() | st.integers(0, 18 * 365),
    corrected_age_days=st.none() | st.integers(-90, 700),
    gestational_age_days=st.none(),
    sex=st.none() | st.sampled_from(Sex),
    weight_kg=st.none() | st.floats(0.5, 90),
) | st.builds(ChildKnown, gestational_age_days=st.integers(100, 290))


def answer_to(field: Field) -> st.SearchStrategy[Any]:
    """Return a strategy for what somebody answers to a field."""
    options = [one.id for one in field.options]
    match field.kind:
        case AnswerKind.CHOICE:
            return st.sampled_from(options)
        case AnswerKind.CHOICES:
            return st.lists(st.sampled_from(options), unique=True, min_size=1)
        case AnswerKind.YES_NO:
            return st.booleans()
        case AnswerKind.NUMBER:
            return st.floats(field.low, field.high) | st.sampled_from([field.low, field.high])
        case AnswerKind.MEASURE:
            one = measures()[field.measure]
            return st.floats(one.low, one.high) | st.sampled_from([one.low, one.high])
        case AnswerKind.DATE:
            return st.dates().map(str)
        case _:
            return st.text(max_size=20)


def answers_to(pathway: Pathway) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for answers of some of a pathway's fields."""
    fields = [
        one for one in (*pathway.asked(), *pathway.fields()) if one.kind is not AnswerKind.GRADE
    ]
    return st.fixed_dictionaries(
        {}, optional={key: answer_to(one) for one in fields for key in keys_of(one)}
    )


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), child=CHILDREN)
@settings(max_examples=15, deadline=None)
def test_whatever_is_answered_is_graded_written_and_followed_up(name, data, child):
    pathway = pathways()[name]
    read = read_answers(pathway, data.draw(answers_to(pathway)))
    assert read.faults == ()
    answers = graded(pathway, read, child)
    grades = {
        key_of(one.id, side)
        for one in pathway.fields()
        if one.kind is AnswerKind.GRADE
        for side in sides_of(one)
    }
    assert answers.grades.keys() | {one.key for one in answers.refusals} <= grades
    assert not answers.grades.keys() & {one.key for one in answers.refusals}
    for key, grade in answers.grades.items():
        assert grade.english and grade.chinese and grade.source
        assert key.endswith(f".{grade.side}") or "." not in key
    for refusal in answers.refusals:
        assert refusal.sentence.endswith(".") and "\n" not in refusal.sentence
    asked = {one.key for one in asked_now(pathway, answers, child)}
    assert {one.key for one in unanswered(pathway, answers, child)} <= asked
    for language in Language:
        said = sentences(pathway, answers, language, child)
        assert bool(said) is bool(asked & (answers.values.keys() | answers.grades.keys()))
    spoken_for(pathway, answers)
    for look in next_looks(pathway, answers, child, ON):
        assert look.on is None or look.on >= ON
    still_missing(pathway, Known(child, frozenset(), (), answers))
    still_to_measure(pathway, child, frozenset())


@pytest.mark.parametrize("name", NAMES)
def test_one_key_fills_in_what_can_be_taken(name):
    """Pressed until nothing is left to fill, and no critical finding comes of it."""
    pathway = pathways()[name]
    for age_days in (10, 100, 250, 800, 2500, 5000):
        child = ChildKnown(age_days=age_days)
        raw: dict[str, Any] = {}
        for _ in range(6):
            answers = graded(pathway, read_answers(pathway, raw), child)
            assert answers.faults == ()
            more = normal_answers(pathway, answers, child, Language.CHINESE)
            raw |= more
        assert more == {}
        assert spoken_for(pathway, answers) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_grades_values_are_those_its_aid_lists(name):
    from tongying.pathway.aids.registry import aid_of

    for field in pathways()[name].fields():
        if field.kind is AnswerKind.GRADE:
            assert aid_of(field.aid).values, field.id


@pytest.mark.parametrize("name", NAMES)
def test_what_is_normal_is_told_in_both_languages(name):
    pathway = pathways()[name]
    child = ChildKnown(age_days=100)
    answers = read_answers(pathway, normal_answers(pathway, Answers({}), child, Language.CHINESE))
    chinese = sentences(pathway, answers, Language.CHINESE, child)
    english = sentences(pathway, answers, Language.ENGLISH, child)
    assert len(chinese.splitlines()) == len(english.splitlines())
    for line in chinese.splitlines():
        assert line.endswith("。") and "。。" not in line and not line.startswith("：")


@pytest.mark.parametrize("name", NAMES)
def test_the_viewer_gets_its_layouts(name):
    pathway = pathways()[name]
    assert len(viewer_protocol(pathway)["stages"]) == len(pathway.hangings) + 1


@pytest.mark.parametrize(
    ("text", "modality", "region", "age_days", "name"),
    [
        ("女婴8周，左髋外展受限，是否髋关节发育不良？", "US", "hip", 56, "hip-dysplasia"),
        ("阵发性哭闹、果酱样便，肠套叠？第三次住院", "US", "abdomen", 900, "intussusception-polyp"),
        ("便血两月，结肠息肉可能", "US", "abdomen", 1500, "intussusception-polyp"),
        ("生后三周喷射性呕吐，幽门肥厚狭窄待查", "US", "abdomen", 25, "pyloric-stenosis"),
        ("右下腹痛伴发热，阑尾炎是否穿孔", "US", "abdomen", 3000, "appendicitis"),
        ("胆汁性呕吐，中肠扭转？", "US", "abdomen", 5, "malrotation"),
        ("紫绀，法洛四联症术前评估", "CT", "heart", 200, "congenital-heart"),
        ("腹膜后占位，神经母细胞瘤？", "CT", "abdomen", 700, "abdominal-tumour"),
        ("产前发现左肾积水，生后复查", "US", "urinary", 30, "hydronephrosis"),
        ("早产儿脑室增宽，脑积水？", "US", "head", 20, "ventricles"),
        ("脊柱侧弯，Cobb角测量", "DX", "spine", 4500, "scoliosis"),
        ("胸部CT见肺结节", "CT", "chest", 3500, "lung-nodule"),
    ],
)
def test_a_county_doctors_question_finds_its_pathway(text, modality, region, age_days, name):
    found = suggested(text, frozenset({modality}), region, ChildKnown(age_days=age_days))
    assert found and found[0].id == name, [one.id for one in found]


@pytest.mark.parametrize("text", ["请会诊", "复查", "请协助诊断，谢谢"])
def test_a_question_that_says_nothing_suggests_nothing(text):
    assert suggested(text, frozenset({"US"}), "", ChildKnown()) == ()
