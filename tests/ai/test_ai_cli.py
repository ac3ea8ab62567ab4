"""The command line of models: cards, packs, and runs behind the gate."""

from __future__ import annotations

import json
import zipfile

import pytest
from pack_making import (
    SERIES,
    STUDY,
    block,
    card_text,
    make_pack,
    threshold_network,
    write_study,
)
from typer.testing import CliRunner

from tongying.ai.answer_files import read_answer
from tongying.services.ai_pool import end_warm_processes
from tongying.services.cli import app

SETTINGS = {
    "task": "segmentation",
    "axes": "SPL",
    "spacing-mm": "native",
    "shape": "native",
    "values": "window 0 1000",
    "activation": "softmax",
    "labels": "1 box | Box | 盒",
    "measures": "box=brain-volume",
}
FILES = {"net.onnx": threshold_network()}
TEXT = card_text("net.onnx", runtime="onnx", files=FILES, settings=SETTINGS)


def call(*words):
    return CliRunner().invoke(app, ["ai", *map(str, words)])


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """One for all, so that its process stays warm."""
    folder = tmp_path_factory.mktemp("packs") / "pack"
    make_pack(folder, TEXT, FILES)
    return folder


@pytest.fixture(autouse=True, scope="module")
def no_process_stays():
    yield
    end_warm_processes()


def run(tmp_path, pack, study, *more):
    return call(
        "run", "--model", pack, "--study", study, "--out", tmp_path / "out",
        "--data", tmp_path / "data", *more,
    )  # fmt: skip


def test_every_shipped_card_is_listed_with_what_one_asks_of_it(tmp_path):
    done = call("list", "--data", tmp_path / "none", "--json")
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert len(rows) >= 5
    for row in rows:
        assert {"id", "status", "card"} <= row.keys()
        assert {"age", "modality", "evidence", "licence", "status"} <= row["card"].keys()
        assert row["status"] in ("ready", "runtime-missing", "pack-broken", "elsewhere")
    assert call("list", "--data", tmp_path).stdout.count("\n") == len(rows)


def test_a_card_is_shown(tmp_path):
    assert "Research use only." in call("show", "triage", "--data", tmp_path).stdout
    shown = json.loads(call("show", "triage", "--data", tmp_path, "--json").stdout)
    assert shown["card"]["method"] == "rule"
    assert call("show", "triage", "--text").stdout.startswith("card: triage")
    done = call("show", "no-such-model", "--data", tmp_path)
    assert done.exit_code == 2
    assert "no-such-model" in done.stderr


def test_faults_of_a_card_with_their_lines(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text(TEXT)
    assert call("check", path).exit_code == 0
    path.write_text(TEXT.replace("vendor: Tests", "vender: Tests").replace("n: 1\n", "n: none\n"))
    done = call("check", path, "--json")
    assert done.exit_code == 2
    faults = json.loads(done.stdout)["faults"]
    assert len(faults) >= 3
    assert all(f"card.yaml:{one['line']}: " in done.stderr for one in faults)


@pytest.mark.parametrize("harm", ["none", "file", "setting"])
def test_a_pack_is_checked(tmp_path, harm):
    pack = tmp_path / "pack"
    make_pack(pack, TEXT, FILES)
    if harm == "file":
        (pack / "net.onnx").write_bytes(b"other")
    if harm == "setting":
        wrong = {**SETTINGS, "axes": "XYZ"}
        text = card_text("net.onnx", runtime="onnx", files=FILES, settings=wrong)
        (pack / "card.yaml").write_text(text)
    archive = tmp_path / "pack.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in pack.iterdir():
            packed.write(path, path.name)
    for source in (pack, archive):
        done = call("check", source, "--json")
        assert done.exit_code == (0 if harm == "none" else 2)
        if harm != "none":
            assert json.loads(done.stdout)["code"] == "ai.pack-broken"


def test_a_run_behind_the_gate(tmp_path, pack):
    study = tmp_path / "study"
    write_study(study)
    (study / "notes.txt").write_text("no DICOM")
    done = run(tmp_path, pack, study, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "out/result.json").read_text())
    assert (told["study"], told["admission"]["series"]) == (STUDY, [SERIES])
    assert told["refusal"] is None
    answer = read_answer(tmp_path / "out" / told["answer"])
    assert (answer.masks[0].mask == (block() > 500)).all()
    again = run(tmp_path, pack, study)
    assert again.exit_code == 2
    assert "nothing is written over" in again.stderr


