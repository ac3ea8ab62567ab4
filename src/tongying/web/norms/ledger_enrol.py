"""Entering a study's child into the ledger, with what is to be measured on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action
from tongying.kernel.ids import new_code
from tongying.norms.ledger.eligibility import (
    Candidate,
    Consent,
    Known,
    check_agreement,
    check_child,
    doubts,
)
from tongying.norms.ledger.faults import Fault, FaultCode, LedgerRefused, fault
from tongying.norms.norm import Route
from tongying.norms.sex import Sex
from tongying.web import now as clock
from tongying.web.cases.models import CaseStudy
from tongying.web.norms.ledger_proposal import SIDES, EnrolWish, candidate_of, proposed
from tongying.web.norms.ledger_rights import check_managing
from tongying.web.norms.ledger_rules import ShownRule, ledger_measures, name_of, rules_for
from tongying.web.norms.ledger_trail import local_today, note
from tongying.web.norms.models import InclusionRule, NormEntry, NormSubject
from tongying.web.records.children import same_child
from tongying.web.records.models import Study
from tongying.web.records.reading import ObjectNotFound
from tongying.web.records.visible import studies_for
from tongying.web.trail import store as trail


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A study's child before it is entered.

    Attributes
    ----------
    study : str
    candidate : Candidate
    subject : str
        Code of the child in the ledger already, whose study becomes one more; empty if new.
    wish : EnrolWish
        Proposed: as the person, or the hospital, chose last.
    rules : tuple of ShownRule
    faults, doubts : tuple of Fault
        Of the child, whatever is chosen.
    """

    study: str
    candidate: Candidate
    subject: str
    wish: EnrolWish
    rules: tuple[ShownRule, ...]
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]


def enrolment_of(viewer: Viewer, uid: str) -> Enrolment:
    """Return what is known of a study's child, and what the person chose last.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    ObjectNotFound
        If the study is not of the viewer's hospital.
    """
    check_managing(viewer)
    study = _study(viewer, uid)
    subject = _standing(study, None)
    one = candidate_of(study)
    wish = proposed(viewer, study, subject)
    today = local_today()
    seen = [*doubts(one, wish.agreement, _known(study))]
    if CaseStudy.objects.filter(study=study).exists():
        seen.append(fault(FaultCode.ASKED_ABOUT))
    rules = rules_for(viewer, open_only=True)
    if subject is not None:
        rules = [one for one in rules_for(viewer) if one.number == subject.rule_id]
    return Enrolment(
        study=study.uid,
        candidate=replace(one, gestation_days=wish.gestation_days),
        subject=subject.code if subject else "",
        wish=wish,
        rules=tuple(rules),
        faults=check_child(one, today),
        doubts=tuple(seen),
    )


def enrol(viewer: Viewer, uid: str, wish: EnrolWish) -> str:
    """Enter a study's child with what is to be measured, and return the child's code.

    Raises
    ------
    LedgerNotYours
        If the viewer does not look after a ledger.
    ObjectNotFound
        If the study is not of the viewer's hospital.
    LedgerRefused
        With everything that keeps the child out.
    """
    check_managing(viewer)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two clicks at once must find one child
        study = _study(viewer, uid)
        rule = InclusionRule.objects.filter(pk=wish.rule).first()
        if rule is None:
            raise LedgerRefused(fault(FaultCode.RULE_UNKNOWN, "rule", value=""))
        subject = _standing(study, rule.route)
        one = replace(
            candidate_of(study),
            gestation_days=wish.gestation_days,
            height_cm=wish.height_cm,
            weight_kg=wish.weight_kg,
        )
        faults = [*check_child(one, local_today()), *_wish_faults(wish)]
        if subject is None:
            faults += _new_faults(viewer, study, rule, wish)
        elif subject.rule_id != rule.pk:
            faults.append(fault(FaultCode.CHILD_TWICE, "rule", label=subject.label))
        if faults:
            raise LedgerRefused(*faults)
        if subject is None:
            subject = _make_subject(viewer, study, rule, wish, now)
        _add_entries(viewer, subject, study, wish, now)
    return subject.code


def _study(viewer: Viewer, uid: str) -> Study:
    rows = studies_for(viewer).filter(uid=uid, hospital_id=viewer.hospital)
    row = rows.select_related("child").first()
    if row is None:
        raise ObjectNotFound("There is no such study.")
    return row


