"""Planes that an expert asks the sonographer for, by region: one key each.

The lists are what a paediatric ultrasound examination of the region usually shows; they are
choices of the page, and any other plane is asked for in words. Needs sign-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.specialty import Specialty


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the body and its usual planes, at most nine."""

    word: Promise
    specialties: frozenset[Specialty]
    planes: tuple[Promise, ...]
    chosen: bool = False


REGIONS: Final = (
    Region(
        _p("ultrasound region", "Bowel"),
        frozenset({Specialty.ABDOMEN, Specialty.SURGERY, Specialty.ULTRASOUND}),
        (
            _p("plane", "Right lower abdomen, transverse"),
            _p("plane", "Right lower abdomen, longitudinal"),
            _p("plane", "Along the colon, right to left"),
            _p("plane", "Pelvis behind the bladder"),
            _p("plane", "Colour Doppler here"),
            _p("plane", "Press gently"),
            _p("plane", "Higher frequency, less depth"),
            _p("plane", "Hold still"),
        ),
    ),
    Region(
        _p("ultrasound region", "Abdomen and kidneys"),
        frozenset({Specialty.UROLOGY, Specialty.ONCOLOGY, Specialty.NUCLEAR}),
        (
            _p("plane", "Liver, intercostal"),
            _p("plane", "Epigastrium, transverse"),
            _p("plane", "Right kidney, longitudinal"),
            _p("plane", "Left kidney, longitudinal"),
            _p("plane", "Kidney, transverse at the hilum"),
            _p("plane", "Spleen"),
            _p("plane", "Bladder, transverse"),
            _p("plane", "Colour Doppler here"),
        ),
    ),
    Region(
        _p("ultrasound region", "Heart"),
        frozenset({Specialty.HEART}),
        (
            _p("plane", "Subcostal four chambers"),
            _p("plane", "Apical four chambers"),
            _p("plane", "Parasternal long axis"),
            _p("plane", "Parasternal short axis"),
            _p("plane", "Suprasternal aortic arch"),
            _p("plane", "Apical five chambers"),
            _p("plane", "Colour Doppler here"),
            _p("plane", "Hold still"),
        ),
    ),
    Region(
        _p("ultrasound region", "Infant hip"),
        frozenset({Specialty.BONE}),
        (
            _p("plane", "Right hip, Graf's standard plane"),
            _p("plane", "Left hip, Graf's standard plane"),
            _p("plane", "Right hip, transverse in flexion"),
            _p("plane", "Left hip, transverse in flexion"),
            _p("plane", "Press gently"),
            _p("plane", "Hold still"),
        ),
    ),
    Region(
        _p("ultrasound region", "Infant head"),
        frozenset({Specialty.NEURO, Specialty.HEAD_NECK, Specialty.FETAL}),
        (
            _p("plane", "Coronal through the third ventricle"),
            _p("plane", "Coronal through the frontal horns"),
            _p("plane", "Midline, sagittal"),
            _p("plane", "Right parasagittal"),
            _p("plane", "Left parasagittal"),
            _p("plane", "Mastoid window"),
            _p("plane", "Colour Doppler here"),
            _p("plane", "Hold still"),
        ),
    ),
)


def groups(specialty: str) -> list[Region]:
    """Return the regions, the one that fits a case's field chosen; the first where none does.

    Parameters
    ----------
    specialty : str
        Value of `Specialty`, or empty.
    """
    fits = [specialty in {one.value for one in region.specialties} for region in REGIONS]
    at = fits.index(True) if True in fits else 0
    return [
        Region(region.word, region.specialties, region.planes, chosen=place == at)
        for place, region in enumerate(REGIONS)
    ]
