"""What the default install brings along, and under which licences."""

from __future__ import annotations

import re
from importlib.metadata import files, metadata
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|Zlib|CC0|HPND|Mozilla|MPL-2\.0"
)
COPYLEFT = re.compile(r"GPL|GNU|AGPL|SSPL|EUPL|CC-BY-(NC|SA)", re.IGNORECASE)
ACCEPTED = {
    "psycopg": "LGPL-3.0: a library used unchanged through its interface, replaceable by its user;"
    " only where PostgreSQL is used.",
    "psycopg-binary": "LGPL-3.0: as psycopg; its wheel also carries libpq (PostgreSQL licence).",
    "pyphen": "Under GPL 2+, LGPL 2+ or MPL 1.1 at the user's choice: taken under MPL 1.1.",
}
"""Packages whose licence needs a reason."""


def packages() -> list[str]:
    return re.findall(r"(?m)^([a-zA-Z0-9._-]+)==", (REPOSITORY / "requirements.lock").read_text())


def licence_of(name: str) -> str:
    """Return what a package says of its licence, in whichever of three ways it does."""
    told = metadata(name)
    classified = [
        one.split("::")[-1].strip()
        for one in told.get_all("Classifier") or []
        if one.startswith("License ::")
    ]
    first_line = (told.get("License") or "").strip().partition("\n")[0]
    said = " / ".join(filter(None, (told.get("License-Expression"), first_line, *classified)))
    return said or licence_in_files(name)


def licence_in_files(name: str) -> str:
    """Return the licence of a package that only ships its text, where the text is the MIT's."""
    texts = [
        path.read_text() for path in files(name) or [] if path.name.upper().startswith("LICENSE")
    ]
    permits = "Permission is hereby granted, free of charge"
    return "MIT" if texts and all(permits in text for text in texts) else ""


def refused(name: str, licence: str) -> bool:
    if name in ACCEPTED:
        return False
    return bool(COPYLEFT.search(licence)) or not PERMISSIVE.search(licence)


def test_every_package_of_the_default_install_may_be_shipped():
    names = packages()
    assert len(names) > 50
    assert {name: licence_of(name) for name in names if refused(name, licence_of(name))} == {}


def test_every_accepted_exception_is_still_needed():
    for name, reason in ACCEPTED.items():
        assert name in packages()
        assert COPYLEFT.search(licence_of(name)), name
        assert "GPL" in reason


def test_decoders_under_the_gpl_are_not_installed_by_default():
    assert not {"pylibjpeg-libjpeg", "opencv-python", "pymupdf"} & set(packages())


@pytest.mark.parametrize(
    ("licence", "no"),
    [
        ("GPL-3.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", True),
        ("", True),
        ("Proprietary", True),
        ("MIT", False),
        ("BSD License", False),
        ("Apache-2.0 OR BSD-2-Clause", False),
    ],
)
def test_the_check_bites(licence, no):
    assert refused("anything", licence) is no
