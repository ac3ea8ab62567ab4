"""What the shipped pathways say: whole, in both languages, unsigned, and true to two scenes."""

from __future__ import annotations

import re

import pytest

from tongying.measure.recipe import ChildKnown
from tongying.measure.registry import recipes
from tongying.pathway.aids.registry import aid_of
from tongying.pathway.answers import key_of, keys_of, read_answers
from tongying.pathway.asking import unanswered
from tongying.pathway.catalogue import pathways, texts
from tongying.pathway.critical import spoken_for
from tongying.pathway.definition import AnswerKind, Language, Pathway
from tongying.pathway.grading import graded
from tongying.pathway.normals import normal_answers
from tongying.pathway.report import sentences
from tongying.pathway.suggest import suggested

SHIPPED = (
    "abdominal-tumour",
    "appendicitis",
    "bone-age",
    "congenital-heart",
    "fetal-brain",
    "hip-dysplasia",
    "hydronephrosis",
    "intussusception-polyp",
    "lung-nodule",
    "malrotation",
    "necrotising-enterocolitis",
    "pyloric-stenosis",
    "scoliosis",
    "ventricles",
)
AGES = {
    "fetal-brain": ChildKnown(gestational_age_days=200),
    "hip-dysplasia": ChildKnown(age_days=56),
    "necrotising-enterocolitis": ChildKnown(age_days=12, corrected_age_days=-60),
    "pyloric-stenosis": ChildKnown(age_days=35),
    "ventricles": ChildKnown(age_days=3, corrected_age_days=-70),
}
BOY = ChildKnown(age_days=1900)
PRETERM = ChildKnown(age_days=14, corrected_age_days=-50)
ADULT = re.compile(r"fleischner|-rads|\brads\b|bosniak", re.IGNORECASE)
HAN = re.compile(r"[\u4e00-\u9fff]")


def _child(name: str) -> ChildKnown:
    return AGES.get(name, ChildKnown(age_days=2000))


def test_these_ship():
    assert tuple(sorted(pathways())) == SHIPPED


@pytest.fixture(params=SHIPPED)
def pathway(request: pytest.FixtureRequest) -> Pathway:
    return pathways()[request.param]


def test_it_says_what_to_send_and_what_to_write(pathway: Pathway):
    assert pathway.sources
    assert pathway.teaching
    assert pathway.hangings
    assert any(item.must and item.modalities for item in pathway.intake)
    assert any(field.must for field in pathway.fields())
    assert any(field.kind is AnswerKind.GRADE for field in pathway.fields())
    assert pathway.critical
    assert pathway.follow_up
    assert any(HAN.search(word) for word in pathway.keywords)
    assert any(not HAN.search(word) for word in pathway.keywords)


def test_its_words_are_of_their_language(pathway: Pathway):
    words = [
        pathway.name,
        *(one.words for one in pathway.intake),
        *(one.words for one in pathway.sections),
        *(one.words for one in pathway.fields()),
        *(one.words for field in pathway.fields() for one in field.options),
        *(one.help for one in pathway.fields() if one.help),
        *(one.words for one in pathway.critical),
        *(one.words for one in pathway.follow_up),
        *(one.sentence for one in pathway.fields() if one.sentence),
    ]
    for one in words:
        assert not HAN.search(one.english), one.english
        bare = re.sub(r"\{\w+\}", "", one.chinese)
        assert HAN.search(bare) or not re.search(r"[a-z]{3}", bare), one


def test_nobody_has_signed_it(pathway: Pathway):
    rules = (*pathway.sources, *(one.source for one in (*pathway.critical, *pathway.follow_up)))
    assert all(not one.signed_off_by for one in rules)
    assert all(one.citation for one in rules)


def test_no_rule_for_adults_is_named(pathway: Pathway):
    assert not ADULT.search(texts()[f"{pathway.id}.yaml"])


def test_what_it_must_tell_it_can_measure(pathway: Pathway):
    given = {one for asked in pathway.measurements for one in recipes()[asked.recipe].measures}
    wanted = {
        field.measure
        for field in pathway.fields()
        if field.kind is AnswerKind.MEASURE and field.must
    }
    assert wanted <= given


