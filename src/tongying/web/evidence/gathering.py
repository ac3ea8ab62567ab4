"""What a model said at a hospital, beside what turned out to be so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from tongying.ai.answer import Level
from tongying.ai.evaluation.strata import Case
from tongying.dicom.acquisition.manufacturer import manufacturer_of
from tongying.norms.sex import Sex
from tongying.web.ai.models import ModelRow, ReadRow, RunRow
from tongying.web.evidence.models import TruthRow
from tongying.web.records.models import Series, Study

ENDED: Final = ("done", "refused", "failed")
"""States in which a run counts: what was refused or failed counts as not answered."""
NOT_CALLED: Final = frozenset({Level.NONE.value})


def runs_of(model: ModelRow, hospital: str) -> list[RunRow]:
    """Return the last ended run of a model on each study of a hospital, oldest first."""
    rows = (
        RunRow.objects.filter(model=model, hospital_id=hospital, state__in=ENDED)
        .select_related("study__child")
        .order_by("finished_at", "pk")
    )
    last: dict[int, RunRow] = {}
    for row in rows:
        last.pop(row.study_id, None)
        last[row.study_id] = row
    return list(last.values())


def called(result: dict[str, Any] | None, kind: str) -> tuple[bool | None, float | None]:
    """Return whether a result calls a kind of finding, and how sure it was.

    Parameters
    ----------
    result : dict or None
        As a run keeps it; None where it did not answer.
    kind : str
        Of findings or flags.

    Returns
    -------
    called : bool or None
    score : float or None
        The highest probability of the findings, or the number a flag stands on.
    """
    if result is None:
        return None, None
    found = [one for one in result.get("findings", ()) if one["kind"] == kind]
    flags = [one for one in result.get("flags", ()) if one["kind"] == kind]
    raised = bool(found) or any(one["level"] not in NOT_CALLED for one in flags)
    numbers = [one.get("probability") for one in found] + [one.get("value") for one in flags]
    known = [float(number) for number in numbers if number is not None]
    if known:
        return raised, max(known)
    probabilities_given = not flags and all(
        one.get("probability") is not None for one in result.get("findings", ())
    )
    return raised, 0.0 if probabilities_given and not found else None


def cases_with_truth(model: ModelRow, hospital: str, kind: str) -> tuple[Case, ...]:
    """Return the studies whose truth is known, each with what the model said of it."""
    rows = runs_of(model, hospital)
    truths = truths_of([row.study_id for row in rows], kind)
    return cases_of([row for row in rows if row.study_id in truths], truths, kind)


def cases_of(rows: Iterable[RunRow], truths: dict[int, bool], kind: str) -> tuple[Case, ...]:
    """Return runs as the cases of an evaluation."""
    listed = list(rows)
    makers = _makers([row.study_id for row in listed])
    readers = _readers([row.study_id for row in listed])
    found = []
    for row in listed:
        said, score = called(row.result if row.state == "done" else None, kind)
        found.append(
            Case(
                study=str(row.study_id),
                child=str(row.study.child_id),
                truth=truths[row.study_id],
                called=said,
                score=score,
                reader=readers.get(row.study_id),
                age_days=age_of(row.study),
                sex=sex_of_child(row.study),
                manufacturer=makers.get(row.study_id, ""),
                site=row.hospital_id,
            )
        )
    return tuple(found)


def truths_of(studies: Iterable[int], kind: str) -> dict[int, bool]:
    """Return what turned out to be so of studies, by their key; the last word counts."""
    rows = TruthRow.objects.filter(study_id__in=list(studies), kind=kind).order_by("pk")
    return dict(rows.values_list("study_id", "present"))


def age_of(study: Study) -> int | None:
    """Return a child's age on the day of a study; None where either day is missing."""
    born: date | None = study.child.birth_date
    if born is None or study.date is None or study.date < born:
        return None
    return (study.date - born).days


def sex_of_child(study: Study) -> Sex | None:
    """Return a child's sex, or None where it is not one of the two."""
    return next((one for one in Sex if one.value == study.child.sex), None)


def _makers(studies: list[int]) -> dict[int, str]:
    """Return the manufacturer of studies that name one only."""
    found: dict[int, set[str]] = {}
    rows = Series.objects.filter(study_id__in=studies).exclude(manufacturer="")
    for study, name in rows.values_list("study_id", "manufacturer"):
        found.setdefault(study, set()).add(manufacturer_of(name) or name)
    return {study: next(iter(names)) for study, names in found.items() if len(names) == 1}


def _readers(studies: list[int]) -> dict[int, bool]:
    """Return the first own read of studies; an unsure one counts as none."""
    rows = ReadRow.objects.filter(study_id__in=studies, phase="before").order_by("-pk")
    return {
        study: verdict == "abnormal"
        for study, verdict in rows.values_list("study_id", "verdict")
        if verdict != "unsure"
    }