def test_the_same_study_gives_the_same_result_twice(tmp_path, pack):
    write_study(tmp_path / "study")
    told = []
    for number in range(2):
        out = tmp_path / f"out{number}"
        done = call("run", "--model", pack, "--study", tmp_path / "study", "--out", out, "--json")
        told.append(json.loads(done.stdout))
    for key in ("input_digest", "result_digest", "card_sha256"):
        assert told[0][key] == told[1][key]
        assert len(told[0][key]) == 64


def test_outside_its_card_a_model_does_not_run(tmp_path, pack):
    study = tmp_path / "study"
    write_study(study, PatientBirthDate="19800101", PatientAge="046Y", ImageType=["DERIVED", "X"])
    done = run(tmp_path, pack, study, "--json")
    assert done.exit_code == 2
    told = json.loads((tmp_path / "out/result.json").read_text())
    assert told["refusal"]["code"] == "ai.not-admitted"
    codes = [one["code"] for one in told["refusal"]["reasons"]]
    assert codes[0] == "ai.age-outside"
    assert "ai.original-outside" in codes
    assert all(code in done.stderr for code in codes)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["result.json"]


def test_a_refusal_while_it_runs_is_a_result_too(tmp_path, pack):
    study = tmp_path / "study"
    for path in write_study(study)[1:]:
        path.unlink()
    done = run(tmp_path, pack, study)
    assert done.exit_code == 2
    refusal = json.loads((tmp_path / "out/result.json").read_text())["refusal"]
    assert refusal["code"].startswith("dicom.")
    assert refusal["code"] in done.stderr


def test_an_earlier_study_is_of_the_same_child(tmp_path, pack):
    write_study(tmp_path / "study")
    write_study(tmp_path / "prior", PatientID="OTHER")
    done = run(tmp_path, pack, tmp_path / "study", "--prior", tmp_path / "prior", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["code"] == "ai.prior-of-another-child"
    assert not (tmp_path / "out").exists()


def test_what_is_no_study_or_no_table(tmp_path, pack):
    (tmp_path / "empty").mkdir()
    assert run(tmp_path, pack, tmp_path / "empty").exit_code == 2
    write_study(tmp_path / "study")
    (tmp_path / "given.json").write_text("[1]")
    done = run(tmp_path, pack, tmp_path / "study", "--given", tmp_path / "given.json")
    assert done.exit_code == 2
    assert "no JSON object" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_installed_pack_is_listed_run_and_said_to_be_broken(tmp_path, pack):
    from tongying.ai.pack import install_pack

    data = tmp_path / "data"
    folder = install_pack(pack, data / "packs").folder
    listed = {one["id"]: one for one in json.loads(call("list", "--data", data, "--json").stdout)}
    assert listed["test-model"]["status"] == "ready"
    assert call("show", "test-model-1.0.0", "--data", data).exit_code == 0
    (folder / "net.onnx").write_bytes(b"other")
    listed = {one["id"]: one for one in json.loads(call("list", "--data", data, "--json").stdout)}
    assert listed["test-model"]["status"] == "pack-broken"
    (folder / "card.yaml").write_text("card: 1")
    listed = {one["id"]: one for one in json.loads(call("list", "--data", data, "--json").stdout)}
    assert listed["test-model-1.0.0"]["card"] is None
