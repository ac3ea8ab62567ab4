"""Which study is looked at first: words of the question, and what earlier steps found.

A rule, nothing learned. It only moves a study forward, never back: without a reason the study
keeps its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import Request
from tongying.ai.steps.critical_words import SOURCE, critical_words_in
from tongying.ai.steps.given import Given, given_of, text_in
from tongying.consult.critical import Category
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat

CRITICAL_WORD: Final = "critical-word"
URGENT_FLAG: Final = "urgent-flag"
URGENT_QUESTION: Final = "urgent-question"
NOTHING_URGENT: Final = "nothing-urgent"
_ASKED_AT_ONCE: Final = frozenset({"emergency", "urgent"})
UNSIGNED: Final = Caveat(
    "ai.critical-words-unsigned",
    "The list of critical words is a draft for consensus and needs sign-off.",
)
NO_QUESTION: Final = Caveat(
    "ai.triage-without-question",
    "Nobody asked a question with this study, so only earlier steps were looked at.",
)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Say why a study should be looked at first.

    Parameters
    ----------
    request : Request
        With the question and the earlier runs in `given`.
    volume : SourceVolume or None
        Not read.
    progress : Progress
    """
    given = given_of(request.given)
    flags = (*_of_words(given), *_of_runs(given), *_of_question(given))
    if not flags:
        flags = (
            Flag(
                NOTHING_URGENT,
                Level.NONE,
                "No rule asks to look at this study before others.",
                "没有规则要求优先阅片。",
            ),
        )
    caveats = (UNSIGNED,) if given.question else (UNSIGNED, NO_QUESTION)
    return Answer(flags=flags, caveats=caveats)


def _of_words(given: Given) -> Iterator[Flag]:
    for word in critical_words_in(given.question):
        at_once = word.category is Category.MINUTES
        yield Flag(
            CRITICAL_WORD,
            Level.URGENT if at_once else Level.LOOK,
            f"The question names {word.words.english} ({SOURCE}).",
            f"申请内容提到“{word.words.chinese}”（词表为共识草案，待签核）。",
        )


def _of_runs(given: Given) -> Iterator[Flag]:
    for run in given.finished:
        for flag in run.flags:
            if text_in(flag, "level") == Level.URGENT and run.step != "triage":
                english, chinese = text_in(flag, "english"), text_in(flag, "chinese")
                yield Flag(
                    URGENT_FLAG,
                    Level.URGENT,
                    f"{run.name.english}: {english}",
                    f"{run.name.chinese}：{chinese or english}",
                    series_uid=text_in(flag, "series_uid"),
                )


def _of_question(given: Given) -> Iterator[Flag]:
    if given.urgency in _ASKED_AT_ONCE:
        yield Flag(
            URGENT_QUESTION,
            Level.LOOK,
            "The case was asked as urgent.",
            "申请方标注为急诊或紧急。",
        )
