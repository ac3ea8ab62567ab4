"""What a form keeps for each sex, or once for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tongying.norms.forms.refusal import FormRefused, require
from tongying.norms.sex import Sex

BOTH = "all"
"""How both sexes together are written in JSON."""

Kept = TypeVar("Kept")


def differs(kept: Mapping[Sex | None, Kept]) -> bool:
    """Whether the sexes are kept apart."""
    return None not in kept


def of_sex(kept: Mapping[Sex | None, Kept], sex: Sex | None) -> Kept:
    """Return what is kept for a sex.

    Raises
    ------
    FormRefused
        If the sexes are kept apart and none is given, or nothing is kept for this one.
    """
    if None in kept:
        return kept[None]
    if sex is None:
        raise FormRefused("The norm differs between the sexes, and no sex was given.")
    if sex not in kept:
        raise FormRefused("The norm has no numbers for this sex.")
    return kept[sex]


def common_range(
    kept: Mapping[Sex | None, Kept], sex: Sex | None, ends: Callable[[Kept], tuple[float, float]]
) -> tuple[float, float]:
    """Return the range of a sex; where the sexes are apart and none is given, what both cover."""
    if sex is None and differs(kept):
        both = [ends(one) for one in kept.values()]
        return max(low for low, _ in both), min(high for _, high in both)
    return ends(of_sex(kept, sex))


def as_json(kept: Mapping[Sex | None, Kept], written: Callable[[Kept], Any]) -> dict[str, Any]:
    """Return a JSON object whose keys are F and M, or ``all``."""
    return {(sex.value if sex else BOTH): written(one) for sex, one in kept.items()}


def from_json(document: Mapping[str, Any], read: Callable[[Any], Kept]) -> dict[Sex | None, Kept]:
    """Return what a JSON object of `as_json` keeps."""
    keys = set(document)
    require(
        keys == {BOTH} or (bool(keys) and keys <= {"F", "M"}), "A norm's sexes are not F and M."
    )
    return {(None if key == BOTH else Sex(key)): read(one) for key, one in document.items()}
