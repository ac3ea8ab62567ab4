"""Files stay small, pages come from our own server alone, and lock files name no address."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src"
LONGEST = 400
LONGEST_SHEET = 600
"""A style sheet is a list of rules, read by searching; one a page."""
LONGER: dict[str, str] = {
    "tongying/web/ai/migrations/0001_initial.py": "written by Django, table after table",
    "tongying/web/evidence/migrations/0001_initial.py": "written by Django, table after table",
}
"""Files that may be longer, each with its reason."""
TEXT = {".py", ".html", ".js", ".css", ".txt"}
NAMESPACES = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/1999/xhtml",
)
"""Names, not addresses: nothing is ever fetched from there."""
SERVED = (".html", ".js", ".css", ".svg", ".json", ".txt")


def sources(*suffixes: str) -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*"))
        if path.suffix in suffixes and "__pycache__" not in path.parts
    ]


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_one_can_read():
    long = {
        str(path.relative_to(SOURCE)): lines_of(path)
        for path in sources(*TEXT)
        if lines_of(path) > (LONGEST_SHEET if path.suffix == ".css" else LONGEST)
    }
    assert long.keys() == LONGER.keys(), long
    assert all(LONGER.values())


def test_there_are_files_to_measure(tmp_path):
    assert len(sources(".py")) > 100
    longest = tmp_path / "long.py"
    longest.write_text("x = 1\n" * (LONGEST + 1))
    assert lines_of(longest) > LONGEST


def test_no_two_files_of_tests_have_one_name():
    """Pytest takes the second for the first, and collects nothing of it."""
    names = Counter(path.name for path in (REPOSITORY / "tests").rglob("*.py"))
    assert [name for name, times in names.items() if times > 1 and name != "conftest.py"] == []


def addresses(text: str) -> list[str]:
    """Return addresses of other servers: with a scheme, or without one as ``//host``."""
    for name in NAMESPACES:
        text = text.replace(name, "")
    schemes = re.findall(r"\b(?:https?|wss?):(?:\\?/){2}[^\s\"'<>)]+", text)
    bare = re.findall(r"(?:src|href|url|action)\s*[=(]\s*[\"']?(//[\w.-]+)", text)
    return schemes + bare


def test_pages_name_no_other_server():
    served = [path for path in sources(*SERVED) if {"templates", "static"} & set(path.parts)]
    assert len(served) > 20
    found = {
        str(path.relative_to(SOURCE)): addresses(path.read_text(encoding="utf-8"))
        for path in served
    }
    assert {path: where for path, where in found.items() if where} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ("@import url(//fonts.example/a.css);", True),
        ("fetch('wss://live.example')", True),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
        ('<a href="/studies/">', False),
        ("// a comment", False),
    ],
)
def test_an_address_is_recognised(text, found):
    assert bool(addresses(text)) is found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_locks_pin_every_package_by_hash_and_name_no_address(name):
    text = (REPOSITORY / name).read_text()
    assert not re.search(r"https?:|index-url|find-links|@ file|git\+", text)
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[a-zA-Z0-9._-]+(\[[\w,-]+\])?==[^\s;]+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_migrations_say_what_the_models_say(db):
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
