"""``tongying capacity`` as a script calls it: JSON, words, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ENOUGH_S = 280
SMALL = """
name = "small"
[demand]
hospitals = 3
cases_per_day = 30
growth_percent_per_year = 20
urgency = { routine = 1.0 }
modality = { CT = 1.0 }
[service]
median_minutes = { CT = 18 }
[staff]
growth_percent_per_year = 4.1
[[group]]
name = "all"
experts = 3
shift = [{ from = "08:00", to = "18:00" }]
[[lever]]
name = "nights"
[[lever.group]]
name = "n"
experts = 2
shift = [{ from = "18:00", to = "08:00", on_duty = 1 }]
[horizon]
days = 2
warm_up_days = 1
seeds = [1, 2]
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongying.services.cli", "capacity", *arguments],
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        env={key: value for key, value in os.environ.items() if not key.startswith("TONGYING_")},
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_json_carries_growth_and_bands(small):
    done = run(str(small), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert round(result["workload_growth_percent"], 1) == 15.3
    assert round(result["doubling_years"], 1) == 4.9
    assert (round(result["factor_5y"], 2), round(result["factor_7y"], 2)) == (2.04, 2.70)
    assert result["sampled"] == {
        "years": [0],
        "lever_years": [0],
        "days": 2,
        "warm_up_days": 1,
        "cool_down_days": 7,
        "seeds": [1, 2],
        "cases": result["sampled"]["cases"],
    }
    assert [one["lever"] for one in result["results"]] == ["", "nights"]
    band = result["results"][0]["figures"]["within_6h"]
    assert 0 <= band["low"] <= band["median"] <= band["high"] <= 1
    assert band["runs"] == 2


def test_the_same_seeds_give_the_same_answer_in_words(small):
    first, second = run(str(small), "--seeds", "1"), run(str(small), "--seeds", "1")
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert (
        "+15.3 % a year, doubled after 4.9 years; x2.04 after 5 and x2.70 after 7" in first.stdout
    )
    assert "nights" in first.stdout
    assert "Each year is sampled: days measured 2" in first.stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("hospitals = 3", "hospitals = 3\nbeds = 1"), "demand.beds"),
        (("cases_per_day = 30", "cases_per_day = 300"), "the queue would grow for ever"),
        (('name = "small"', 'name = "small'), "not TOML: line 2"),
    ],
)
def test_a_bad_scenario_ends_with_2_and_one_sentence(tmp_path, change, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.replace(*change, 1), encoding="utf-8")
    done = run(str(path), "--json")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert json.loads(done.stdout)["code"] == "capacity.scenario"


def test_a_file_that_cannot_be_read(tmp_path):
    done = run(str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in run(str(tmp_path / "binary.toml")).stderr


def test_the_example_is_a_scenario_with_its_sources():
    done = run("--example")
    assert tomllib.loads(done.stdout)["demand"]["hospitals"] == 123
    assert "# source C" in done.stdout
