"""Parts that the platform's own reports share: whose study, which objects, how numbers are cut."""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset

from tongying.dicom.writers.derived import WrittenObject, put_study
from tongying.dicom.writers.study_context import StudyContext, put_patient_of, put_study_of

DIGITS: Final = 6
"""Digits of a number in a report; its field holds 16 characters."""


def template_of(context: StudyContext) -> Dataset:
    """Return the patient and study of a report as `put_study` takes them over."""
    template = Dataset()
    put_patient_of(template, context)
    put_study_of(template, context)
    return template


def evidence_place(template: Dataset, image: WrittenObject) -> Dataset:
    """Return an object that a report speaks of, with its patient, study and series."""
    place = Dataset()
    put_study(place, template)
    place.SeriesInstanceUID = image.series_uid
    place.SOPInstanceUID = image.sop_uid
    place.SOPClassUID = image.sop_class_uid
    return place


def rounded(value: float) -> float:
    """Return a number with the digits of a report.

    Examples
    --------
    >>> rounded(54.99999999)
    55.0
    """
    return float(f"{value:.{DIGITS}g}")
