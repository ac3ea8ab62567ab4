"""What is proposed when a child is entered: the study's particulars, and what was chosen last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.consult.people import Viewer
from tongying.norms.ledger.eligibility import Agreement, Candidate, Consent
from tongying.norms.method import MeasuringMethod
from tongying.norms.sex import Sex
from tongying.web.cases.models import CaseRow
from tongying.web.norms.models import InclusionRule, NormSubject
from tongying.web.records.children import same_child
from tongying.web.records.models import Study

SIDES: Final = ("", "R", "L")


@dataclass(frozen=True, slots=True)
class EnrolWish:
    """What a person chooses; the child's own particulars come from the study.

    Attributes
    ----------
    rule : int
        Number of an inclusion rule.
    label : str
        The site's own number of the child.
    agreement : Agreement
    gestation_days : int or None
    height_cm, weight_kg : float or None
    measures : tuple of str
    sides : tuple of str
        Of each measure: "", R, L.
    method : MeasuringMethod
    """

    rule: int
    label: str
    agreement: Agreement
    gestation_days: int | None
    height_cm: float | None
    weight_kg: float | None
    measures: tuple[str, ...]
    sides: tuple[str, ...]
    method: MeasuringMethod


def candidate_of(study: Study) -> Candidate:
    """Return what a study says of its child."""
    child = study.child
    return Candidate(
        born=child.birth_date,
        age_days=None,
        measured_on=study.date,
        sex=Sex(child.sex) if child.sex in set(Sex) else None,
        height_cm=round(study.size_m * 100, 1) if study.size_m else None,
        weight_kg=study.weight_kg or None,
    )


def proposed(viewer: Viewer, study: Study, subject: NormSubject | None) -> EnrolWish:
    """Return what the person, or else the hospital, chose last, for a study."""
    made = NormSubject.objects.filter(hospital_id=viewer.hospital, child__isnull=False)
    last = made.filter(enrolled_by_id=viewer.user).order_by("-pk").first()
    last = subject or last or made.order_by("-pk").first()
    entries = list(last.entries.order_by("-pk")[:40]) if last else []
    newest = [one for one in entries if one.made_at == entries[0].made_at]
    of = candidate_of(study)
    method = MeasuringMethod()
    if newest:
        one = newest[0]
        method = MeasuringMethod(one.tool, one.tool_version, one.protocol, one.reader_rule)
    return EnrolWish(
        rule=_proposed_rule(last),
        label=subject.label if subject else next_label(viewer.hospital),
        agreement=_proposed_agreement(last, subject),
        gestation_days=subject.gestation_days if subject else _asked_gestation(viewer, study),
        height_cm=of.height_cm,
        weight_kg=of.weight_kg,
        measures=tuple(sorted({one.measure for one in newest})),
        sides=tuple(side for side in SIDES if side in {one.side for one in newest}) or ("",),
        method=method,
    )


def _proposed_rule(last: NormSubject | None) -> int:
    """Return the rule chosen last, in its newest version that takes children."""
    rows = InclusionRule.objects.filter(closed_at=None)
    if last is not None and last.rule.closed_at is None:
        return last.rule_id
    if last is not None:
        rows = rows.filter(code=last.rule.code)
    newest = rows.order_by("code", "-version").first()
    return newest.pk if newest else 0


def _proposed_agreement(last: NormSubject | None, subject: NormSubject | None) -> Agreement:
    """Return the consent chosen last. A consent is one child's own; only a waiver is for all."""
    if subject is not None:
        consent = Consent(subject.consent)
        return Agreement(consent, subject.consent_on, subject.consent_reference)
    if last is not None and last.consent == Consent.WAIVED.value:
        return Agreement(Consent.WAIVED, last.consent_on, last.consent_reference)
    return Agreement(Consent.GIVEN, None, "")


def _asked_gestation(viewer: Viewer, study: Study) -> int | None:
    """Return the gestation at birth that the own hospital gave in a question about the child."""
    rows = CaseRow.objects.filter(
        asking_id=viewer.hospital,
        child_id__in=same_child(study.child_id),
        gestation_weeks__isnull=False,
    )
    row = rows.order_by("-pk").first()
    if row is None or row.gestation_weeks is None:
        return None
    return row.gestation_weeks * 7 + (row.gestation_days or 0)


def next_label(hospital: str) -> str:
    """Return a number for the next child that is free at a hospital."""
    count = NormSubject.objects.filter(hospital_id=hospital).count() + 1
    while NormSubject.objects.filter(hospital_id=hospital, label=f"N-{count:04d}").exists():
        count += 1
    return f"N-{count:04d}"
