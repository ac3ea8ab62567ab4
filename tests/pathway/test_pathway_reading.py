"""Texts of pathways: what ships can be followed, and every fault is told with its line."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathway_texts import elbow, elbow_text, read, small

from tongying.consult.critical import Category
from tongying.kernel.errors import NotFound
from tongying.pathway.catalogue import PathwayUnknown, pathway_of, pathways, text_of, texts
from tongying.pathway.definition import AnswerKind, Fact, IntakeKind, Pathway, Words
from tongying.pathway.faults import PathwayRefused
from tongying.pathway.reading import read_pathway

FORMAT = Path(__file__).resolve().parents[2] / "docs" / "pathway-format.md"
CHOICE = """
- id: roof
  kind: choice
  words: {en: Roof, zh: 顶}
  options:
    - {id: good, en: good, zh: 好}
    - {id: bad, en: bad, zh: 差}
"""
NUMBER = """
- id: size
  kind: number
  words: {en: Size, zh: 大小}
  unit: mm
  low: 1
  high: 9
"""


def faults_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PathwayRefused) as refused:
        read(text)
    return [(one.line, one.sentence) for one in refused.value.faults]


def line_of(text: str, words: str) -> int:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    assert lines, words
    return lines[0]


def test_what_ships_can_be_followed():
    shipped = pathways()
    assert len(shipped) == len(texts()) >= 4
    assert {"hip-dysplasia", "intussusception-polyp"} <= shipped.keys()
    for name, one in shipped.items():
        assert pathway_of(name) is one
        assert sha256(text_of(name).encode()).hexdigest() == one.digest
        assert one.fields() and one.intake and one.sources


def test_a_pathway_that_is_not_there_is_not_found():
    with pytest.raises(PathwayUnknown, match="No pathway is called 'elbow'"):
        pathway_of("elbow")
    with pytest.raises(NotFound):
        text_of("elbow")


def test_the_format_page_shows_a_text_that_can_be_followed():
    (text,) = re.findall(r"```yaml\n(.*?)```", FORMAT.read_text("utf-8"), re.S)
    assert read(text).id == "knee-pain"


def test_the_format_page_names_every_kind():
    page = FORMAT.read_text("utf-8")
    for kind in (*AnswerKind, *Fact, *Category):
        assert kind.value in page, kind


def test_the_elbow_is_read_whole():
    one = elbow()
    assert isinstance(one, Pathway)
    assert (one.id, one.version, one.specialty.value) == ("elbow-ossification", 1, "bone")
    assert (one.ages.from_days, one.ages.to_days) == (366, 5114)  # 365.25 and 5113.5, next day
    assert [item.kind for item in one.intake] == [
        IntakeKind.IMAGES,
        IntakeKind.IMAGES,
        IntakeKind.FACT,
        IntakeKind.ANSWER,
    ]
    assert one.intake[0].modalities == {"CR", "DX"} and one.intake[0].views == 2
    injury = one.asked()[0]
    assert (injury.id, injury.kind) == ("injury-day", AnswerKind.DATE)
    assert injury.words == Words("Day of the injury", "受伤日期")
    assert [field.id for field in one.fields()][:6] == [
        "capitellum",
        "radial-head",
        "internal-epicondyle",
        "trochlea",
        "olecranon",
        "external-epicondyle",
    ]
    order = one.fields()[6]
    assert order.only_if is not None and order.only_if.answers == ("yes",)
    assert one.fields()[8].normal_words == Words("No fracture line is seen", "未见明确骨折线")
    assert one.critical[0].category is Category.HOURS
    assert one.follow_up[0].after_days == 10
    assert one.digest == sha256(elbow_text().encode()).hexdigest()


def test_no_is_a_word():
    """YAML 1.1 would make a switch of it, and 1 of 01."""
    one = read(small(CHOICE.replace("id: bad", "id: no").replace("id: good", "id: 01")))
    assert [option.id for option in one.fields()[0].options] == ["01", "no"]


def test_every_fault_of_a_broken_text_is_told_at_once():
    text = elbow_text()
    for before, after in (
        ("specialty: bone", "specialty: bones"),
        ("modalities: [CR, DX], region: upper-limb, views: 2", "modalities: [XX], region: arm"),
        ("fact: birth-date", "fact: birthday"),
        ("columns: 2", "columns: two"),
        ("ages: {from: 3 years}", "ages: {from: 3 jahre}"),
        ("low: -40", "low: 50"),
        ("field: trochlea", "field: troclea"),
        ("category: hours", "category: soon"),
        ("after: 10 days", "later: 10 days"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    told = faults_of(text)
    wanted = [
        ("specialty: bones", "must be one of"),
        ("modalities: [XX]", "no modality"),
        ("modalities: [XX]", "'region' must be one of"),
        ("fact: birthday", "must be one of"),
        ("columns: two", "whole number"),
        ("3 jahre", "an age such as"),
        ("low: 50", "below 'high'"),
        ("field: troclea", "No field is called 'troclea'"),
        ("category: soon", "minutes, hours, days"),
        ("later: 10 days", "no key 'later'"),
    ]
    for words, sentence in wanted:
        assert any(line == line_of(text, words) and sentence in said for line, said in told), (
            words,
            told,
        )
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("report", "words", "sentence"),
    [
        (CHOICE.replace("kind: choice", "kind: chioce"), "chioce", "must be one of choice"),
        (CHOICE.replace("zh: 顶", "de: Dach"), "de: Dach", "no key 'de'"),
        (CHOICE.replace("{en: Roof, zh: 顶}", "Roof"), "words: Roof", "keys with values"),
        (CHOICE.replace("id: roof", "id: Roof!"), "id: Roof!", "small letters"),
        (CHOICE.replace("id: bad,", "id: good,"), "zh: 差", "there twice"),
        (CHOICE.replace("id: bad,", "id: b d,"), "b d", "without blanks"),
        (CHOICE + "  normal: worse", "worse", "none of the answers"),
        (CHOICE + "  unit: mm", "unit: mm", "has no 'unit'"),
        (CHOICE + "  must: perhaps", "perhaps", "yes or no"),
        (CHOICE + "  kind: choice", "- id: roof", ""),
        (CHOICE + '  sentence: {en: "{who}", zh: 顶}', "{who}", "in braces"),
        (CHOICE + '  sentence: {en: "{answer", zh: 顶}', "{answer", "in braces"),
        (CHOICE + '  sentence: {en: "{answer!r:>99}", zh: 顶}', "99", "in braces"),
        (CHOICE + "  only-if: {field: later, answers: [yes]}", "only-if", "No field"),
        (CHOICE + "  only-if: {field: roof, answers: [good]}", "only-if", "comes later"),
        (CHOICE + "  ages: {from: 2 years, to: 1 year}", "2 years", "end before they begin"),
        (CHOICE + "  ages: {from: 99 years}", "99 years", "an age such as"),
        (CHOICE + CHOICE, "id: roof", ""),
        (NUMBER.replace("unit: mm", "units: mm"), "units: mm", "no key 'units'"),
        (NUMBER.replace("low: 1", "low: nan"), "nan", "must be a number"),
        (NUMBER.replace("low: 1", "low: 10"), "low: 10", "below 'high'"),
        (NUMBER.replace("mm", "''"), "unit: ''", "says nothing"),
        (NUMBER.replace("kind: number", "kind: measure"), "unit: mm", "has no 'unit'"),
        ("- {id: a, kind: measure, measure: hip, words: {en: a, zh: a}}", "hip", "No measure"),
        ("- {id: a, kind: grade, aid: nobody, words: {en: a, zh: a}}", "nobody", "No decision aid"),
        ("- {id: a, kind: text, normal: no, words: {en: a, zh: a}}", "normal", "keys with values"),
        ("- just words", "just words", "keys with values"),
        ("- {id: a, kind: yes-no, words: {en: a, zh: a}, options: []}", "options", "a list"),
    ],
)
def test_a_fault_in_a_field_is_told_with_its_line(report, words, sentence):
    text = small(report)
    told = faults_of(text)
    if sentence:
        assert any(line == line_of(text, words) and sentence in said for line, said in told), told
    else:
        assert told


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("measure: [{recipe: nobody}]", "No measurement is called 'nobody'"),
        ("measure: [{recipe: graf, norms: {kidney-length: x}}]", "does not give 'kidney-length'"),
        ("measure: [{recipe: graf, norms: {graf-alpha: x}}]", "No norm is called 'x'"),
        ("hanging: [{rows: 1, columns: 2, show: [{modalities: [US]}]}]", "1 are described"),
        ("hanging: [{rows: 9, columns: 1, show: [{modalities: [US]}]}]", "from 1 to 3"),
        ("hanging: [{rows: 1, columns: 1, show: [{modalities: [US], side: B}]}]", "one of L, R"),
        ("critical: [{id: a, category: hours, words: {en: a, zh: a}}]", "'source' is missing"),
        (
            "follow-up: [{id: a, field: roof, answers: [good], words: {en: a, zh: a}, source: s}]",
            "either 'after'",
        ),
        (
            "follow-up: [{id: a, field: roof, answers: [fine], after: 9 days,"
            " words: {en: a, zh: a}, source: s}]",
            "no answer 'fine'",
        ),
        ("teaching: [{words: {en: a, zh: a}, reference: //other.example/x}]", "one /"),
        ("teaching: [{words: {en: a, zh: a}, reference: 'JavaScript:x'}]", "one /"),
        ("sources: [a]", "said twice"),
        ("version: 0", "said twice"),
        ("colour: red", "no key 'colour'"),
    ],
)
def test_a_fault_in_a_list_is_told_with_its_line(more, sentence):
    text = small(CHOICE, more=more)
    told = faults_of(text)
    last = len(text.splitlines())
    assert any(line == last and sentence in said for line, said in told), told


@pytest.mark.parametrize("key", ["pathway", "version", "name", "specialty", "keywords", "sources"])
def test_what_must_be_said_is_missed(key):
    text = small(CHOICE)
    without = "\n".join(line for line in text.splitlines() if not line.startswith(f"{key}:"))
    assert any(f"{key!r} is missing" in said for _, said in faults_of(without))


def test_a_condition_on_a_number_or_an_unknown_answer_is_refused():
    asked = CHOICE + NUMBER + "  only-if: {field: roof, answers: [fine]}"
    assert any("no answer 'fine'" in said for _, said in faults_of(small(asked)))
    number_first = NUMBER + CHOICE + "  only-if: {field: size, answers: ['3']}"
    assert any("countable" in said for _, said in faults_of(small(number_first)))


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("pathway: [a\nversion: 1\n", 2, "not YAML"),
        ("pathway: a\n  version: 1\n", 2, "not YAML"),
        ("pathway: a\nname: \x07\n", 2, "character"),
        ("pathway: a\nname: &x {en: a}\n", 2, "Anchors"),
        ("pathway: a\nname: *x\n", 2, "Anchors"),
        ("pathway: a\nversion: !!int 1\n", 2, "Tags"),
        ("pathway: a\nname: !!python/object/apply:os.system [ls]\n", 2, "Tags"),
        ("pathway: a\n---\npathway: b\n", 2, "One text"),
        ("pathway: a\n? {a: b}\n: c\n", 2, "A key is one word"),
        ("- a\n", 1, "keys with values"),
        ("pathway: a\nx: " + "[" * 5000, 2, "too deep"),
        ("a" * 400_001, 1, "too long"),
    ],
)
def test_what_is_no_text_of_a_pathway_is_refused(text, line, sentence):
    assert any(at == line and sentence in said for at, said in faults_of(text)), faults_of(text)


def test_a_billion_laughs_are_not_laughed():
    text = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert "Anchors" in faults_of(text)[0][1]


def test_faults_say_the_same_in_chinese():
    with pytest.raises(PathwayRefused) as refused:
        read_pathway(small(CHOICE + "  colour: red"), name="mine.yaml")
    (fault,) = refused.value.faults
    assert "没有名为“colour”的键" in fault.chinese
    assert fault.as_json()["line"] == fault.line
    assert refused.value.sentence.startswith(f"mine.yaml, line {fault.line}: ")
    assert refused.value.error_code == "pathway.refused"


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_a_text_with_a_line_changed_is_read_or_refused_with_a_line(data):
    """Whatever is typed, nothing but a pathway or faults with lines comes back."""
    lines = elbow_text().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(
        st.one_of(
            st.just(""),
            st.just(lines[at][2:]),
            st.text(max_size=40).map(lambda one: lines[at] + one),
            st.text("[]{}:,'\"-?!&*|>% \t#@`~ano1", max_size=20),
        )
    )
    try:
        read_pathway("\n".join(lines), name="typed")
    except PathwayRefused as refused:
        assert all(one.line >= 1 and one.sentence and one.chinese for one in refused.faults)


def test_a_rule_for_adults_is_refused_with_its_line_and_a_citation_is_not():
    text = elbow_text()
    first = next(line for line in text.splitlines() if line.strip().startswith("words:"))
    bad = text.replace(first, first.replace("{en: ", "{en: After Lung RADS ", 1), 1)
    line = line_of(bad, "Lung RADS")
    assert faults_of(bad) == [
        (line, "Lung-RADS is a rule for adults and is not used below 18 years.")
    ]
    grown = re.sub(r"^ages:.*$", "ages: {from: 18 years}", bad, flags=re.M)
    assert read(grown).ages.from_days == 6575
    head, sources = "sources:\n", "sources:\n  - Fleischner Society 2017\n"
    assert read(text.replace(head, sources, 1)).sources[0].citation == "Fleischner Society 2017"
