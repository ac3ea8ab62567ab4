"""Whether an examination is what its pathway asks for, and whether radiation could be spared.

A rule, nothing learned: what a pathway of the platform lists to send, with its sources, and which
studies of the child there are already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import Request
from tongying.ai.steps.given import Given, given_of
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown
from tongying.pathway.age_spans import covers
from tongying.pathway.catalogue import pathways
from tongying.pathway.definition import IntakeKind, Pathway
from tongying.pathway.suggest import suggested

IONISING: Final = frozenset({"CT", "CR", "DX", "XA", "RF", "NM", "PT", "MG"})
"""Modalities that use ionising radiation."""
REPEATED_WITHIN_DAYS: Final = 30
"""An examination of the same part within these days is worth a look. Needs sign-off."""
NOT_ASKED_FOR: Final = "not-asked-for"
LESS_RADIATION: Final = "less-radiation"
REPEATED: Final = "repeated"
NO_ADVICE: Final = "no-advice"
GUESSED: Final = Caveat(
    "ai.pathway-guessed",
    "The case follows no pathway; the likeliest by its words was taken.",
)
UNSIGNED: Final = Caveat(
    "ai.order-rules-unsigned",
    "Which examination comes first is the pathway's list and needs sign-off for your hospital.",
)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Say what speaks against this examination, or for another one.

    Parameters
    ----------
    request : Request
        With question, pathway and earlier studies in `given`.
    volume : SourceVolume or None
        Not read.
    progress : Progress
    """
    given, facts = given_of(request.given), request.facts
    pathway, guessed = _pathway(given, facts)
    flags = [*_of_repeat(given, facts)]
    caveats = []
    if pathway is not None:
        flags = [*_of_pathway(pathway, facts), *flags]
        caveats = [UNSIGNED, *((GUESSED,) if guessed else ())]
    if not flags:
        flags = [
            Flag(
                NO_ADVICE,
                Level.NONE,
                "No rule speaks against this examination.",
                "没有规则提示需要调整本次检查。",
            )
        ]
    return Answer(flags=tuple(flags), caveats=tuple(caveats))


def _pathway(given: Given, facts: StudyFacts) -> tuple[Pathway | None, bool]:
    chosen = pathways().get(given.pathway)
    if chosen is not None or not given.question:
        return chosen, False
    child = ChildKnown(age_days=facts.child.age_days, sex=facts.child.sex)
    modalities = frozenset(one.modality for one in facts.series)
    likely = suggested(given.question, modalities, "", child)
    return (likely[0], True) if likely else (None, False)


def _of_pathway(pathway: Pathway, facts: StudyFacts) -> Iterator[Flag]:
    child = ChildKnown(age_days=facts.child.age_days, sex=facts.child.sex)
    wanted = [
        item
        for item in pathway.intake
        if item.kind is IntakeKind.IMAGES and covers(item.ages, child) is not False
    ]
    asked = frozenset(name for item in wanted for name in item.modalities)
    made = frozenset(one.modality for one in facts.series) - {"SR", "SEG", "PR", "KO", "DOC"}
    if not asked or not made:
        return
    name = pathway.name
    listed = ", ".join(sorted(asked))
    if not made & asked:
        yield Flag(
            NOT_ASKED_FOR,
            Level.LOOK,
            f"The pathway “{name.english}” lists {listed}, not {', '.join(sorted(made))}.",
            f"路径“{name.chinese}”列出的检查为{listed}，本次为{'、'.join(sorted(made))}。",
        )
    without = sorted(asked - IONISING)
    if made & IONISING and without:
        yield Flag(
            LESS_RADIATION,
            Level.LOOK,
            f"The pathway “{name.english}” also lists {', '.join(without)}, without radiation.",
            f"路径“{name.chinese}”还列有无电离辐射的检查：{'、'.join(without)}。",
        )


def _of_repeat(given: Given, facts: StudyFacts) -> Iterator[Flag]:
    if facts.study_date is None:
        return
    made = frozenset(one.modality for one in facts.series) & IONISING
    parts = frozenset(
        part.value for one in facts.series for part in one.body_parts | one.named_parts
    )
    for earlier in given.prior_studies:
        days = (facts.study_date - earlier.day).days
        same = earlier.modalities & made
        shown = earlier.parts & parts
        if same and shown and 0 <= days <= REPEATED_WITHIN_DAYS:
            names = ", ".join(sorted(same))
            yield Flag(
                REPEATED,
                Level.LOOK,
                f"{names} of the same part was made {days} days before (a limit of "
                f"{REPEATED_WITHIN_DAYS} days, needs sign-off).",
                f"{days}天前已做过同部位{names}检查（界限{REPEATED_WITHIN_DAYS}天，待签核）。",
                value=float(days),
            )