def test_one_key_leaves_only_what_is_measured_and_what_is_concluded_from_it(pathway: Pathway):
    child = _child(pathway.id)
    raw: dict[str, object] = {}
    for _ in range(3):
        answers = graded(pathway, read_answers(pathway, raw), child)
        raw |= normal_answers(pathway, answers, child, Language.CHINESE)
    answers = graded(pathway, read_answers(pathway, raw), child)
    left = {
        place.field.kind
        for place in unanswered(pathway, answers, child)
        if not place.field.concludes and not place.field.id.startswith("bone-age")
    }
    assert left <= {AnswerKind.MEASURE, AnswerKind.GRADE}, left


def test_nothing_is_critical_where_all_is_normal(pathway: Pathway):
    raw = {
        key: [field.normal] if field.kind is AnswerKind.CHOICES else field.normal
        for field in pathway.fields()
        if field.normal and field.kind is not AnswerKind.TEXT
        for key in keys_of(field)
    }
    answers = graded(pathway, read_answers(pathway, raw), _child(pathway.id))
    assert spoken_for(pathway, answers) == ()


@pytest.mark.parametrize(
    ("question", "modality", "region", "child", "first"),
    [
        ("左髋关节是否脱位？", "US", "hip", ChildKnown(age_days=56), "hip-dysplasia"),
        ("反复肠套叠3次，血便", "US", "abdomen", BOY, "intussusception-polyp"),
        ("心脏杂音，先心病？", "US", "heart", ChildKnown(age_days=20), "congenital-heart"),
        ("右上腹占位，甲胎蛋白升高", "CT", "abdomen", BOY, "abdominal-tumour"),
        ("喷射性呕吐，幽门肥厚？", "US", "abdomen", ChildKnown(age_days=30), "pyloric-stenosis"),
        ("转移性右下腹痛", "US", "abdomen", ChildKnown(age_days=3000), "appendicitis"),
        ("胆汁性呕吐，肠旋转不良？", "US", "abdomen", ChildKnown(age_days=5), "malrotation"),
        ("早产儿腹胀，NEC？", "CR", "abdomen", PRETERM, "necrotising-enterocolitis"),
        ("左肾积水", "US", "urinary", ChildKnown(age_days=90), "hydronephrosis"),
        ("早产儿脑室内出血，脑积水？", "US", "head", PRETERM, "ventricles"),
        ("胎儿侧脑室增宽", "MR", "head", ChildKnown(gestational_age_days=190), "fetal-brain"),
        ("脊柱侧弯", "DX", "spine", ChildKnown(age_days=4500), "scoliosis"),
        ("身材矮小，骨龄？", "DX", "upper-limb", ChildKnown(age_days=3000), "bone-age"),
        ("胸部CT见肺结节", "CT", "chest", ChildKnown(age_days=3000), "lung-nodule"),
    ],
)
def test_a_chinese_question_finds_its_pathway_first(question, modality, region, child, first):
    assert suggested(question, frozenset({modality}), region, child)[0].id == first


POLYP = {
    "recurrences": "3",
    "bleeding-between": "yes",
    "peritonitis": "no",
    "shock": "no",
    "symptom-hours": "10",
    "present": "present",
    "site": "small-bowel-stays",
    "lead-point-seen": "yes",
    "lesion": "polyp",
    "polyp": "15",
    "free-gas": "no",
    "enema-signs": ["bloody-stool", "lead-point"],
    "conclusion": "secondary",
    "next": ["surgeon", "live", "refer"],
}


def test_a_boy_of_five_with_three_intussusceptions_and_a_polyp():
    pathway = pathways()["intussusception-polyp"]
    answers = graded(pathway, read_answers(pathway, POLYP), BOY)
    assert answers.faults == ()
    assert answers.grades["lead-point"].value == "look"
    assert answers.grades["enema"].value == "caution"
    assert {one.id for one in spoken_for(pathway, answers)} == {"intussusception"}
    chinese = sentences(pathway, answers, Language.CHINESE, BOY)
    assert "息肉最大径15 mm。" in chinese
    assert "复发3次" in chinese
    assert "未经本平台专家签署" in chinese
    assert "Polyp 15 mm." in sentences(pathway, answers, Language.ENGLISH, BOY)


