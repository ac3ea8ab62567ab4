"""``ai evaluate`` and ``ai monitor``: figures in words and JSON, refusals with exit code 2."""

from __future__ import annotations

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tongying.ai.evaluation.mrmc import Random, Readings, compare_readings
from tongying.services.cli_ai_evidence import evaluate, monitor, readers


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("evaluate")(evaluate)
    app.command("monitor")(monitor)
    app.command("readers")(readers)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def tables(tmp_path):
    random = np.random.default_rng(1)
    truth, first, second = ["study,truth,child,age_days,sex"], ["study,called,score"], []
    second = ["study,called,score"]
    for at in range(120):
        ill = at % 3 == 0
        truth.append(f"s{at},{'yes' if ill else 'no'},c{at},{at * 50},{'FM'[at % 2]}")
        for lines, skill in ((first, 2.5), (second, 0.5)):
            score = 1 / (1 + np.exp(-(random.standard_normal() + skill * (ill - 0.5))))
            lines.append(f"s{at},{'yes' if score > 0.5 else 'no'},{score:.4f}")
    for name, lines in (("truth", truth), ("first", first), ("second", second)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_an_evaluation_in_json_and_words(run, tables):
    words = ("--predictions", tables / "first.csv", "--truth", tables / "truth.csv")
    small = (*words, "--replicates", 50)
    done = run("evaluate", *small, "--against", tables / "second.csv", "--json")
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert answer["overall"]["n"] == 120
    assert answer["overall"]["auc"]["value"] > 0.8
    assert set(answer["strata"]) == {"age_band", "sex", "manufacturer", "site"}
    assert answer["head_to_head"]["area"]["difference"] > 0.1
    assert (
        done.stdout == run("evaluate", *small, "--against", tables / "second.csv", "--json").stdout
    )
    told = run("evaluate", *small, "--against", tables / "second.csv").stdout
    assert "age_band 12-17" in told
    assert "less the other's" in told


def test_a_wrong_table_is_refused(run, tables):
    broken = tables / "broken.csv"
    broken.write_text("study,called\ns1,maybe\n", encoding="utf-8")
    truth = ("--truth", tables / "truth.csv")
    done = run("evaluate", "--predictions", broken, *truth, "--json")
    assert (done.exit_code, json.loads(done.stdout)["code"]) == (2, "ai.evaluation-refused")
    done = run("evaluate", "--predictions", tables / "none.csv", *truth, "--json")
    assert (done.exit_code, json.loads(done.stdout)["code"]) == (2, "ai.table-unreadable")
    broken.write_bytes(b"study\n\xff\xfe\n")
    assert run("evaluate", "--predictions", broken, *truth).exit_code == 2


def test_a_history_is_watched(run, tmp_path):
    random = np.random.default_rng(2)
    lines = ["run,refused,called,input.vendor"]
    for at in range(600):
        vendor = "UIH" if at >= 300 else ("GE", "Siemens")[int(random.random() < 0.5)]
        lines.append(f"r{at},no,{'yes' if random.random() < 0.2 else 'no'},{vendor}")
    table = tmp_path / "history.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ("monitor", "--history", table, "--baseline", 200, "--studies-per-year", 1000)
    answer = json.loads(run(*words, "--json").stdout)
    first = answer["alarms"][0]
    assert (first["monitor"], first["variable"], first["run"]) == ("input", "vendor", "r399")
    assert {row["variable"] for row in answer["promise"]} >= {"vendor", "rate-up", "rate-down"}
    told = run(*words).stdout
    assert "r399: The last 100 studies differ" in told
    done = run("monitor", "--history", table, "--baseline", 50, "--studies-per-year", 9, "--json")
    assert (done.exit_code, json.loads(done.stdout)["code"]) == (2, "ai.monitor-refused")


def test_readers_with_and_without(run, tmp_path):
    random = np.random.default_rng(5)
    ill = np.arange(30) < 12
    ratings = random.standard_normal((2, 5, 30)) + ill * np.array([0.6, 1.4])[:, None, None]
    lines = ["case,way,reader,rating,truth"]
    for way, reader, case in np.ndindex(*ratings.shape):
        rating = float(ratings[way, reader, case])
        lines.append(f"c{case},w{way},r{reader},{rating!r},{int(ill[case])}")
    table = tmp_path / "readings.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = json.loads(run("readers", "--readings", table, "--json").stdout)
    assert (answer["ways"], len(answer["readers"])) == (["w0", "w1"], 5)
    test = answer["tests"]["readers-and-cases"]
    wanted = compare_readings(Readings(ratings, ill)).tests[Random.READERS_AND_CASES]
    assert [test["f"], *test["df"], test["p"]] == pytest.approx(
        [wanted.statistic, *wanted.degrees, wanted.p], rel=1e-9
    )
    told = run("readers", "--readings", table).stdout
    assert f"for other readers and cases: F {wanted.statistic:.4g}" in told
    for broken in (
        lines[:-1],
        [*lines, lines[-1]],
        [*lines[:-1], "c29,w1,r4,3.0,1"],
        [*lines[:-1], "c29,w1,r4,high,1"],
        [*lines[:-1], "c29,w1,r4,3.0"],
        ["case,way", *lines[1:]],
    ):
        table.write_text("\n".join(broken) + "\n", encoding="utf-8")
        done = run("readers", "--readings", table, "--json")
        assert (done.exit_code, json.loads(done.stdout)["code"]) == (2, "ai.evaluation-refused")