def _standing(study: Study, route: str | None) -> NormSubject | None:
    """Return the child in the ledger already, by a route or by any."""
    rows = NormSubject.objects.filter(
        child_id__in=same_child(study.child_id), withdrawn_at=None, hospital_id=study.hospital_id
    ).select_related("rule")
    if route is not None:
        rows = rows.filter(rule__route=route)
    return rows.order_by("-pk").first()


def _known(study: Study) -> list[Known]:
    """Return other children of the ledger born on the day, also those who were withdrawn."""
    rows = NormSubject.objects.filter(hospital_id=study.hospital_id, born=study.child.birth_date)
    own = same_child(study.child_id)
    return [Known(row.label, row.born, Sex(row.sex)) for row in rows if row.child_id not in own]


def _wish_faults(wish: EnrolWish) -> list[Fault]:
    found = []
    known = ledger_measures()
    if not wish.measures or not wish.sides:
        found.append(fault(FaultCode.NOTHING_TO_MEASURE, "measures"))
    found += [
        fault(FaultCode.MEASURE_UNKNOWN, "measures", value=one[:40])
        for one in wish.measures
        if one not in known
    ]
    found += [
        fault(FaultCode.SIDE, "sides", value=one[:10]) for one in wish.sides if one not in SIDES
    ]
    if not (wish.method.tool or "").strip():
        found.append(fault(FaultCode.TOOL, "tool"))
    return found


def _new_faults(
    viewer: Viewer, study: Study, rule: InclusionRule, wish: EnrolWish
) -> Sequence[Fault]:
    found = list(check_agreement(wish.agreement, Route(rule.route), local_today()))
    if rule.closed_at is not None:
        found.append(fault(FaultCode.RULE_CLOSED, "rule", value=name_of(rule)))
    if not wish.label.strip():
        found.append(fault(FaultCode.MISSING, "label", column="Subject"))
    rows = NormSubject.objects.filter(hospital_id=viewer.hospital, label=wish.label.strip())
    if rows.exists():
        found.append(fault(FaultCode.LABEL_TAKEN, "label", label=wish.label.strip()))
    gone = (
        NormSubject.objects.filter(child_id__in=same_child(study.child_id), rule__route=rule.route)
        .exclude(withdrawn_at=None)
        .order_by("-withdrawn_at")
        .first()
    )
    if gone is not None and gone.withdrawn_at is not None:
        consented = wish.agreement.on if wish.agreement.consent is Consent.GIVEN else None
        if consented is None or consented < timezone.localtime(gone.withdrawn_at).date():
            found.append(fault(FaultCode.CHILD_WITHDRAWN, "consent_on"))
    return found


def _make_subject(
    viewer: Viewer, study: Study, rule: InclusionRule, wish: EnrolWish, now: datetime
) -> NormSubject:
    row = NormSubject.objects.create(
        code=new_code(),
        hospital_id=viewer.hospital,
        label=wish.label.strip()[:60],
        child=study.child,
        born=study.child.birth_date,
        sex=study.child.sex,
        gestation_days=wish.gestation_days,
        rule=rule,
        consent=wish.agreement.consent.value,
        consent_on=wish.agreement.on,
        consent_reference=wish.agreement.reference.strip()[:200],
        enrolled_by_id=viewer.user,
        enrolled_at=now,
    )
    note(viewer, row, Action.CREATE, now, study=study.uid, rule=name_of(rule))
    return row


def _add_entries(
    viewer: Viewer, subject: NormSubject, study: Study, wish: EnrolWish, now: datetime
) -> None:
    age = candidate_of(study).age()
    method = wish.method
    tool, version = (method.tool or "").strip()[:100], (method.version or "").strip()[:40]
    before = set(
        subject.entries.filter(age_days=age, tool=tool, tool_version=version).values_list(
            "measure", "side"
        )
    )
    wanted = [(measure, side) for measure in wish.measures for side in wish.sides]
    if before & set(wanted):
        raise LedgerRefused(fault(FaultCode.ENTRY_TWICE, "measures"))
    NormEntry.objects.bulk_create(
        NormEntry(
            code=new_code(),
            subject=subject,
            study=study,
            measure=measure,
            side=side,
            age_days=age,
            measured_on=study.date,
            height_cm=wish.height_cm,
            weight_kg=wish.weight_kg,
            tool=tool,
            tool_version=version,
            protocol=(method.protocol or "").strip()[:100],
            reader_rule=(method.rule or "").strip()[:200],
            quality="waiting",
            state="waiting",
            made_at=now,
        )
        for measure, side in wanted
    )
    for measure, side in wanted:
        note(viewer, subject, Action.UPDATE, now, what="to-measure", measure=measure, side=side)