def test_answers_that_are_asked_no_more_count_no_more():
    pathway = pathways()["intussusception-polyp"]
    infant = ChildKnown(age_days=400)
    raw = {
        "present": "present",
        "lead-point-seen": "yes",
        "lesion": "mass",
        "recurrences": "0",
        "site": "colocolic",
    }
    answers = graded(pathway, read_answers(pathway, raw), infant)
    assert {one.id for one in spoken_for(pathway, answers)} == {"intussusception", "mass"}
    changed = raw | {"lead-point-seen": "no", "present": "absent"}
    answers = graded(pathway, read_answers(pathway, changed), infant)
    assert spoken_for(pathway, answers) == ()
    assert answers.grades["lead-point"].value == "no-prompt"


# 56 days: 50 + 10 x 56 / 84 = 56.7 degrees are due; 58 days: 56.9.
@pytest.mark.parametrize(
    ("age", "corrected", "right", "left"),
    [
        (56, None, "IIa+", "IIa-"),
        (100, None, "IIb", "IIb"),
        # born six weeks early: the corrected age counts
        (56, 14, "IIa", "IIa"),
        (100, 58, "IIa+", "IIa-"),
    ],
)
def test_hip_twins(age, corrected, right, left):
    pathway = pathways()["hip-dysplasia"]
    girl = ChildKnown(age_days=age, corrected_age_days=corrected)
    raw = {"alpha.R": "57", "beta.R": "60", "alpha.L": "52", "beta.L": "65"}
    answers = graded(pathway, read_answers(pathway, raw), girl)
    assert answers.grades[key_of("graf", "R")].value == right
    assert answers.grades[key_of("graf", "L")].value == left
    assert answers.grades[key_of("graf", "R")].side == "R"
    words = sentences(pathway, answers, Language.CHINESE, girl)
    assert "右α角57°" in words
    assert "左α角52°" in words


def test_a_decentred_hip_is_spoken_for_and_looked_at_again():
    pathway = pathways()["hip-dysplasia"]
    raw = {"alpha.R": "64", "beta.R": "50", "alpha.L": "41", "beta.L": "90"}
    answers = graded(pathway, read_answers(pathway, raw), ChildKnown(age_days=30))
    assert [one.id for one in spoken_for(pathway, answers)] == ["decentred"]
    rules = {one.id: one for one in pathway.follow_up}
    assert answers.grades["graf.L"].value in rules["decentred"].answers


def test_every_graf_type_that_is_not_mature_is_looked_at_again_once():
    pathway = pathways()["hip-dysplasia"]
    looked = [one for rule in pathway.follow_up if rule.field == "graf" for one in rule.answers]
    assert sorted(looked) == sorted(set(aid_of("graf").values) - {"I", "Ia", "Ib"})


def test_the_heart_is_asked_for_what_nobody_can_see_on_images():
    musts = {item.id for item in pathways()["congenital-heart"].intake if item.must}
    assert {"echo", "weight", "height", "saturation-arm", "arm-pressure", "leg-pressure"} <= musts


def test_segments_of_the_template_are_those_of_the_analysis():
    fields = {one.id: one for one in pathways()["congenital-heart"].fields()}
    for asked in aid_of("segmental").inputs:
        if asked.options:
            assert {one.id for one in fields[asked.name].options} == asked.options, asked.name


def test_a_dilated_kidney_is_graded_on_its_side_only():
    pathway = pathways()["hydronephrosis"]
    usual = {"pelvis-wide": "no", "calyces": "none", "parenchyma-thin": "no"}
    raw = {f"{name}.R": value for name, value in usual.items()}
    raw |= {"pelvis-wide.L": "yes", "calyces.L": "peripheral", "parenchyma-thin.L": "yes"}
    raw |= {"parenchyma-abnormal.L": "no", "ureter-abnormal.L": "no", "bladder-abnormal": "no"}
    raw |= {"pelvis-ap.L": "22", "debris.L": "debris", "debris.R": "debris"}
    answers = graded(pathway, read_answers(pathway, raw), ChildKnown(age_days=90))
    grades = {key: one.value for key, one in answers.grades.items()}
    assert grades == {"sfu.R": "0", "sfu.L": "4", "utd.L": "P3"}
    assert [one.id for one in spoken_for(pathway, answers)] == ["infected"]
