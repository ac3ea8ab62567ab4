"""The fetcher, with an npm of our own that packs what the test put there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
SCRIPT = REPO / "scripts" / "fetch_assets.py"
LIST = ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{}</svg>'
MEMBERS = {
    "package/LICENSE": b"free",
    "package/dist/a.js": b'__webpack_require__.p = "/";\n' * 400,
    "package/dist/deep/b.js": b"not kept",
    "package/../../evil.js": b"evil",
    "package/icons/outline/list.svg": ICON.format(
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M9 6l11 0"/>'
    ).encode(),
    "package/icons/outline/other.svg": ICON.format('<path d="M1 1"/>').encode(),
}
NPM = """#!/bin/sh
echo "$@" >> "$NPM_CALLS"
[ -f "$NPM_TARBALL" ] || { echo "npm error code E404" >&2; exit 1; }
while [ "$1" != "--pack-destination" ]; do shift; done
cp "$NPM_TARBALL" "$2/thing-1.0.0.tgz"
"""


def tarball() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, content in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return raw.getvalue()


class Bench:
    """A copy of the script with its own list, and a fake npm first on the path."""

    def __init__(self, folder: Path) -> None:
        self.target = folder / "vendor"
        self.calls = folder / "calls"
        self.tarball = folder / "served.tgz"
        self.tarball.write_bytes(tarball())
        self.script = folder / "fetch_assets.py"
        self.script.write_bytes(SCRIPT.read_bytes())
        (folder / "bin").mkdir()
        npm = folder / "bin" / "npm"
        npm.write_text(NPM)
        npm.chmod(0o755)
        self.env = os.environ | {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "NPM_CALLS": str(self.calls),
            "NPM_TARBALL": str(self.tarball),
        }
        self.entry: dict[str, object] = {
            "package": "thing",
            "version": "1.0.0",
            "sha512": base64.b64encode(hashlib.sha512(tarball()).digest()).decode(),
            "to": "static/thing",
            "gzip": True,
            "keep": {"LICENSE": "LICENSE", "dist/*.js": ""},
            "rewrite": [
                {"files": "*.js", "pattern": '"/"', "put": '"/viewer/"', "times": 400},
            ],
            "sprite": {"from": "icons/outline", "to": "icons.svg", "names": ["list"]},
        }

    def run(self) -> subprocess.CompletedProcess[str]:
        self.script.with_name("assets.json").write_text(json.dumps([self.entry]))
        return subprocess.run(
            [sys.executable, str(self.script), str(self.target)],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self) -> set[str]:
        if not self.target.is_dir():
            return set()
        return {
            path.relative_to(self.target).as_posix()
            for path in self.target.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_keeps_rewrites_and_compresses(bench: Bench) -> None:
    done = bench.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert bench.files() == {
        ".stamps/static-thing.json",
        "static/thing/LICENSE",
        "static/thing/a.js",
        "static/thing/a.js.gz",
        "static/thing/icons.svg",
    }
    script = (bench.target / "static/thing/a.js").read_bytes()
    assert script == b'__webpack_require__.p = "/viewer/";\n' * 400
    assert gzip.decompress((bench.target / "static/thing/a.js.gz").read_bytes()) == script
    sprite = (bench.target / "static/thing/icons.svg").read_text()
    assert sprite.count("<symbol") == 1
    assert 'id="list"' in sprite
    assert "M9 6l11 0" in sprite
    assert "M0 0h24v24H0z" not in sprite
    assert "--ignore-scripts" in bench.calls.read_text()


def test_second_run_does_nothing(bench: Bench) -> None:
    bench.run()
    again = bench.run()
    assert (again.returncode, again.stdout) == (0, "")
    assert len(bench.calls.read_text().splitlines()) == 1


@pytest.mark.parametrize("harm", ["lost", "stray", "cut"])
def test_a_damaged_directory_is_made_again(bench: Bench, harm: str) -> None:
    bench.run()
    kept = bench.target / "static/thing/a.js"
    whole = bench.files()
    if harm == "lost":
        kept.unlink()
    elif harm == "stray":
        kept.with_name("stray.js").write_text("?")
    else:
        kept.write_bytes(b"cut")
    assert bench.run().returncode == 0
    assert bench.files() == whole
    assert len(bench.calls.read_text().splitlines()) == 2


def test_another_digest_is_refused_and_what_was_there_stays(bench: Bench) -> None:
    bench.run()
    before = bench.files()
    bench.entry["sha512"] = base64.b64encode(bytes(64)).decode()
    refused = bench.run()
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "thing@1.0.0 is not the package we know" in refused.stderr
    assert bench.files() == before


def test_another_digest_at_first_leaves_nothing(bench: Bench) -> None:
    bench.tarball.write_bytes(tarball() + b"\0")
    assert bench.run().returncode == 2
    assert bench.files() == set()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"keep": {"gone.js": ""}, "rewrite": []}, "lacks gone.js"),
        ({"sprite": {"from": "icons/outline", "to": "i.svg", "names": ["nope"]}}, "lacks nope"),
        (
            {"rewrite": [{"files": "*.js", "pattern": '"/"', "put": "", "times": 8}]},
            "matched 400 times",
        ),
    ],
)
def test_a_package_that_changed_is_refused(
    bench: Bench, change: dict[str, object], reason: str
) -> None:
    bench.entry |= change
    refused = bench.run()
    assert refused.returncode == 2
    assert reason in refused.stderr
    assert bench.files() == set()


def test_npm_that_fails_or_is_missing_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    bench.tarball.unlink()
    failed = bench.run()
    assert failed.returncode == 2
    assert failed.stderr == "npm could not fetch thing@1.0.0 (npm error code E404).\n"
    bench.env["PATH"] = str(tmp_path / "empty")
    missing = bench.run()
    assert missing.returncode == 2
    assert missing.stderr.startswith("npm is needed")


def test_the_list_is_whole() -> None:
    assets = json.loads((REPO / "scripts" / "assets.json").read_text(encoding="utf-8"))
    assert {entry["package"] for entry in assets} == {
        "@ohif/app",
        "htmx.org",
        "tus-js-client",
        "@tabler/icons",
        "axe-core",
        "fhir",
    }
    for entry in assets:
        assert len(base64.b64decode(entry["sha512"])) == 64
        assert entry["licence"]
        assert "LICENSE" in entry["keep"], "every package brings its licence"
    targets = [entry["to"] for entry in assets]
    assert len(targets) == len(set(targets))
