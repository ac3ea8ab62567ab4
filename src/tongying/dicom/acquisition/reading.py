"""Read what a study's headers say, without pixels; nothing is repaired and nothing assumed."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import ClassVar

from pydicom.dataset import Dataset

from tongying.dicom.acquisition.child import ChildSeen
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.acquisition.header import number_of, text_of, values_of
from tongying.dicom.acquisition.series import series_facts
from tongying.kernel.errors import BadInput


class FactsRefused(BadInput):
    """The headers are not those of one study."""

    code: ClassVar[str] = "facts.refused"


def read_study_facts(datasets: Iterable[Dataset]) -> StudyFacts:
    """Return what the headers of one study say.

    Parameters
    ----------
    datasets : iterable of Dataset
        Headers of its objects, classic or enhanced, in any order; pixel data are not looked at.

    Raises
    ------
    FactsRefused
        If there is no object, or they are of several studies.
    """
    # Malformed values are what this looks for; pydicom would warn of each.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read(list(datasets))


def _read(datasets: list[Dataset]) -> StudyFacts:
    if not datasets:
        raise FactsRefused("There are no images to look at.", "facts.no-images")
    studies = {text_of(values_of(one, "StudyInstanceUID")) for one in datasets}
    if len(studies) > 1:
        raise FactsRefused("The images are of several studies.", "facts.several-studies")
    seen = ChildSeen()
    series: dict[str, list[Dataset]] = {}
    for one in datasets:
        seen.add(one)
        series.setdefault(text_of(values_of(one, "SeriesInstanceUID")), []).append(one)
    child, caveats = seen.facts()
    ordered = sorted(series.items(), key=lambda item: (_number(item[1]), item[0]))
    return StudyFacts(
        uid=studies.pop(),
        study_date=seen.study_date,
        child=child,
        series=tuple(series_facts(members) for _, members in ordered),
        caveats=caveats,
    )


def _number(datasets: list[Dataset]) -> float:
    found = number_of(values_of(datasets[0], "SeriesNumber"))
    return float("inf") if found is None else found
