"""Studies that arrive or grow: looked at when they are quiet, and decided on by the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from tongying.ai.rules.evaluating import decide, readiness
from tongying.dicom.acquisition.reading import FactsRefused
from tongying.web.ai.asking import ask_planned, end_cancelled
from tongying.web.ai.events import note
from tongying.web.ai.models import RunRow, Watched
from tongying.web.ai.perform import count_images
from tongying.web.ai.ruling import rules_for
from tongying.web.ai.study_known import asked_of, facts_of
from tongying.web.cases.models import CaseRow
from tongying.web.records.models import Study

LOOKS_BACK: Final = timedelta(days=1)
"""What changed longer ago, before the first look, is not taken up by itself."""
FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Not looked at again unless something arrives."""
MOST_AT_ONCE: Final = 20
PRIVATE: Final = ("draft", "discarded")


def notice_changes(now: datetime) -> int:
    """Put studies that arrived or changed under watch; return how many."""
    rows = Study.objects.filter(changed_at__gte=now - LOOKS_BACK).filter(
        Q(ai_watch=None) | Q(changed_at__gt=F("ai_watch__changed_at"))
    )
    count = 0
    for study in rows[:MOST_AT_ONCE]:
        count += _notice(study, now)
    return count


def decide_due(now: datetime) -> int:
    """Decide on the studies that are due; return on how many."""
    rows = Watched.objects.filter(look_at__lte=now).select_related("study__child")
    decided = 0
    for watched in rows.order_by("look_at")[:MOST_AT_ONCE]:
        decided += _look(watched, now)
    return decided


def _notice(study: Study, now: datetime) -> int:
    images = count_images(study.pk)
    with transaction.atomic():
        watched, fresh = Watched.objects.select_for_update().get_or_create(
            study=study,
            defaults={"changed_at": study.changed_at, "look_at": now, "instances": 0},
        )
        news = fresh or images > watched.instances
        watched.changed_at = study.changed_at
        if news:
            watched.look_at = now
        watched.save(update_fields=["changed_at", "look_at"])
        if fresh:
            note(study, "arrived", now, images=images)
    return int(news)


def _look(watched: Watched, now: datetime) -> int:
    study = watched.study
    images = count_images(study.pk)
    if images <= watched.instances:
        _put_off(watched, None)
        return 0
    try:
        facts = facts_of(study)
    except FactsRefused as refusal:
        with transaction.atomic():
            note(study, "nothing-triggered", now, code=refusal.error_code)
            _settle(watched, now, images)
        return 1
    held = rules_for(study.hospital_id)
    asked = asked_of(study, CaseRow.objects.exclude(state__in=PRIVATE))
    since = watched.decided_at or study.arrived_at
    found = readiness(
        held.rules,
        facts,
        asked,
        quiet_seconds=(now - study.changed_at).total_seconds(),
        open_seconds=(now - since).total_seconds(),
    )
    if not found.complete:
        _put_off(watched, now + timedelta(seconds=max(1, found.look_after_seconds)))
        return 0
    plan = decide(held.rules, facts, asked)
    with transaction.atomic():
        if watched.decided_at is not None:
            note(study, "grew", now, images=images)
            _let_go(study, now)
        note(study, "complete", now, forced=found.forced, images=images)
        if plan.steps:
            steps = [f"{one.step.value}:{one.card_id}" for one in plan.steps]
            note(study, "triggered", now, rules=held.version, steps=steps)
            ask_planned(study, plan.steps, held.version)
        else:
            note(study, "nothing-triggered", now, rules=held.version)
        _settle(watched, now, images)
    return 1


def _let_go(study: Study, now: datetime) -> None:
    """End what waits for a study as it was; what runs refuses by itself, for the study grew."""
    rows = RunRow.objects.select_for_update().filter(study=study, state="waiting")
    for row in rows.exclude(trigger="person"):
        end_cancelled(row, now)


def _settle(watched: Watched, now: datetime, images: int) -> None:
    watched.decided_at, watched.instances = now, images
    watched.look_at = FAR
    watched.save(update_fields=["decided_at", "instances", "look_at"])


def _put_off(watched: Watched, until: datetime | None) -> None:
    Watched.objects.filter(pk=watched.pk).update(look_at=until or FAR)
