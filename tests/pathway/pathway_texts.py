"""Texts of pathways for tests, and children of a known age."""

from __future__ import annotations

from pathlib import Path

from tongying.measure.recipe import ChildKnown
from tongying.pathway.definition import Pathway
from tongying.pathway.reading import read_pathway

HERE = Path(__file__).parent
YEAR = 365.25


def elbow_text() -> str:
    """Return a whole pathway that is only data."""
    return (HERE / "elbow-ossification.yaml").read_text("utf-8")


def elbow() -> Pathway:
    """Return it read."""
    return read_pathway(elbow_text(), name="elbow-ossification.yaml")


def small(report: str, *, more: str = "") -> str:
    """Return a pathway with these fields, indented by nothing, and these lists at its end."""
    fields = "\n".join(f"      {line}" for line in report.strip("\n").splitlines())
    return (
        "pathway: small\nversion: 1\nname: {en: Small, zh: 小}\nspecialty: bone\n"
        "keywords: [small]\nsources: [none]\n"
        "intake:\n  - {id: sex-told, words: {en: Sex, zh: 性别}, fact: sex}\n"
        "report:\n  - id: only\n    words: {en: Findings, zh: 所见}\n    fields:\n"
        f"{fields}\n{more}"
    )


def read(text: str) -> Pathway:
    """Return the pathway of a text."""
    return read_pathway(text, name="small.yaml")


def aged(years: float) -> ChildKnown:
    """Return a child of an age."""
    return ChildKnown(age_days=round(years * YEAR))
