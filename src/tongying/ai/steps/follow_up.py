"""What has to be looked at again: the pathway's rules that are open, overdue, and what has grown.

A rule, nothing learned. No follow-up rule for adults is known here; growth is told as measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import Request
from tongying.ai.steps.given import EarlierRun, Given, given_of, number_in, text_in
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat

OVERDUE: Final = "look-overdue"
DUE: Final = "look-due"
GROWN: Final = "grown"
NEW_FINDING: Final = "new-finding"
NOTHING_OPEN: Final = "nothing-open"
PRIOR_NUMBER: Final = "prior_number"
DOUBLING: Final = "doubling_days"
GROWTH_ABOVE_ERROR: Final = 1.25
"""A volume that grew by a quarter is told as grown. No source with children was seen: needs
sign-off."""
GROWTH_UNSIGNED: Final = Caveat(
    "ai.growth-limit-unsigned",
    "From which volume on a finding counts as grown was not measured in children; needs sign-off.",
)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Say what is due, overdue, new or grown on the day of the study.

    Parameters
    ----------
    request : Request
        With open looks and the runs of this and earlier studies in `given`.
    volume : SourceVolume or None
        Not read.
    progress : Progress
    """
    given = given_of(request.given)
    grown = tuple(flag for run in given.finished for flag in _growth(run, given))
    flags = (*_looks(given, request.facts), *grown)
    if not flags:
        flags = (
            Flag(
                NOTHING_OPEN,
                Level.NONE,
                "Nothing is due, overdue, new or grown by the rules.",
                "按规则没有到期、逾期、新增或增大的项目。",
            ),
        )
    return Answer(flags=flags, caveats=(GROWTH_UNSIGNED,) if grown else ())


def _looks(given: Given, facts: StudyFacts) -> Iterator[Flag]:
    if facts.study_date is None:
        return
    for look in given.looks:
        days = (facts.study_date - look.on).days
        source = f" ({look.source})" if look.source else ""
        if days > 0:
            yield Flag(
                OVERDUE,
                Level.LOOK,
                f"{look.words.english}: due on {look.on}, {days} days before this study{source}.",
                f"{look.words.chinese}：应于{look.on}复查，本次检查时已逾期{days}天。",
                value=float(days),
            )
        else:
            yield Flag(
                DUE,
                Level.NONE,
                f"{look.words.english}: due on {look.on}{source}.",
                f"{look.words.chinese}：应于{look.on}复查。",
                value=float(days),
            )


def _growth(run: EarlierRun, given: Given) -> Iterator[Flag]:
    """Compare the findings of a run with those of the newest earlier run of the same version."""
    earlier = _earlier(run, given)
    if earlier is None:
        return
    before = {number_in(one, "number"): one for one in earlier.findings}
    compared = any(PRIOR_NUMBER in _details(one) for one in run.findings)
    for one in run.findings:
        details = _details(one)
        linked = number_in(details, PRIOR_NUMBER)
        kind, number = run.kind_words(text_in(one, "kind")), one.get("number")
        if linked is None and not compared and earlier.findings:
            continue  # nothing was matched at all: then nothing is known to be new
        if linked is None:
            yield Flag(
                NEW_FINDING,
                Level.LOOK,
                f"{kind.english} no. {number} has no match on {earlier.study_date}.",
                f"{kind.chinese}（第{number}号）在{earlier.study_date}的检查中无对应。",
            )
            continue
        was = number_in(before.get(linked, {}), "volume_mm3")
        now = number_in(one, "volume_mm3")
        if was is None or now is None or was <= 0 or now < was * GROWTH_ABOVE_ERROR:
            continue
        doubling = number_in(details, DOUBLING)
        told = "" if doubling is None else f", doubling in {doubling:.0f} days"
        told_zh = "" if doubling is None else f"，倍增时间{doubling:.0f}天"
        yield Flag(
            GROWN,
            Level.LOOK,
            f"{kind.english} no. {number} grew from {was:.0f} to {now:.0f} mm³ since "
            f"{earlier.study_date}{told}.",
            f"{kind.chinese}（第{number}号）自{earlier.study_date}由{was:.0f}增至{now:.0f} mm³"
            f"{told_zh}。",
            value=now / was,
        )


def _details(one: Mapping[str, Any]) -> Mapping[str, Any]:
    found = one.get("details")
    return found if isinstance(found, Mapping) else {}


def _earlier(run: EarlierRun, given: Given) -> EarlierRun | None:
    same = [
        one
        for one in given.prior_runs
        if (one.card, one.version, one.state) == (run.card, run.version, run.state)
        and one.study_date is not None
    ]
    return max(same, key=lambda one: str(one.study_date), default=None)
