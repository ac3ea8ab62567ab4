"""What the gate answers: admitted with these series, or refused with every reason.

A criterion that the card leaves open (None, or a span without ends) is not asked: neither an
unknown value nor a contradiction of it refuses. Of a criterion that is asked there is one reason at
most: contradicted, else unknown, else outside.

- Age: from birth date and study date. Where either is missing, the days that (0010,1010) leaves
  possible: all inside admits, all outside is outside, some of each is unknown.
- Body part: one part that the code names and the card lists is enough; names in descriptions never
  admit.
- Kernel: fits if it matches one pattern; case is ignored.
- Images, spans: both ends are inside.
- Original: asked by every card; a derived series or a localizer is outside.
- Prior: unknown where the card needs one and there is none.
- A study without a series: modality unknown; but a card that asks nothing of a series (no modality,
  and all else of the series ``any``) is admitted with the series that are original and no
  localizer, even with none.
- The series that came nearest: of the card's modality before others, then with the fewest reasons,
  then as `Admission.series` is ordered. Its reasons follow those of the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tongying.kernel.caveat import Caveat


class Criterion(StrEnum):
    """What a study was held against; the order is that in which reasons are told."""

    AGE = "age"
    WEIGHT = "weight"
    SEX = "sex"
    MODALITY = "modality"
    BODY_PART = "body-part"
    SEQUENCE = "sequence"
    PLANE = "plane"
    KERNEL = "kernel"
    SLICE_THICKNESS = "slice-thickness"
    SLICE_SPACING = "slice-spacing"
    PIXEL = "pixel"
    FIELD_STRENGTH = "field-strength"
    KVP = "kvp"
    IMAGES = "images"
    MANUFACTURER = "manufacturer"
    CONTRAST = "contrast"
    ORIGINAL = "original"
    PRIOR = "prior"


class Fault(StrEnum):
    """What was wrong with it."""

    OUTSIDE = "outside"
    """Known, and not on the card."""
    UNKNOWN = "unknown"
    """The card asks for it and the headers do not say."""
    CONTRADICTED = "contradicted"
    """Headers, or header and label, say different things."""


CONTRADICTIONS: Final[Mapping[str, frozenset[Criterion]]] = {
    "facts.age-contradicts-birth-date": frozenset({Criterion.AGE}),
    "facts.born-after-study": frozenset({Criterion.AGE}),
    "facts.several-birth-dates": frozenset({Criterion.AGE}),
    "facts.several-ages": frozenset({Criterion.AGE}),
    "facts.several-study-dates": frozenset({Criterion.AGE}),
    "facts.several-weights": frozenset({Criterion.WEIGHT}),
    "facts.several-sexes": frozenset({Criterion.SEX}),
    "facts.several-children": frozenset({Criterion.AGE, Criterion.WEIGHT, Criterion.SEX}),
    "facts.modality-contradicts-class": frozenset({Criterion.MODALITY}),
    "facts.body-part-contradicted": frozenset({Criterion.BODY_PART}),
    "facts.sequence-contradicts-label": frozenset({Criterion.SEQUENCE}),
    "facts.sequences-mixed": frozenset({Criterion.SEQUENCE}),
    "facts.contrast-contradicted": frozenset({Criterion.CONTRAST}),
}
"""Caveats of the facts that are contradictions, by the criteria that they touch; those of the study
for the child's criteria, those of a series for its own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason.

    Attributes
    ----------
    criterion : Criterion
    fault : Fault
    english, chinese : str
        One sentence with what was found and what the card asks for; no patient data.
    """

    criterion: Criterion
    fault: Fault
    english: str
    chinese: str

    @property
    def code(self) -> str:
        """Return the stable code, such as ``ai.age-outside``."""
        return f"ai.{self.criterion.value}-{self.fault.value}"

    def as_json(self) -> dict[str, str]:
        """Return the reason as a JSON object."""
        return {
            "code": self.code,
            "criterion": self.criterion.value,
            "fault": self.fault.value,
            "english": self.english,
            "chinese": self.chinese,
        }


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer about one card and one study.

    Attributes
    ----------
    card, version : str
    series : tuple of str
        UIDs of every series that fits, best first (most images; then smallest voxels, that is
        pixel² × spacing, unknown last; then UID); a run takes the first. Empty when refused.
    refusals : tuple of Refusal
        Of the child and of the series that came nearest; empty when admitted.
    caveats : tuple of Caveat
        Doubts that do not refuse: those of the study, then those of the first series; and
        ``ai.age-as-stated`` where only (0010,1010) told the age. Empty when refused.
    """

    card: str
    version: str
    series: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    caveats: tuple[Caveat, ...] = ()

    @property
    def admitted(self) -> bool:
        """Say whether the model may speak."""
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        return {
            "card": self.card,
            "version": self.version,
            "admitted": self.admitted,
            "series": list(self.series),
            "refusals": [one.as_json() for one in self.refusals],
            "caveats": [one.as_json() for one in self.caveats],
        }
