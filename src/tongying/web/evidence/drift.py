"""Watching models where they run: the same history gives the same alarms at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.ai.evaluation.strata import UNKNOWN, age_band
from tongying.ai.monitoring.alarm import Alarm, Compared, Seen
from tongying.ai.monitoring.psi import MonitorRefused
from tongying.ai.monitoring.watch import SMALLEST_BASELINE, Vigilance, Watch, watch
from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.web import now as clock
from tongying.web.ai.badges import card_of
from tongying.web.ai.models import ModelRow, ReviewRow, RunRow, StandingRow
from tongying.web.evidence.gathering import age_of, called
from tongying.web.evidence.incidents import CLOSING_ROLES, IncidentNotYours
from tongying.web.evidence.kinds import kinds_of
from tongying.web.evidence.models import AlarmRow
from tongying.web.notices.kinds import Kind
from tongying.web.notices.tell import tell as tell_members
from tongying.web.records.models import Series
from tongying.web.trail import store as trail

FALSE_ALARMS_PER_YEAR: Final = 1.0
"""Of all monitors of a model at a hospital together; needs sign-off."""
WATCHED: Final = ("trial", "clinical")
"""Standings in which people see what a model says."""
LONGEST: Final = 300
DAYS_A_YEAR: Final = 365.25


class AlarmNotFound(NotFound):
    """There is no such alarm."""

    code: ClassVar[str] = "ai-alarm.not-found"


class AlarmAnswered(Conflict):
    """The alarm is answered already."""

    code: ClassVar[str] = "ai-alarm.answered"


class AnswerMissing(BadInput):
    """An alarm is answered in words."""

    code: ClassVar[str] = "ai-alarm.answer-missing"


@dataclass(frozen=True, slots=True)
class ListedAlarm:
    """An alarm as it is listed."""

    number: int
    monitor: str
    variable: str
    value: float
    limit: float
    sentence: str
    at: datetime
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class Watching:
    """How a model is watched at a hospital.

    Attributes
    ----------
    runs, needed : int
        Runs there are, and how many the baseline needs.
    promise : tuple of dict
        Of each monitor: allowed false alarms a year and delay; empty while the baseline lacks runs.
    why_not : str
        Why it is not watched yet; empty where it is.
    """

    runs: int
    needed: int
    promise: tuple[dict[str, Any], ...]
    why_not: str


def watch_models() -> int:
    """Look at every model that speaks anywhere; keep new alarms and tell approvers. Return them.

    Done again it finds the same alarms and keeps none twice.
    """
    kept = 0
    for model_id, hospital in _speaking():
        model = ModelRow.objects.get(pk=model_id)
        try:
            _, alarms, runs = _look(model, hospital)
        except MonitorRefused:
            continue
        for alarm in alarms:
            kept += _keep(model, hospital, alarm, runs[alarm.run])
    return kept


def watching_of(model: ModelRow, hospital: str) -> Watching:
    """Say how a model is watched at a hospital."""
    runs = RunRow.objects.filter(model=model, hospital_id=hospital, state__in=("done", "refused"))
    count = runs.count()
    try:
        found, _, _ = _look(model, hospital)
    except MonitorRefused as refused:
        return Watching(count, SMALLEST_BASELINE, (), refused.sentence)
    return Watching(count, SMALLEST_BASELINE, tuple(found.promise()), "")


def alarms_of(viewer: Viewer, model: ModelRow) -> tuple[ListedAlarm, ...]:
    """Return a model's alarms at the viewer's hospital, open ones first."""
    rows = AlarmRow.objects.filter(model=model, hospital_id=viewer.hospital)
    listed = [
        ListedAlarm(
            row.pk,
            row.monitor,
            row.variable,
            row.value,
            row.limit,
            row.sentence,
            row.at,
            row.answer,
            row.answered_by.name if row.answered_by else "",
        )
        for row in rows.select_related("answered_by").order_by("-at", "-pk")
    ]
    return tuple(sorted(listed, key=lambda one: bool(one.answer)))


def answer_alarm(viewer: Viewer, number: int, words: str) -> ModelRow:
    """Say what was found behind an alarm of the viewer's hospital; return its model.

    Raises
    ------
    IncidentNotYours
        If the viewer's role answers none.
    AlarmNotFound
        If there is none.
    AnswerMissing
        If no words are given, or too many.
    AlarmAnswered
        If it is answered already.
    """
    if viewer.role not in CLOSING_ROLES:
        raise IncidentNotYours("Experts and administrators answer alarms.")
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise AnswerMissing("Say what was found behind the alarm, in at most 300 letters.")
    now = clock.now()
    with transaction.atomic():
        row = (
            AlarmRow.objects.select_for_update(of=("self",))
            .select_related("model")
            .filter(pk=number, hospital_id=viewer.hospital)
            .first()
        )
        if row is None:
            raise AlarmNotFound("There is no such alarm at your hospital.")
        if row.answered_at is not None:
            raise AlarmAnswered("The alarm is answered already.")
        row.answer, row.answered_by_id, row.answered_at = said, viewer.user, now
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        event = AuditEvent(
            now, viewer.login, Action.UPDATE, "ai-alarm", str(number), viewer.hospital
        )
        trail.append([event])
    return row.model


def _speaking() -> list[tuple[int, str]]:
    """Return model and hospital wherever the last standing lets people see it."""
    last: dict[tuple[int, str], str] = {}
    rows = StandingRow.objects.order_by("pk").values_list("model_id", "hospital_id", "standing")
    for model, hospital, standing in rows:
        last[model, hospital] = standing
    return sorted(key for key, standing in last.items() if standing in WATCHED)


def _look(model: ModelRow, hospital: str) -> tuple[Watch, tuple[Alarm, ...], dict[str, RunRow]]:
    """Set monitors up from the first runs and look at all that followed.

    Raises
    ------
    MonitorRefused
        If there are too few runs for a baseline.
    """
    runs = list(
        RunRow.objects.filter(model=model, hospital_id=hospital, state__in=("done", "refused"))
        .select_related("study__child")
        .order_by("finished_at", "pk")
    )
    seen = _seen(model, runs)
    silent = sum(one.standing == "shadow" for one in runs)
    first = max(SMALLEST_BASELINE, silent)
    baseline, later = seen[:first], seen[first:]
    compared = _compared(runs)
    earlier = {one.run for one in baseline}
    before = [one for one in compared if one.run in earlier]
    after = [one for one in compared if one.run not in earlier]
    vigilance = Vigilance(_a_year(runs), FALSE_ALARMS_PER_YEAR)
    found = watch(baseline, before, vigilance)
    return found, found.alarms(later, after), {row.code: row for row in runs}


def _seen(model: ModelRow, runs: list[RunRow]) -> list[Seen]:
    kinds = list(kinds_of(card_of(model)))
    makers: dict[int, str] = {}
    listed = Series.objects.filter(study_id__in=[row.study_id for row in runs])
    for study, maker in listed.exclude(manufacturer="").values_list("study_id", "manufacturer"):
        makers.setdefault(study, maker)
    found = []
    for row in runs:
        refused = row.state == "refused"
        said = [called(None if refused else row.result, kind) for kind in kinds]
        answers = [one for one, _ in said if one is not None]
        scores = [score for _, score in said if score is not None]
        age = age_of(row.study)
        found.append(
            Seen(
                run=row.code,
                refused=refused,
                called=any(answers) if answers else None,
                score=max(scores) if scores else None,
                inputs={
                    "manufacturer": makers.get(row.study_id),
                    "age": UNKNOWN if age is None else age_band(age).value,
                },
            )
        )
    return found


def _compared(runs: list[RunRow]) -> list[Compared]:
    codes = {row.pk: row.code for row in runs}
    reviews = ReviewRow.objects.filter(run_id__in=list(codes)).order_by("pk")
    return [Compared(codes[one.run_id], agreed=one.decision == "accept") for one in reviews]


def _a_year(runs: list[RunRow]) -> int:
    """Return how many studies a year the model sees here, from how fast they came."""
    times = [row.finished_at for row in runs if row.finished_at is not None]
    if len(times) < 2:
        return SMALLEST_BASELINE
    days = max((times[-1] - times[0]).total_seconds() / 86_400.0, 1.0)
    return max(1, round(len(times) / days * DAYS_A_YEAR))


def _keep(model: ModelRow, hospital: str, alarm: Alarm, run: RunRow) -> int:
    now = clock.now()
    with transaction.atomic():
        row, fresh = AlarmRow.objects.get_or_create(
            model=model,
            hospital_id=hospital,
            monitor=alarm.monitor.value,
            variable=alarm.variable,
            at=run.finished_at,
            defaults={
                "value": alarm.value,
                "limit": alarm.limit,
                "sentence": alarm.english[:LONGEST],
            },
        )
        if not fresh:
            return 0
        detail = {"monitor": alarm.monitor.value, "variable": alarm.variable}
        event = AuditEvent(now, "system", Action.CREATE, "ai-alarm", str(row.pk), hospital, detail)
        trail.append([event])
        approval = (
            StandingRow.objects.filter(model=model, hospital_id=hospital)
            .exclude(by=None)
            .select_related("by")
            .order_by("-pk")
            .first()
        )
        if approval is not None and approval.by is not None:
            tell_members(
                [approval.by],
                Kind.AI_ALARM.value,
                {},
                key=f"{Kind.AI_ALARM.value}:{row.pk}",
                url=f"/ai/models/{model.card_id}/",
                at=now,
            )
    return 1
