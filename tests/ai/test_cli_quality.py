"""``tongying qc``: studies of a folder, each with its flags."""

from __future__ import annotations

import json
from pathlib import Path

from made_acquisitions import clean_ct, clean_mr, write
from typer.testing import CliRunner

from tongying.services.cli import app


def _run(*arguments: str):
    return CliRunner().invoke(app, ["qc", *arguments])


def test_each_study_is_told_with_its_flags(tmp_path: Path) -> None:
    write(clean_ct(2), tmp_path / "clean")
    images = clean_mr(3)
    for image in images:
        image.PatientSex = ""
    write(images, tmp_path / "nameless")
    (tmp_path / "notes.txt").write_text("not DICOM")
    result = _run(str(tmp_path), "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    kinds = {one["study"]: [flag["kind"] for flag in one["flags"]] for one in answer["studies"]}
    assert kinds == {"1.2.826.2": [], "1.2.826.3": ["sex-missing"]}
    assert answer["not_dicom"] == ["notes.txt"]
    (flag,) = next(one["flags"] for one in answer["studies"] if one["flags"])
    assert flag["value"] == 16
    assert "性别" in flag["chinese"]


def test_words_say_it_too(tmp_path: Path) -> None:
    write(clean_ct(2), tmp_path)
    result = _run(str(tmp_path))
    assert "1.2.826.2: 16 files, 0 flags" in result.stdout
    assert "Research use only." in result.stdout


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    result = _run(str(tmp_path), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["code"] == "qc.nothing"
    assert _run(str(tmp_path / "none"), "--json").exit_code == 2
