"""What a study's headers say about child and acquisition; unknown is None, never a default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongying.kernel.caveat import Caveat
from tongying.norms.sex import Sex


class BodyPart(StrEnum):
    """Regions that cards name; more than (0018,0015) spells in a hundred ways."""

    HEAD = "head"
    NECK = "neck"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    PELVIS = "pelvis"
    HIP = "hip"
    SPINE = "spine"
    LIMB = "limb"
    HEART = "heart"
    FETUS = "fetus"


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """The child on the day of the study.

    Attributes
    ----------
    birth_date : date or None
    age_days : int or None
        From birth date and study date; None where either is missing.
    stated_age_days : tuple of int or None
        First and last day that (0010,1010) leaves possible.
    sex : Sex or None
    weight_kg : float or None
    """

    birth_date: date | None = None
    age_days: int | None = None
    stated_age_days: tuple[int, int] | None = None
    sex: Sex | None = None
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """One series.

    Attributes
    ----------
    uid : str
    modality : str
    body_parts : frozenset of BodyPart
        All that the body-part code, and only it, says; empty where it says nothing known.
    named_parts : frozenset of BodyPart
        What descriptions and protocol name say; used to contradict, never to admit.
    sequence : str or None
        Of `tongying.ai.card.definition.Sequence`, from timing and image type.
    named_sequence : str or None
        What the description claims.
    plane : str or None
        axial, coronal, sagittal, oblique; from the orientation of the images.
    kernel : str or None
    slice_thickness_mm, slice_spacing_mm, pixel_mm, field_strength_t, kvp : float or None
        `slice_spacing_mm` from positions; `pixel_mm` the larger of both directions.
    images : int
        Frames counted.
    manufacturer : str or None
        As `manufacturer_of` names it.
    model_name : str or None
    contrast : bool or None
    original : bool
        First value of Image Type is ORIGINAL; what was derived is not what a scanner made.
    localizer : bool
    description : str
        For words only.
    caveats : tuple of Caveat
        Contradictions and irregularities seen while reading.
    """

    uid: str
    modality: str
    body_parts: frozenset[BodyPart] = frozenset()
    named_parts: frozenset[BodyPart] = frozenset()
    sequence: str | None = None
    named_sequence: str | None = None
    plane: str | None = None
    kernel: str | None = None
    slice_thickness_mm: float | None = None
    slice_spacing_mm: float | None = None
    pixel_mm: float | None = None
    field_strength_t: float | None = None
    kvp: float | None = None
    images: int = 0
    manufacturer: str | None = None
    model_name: str | None = None
    contrast: bool | None = None
    original: bool = True
    localizer: bool = False
    description: str = ""
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """A study.

    Attributes
    ----------
    uid : str
    study_date : date or None
    child : ChildFacts
    series : tuple of SeriesFacts
        In the order of series number and UID.
    caveats : tuple of Caveat
    """

    uid: str
    study_date: date | None
    child: ChildFacts
    series: tuple[SeriesFacts, ...]
    caveats: tuple[Caveat, ...] = ()
