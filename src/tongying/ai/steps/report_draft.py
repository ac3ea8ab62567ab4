"""A report drafted from structured results and the pathway's templates; a person edits and signs.

Nothing is invented: every line names the result it follows from. Normal wording comes from the
pathway's templates and says of itself that nobody has looked yet; it is left out as soon as any
step found something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tongying.ai.answer import Answer, DraftText, Level
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.steps.given import EarlierRun, Given, given_of, number_in, text_in
from tongying.dicom.acquisition.facts import ChildFacts
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import ChildKnown
from tongying.norms.measure import measures
from tongying.norms.unit_words import value_words
from tongying.pathway.answers import Answers, read_answers
from tongying.pathway.catalogue import pathways
from tongying.pathway.definition import Language, Words
from tongying.pathway.normals import normal_answers
from tongying.pathway.report import sentences

FINDINGS: Final = "findings"
_NOT_DRAFTED: Final = frozenset({"triage", "report-draft", "quality-review"})
"""Steps whose results say something about the work, not about the child."""
_SIDES: Final = {"R": Words("right", "右侧"), "L": Words("left", "左侧")}
DRAFT: Final = Caveat(
    "ai.draft-of-results",
    "This text was put together from results of models: a draft until a person has checked it.",
)
TEMPLATE: Final = Caveat(
    "ai.draft-template-normals",
    "The normal wording comes from the pathway's template; no step has looked at it.",
)
_TEMPLATE_WORDS: Final = Words(
    "Template wording, not looked at by anybody yet: ", "模板用语，尚未经任何人核实："
)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Draft the lines of a report.

    Parameters
    ----------
    request : Request
        With the earlier runs and the pathway in `given`.
    volume : SourceVolume or None
        Not read.
    progress : Progress

    Raises
    ------
    RunRefused
        If no earlier step has a result and the case follows no pathway of the platform.
    """
    given = given_of(request.given)
    texts = [
        DraftText(FINDINGS, line.english, line.chinese)
        for run in given.runs
        if run.step not in _NOT_DRAFTED
        for line in _lines(run)
    ]
    caveats = [DRAFT]
    if not any(_found_something(run) for run in given.finished):
        normal = _normal(given, request.facts.child)
        if normal is not None:
            texts.append(normal)
            caveats.append(TEMPLATE)
    if not texts:
        raise RunRefused(
            "There is no result of an earlier step that a report could be drafted from.",
            "ai.nothing-to-report",
        )
    return Answer(texts=tuple(texts), caveats=tuple(caveats))


def _found_something(run: EarlierRun) -> bool:
    return bool(run.findings) or any(
        text_in(one, "level") in (Level.LOOK, Level.URGENT) for one in run.flags
    )


def _lines(run: EarlierRun) -> Iterator[Words]:
    if run.without_result:
        reason = run.refusal or "no reason is known"
        yield Words(
            f"{run.name.english} did not speak about this examination: {reason}",
            f"{run.name.chinese}未对本次检查作出结论：{run.refusal or '原因未知'}",
        )
        return
    for one in run.findings:
        yield _finding(run, one)
    for one in run.values:
        yield _value(run, one)
    for one in run.flags:
        if text_in(one, "level") in (Level.LOOK, Level.URGENT):
            english = text_in(one, "english")
            yield Words(english, text_in(one, "chinese") or english)


def _finding(run: EarlierRun, one: Mapping[str, Any]) -> Words:
    kind = run.kind_words(text_in(one, "kind"))
    side = _SIDES.get(text_in(one, "side"), Words("", ""))
    sizes = []
    diameter, volume = number_in(one, "diameter_mm"), number_in(one, "volume_mm3")
    if diameter is not None:
        sizes.append(f"{diameter:.1f} mm")
    if volume is not None:
        sizes.append(f"{volume:.0f} mm³")
    number = one.get("number")
    english = " ".join(filter(None, (side.english, kind.english)))
    named = f"{english[:1].upper()}{english[1:]}"
    size, size_zh = ", ".join(sizes), "，".join(sizes)
    return Words(
        f"{named}{f', {size}' if size else ''} ({run.name.english}, no. {number}).",
        f"{side.chinese}{kind.chinese}{f'，{size_zh}' if size else ''}"
        f"（{run.name.chinese}，第{number}号）。",
    )


def _value(run: EarlierRun, one: Mapping[str, Any]) -> Words:
    name, value = text_in(one, "measure"), number_in(one, "value")
    measure = measures().get(name)
    english, chinese = (measure.english, measure.chinese) if measure else (name, name)
    side = _SIDES.get(text_in(one, "side"), Words("", ""))
    said = "?" if value is None else value_words(float(f"{value:.4g}"), text_in(one, "unit"))
    tool = f"{run.card} {run.version}".strip()
    named = " ".join(filter(None, (english, side.english)))
    return Words(
        f"{named[:1].upper()}{named[1:]}: {said} ({tool}).",
        f"{side.chinese}{chinese}：{said}（{tool}）。",
    )


def _normal(given: Given, child: ChildFacts) -> DraftText | None:
    pathway = pathways().get(given.pathway)
    if pathway is None:
        return None
    known = ChildKnown(age_days=child.age_days, sex=child.sex, weight_kg=child.weight_kg)
    told = []
    for language in (Language.ENGLISH, Language.CHINESE):
        filled = normal_answers(pathway, Answers({}), known, language)
        said = sentences(pathway, read_answers(pathway, filled), language, known)
        told.append(" ".join(said.split("\n")) if language is Language.ENGLISH else said)
    if not all(told):
        return None
    english, chinese = (" ".join(one.split()) for one in told)
    return DraftText(
        FINDINGS, f"{_TEMPLATE_WORDS.english}{english}", f"{_TEMPLATE_WORDS.chinese}{chinese}"
    )
