"""What is said of measurements and scores: numbers as written, every sentence in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

import tongying
from tongying.norms.forms.form import Position
from tongying.norms.measure import measures
from tongying.norms.score.result import Score
from tongying.web.pages import measurement_words as words
from tongying.web.pages.sentences import said

ROOT = Path(tongying.__file__).parent
SPOKEN = (ROOT / "norms" / "score", ROOT / "web" / "measurements")
SCORE = Score(
    measure="kidney-length",
    value=78.0,
    unit="mm",
    x=1881.0,
    z=0.64,
    centile=73.9,
    z_interval=(0.41, 0.92),
    centile_interval=(65.9, 98.2),
    expected=75.2,
    low=63.1,
    high=87.4,
    limits_say="2.5th to 97.5th centile",
    between=None,
    position=Position.WITHIN,
    n_near=412,
    norm="alliance.kidney-length@1",
    population="Children",
    source="",
    foreign=False,
    signed_off=True,
    caveats=(),
)
LIMITS = replace(SCORE, z=None, centile=None, z_interval=None, centile_interval=None)


@pytest.mark.parametrize(
    ("score", "english", "chinese"),
    [
        (SCORE, "P74 (66–98.2)", "P74（66–98.2）"),
        (replace(SCORE, centile=99.95, centile_interval=None), "P>99.9", "P>99.9"),
        (replace(SCORE, centile=0.05, centile_interval=None), "P<0.1", "P<0.1"),
        (replace(LIMITS, between=(10.0, 50.0)), "P10–P50", "P10–P50"),
        (replace(LIMITS, between=(90.0, 100.0)), "above P90", "高于 P90"),
        (replace(LIMITS, between=(0.0, 10.0)), "below P10", "低于 P10"),
        (replace(LIMITS, position=Position.ABOVE), "above the limits", "高于参考范围"),
        (replace(LIMITS, position=Position.NOT_SAID), "expected 75.2 mm", "预期 75.2 mm"),
        (replace(LIMITS, position=Position.NOT_SAID, expected=None), "", ""),
    ],
)
def test_the_place_among_children(score: Score, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert words.centile_words(score) == english
    with translation.override("zh-hans"):
        assert words.centile_words(score) == chinese


def test_limits_and_units() -> None:
    assert words.limits_words(SCORE) == "63.1–87.4 mm"
    assert words.limits_words(replace(SCORE, low=None)) == "≤ 87.4 mm"
    assert words.limits_words(replace(SCORE, high=None)) == "≥ 63.1 mm"
    assert words.limits_words(replace(SCORE, low=None, high=None)) == ""
    assert words.value_words(19.0, "deg") == "19°"
    assert words.value_words(0.31, "1") == "0.31"


def test_every_area_of_measures_has_a_word() -> None:
    assert {one.area for one in measures().values()} == set(words.AREA_WORDS)


def _text(node: ast.expr) -> str:
    """Return a sentence with a number in each of its places."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(
                str(one.value) if isinstance(one, ast.Constant) else "7" for one in values
            )
    return ""


def _sentences() -> Iterator[str]:
    for path in sorted(file for folder in SPOKEN for file in folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Raise(exc=ast.Call(args=[first, *_])):
                    yield _text(first)
                case ast.Call(func=ast.Name(id="Caveat"), args=[_, second]):
                    yield _text(second)
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="faults"))], value=value):
                    yield _text(value)


def test_every_sentence_is_said_in_chinese() -> None:
    filled = {
        "The value was measured with another 7 than this norm's values; they cannot be compared.": (
            "The value was measured with another tool than this norm's values; they cannot be"
            " compared."
        ),
        "The child stands outside this norm, which covers 7 to 7 7 of 7.": (
            "The child stands outside this norm, which covers 7 to 7 d of age."
        ),
        "The 7 used is of 7, 7 days apart.": "The height used is of 2026-03-01, 7 days apart.",
        "Other norms of this measure: 77.": "Other norms of this measure: a@1, b@1.",
    }
    # Asked for by programs alone, which read English.
    programs = {
        "Values, places, sexes and sites are not equally many.",
        "A measurement error must be a number above zero.",
        "This norm prints limits only: there is no z and no centile.",
    }
    spoken = {one for one in _sentences() if one} - programs
    assert len(spoken) > 50
    with translation.override("zh-hans"):
        untold = [one for one in spoken if said(filled.get(one, one)) == filled.get(one, one)]
    assert untold == []
