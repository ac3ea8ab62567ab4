"""The worklist's lines in the reader's words, made at once: a window holds a hundred of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from tongying.consult.states import State
from tongying.web.cases.shown import WorklistRow
from tongying.web.pages import words
from tongying.web.pages.due import TimeLeft, time_left
from tongying.web.pages.opening import NOT_PICTURES

QUESTION_LETTERS = 80
"""First words of the question; more does not fit a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case as its line says it; every text is ready to be shown."""

    id: int
    mine: bool
    left: TimeLeft
    alerts: str
    """How many alerts are open, ready to be read out; empty for none."""
    alert_count: int
    urgency: str
    urgency_tone: str
    name: str
    sex: str
    sex_title: str
    age: str
    corrected: str
    corrected_title: str
    question: str
    question_title: str
    hospital: str
    modalities: tuple[str, ...]
    state: str
    state_tone: str
    owner: str
    state_title: str


def lines_of(rows: Iterable[WorklistRow], now: datetime) -> list[Line]:
    """Say rows of the worklist in the reader's words.

    Parameters
    ----------
    rows : iterable of WorklistRow
    now : datetime
        With time zone; what the time left is counted from.
    """
    states = {state: str(word) for state, word in words.STATE_WORDS.items()}
    urgencies = {urgency.value: str(word) for urgency, word in words.URGENCY_WORDS.items()}
    tones = {urgency.value: tone for urgency, tone in words.URGENCY_TONES.items()}
    return [_line(row, now, states, urgencies, tones) for row in rows]


def _line(
    row: WorklistRow,
    now: datetime,
    states: dict[State, str],
    urgencies: dict[str, str],
    tones: dict[str, str],
) -> Line:
    child = row.child
    state = states[row.state]
    return Line(
        id=row.id,
        mine=row.mine,
        left=time_left(row.state, row.due_at, row.urgency, now),
        alerts=_alerts(row.alerts),
        alert_count=row.alerts,
        urgency=urgencies.get(row.urgency, ""),
        urgency_tone=tones.get(row.urgency, ""),
        name=child.name or row.number,
        sex=words.sex_short(child.sex),
        sex_title=str(words.SEX_WORDS.get(child.sex, words.SEX_WORDS[""])),
        age=words.age_words(child.age),
        corrected=words.corrected_words(child, short=True),
        corrected_title=words.corrected_words(child),
        question=_cut(row.question, QUESTION_LETTERS) or "—",
        question_title=_cut(row.question, 4 * QUESTION_LETTERS),
        hospital=row.asking,
        modalities=tuple(one for one in row.modalities if one not in NOT_PICTURES),
        state=state,
        state_tone=words.STATE_TONES.get(row.state, ""),
        owner=words.owner_words(row.state, row.assignee, mine=row.mine),
        state_title=f"{state} · {row.assignee}" if row.assignee else state,
    )


def _alerts(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)d open alert", "%(count)d open alerts", count) % {"count": count}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
