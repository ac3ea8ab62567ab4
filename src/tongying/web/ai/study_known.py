"""What is known of a study when its steps are decided on: its headers, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pydicom
from django.db.models import QuerySet
from pydicom.errors import InvalidDicomError

from tongying.ai.rules.definition import Asked
from tongying.archive.content_store import ObjectMissing
from tongying.consult.case import Urgency
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.acquisition.reading import read_study_facts
from tongying.kernel.caveat import Caveat
from tongying.web.cases.models import CaseRow
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Study

UNREADABLE: Final = "ai.files-unreadable"


def facts_of(study: Study) -> StudyFacts:
    """Return what a study's headers say; pixels are not read.

    Files that cannot be read are counted in a caveat, which the gate passes on.

    Raises
    ------
    tongying.dicom.acquisition.reading.FactsRefused
        If no file of it can be read as an image's header.
    """
    unreadable: list[str] = []
    facts = read_study_facts(_headers(study, unreadable))
    if not unreadable:
        return facts
    said = Caveat(UNREADABLE, f"{len(unreadable)} files of the study could not be read.")
    return replace(facts, caveats=(*facts.caveats, said))


def asked_of(study: Study, cases: QuerySet[CaseRow]) -> Asked:
    """Return what was asked about a study.

    Parameters
    ----------
    study : Study
    cases : QuerySet of CaseRow
        Those whose question may be looked at; the newest that shows the study as its subject is.
    """
    case = cases.filter(studies__study=study, studies__prior=False).order_by("-pk").first()
    earlier = Study.objects.filter(child=study.child, date__lt=study.date) if study.date else None
    has_prior = earlier is not None and earlier.exists()
    if case is None:
        return Asked(hospital=study.hospital_id, has_prior=has_prior)
    return Asked(
        hospital=study.hospital_id,
        words="\n".join((case.text, case.history, case.provisional_diagnosis)).strip(),
        urgency=Urgency(case.urgency) if case.urgency else None,
        has_prior=has_prior,
    )


def _headers(study: Study, unreadable: list[str]) -> Iterator[pydicom.Dataset]:
    store = content_store()
    digests = Instance.objects.filter(series__study=study).order_by("series_id", "number", "pk")
    for digest in digests.values_list("digest", flat=True):
        try:
            with store.open(digest) as file:
                yield pydicom.dcmread(file, stop_before_pixels=True)
        except (InvalidDicomError, ObjectMissing):
            unreadable.append(digest)
