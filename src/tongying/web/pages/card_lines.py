"""What a card says about children and images, line by line; ``any`` is written out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p

from tongying.ai.card.definition import Scope, Span
from tongying.ai.gate.admission import Criterion
from tongying.ai.gate.category_words import category_words
from tongying.ai.gate.reasons import ages_words, span_words
from tongying.web.pages.words import in_chinese

CRITERION_WORDS: Final[dict[str, Promise]] = {
    "age": _p("card", "Age"),
    "weight": _p("card", "Weight"),
    "sex": _p("card", "Sex"),
    "modality": _p("card", "Modality"),
    "body-part": _p("card", "Body part"),
    "sequence": _p("card", "Sequence"),
    "plane": _p("card", "Plane"),
    "kernel": _p("card", "Kernel"),
    "slice-thickness": _p("card", "Slice thickness"),
    "slice-spacing": _p("card", "Slice spacing"),
    "pixel": _p("card", "Pixel"),
    "field-strength": _p("card", "Field strength"),
    "kvp": _p("card", "Tube voltage"),
    "images": _p("card", "Images"),
    "manufacturer": _p("card", "Manufacturer"),
    "contrast": _p("card", "Contrast agent"),
}
ANY: Final = _p("card", "any")


def ages_said(span: Span) -> str:
    """Write the ages a card speaks about."""
    return _own(ages_words(span))


def scope_said(scope: Scope) -> list[tuple[str, str]]:
    """Write every criterion of a card with what it says."""
    lists: list[tuple[str, Iterable[str] | None]] = [
        ("sex", scope.sexes),
        ("modality", [scope.modality] if scope.modality else None),
        ("body-part", scope.body_parts),
        ("sequence", scope.sequences),
        ("plane", scope.planes),
        ("kernel", scope.kernels),
        ("manufacturer", scope.manufacturers),
        ("contrast", scope.contrasts),
    ]
    spans = [
        ("weight", scope.weight_kg),
        ("slice-thickness", scope.slice_thickness_mm),
        ("slice-spacing", scope.slice_spacing_mm),
        ("pixel", scope.pixel_mm),
        ("field-strength", scope.field_strength_t),
        ("kvp", scope.kvp),
        ("images", scope.images),
    ]
    said = {"age": ages_said(scope.age_days)}
    for name, values in lists:
        said[name] = str(ANY) if values is None else ", ".join(sorted(_category(values)))
    for name, span in spans:
        said[name] = str(ANY) if span is None else _own(span_words(Criterion(name), span))
    return [(str(CRITERION_WORDS[name]), said[name]) for name in CRITERION_WORDS]


def _category(values: Iterable[str]) -> Iterable[str]:
    return (_own(category_words([str(value)])) for value in values)


def _own(both: tuple[str, str]) -> str:
    return both[1] if in_chinese() else both[0]
