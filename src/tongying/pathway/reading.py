"""A pathway read from its text; docs/pathway-format.md says what may stand in it.

Every fault is found in one reading, each with its line, so that whoever wrote the text mends it
once.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from tongying.consult.critical import Category
from tongying.consult.specialty import Specialty
from tongying.pathway.cross_checks import check_adult_rules, check_references
from tongying.pathway.definition import (
    AgeSpan,
    CriticalFinding,
    FollowUp,
    Pathway,
    Section,
    Source,
    TeachingLink,
    Words,
)
from tongying.pathway.entry import Entry, source_of
from tongying.pathway.faults import Faults
from tongying.pathway.field_reading import read_condition, read_field
from tongying.pathway.intake_reading import read_intake
from tongying.pathway.viewing_reading import read_hangings, read_measurements
from tongying.pathway.yaml_tree import Items, tree_of

LAST_VERSION = 100_000
MOST_FIELDS = 300
KEPT_TEXTS = 64
"""Texts whose pathway is remembered: those that ship and those that hospitals' cases follow."""


def read_pathway(text: str, *, name: str) -> Pathway:
    """Return the pathway that a text describes.

    Parameters
    ----------
    text : str
        YAML as docs/pathway-format.md describes it.
    name : str
        How the text is called in a refusal, such as its file's name.

    Raises
    ------
    PathwayRefused
        If anything in it is wrong, missing or not known; with every fault and its line.
    """
    return _read(text, name)


def digest_of(text: str) -> str:
    """Return the SHA-256 by which a pathway's text is known."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=KEPT_TEXTS)
def _read(text: str, name: str) -> Pathway:
    faults = Faults()
    tree = tree_of(text, name=name)
    root = Entry(tree, "pathway", faults)
    pathway = Pathway(
        id=root.id("pathway"),
        version=root.whole("version", low=1, high=LAST_VERSION),
        digest=digest_of(text),
        name=root.words("name", must=True) or Words("", ""),
        specialty=root.one_of("specialty", Specialty) or Specialty.PAEDIATRICS,
        ages=root.ages() or AgeSpan(),
        keywords=root.texts("keywords", must=True),
        intake=read_intake(root),
        hangings=read_hangings(root),
        measurements=read_measurements(root),
        sections=_sections(root),
        critical=_critical(root),
        follow_up=_follow_up(root),
        teaching=_teaching(root),
        sources=_sources(root, faults),
    )
    root.done()
    check_references(pathway, root, faults)
    check_adult_rules(tree, pathway.ages, faults)
    faults.check(name)
    return pathway


def _sections(root: Entry) -> tuple[Section, ...]:
    sections = []
    count = 0
    for entry in root.entries("report", must=True):
        fields = tuple(
            field
            for one in entry.entries("fields", must=True)
            if (field := read_field(one)) is not None
        )
        sections.append(
            Section(entry.id(), entry.words("words", must=True) or Words("", ""), fields)
        )
        entry.done()
        count += len(fields)
    if count > MOST_FIELDS:
        root.fault(
            root.line_of("report"),
            f"A report has at most {MOST_FIELDS} fields.",
            f"报告字段不超过{MOST_FIELDS}个。",
        )
    return tuple(sections)


def _critical(root: Entry) -> tuple[CriticalFinding, ...]:
    found = []
    for entry in root.entries("critical"):
        found.append(
            CriticalFinding(
                id=entry.id(),
                category=entry.one_of("category", Category) or Category.MINUTES,
                words=entry.words("words", must=True) or Words("", ""),
                source=entry.source(),
                when=read_condition(entry, "when"),
            )
        )
        entry.done()
    return tuple(found)


def _follow_up(root: Entry) -> tuple[FollowUp, ...]:
    rules = []
    for entry in root.entries("follow-up"):
        rule = FollowUp(
            id=entry.id(),
            field=entry.text("field", must=True),
            answers=entry.texts("answers", must=True),
            words=entry.words("words", must=True) or Words("", ""),
            source=entry.source(),
            after_days=entry.age_days("after"),
            at=entry.ages("at"),
        )
        entry.done()
        if (rule.after_days is None) == (rule.at is None):
            entry.fault(
                entry.line,
                "A follow-up rule says either 'after' (from the examination) or 'at' (ages).",
                "随访规则须给出“after”（自检查起）或“at”（年龄）之一。",
            )
        rules.append(rule)
    return tuple(rules)


def _teaching(root: Entry) -> tuple[TeachingLink, ...]:
    links = []
    for entry in root.entries("teaching"):
        links.append(
            TeachingLink(
                entry.words("words", must=True) or Words("", ""), entry.text("reference", must=True)
            )
        )
        entry.done()
        reference = links[-1].reference
        if reference.startswith("//") or reference.lower().startswith(("http:", "javascript:")):
            entry.fault(
                entry.line_of("reference"),
                "A teaching link is a citation, or a path of this platform beginning with one /.",
                "教学链接应为文献出处，或以单个“/”开头的本平台路径。",
            )
    return tuple(links)


def _sources(root: Entry, faults: Faults) -> tuple[Source, ...]:
    found = root.node("sources", must=True)
    if not isinstance(found, Items):
        if found is not None:
            faults.add(found.line, "'sources' must be a list.", "“sources”应为一个列表。")
        return ()
    return tuple(source_of(one, "sources", faults) for one in found.nodes)
