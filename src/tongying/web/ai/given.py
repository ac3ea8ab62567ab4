"""What a step is told besides images (docs/ai-rules.md): question, earlier runs and studies."""

from __future__ import annotations

from typing import Any, Final

from tongying.dicom.acquisition.body_part import coded_parts
from tongying.web.ai.badges import card_of
from tongying.web.ai.models import RunRow
from tongying.web.ai.study_known import asked_of
from tongying.web.cases.models import CaseRow, OpinionRow
from tongying.web.pathways.models import CasePathway
from tongying.web.records.models import Series, Study

PRIVATE: Final = ("draft", "discarded")
TOLD: Final = ("done", "refused", "failed")
MOST_EARLIER: Final = 20


def given_for(row: RunRow) -> dict[str, Any]:
    """Return what a run's model is told.

    A run that people see is told of runs only that people see too: what a shadow says must not
    come to light through another step. Of an opinion only what is signed.

    Parameters
    ----------
    row : RunRow
    """
    cases = CaseRow.objects.exclude(state__in=PRIVATE)
    asked = asked_of(row.study, cases)
    case = None
    if asked.words or asked.urgency is not None:
        about = cases.filter(studies__study=row.study, studies__prior=False)
        case = about.order_by("-pk").first()
    pathway = (
        CasePathway.objects.filter(case=case, ended_at=None).order_by("-pk").first()
        if case
        else None
    )
    earlier = list(_earlier(row.study)[:MOST_EARLIER]) if asked.has_prior else []
    return {
        "question": {
            "words": asked.words,
            "urgency": asked.urgency.value if asked.urgency else "",
            "pathway": pathway.pathway if pathway else "",
        },
        "runs": _runs(row, [row.study_id]),
        "prior_runs": _runs(row, [one.pk for one in earlier]),
        "prior_studies": [_study(one) for one in earlier],
        "opinion": _opinion(case),
    }


def _earlier(study: Study) -> Any:
    rows = Study.objects.filter(child_id=study.child_id, date__isnull=False)
    if study.date is None:
        return rows.none()
    return rows.filter(date__lt=study.date).order_by("-date", "-pk")


def _runs(row: RunRow, studies: list[int]) -> list[dict[str, Any]]:
    if not studies:
        return []
    rows = RunRow.objects.filter(study_id__in=studies, state__in=TOLD).exclude(pk=row.pk)
    if row.standing != "shadow":
        rows = rows.exclude(standing="shadow")
    last = {}
    for one in rows.select_related("model", "study").order_by("finished_at", "pk"):
        last.pop((one.study_id, one.model.card_id), None)
        last[one.study_id, one.model.card_id] = one
    return [_run(one, earlier=one.study_id != row.study_id) for one in last.values()]


def _run(one: RunRow, *, earlier: bool) -> dict[str, Any]:
    card = card_of(one.model)
    told = one.result or {}
    day = one.study.date
    return {
        "card": one.model.card_id,
        "version": one.model.version,
        "step": one.step,
        "state": one.state,
        "study_date": day.isoformat() if earlier and day else "",
        "name": {"en": card.name.english, "zh": card.name.chinese} if card else {},
        "kinds": {
            kind: {"en": words.english, "zh": words.chinese}
            for kind, words in (card.findings if card else ())
        },
        "refusal": one.refusal,
        "result": {part: told.get(part, []) for part in ("findings", "values", "flags", "texts")},
    }


def _study(study: Study) -> dict[str, Any]:
    parts = Series.objects.filter(study=study).exclude(body_part="")
    return {
        "date": study.date.isoformat() if study.date else "",
        "modalities": [one for one in study.modalities.split("\\") if one],
        "parts": sorted(coded_parts(parts.values_list("body_part", flat=True), ())),
    }


def _opinion(case: CaseRow | None) -> dict[str, str]:
    row = OpinionRow.objects.filter(case=case).order_by("-pk").first() if case else None
    if row is None:
        return {}
    return {"findings": row.findings, "impression": row.answer, "advice": row.advice}
