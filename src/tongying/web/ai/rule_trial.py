"""Trying rules on a study: what they trigger and what its cards refuse. Nothing is run."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final

import pydicom
from pydicom.errors import InvalidDicomError

from tongying.ai.card.definition import ModelCard
from tongying.ai.gate.admission import Admission
from tongying.ai.gate.gate import admit
from tongying.ai.rules.definition import Asked, Plan, Planned, Rules
from tongying.ai.rules.evaluating import Readiness, decide, readiness
from tongying.consult.people import Viewer
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.acquisition.reading import read_study_facts
from tongying.kernel.errors import BadInput
from tongying.web.ai.ruling import cards_here, check_seeing
from tongying.web.ai.study_known import asked_of, facts_of
from tongying.web.records.models import Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for, studies_for
from tongying.web.trail import store as trail

MOST_FILES: Final = 100
STUDIES_OFFERED: Final = 30


class HeadersMissing(BadInput):
    """No header of an image was sent, or too many."""

    code: ClassVar[str] = "ai.headers-missing"


@dataclass(frozen=True, slots=True)
class StudyOffered:
    """A study to try rules on."""

    uid: str
    date: str
    modalities: str
    description: str


@dataclass(frozen=True, slots=True)
class TriedStep:
    """A step that would be asked for.

    Attributes
    ----------
    planned : Planned
    card : ModelCard or None
        None where no model of this name is here.
    admission : Admission or None
        What the gate says; None without a card.
    """

    planned: Planned
    card: ModelCard | None
    admission: Admission | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would do with a study.

    Attributes
    ----------
    facts : StudyFacts
    asked : Asked
    steps : tuple of TriedStep
        In the order in which they would run.
    plan : Plan
    readiness : Readiness
        Of the study as it is, if its first and last image arrived just now.
    unreadable : tuple of str
        Names of sent files that are no DICOM.
    """

    facts: StudyFacts
    asked: Asked
    steps: tuple[TriedStep, ...]
    plan: Plan
    readiness: Readiness
    unreadable: tuple[str, ...] = ()


def studies_offered(viewer: Viewer) -> tuple[StudyOffered, ...]:
    """Return the newest studies of the viewer's hospital, to choose one."""
    rows = studies_for(viewer).filter(hospital_id=viewer.hospital).order_by("-arrived_at", "-pk")
    return tuple(
        StudyOffered(row.uid, str(row.date or ""), row.modalities, row.description)
        for row in rows[:STUDIES_OFFERED]
    )


def try_study(viewer: Viewer, rules: Rules, uid: str) -> Trial:
    """Try rules on a study of the archive.

    Raises
    ------
    RulesNotYours
        If the viewer is a vendor.
    ObjectNotFound
        If the study does not exist for the viewer.
    tongying.dicom.acquisition.reading.FactsRefused
        If no header of it can be read.
    """
    check_seeing(viewer)
    study: Study = study_of(viewer, uid)
    facts = facts_of(study)
    trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door="rule-tester")
    # what the viewer may not see must not show through in the words that matched
    return _trial(rules, facts, asked_of(study, cases_for(viewer)))


def try_headers(
    viewer: Viewer, rules: Rules, files: Iterable[tuple[str, BinaryIO]], asked: Asked
) -> Trial:
    """Try rules on headers that were sent; nothing of them is kept.

    Parameters
    ----------
    viewer : Viewer
    rules : Rules
    files : iterable of (name, file)
    asked : Asked

    Raises
    ------
    RulesNotYours
        If the viewer is a vendor.
    HeadersMissing
        If none of them is DICOM, or there are more than `MOST_FILES`.
    tongying.dicom.acquisition.reading.FactsRefused
        If they are of several studies.
    """
    check_seeing(viewer)
    datasets, unreadable = [], []
    for number, (name, file) in enumerate(files):
        if number >= MOST_FILES:
            raise HeadersMissing("Send at most 100 files; one of each series is enough.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # malformed values are among what is tried
                datasets.append(pydicom.dcmread(file, stop_before_pixels=True))
        except (InvalidDicomError, EOFError, ValueError):
            unreadable.append(name[:120])
    if not datasets:
        raise HeadersMissing("None of the files is a DICOM image.")
    return _trial(rules, read_study_facts(datasets), asked, tuple(unreadable))


def _trial(
    rules: Rules, facts: StudyFacts, asked: Asked, unreadable: tuple[str, ...] = ()
) -> Trial:
    plan = decide(rules, facts, asked)
    cards = cards_here()
    return Trial(
        facts=facts,
        asked=asked,
        steps=tuple(_step(one, cards, facts, asked) for one in plan.steps),
        plan=plan,
        readiness=readiness(rules, facts, asked, quiet_seconds=0, open_seconds=0),
        unreadable=unreadable,
    )


def _step(
    planned: Planned, cards: Mapping[str, ModelCard], facts: StudyFacts, asked: Asked
) -> TriedStep:
    card = cards.get(planned.card_id)
    admission = None if card is None else admit(card, facts, has_prior=asked.has_prior)
    return TriedStep(planned, card, admission)
