"""``tongying norms``: what a script sees, refusals included."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from typer.testing import CliRunner

from tongying.norms.distributions.registry import family_of
from tongying.services.cli import app

YEAR = 365.25


def run(*words: str) -> tuple[int, Any, str]:
    answer = CliRunner().invoke(app, ["norms", *words, "--json"], env={"TONGYING_DATA": None})
    return answer.exit_code, json.loads(answer.stdout) if answer.stdout else None, answer.stderr


def table(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def children(count: int, seed: int = 3) -> list[dict[str, object]]:
    """Kidneys of made-up children: median 50 mm at birth to 104 at 9 years, spread 8 %."""
    random = np.random.default_rng(seed)
    age = 9 * YEAR * random.random(count)
    middle = 50 + 6 * age / YEAR
    natural = np.stack([middle, np.full(count, 0.08), np.ones(count)])
    value = family_of("bccg").value(random.standard_normal(count), natural)
    return [
        {
            "subject": f"c{index}",
            "site": ("WH", "XT")[index % 2],
            "sex": "FM"[index // 2 % 2],
            "age_days": round(float(age[index]), 1),
            "value": round(float(value[index]), 2),
            "unit": "mm",
        }
        for index in range(count)
    ]


FIT = (
    "--measure=kidney-length", "--route=direct", "--norm-id=trial.kidney-length@1",
    "--population=Made-up children", "--tool=caliper", "--replicates=20", "--families=bccg",
)  # fmt: skip


def test_the_catalogue_says_what_each_norm_is_and_that_nobody_signed_it() -> None:
    code, rows, _ = run("catalogue")
    assert code == 0
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows) > 60
    china = by_id["china-2013.height@1"]
    assert {"id", "measure", "population", "source", "signed_off"} <= set(china)
    assert china["signed_off"] is False
    assert china["country"] == "CN"
    assert by_id["who-2006.weight@1"]["foreign"] is True
    code, few, _ = run("catalogue", "--measure", "kidney-length")
    assert {row["measure"] for row in few} == {"kidney-length"}


def test_a_score_carries_what_the_contract_names() -> None:
    # China 2013, boys of 4 years: M 104.1 cm would be centile 50 (Zong and Li 2013, table of LMS).
    code, answer, _ = run(
        "score", "--norm", "china-2013.height@1", "--value", "104.1", "--age-days", "1461",
        "--sex", "M",
    )  # fmt: skip
    assert code == 0
    assert {"z", "centile", "centile_interval", "n_near", "norm", "caveats"} <= set(answer)
    assert answer["norm"] == "china-2013.height@1"
    assert answer["centile"] == pytest.approx(50, abs=2)
    assert answer["centile_interval"] is None
    assert "norms.interval-unknown" in {one["code"] for one in answer["caveats"]}


BOY_OF_4 = ("--norm", "china-2013.height@1", "--age-days", "1461", "--sex", "M")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--value", "104", *BOY_OF_4[:4]), "norms.sex-unknown"),
        (("--value", "104", *BOY_OF_4, "--age-days", "9000"), "norms.age-outside"),
        (("--value", "104", *BOY_OF_4[:2], "--sex", "M"), "norms.age-unknown"),
        (("--value", "104", *BOY_OF_4, "--age-days", "-3"), None),
        (("--value", "104", *BOY_OF_4, "--sex", "1"), "norms.sex-refused"),
        (("--value", "10400", *BOY_OF_4), "norms.value-impossible"),
        (("--value", "104", "--unit", "kg", *BOY_OF_4), "norms.unit-mismatch"),
        (("--value", "104", *BOY_OF_4, "--norm", "no-such@1"), "norms.norm-unknown"),
        (("--value", "104", "--age-days", "1461"), "norms.nothing-asked"),
        (
            ("--value", "80", *BOY_OF_4, "--norm", "buechel-2009.lv-edv@1"),
            "norms.size-unknown",
        ),
        (
            ("--value", "30", "--norm", "luis-2025.fetal-transcerebellar-diameter@1"),
            "norms.age-unknown",
        ),
    ],
)
def test_a_refusal_exits_with_2_a_code_and_one_sentence(
    words: tuple[str, ...], code: str | None
) -> None:
    status, answer, said = run("score", *words)
    assert status == 2
    assert code is None or answer["code"] == code
    assert answer["error"] == said.strip()
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1


def test_a_table_becomes_a_norm_that_scores_and_is_exported(tmp_path: Path) -> None:
    path, out = table(tmp_path / "kidneys.csv", children(1400)), tmp_path / "norm.json"
    code, answer, said = run("fit", str(path), "--out", str(out), *FIT)
    assert code == 0, said
    assert answer["used"] == 1400
    assert answer["norm"] == "trial.kidney-length@1"
    # The truth at 4 years is 50 + 6*4 = 74 mm; 8 % above it is z = 1.
    asked = ("--norm-file", str(out), "--age-days", str(4 * YEAR), "--sex", "F")
    code, at, _ = run("score", *asked, "--value", str(74 * 1.08), "--site", "WH")
    assert code == 0
    assert at["z"] == pytest.approx(1.0, abs=0.25)
    low, high = at["centile_interval"]
    assert low < at["centile"] < high
    assert at["n_near"] > 10
    code, refused, _ = run("score", *asked, "--value", "74", "--site", "ELSEWHERE")
    assert (code, refused["code"]) == (2, "norms.site-uncalibrated")
    code, refused, _ = run("score", *asked, "--value", "74", "--site", "WH", "--tool", "ruler")
    assert (code, refused["code"]) == (2, "norms.method-mismatch")

    sheet, resource = tmp_path / "norm.csv", tmp_path / "norm.fhir.json"
    code, told, _ = run(
        "release", str(out), "--csv", str(sheet), "--fhir", str(resource), "--before", str(out)
    )
    assert code == 0
    assert told["sha256"] == answer["sha256"]
    assert told["difference"]["fields"] == []
    assert told["may_be_released"] is True
    assert json.loads(resource.read_text())["resourceType"] == "ObservationDefinition"
    assert answer["sha256"] in sheet.read_text("utf-8-sig")
    code, again, _ = run("release", str(out), "--csv", str(sheet))
    assert (code, again["code"]) == (2, "norms.out-taken")


def test_a_changed_document_is_no_norm(tmp_path: Path) -> None:
    path, out = table(tmp_path / "kidneys.csv", children(260)), tmp_path / "norm.json"
    assert run("fit", str(path), "--out", str(out), *FIT)[0] == 0
    out.write_text(out.read_text("utf-8").replace('"measure":', '"measures":'), "utf-8")
    code, answer, _ = run("release", str(out))
    assert code == 2
    assert answer["code"]


def test_every_wrong_row_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    rows = children(300)
    rows[0]["sex"] = "1"
    rows[1]["unit"] = "kg"
    rows[2]["age_days"] = "-4"
    rows[3]["site"] = ""
    rows[4]["value"] = "abc"
    rows[6] = dict(rows[5])
    path, out = table(tmp_path / "kidneys.csv", rows), tmp_path / "norm.json"
    code, answer, said = run("fit", str(path), "--out", str(out), *FIT)
    assert (code, answer["code"]) == (2, "norms.rows-refused")
    # Unreadable cells are told first: nothing else is looked at until they are right.
    assert "row 3:" in said
    assert "row 6:" in said
    assert not out.exists()

    code, answer, said = run("fit", str(path), "--out", str(out), "--skip-refused", *FIT)
    assert code == 0, said
    assert {one["row"] for one in answer["refused"]} == {2, 3, 4, 5, 6, 8}
    assert answer["used"] == 294


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("subject,site,sex\n", "norms.table-column"),
        ("subject,site,sex,value,colour\n", "norms.table-column"),
        ("", "norms.table-column"),
    ],
)
def test_a_table_without_its_columns_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    status, answer, _ = run("fit", str(path), "--out", str(tmp_path / "n.json"), *FIT)
    assert (status, answer["code"]) == (2, code)


def test_too_few_children_make_no_norm(tmp_path: Path) -> None:
    path, out = table(tmp_path / "few.csv", children(30)), tmp_path / "norm.json"
    code, answer, _ = run("fit", str(path), "--out", str(out), *FIT)
    assert (code, answer["code"]) == (2, "norms.too-few-to-fit")
    assert not out.exists()


def test_a_table_is_scored_as_one_value_is(tmp_path: Path) -> None:
    path, out = tmp_path / "heights.csv", tmp_path / "scored.csv"
    path.write_text("child,value,x,sex\na,104.1,1461,M\nb,104.1,1461,\nc,104.1,99999,F\n")
    code, answer, said = run(
        "score-table", str(path), "--norm", "china-2013.height@1", "--out", str(out)
    )
    assert code == 0, said
    assert answer["rows"] == {"norms.age-outside": 1, "norms.sex-unknown": 1, "scored": 1}
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["child"] for row in rows] == ["a", "b", "c"]
    _, one, _ = run("score", "--value", "104.1", *BOY_OF_4)
    assert float(rows[0]["z"]) == pytest.approx(one["z"], abs=1e-4)
    assert (rows[1]["z"], rows[1]["refusal"]) == ("", "norms.sex-unknown")


def values(path: Path, count: int) -> Path:
    """Values at even steps of probability of a normal distribution of mean 100 and SD 10."""
    steps = (np.arange(count) + 0.5) / count
    path.write_text("value\n" + "\n".join(f"{100 + 10 * z:.3f}" for z in ndtri(steps)))
    return path


def test_limits_of_a_column_say_how_well_they_are_known(tmp_path: Path) -> None:
    code, answer, _ = run("interval", str(values(tmp_path / "v.csv", 400)), "--route", "direct")
    assert code == 0
    assert answer["low"] == pytest.approx(80.4, abs=0.7)
    assert answer["high"] == pytest.approx(119.6, abs=0.7)
    assert answer["low_ci"][0] < answer["low"] < answer["low_ci"][1]
    code, answer, _ = run("interval", str(values(tmp_path / "few.csv", 30)), "--route", "direct")
    assert (code, answer["low"]) == (0, None)
    code, answer, _ = run("interval", str(tmp_path / "v.csv"), "--route", "indirect")
    assert (code, answer["code"]) == (2, "norms.indirect-refused")
    code, answer, _ = run("interval", str(tmp_path / "v.csv"), "--route", "mixed")
    assert (code, answer["code"]) == (2, "norms.route")


def test_a_check_on_twenty_children_says_how_weak_it_is(tmp_path: Path) -> None:
    path = tmp_path / "twenty.csv"
    path.write_text("value\n" + "\n".join(["100"] * 18 + ["130"] * 2))
    code, answer, _ = run("verify", str(path), "--low", "80", "--high", "120")
    assert (code, answer["verdict"], answer["allowed"]) == (0, "accepted", 2)
    chances = {part: round(chance, 3) for part, chance in answer["accepted_if"]}
    assert chances == {0.05: 0.925, 0.1: 0.677, 0.2: 0.206}
    path.write_text("value\n" + "\n".join(["100"] * 19))
    assert run("verify", str(path), "--low", "80", "--high", "120")[0] == 2


@pytest.mark.parametrize("text", ["", "x\n1\n", "value,x\n", "value,x\nabc,1\n"])
def test_a_table_of_values_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    path, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    path.write_text(text)
    code, answer, _ = run(
        "score-table", str(path), "--norm", "china-2013.height@1", "--out", str(out)
    )
    assert (code, answer["code"]) == (2, "norms.values-unusable")
    assert not out.exists()
