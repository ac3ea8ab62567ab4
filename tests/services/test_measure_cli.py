"""``tongying measure`` and ``tongying pathway``: what a script sees, refusals included."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tongying.measure.registry import recipes
from tongying.services.cli import app
from tongying.services.drawing_files import DrawingRefused, child_of, gestation_days, plane_of

ELBOW = Path(__file__).parents[1] / "pathway" / "elbow-ossification.yaml"
# A roof line at an angle to a baseline that runs down the image.
BASELINE = "baseline=50,10 50,60"


def roof(degrees: float) -> str:
    turned = math.radians(degrees)
    return f"bony-roof=50,60 {50 + 30 * math.sin(turned)},{60 + 30 * math.cos(turned)}"


ROOF = roof(60)


def run(*words: str) -> tuple[int, Any, str]:
    answer = CliRunner().invoke(app, [*words, "--json"], env={"TONGYING_DATA": None})
    return answer.exit_code, json.loads(answer.stdout) if answer.stdout else None, answer.stderr


def graf(*more: str) -> tuple[int, Any, str]:
    return run("measure", "graf", "--points", BASELINE, "--points", ROOF, *more)


def test_an_angle_needs_no_calibration():
    code, answer, errors = graf("--side", "R", "--age-days", "60", "--modality", "US")
    assert (code, errors) == (0, "")
    (alpha,) = [one for one in answer["measurements"] if one["measure"] == "graf-alpha"]
    assert alpha["value"] == pytest.approx(60, abs=1e-6)
    assert (alpha["unit"], alpha["side"]) == ("deg", "R")
    assert alpha["method"]["tool"] == "ultrasound"
    assert [one["scheme"] for one in answer["grades"]] == ["graf"]


def test_a_length_needs_one():
    line = ("measure", "polyp-diameter", "--points", "calipers=0,0 30,40", "--modality", "US")
    code, answer, errors = run(*line)
    assert (code, answer["code"]) == (2, "measure.uncalibrated")
    assert "no length is told" in errors
    code, answer, _ = run(*line, "--spacing", "0.3")
    assert code == 0
    assert answer["measurements"][0]["value"] == pytest.approx(15)  # 50 pixels of 0.3 mm
    # rows 0.3 mm apart, columns 0.4: 12 mm across, 12 mm down
    code, answer, _ = run(*line, "--spacing", "0.3,0.4")
    assert answer["measurements"][0]["value"] == pytest.approx(math.hypot(12, 12))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("measure", "nobody"), "measure.recipe-unknown"),
        (("measure", "graf"), "measure.marks-missing"),
        (("measure", "graf", "--points", BASELINE), "measure.marks-missing"),
        (("measure", "graf", "--points", BASELINE, "--points", ROOF), "measure.side-unknown"),
        (("measure", "graf", "--points", BASELINE, "--points", "x=1,2"), "measure.marks-refused"),
        (("measure", "graf", "--points", "baseline"), "measure.drawing-refused"),
        (("measure", "graf", "--points", "baseline=1"), "measure.drawing-refused"),
        (("measure", "graf", "--points", "baseline=1,2,3"), "measure.drawing-refused"),
        (("measure", "graf", "--points", "baseline=a,b"), "measure.drawing-refused"),
        (("measure", "graf", "--points", "baseline=nan,1"), "measure.drawing-refused"),
        (
            ("measure", "graf", "--points", BASELINE, "--points", BASELINE),
            "measure.drawing-refused",
        ),
        (("measure", "graf", "--points", BASELINE, "--spacing", "0"), "measure.plane-refused"),
        (
            ("measure", "graf", "--points", BASELINE, "--spacing", "1,2,3"),
            "measure.drawing-refused",
        ),
        (
            ("measure", "graf", "--points", BASELINE, "--spacing", "1", "--aspect", "2"),
            "measure.drawing-refused",
        ),
        (
            ("measure", "graf", "--points", BASELINE, "--gestation", "many"),
            "measure.drawing-refused",
        ),
        (("measure", "graf", "--points", BASELINE, "--gestation", "60"), "gestation.refused"),
        (("measure", "graf", "--points", BASELINE, "--sex", "1"), "norms.sex-refused"),
        (("measure", "graf", "--points", BASELINE, "--age-days", "-3"), "measure.drawing-refused"),
        (("measure", "graf", "--points", BASELINE, "--weight-kg", "0"), "measure.drawing-refused"),
        (("pathway", "show", "nobody"), "pathway.unknown"),
        (("pathway", "check", "/nowhere.yaml"), "norms.file"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(words, error):
    code, answer, errors = run(*words)
    assert (code, answer["code"]) == (2, error)
    assert answer["error"] == errors.strip()
    assert "\n" not in answer["error"] and answer["error"].endswith(".")


def test_a_drawing_may_be_a_file(tmp_path):
    file = tmp_path / "drawing.json"
    drawing = {
        "marks": {"calipers": [[0, 0], [30, 40]]},
        "spacing_mm": [0.3, 0.3],
        "modality": "US",
        "child": {"age_days": 900},
    }
    file.write_text(json.dumps(drawing), encoding="utf-8")
    code, answer, _ = run("measure", "polyp-diameter", "--drawing", str(file))
    assert (code, answer["measurements"][0]["value"]) == (0, pytest.approx(15))
    both = ("--drawing", str(file), "--points", "calipers=0,0 1,1")
    assert run("measure", "polyp-diameter", *both)[1]["code"] == "measure.drawing-refused"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"marks": []}',
        '{"marks": {"calipers": [[0]]}}',
        '{"marks": {"calipers": [[0, "x"]]}}',
        '{"marks": {"calipers": [[0, NaN], [1, 1]]}}',
        '{"marks": {}, "colour": 1}',
        '{"marks": {}, "spacing_mm": 3}',
        '{"marks": {}, "side": 3}',
        '{"marks": {}, "child": []}',
        '{"marks": {}, "child": {"age": 3}}',
        '{"marks": {}, "child": {"age_days": 3.5}}',
        '{"marks": {}, "child": {"sex": 1}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_drawing_is_refused(tmp_path, content):
    file = tmp_path / "drawing.json"
    file.write_text(content, encoding="utf-8")
    code, answer, errors = run("measure", "polyp-diameter", "--drawing", str(file))
    assert (code, answer["code"]) == (2, "measure.drawing-refused"), errors


def test_what_is_not_known_stays_unknown():
    child = child_of({})
    assert (child.age_days, child.sex, child.weight_kg) == (None, None, None)
    assert plane_of("", None).has_size is False
    assert plane_of("", 1.5).aspect == 1.5
    assert gestation_days("31+2") == 219
    assert gestation_days("") is None
    with pytest.raises(DrawingRefused):
        gestation_days("31+7")


def test_what_can_be_measured_is_listed():
    code, rows, _ = run("measure", "list")
    assert code == 0
    assert [one["recipe"] for one in rows] == list(recipes())
    (graf_row,) = [one for one in rows if one["recipe"] == "graf"]
    assert [step["name"] for step in graf_row["steps"]][:2] == ["baseline", "bony-roof"]
    code, ultrasound, _ = run("measure", "list", "--modality", "US")
    assert 0 < len(ultrasound) < len(rows)
    said = CliRunner().invoke(app, ["measure", "list", "--modality", "XX"]).stdout
    assert said == "Nothing is measured on such images.\n"


def test_the_words_say_doubts_and_sources():
    said = CliRunner().invoke(
        app,
        ["measure", "graf", "--points", BASELINE, "--points", roof(55), "--side", "L"],
    )
    assert said.exit_code == 0
    assert "left " in said.stdout and "55°" in said.stdout
    assert said.stdout.endswith("Research use only.\n")
    # the type needs the age, and nobody told it
    assert "not told: " in said.stdout


def test_a_good_text_can_be_followed():
    code, answer, errors = run("pathway", "check", str(ELBOW))
    assert (code, errors) == (0, "")
    assert (answer["pathway"], answer["version"], answer["good"]) == ("elbow-ossification", 1, True)


def test_a_broken_text_is_refused_with_each_line(tmp_path):
    file = tmp_path / "elbow.yaml"
    text = ELBOW.read_text("utf-8").replace("kind: date", "kind: day").replace("hours", "soon")
    file.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    code, answer, errors = run("pathway", "check", str(file))
    assert (code, answer["code"]) == (2, "pathway.refused")
    assert [lines[one["line"] - 1].strip() for one in answer["faults"]] == [
        "field: {kind: day}",
        "category: soon",
    ]
    for one in answer["faults"]:
        assert f"{file}:{one['line']}: {one['sentence']} {one['chinese']}" in errors.splitlines()


def test_pathways_are_listed_and_shown():
    code, rows, _ = run("pathway", "list")
    assert code == 0
    for row in rows:
        code, whole, _ = run("pathway", "show", row["pathway"])
        assert (code, whole["digest"]) == (0, row["digest"])
        said = CliRunner().invoke(app, ["pathway", "show", row["pathway"]]).stdout
        assert row["chinese"] in said and "Send:" in said
    code, text, _ = run("pathway", "show", "hip-dysplasia", "--text")
    assert text["text"].splitlines()[1] == "pathway: hip-dysplasia"
    code, protocol, _ = run("pathway", "show", "hip-dysplasia", "--viewer")
    assert protocol["id"] == "tongying.pathway.hip-dysplasia"


def test_aids_are_listed_with_what_they_ask():
    code, rows, _ = run("pathway", "aids")
    assert code == 0
    (graf_row,) = [one for one in rows if one["aid"] == "graf"]
    assert [one["name"] for one in graf_row["inputs"]] == ["alpha", "beta"]


def test_the_examples_of_the_format_page_run():
    page = (ELBOW.parents[2] / "docs" / "pathway-format.md").read_text("utf-8")
    examples = [
        shlex.split(line)[1:]
        for line in page.splitlines()
        if line.startswith("tongying measure ") and "--points" in line
    ]
    assert len(examples) == 2
    for example in examples:
        code, answer, errors = run(*example)
        assert (code, errors) == (0, "")
        assert answer["measurements"]
