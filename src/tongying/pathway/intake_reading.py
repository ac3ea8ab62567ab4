"""What a county hospital is to send, read from a pathway's text."""

from __future__ import annotations

from tongying.archive.body_region import Region
from tongying.pathway.definition import Fact, Field, IntakeItem, IntakeKind, Words
from tongying.pathway.entry import Entry
from tongying.pathway.field_reading import read_field
from tongying.pathway.modalities import MODALITIES

MOST_VIEWS = 200


def read_intake(root: Entry) -> tuple[IntakeItem, ...]:
    """Return the items under ``intake``."""
    return tuple(_item(entry) for entry in root.entries("intake", must=True))


def read_modalities(entry: Entry) -> frozenset[str]:
    """Return the modalities under ``modalities``; one that is not known is noted."""
    said = entry.texts("modalities", must=True)
    for one in said:
        if one and one not in MODALITIES:
            entry.fault(
                entry.line_of("modalities"),
                f"{one[:20]!r} is no modality; there are {', '.join(sorted(MODALITIES))}.",
                f"“{one[:20]}”不是设备类型；可用：{'、'.join(sorted(MODALITIES))}。",
            )
    return frozenset(said)


def _item(entry: Entry) -> IntakeItem:
    name = entry.id()
    words = entry.words("words", must=True) or Words("", "")
    must, ages = entry.flag("must"), entry.ages()
    modalities: frozenset[str] = frozenset()
    region, views = "", 1
    fact: Fact | None = None
    field: Field | None = None
    said = [one for one in ("images", "fact", "field") if entry.has(one)]
    if len(said) != 1:
        entry.fault(
            entry.line,
            "An item of the intake says one of 'images', 'fact' and 'field'.",
            "每个送检项目须给出“images”、“fact”、“field”之一。",
        )
    kind = IntakeKind.FACT
    images = entry.entry("images")
    if images is not None:
        kind = IntakeKind.IMAGES
        modalities = read_modalities(images)
        part = images.one_of("region", Region, must=False)
        region = part.value if part else ""
        views = images.whole("views", low=1, high=MOST_VIEWS, default=1)
        images.done()
    if entry.has("fact"):
        fact = entry.one_of("fact", Fact)
    entry.node("fact")
    asked = entry.entry("field")
    if asked is not None:
        kind = IntakeKind.ANSWER
        field = read_field(asked, id=name, words=words)
    entry.done()
    return IntakeItem(
        id=name,
        kind=kind,
        words=words,
        must=must,
        ages=ages,
        modalities=modalities,
        region=region,
        views=views,
        fact=fact,
        field=field,
    )
