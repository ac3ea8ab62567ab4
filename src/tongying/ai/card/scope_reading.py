"""The scope of a card: every criterion is there, a range, a list, or ``any`` written out."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

from tongying.ai.card.definition import Contrast, Plane, Scope, Sequence, Span
from tongying.dicom.acquisition.facts import BodyPart
from tongying.dicom.acquisition.manufacturer import manufacturer_of
from tongying.norms.sex import Sex
from tongying.pathway.entry import Entry
from tongying.pathway.faults import Faults
from tongying.pathway.yaml_tree import Scalar

ANY: Final = "any"
_MODALITY: Final = re.compile(r"[A-Z]{2,16}")
_OF_MR: Final = ("sequences", "field-strength-t")
_OF_CT: Final = ("kernels",)
_OF_X_RAYS: Final = ("kvp",)
_X_RAYS: Final = frozenset({"CT", "CR", "DX", "XA", "RF", "MG", "IO", "PX"})

E = TypeVar("E", bound=StrEnum)


def read_scope(root: Entry, faults: Faults) -> Scope | None:
    """Return the scope; what is wrong is noted.

    Parameters
    ----------
    root : Entry
        The card.
    faults : Faults
    """
    node = root.node("scope", must=True)
    if node is None:
        return None
    entry = Entry(node, "scope", faults)
    modality = _modality(entry)
    scope = Scope(
        age_days=_ages(entry, faults),
        weight_kg=_span(entry, "weight-kg", faults),
        sexes=_choices(entry, "sexes", Sex),
        modality=modality,
        body_parts=_names(entry, "body-parts", BodyPart),
        sequences=_choices(entry, "sequences", Sequence),
        planes=_choices(entry, "planes", Plane),
        kernels=_kernels(entry),
        slice_thickness_mm=_span(entry, "slice-thickness-mm", faults),
        slice_spacing_mm=_span(entry, "slice-spacing-mm", faults),
        pixel_mm=_span(entry, "pixel-mm", faults),
        field_strength_t=_span(entry, "field-strength-t", faults),
        kvp=_span(entry, "kvp", faults),
        images=_span(entry, "images", faults),
        manufacturers=_manufacturers(entry),
        contrasts=_choices(entry, "contrasts", Contrast),
    )
    entry.done()
    _check_fits(entry, modality)
    return scope


def _is_any(entry: Entry, key: str) -> bool:
    found = entry.node(key, must=True)
    return isinstance(found, Scalar) and found.text == ANY


def _modality(entry: Entry) -> str | None:
    if _is_any(entry, "modality"):
        return None
    text = entry.text("modality")
    if text and not _MODALITY.fullmatch(text):
        entry.fault(
            entry.line_of("modality"),
            "scope: 'modality' must be a term of (0008,0060) in capitals, such as CT, or any.",
            "scope：“modality”应为(0008,0060)的大写术语（例如CT）或 any。",
        )
    return text or None


def _ages(entry: Entry, faults: Faults) -> Span:
    if not entry.has("ages") or _is_any(entry, "ages"):
        entry.node("ages", must=True)
        return Span(None, None)
    found = Entry(entry.node("ages"), "scope, ages", faults)
    low, end = found.age_days("from"), found.age_days("to")
    found.done()
    if not found.broken and not found.has("from") and not found.has("to"):
        _needs_ends(found)
    if low is not None and end is not None and low >= end:
        found.fault(
            found.line,
            "scope, ages: the ages end before they begin.",
            "scope，ages：年龄范围的上限不大于下限。",
        )
    return Span(low, None if end is None else end - 1)


def _span(entry: Entry, key: str, faults: Faults) -> Span | None:
    if not entry.has(key) or _is_any(entry, key):
        entry.node(key, must=True)
        return None
    found = Entry(entry.node(key), f"scope, {key}", faults)
    span = Span(found.number("from"), found.number("to"))
    found.done()
    if found.broken:
        return None
    if not found.has("from") and not found.has("to"):
        _needs_ends(found)
    if any(end is not None and end < 0 for end in (span.low, span.high)):
        found.fault(
            found.line,
            f"scope, {key}: a limit below zero.",
            f"scope，{key}：界限不得为负数。",
        )
    if span.low is not None and span.high is not None and span.low > span.high:
        found.fault(
            found.line,
            f"scope, {key}: it ends before it begins.",
            f"scope，{key}：上限小于下限。",
        )
    return span


def _needs_ends(found: Entry) -> None:
    found.fault(
        found.line,
        f"{found.what}: say 'from', 'to' or both; or write any.",
        f"{found.what}：请给出“from”或“to”（或两者），或写 any。",
    )


def _texts(entry: Entry, key: str) -> tuple[str, ...] | None:
    if not entry.has(key) or _is_any(entry, key):
        entry.node(key, must=True)
        return None
    return entry.texts(key)


def _choices(entry: Entry, key: str, choices: type[E]) -> frozenset[E] | None:
    said = _texts(entry, key)
    if said is None:
        return None
    _check_known(entry, key, said, [one.value for one in choices])
    return frozenset(choices(one) for one in said if one in set(choices))


def _names(entry: Entry, key: str, choices: type[E]) -> frozenset[str] | None:
    found = _choices(entry, key, choices)
    return None if found is None else frozenset(one.value for one in found)


def _check_known(entry: Entry, key: str, said: tuple[str, ...], known: list[str]) -> None:
    for one in said:
        if one not in known:
            entry.fault(
                entry.line_of(key),
                f"scope: {key!r} does not know {one[:40]!r}; there are {', '.join(known)}.",
                f"scope：“{key}”中没有“{one[:40]}”；可用：{'、'.join(known)}。",
            )


def _kernels(entry: Entry) -> tuple[str, ...] | None:
    return _texts(entry, "kernels")


def _manufacturers(entry: Entry) -> frozenset[str] | None:
    said = _texts(entry, "manufacturers")
    if said is None:
        return None
    for one in said:
        if manufacturer_of(one) != one:
            entry.fault(
                entry.line_of("manufacturers"),
                f"scope: the platform calls the maker {one[:40]!r} {manufacturer_of(one)!r}.",
                f"scope：厂商“{one[:40]}”在本平台写作“{manufacturer_of(one)}”。",
            )
    return frozenset(said)


def _check_fits(entry: Entry, modality: str | None) -> None:
    """Note criteria that images of the modality never have: they would refuse every child."""
    rules: tuple[tuple[tuple[str, ...], Callable[[str], bool], str], ...] = (
        (_OF_MR, lambda one: one == "MR", "MR"),
        (_OF_CT, lambda one: one == "CT", "CT"),
        (_OF_X_RAYS, lambda one: one in _X_RAYS, "X-rays"),
    )
    for keys, fits, whose in rules:
        for key in keys:
            asked = entry.has(key) and not _is_any(entry, key)
            if asked and not (modality is not None and fits(modality)):
                entry.fault(
                    entry.line_of(key),
                    f"scope: {key!r} is known of {whose} only; write any.",
                    f"scope：“{key}”仅适用于{'X线类' if whose == 'X-rays' else whose}；请写 any。",
                )
