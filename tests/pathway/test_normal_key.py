"""The key for normal answers: when a conclusion may be filled in, and when it contradicts."""

from __future__ import annotations

from typing import Any

import pytest
from pathway_texts import read, small

from tongying.measure.recipe import ChildKnown
from tongying.pathway.answers import read_answers
from tongying.pathway.asking import unanswered
from tongying.pathway.catalogue import pathway_of
from tongying.pathway.definition import Language
from tongying.pathway.faults import PathwayRefused
from tongying.pathway.grading import graded
from tongying.pathway.normals import against, contradicted, normal_answers

EIGHT_WEEKS = ChildKnown(age_days=56)
NORMAL = {"alpha.R": 63, "alpha.L": 64}
"""Graf: from 60 degrees on type I, whatever the age."""


def pressed(name: str, raw: dict[str, Any], child: ChildKnown) -> dict[str, Any]:
    pathway = pathway_of(name)
    answers = graded(pathway, read_answers(pathway, raw), child)
    return raw | normal_answers(pathway, answers, child, Language.CHINESE)


def test_two_normal_hips_are_concluded_to_be_normal():
    raw = pressed("hip-dysplasia", NORMAL, EIGHT_WEEKS)
    assert (raw["conclusion.R"], raw["conclusion.L"]) == ("normal", "normal")


def test_an_immature_hip_is_not_and_the_other_side_is():
    raw = pressed("hip-dysplasia", {"alpha.R": 63, "alpha.L": 52, "beta.L": 71}, EIGHT_WEEKS)
    assert raw["conclusion.R"] == "normal"
    assert "conclusion.L" not in raw
    assert raw["bony-roof.L"] == "good"


@pytest.mark.parametrize(
    ("more", "side"),
    [
        ({"stability.L": "dislocatable"}, "L"),
        ({"bony-roof.L": "poor"}, "L"),
        # measured, and no aid judges it
        ({"coverage.L": 30}, "L"),
        # measured too late or not at all
        ({"alpha.L": None}, "L"),
    ],
)
def test_whatever_speaks_against_keeps_the_conclusion_open(more, side):
    raw = pressed("hip-dysplasia", NORMAL | more, EIGHT_WEEKS)
    other = "R" if side == "L" else "L"
    assert f"conclusion.{side}" not in raw
    assert raw[f"conclusion.{other}"] == "normal"


def test_a_film_is_concluded_by_a_person():
    child = ChildKnown(age_days=900)
    film = {f"acetabular-index.{side}": 20 for side in "RL"}
    assert not [key for key in pressed("hip-dysplasia", film, child) if "conclusion" in key]


def test_a_curve_is_not_called_straight():
    child = ChildKnown(age_days=4500)
    bent = pressed("scoliosis", {"cobb": 32}, child)
    assert "convex" not in bent and "conclusion" not in bent
    assert bent["vertebrae"] == "normal"
    pathway = pathway_of("scoliosis")
    said = graded(pathway, read_answers(pathway, bent | {"convex": "straight"}), child)
    assert [one.key for one in contradicted(pathway, said, child)] == ["convex"]


def test_a_prompt_for_a_lead_point_keeps_the_conclusion_open():
    child = ChildKnown(age_days=500)
    assert pressed("intussusception-polyp", {"recurrences": 0}, child)["conclusion"] == "normal"
    often = pressed("intussusception-polyp", {"recurrences": 3}, child)
    assert "conclusion" not in often
    assert often["present"] == "absent"


def test_a_conclusion_that_was_normal_before_the_measurement_is_doubted():
    pathway = pathway_of("hip-dysplasia")
    raw = pressed("hip-dysplasia", NORMAL, EIGHT_WEEKS)
    fine = graded(pathway, read_answers(pathway, raw), EIGHT_WEEKS)
    assert contradicted(pathway, fine, EIGHT_WEEKS) == ()
    assert unanswered(pathway, fine, EIGHT_WEEKS) == ()
    # somebody measures again
    raw["alpha.L"] = 47
    raw["beta.L"] = 72
    doubted = graded(pathway, read_answers(pathway, raw), EIGHT_WEEKS)
    (wrong,) = contradicted(pathway, doubted, EIGHT_WEEKS)
    assert wrong.key == "conclusion.L"
    assert wrong.sentence == "This says normal, but Graf type is IIc."
    assert wrong.chinese == "此处为正常，但Graf分型为IIc，请核对。"
    assert [one.key for one in against(pathway, doubted, EIGHT_WEEKS, "L")] == ["graf.L"]
    assert against(pathway, doubted, EIGHT_WEEKS, "R") == ()
    raw["conclusion.L"] = "dysplastic"
    told = graded(pathway, read_answers(pathway, raw), EIGHT_WEEKS)
    assert contradicted(pathway, told, EIGHT_WEEKS) == ()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("{id: a, kind: yes-no, words: {en: a, zh: a}, concludes: yes}", "normal answer concludes"),
        (
            "{id: a, kind: text, words: {en: a, zh: a}, normal: {en: a, zh: a}, concludes: yes}",
            "normal answer concludes",
        ),
        (
            "{id: a, kind: grade, aid: lead-point, words: {en: a, zh: a}, normal: [never]}",
            "never gives 'never'",
        ),
        (
            "{id: a, kind: grade, aid: lead-point, words: {en: a, zh: a}, normal: look}",
            "must be a list",
        ),
    ],
)
def test_what_cannot_conclude_is_refused(field, sentence):
    with pytest.raises(PathwayRefused) as refused:
        read(small(f"- {field}"))
    assert any(sentence in one.sentence for one in refused.value.faults), refused.value.faults
