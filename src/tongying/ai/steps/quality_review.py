"""An opinion's text beside the structured results: side, size, sex, age, what is not mentioned.

A rule, nothing learned. It asks; whoever signs decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.steps.given import EarlierRun, Given, given_of, number_in, text_in
from tongying.dicom.acquisition.facts import ChildFacts
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.age import Age, AgeUnit
from tongying.measure.body.side_doubts import SIDES, sides_named
from tongying.measure.body.written_age import written_age
from tongying.norms.measure import measures
from tongying.norms.sex import Sex

SIDE_DIFFERS: Final = "side-differs"
NUMBER_DIFFERS: Final = "number-differs"
SEX_DIFFERS: Final = "sex-differs"
AGE_DIFFERS: Final = "age-differs"
NOT_MENTIONED: Final = "not-mentioned"
NOTHING_DIFFERS: Final = "nothing-differs"
SIZE_SLACK: Final = 0.2
"""Share by which a written size may differ from the measured one. Needs sign-off."""
SIZE_SLACK_MM: Final = 1.0
"""Or so many millimetres, for small findings. Needs sign-off."""
DAYS_OF: Final = {
    AgeUnit.DAYS: 1.0,
    AgeUnit.WEEKS: 7.0,
    AgeUnit.MONTHS: 365.25 / 12,
    AgeUnit.YEARS: 365.25,
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mm|cm|毫米|厘米)(?![a-z³²23])", re.IGNORECASE)
_CM: Final = frozenset({"cm", "厘米"})
_CLAUSE: Final = re.compile(r"[.。;；!！\n](?!\d)")
_BOY: Final = re.compile(
    r"男|\b(?:boy|male)\b|睾丸|前列腺|阴茎|\b(?:testis|testes|testicle|prostate)\b", re.I
)
_GIRL: Final = re.compile(
    r"女|\b(?:girl|female)\b|卵巢|子宫|\b(?:ovary|ovaries|ovarian|uterus|uterine)\b", re.I
)
_RELATIVE: Final = re.compile(r"[父母妈爸姐妹兄弟]|mother|father|sister|brother|子女|男女", re.I)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Say where the written text and the results differ.

    Parameters
    ----------
    request : Request
        With the opinion and the earlier runs in `given`.
    volume : SourceVolume or None
        Not read.
    progress : Progress

    Raises
    ------
    RunRefused
        If nothing is written yet.
    """
    given = given_of(request.given)
    text = "\n".join(given.opinion.values())
    if not text:
        raise RunRefused("There is no text of an opinion to look over yet.", "ai.nothing-written")
    flags = (
        *_of_sex(text, request.facts.child),
        *_of_age(text, request.facts.child),
        *_of_results(text, given),
    )
    if not flags:
        flags = (
            Flag(
                NOTHING_DIFFERS,
                Level.NONE,
                "The text and the structured results do not contradict each other.",
                "报告文字与结构化结果未见矛盾。",
            ),
        )
    return Answer(flags=flags)


def _of_sex(text: str, child: ChildFacts) -> Iterator[Flag]:
    other = {Sex.MALE: _GIRL, Sex.FEMALE: _BOY}.get(child.sex) if child.sex else None
    if other is None:
        return
    found = next((hit for hit in other.finditer(_RELATIVE.sub(" ", text))), None)
    if found is not None:
        yield Flag(
            SEX_DIFFERS,
            Level.URGENT,
            f"The text says “{found[0]}”, and the child is a "
            f"{'boy' if child.sex is Sex.MALE else 'girl'}.",
            f"报告写有“{found[0]}”，而患儿为{'男' if child.sex is Sex.MALE else '女'}性。",
        )


def _of_age(text: str, child: ChildFacts) -> Iterator[Flag]:
    said = written_age(text)
    if said is None or child.age_days is None:
        return
    unit = DAYS_OF[said.unit]
    # completed units, with one to spare for how people round
    if (said.number - 1) * unit <= child.age_days < (said.number + 2) * unit:
        return
    age = Age(child.age_days, int(child.age_days / DAYS_OF[AgeUnit.MONTHS]))
    yield Flag(
        AGE_DIFFERS,
        Level.URGENT,
        f"The text tells an age of {said.number} {said.unit.value}; the child is "
        f"{age.in_english()} old.",
        f"报告所写年龄与患儿实际年龄（{age.in_chinese()}）不符。",
    )


def _of_results(text: str, given: Given) -> Iterator[Flag]:
    clauses = [one for one in _CLAUSE.split(text) if one.strip()]
    for run in given.finished:
        for one in run.findings:
            yield from _of_finding(run, one, clauses)
        for one in run.values:
            yield from _of_value(one, clauses)


def _of_finding(run: EarlierRun, one: Mapping[str, Any], clauses: list[str]) -> Iterator[Flag]:
    kind, number = run.kind_words(text_in(one, "kind")), one.get("number")
    names = (kind.english.lower(), kind.chinese)
    about = [clause for clause in clauses if any(name in clause.lower() for name in names)]
    if not about:
        yield Flag(
            NOT_MENTIONED,
            Level.LOOK,
            f"{run.name.english} found {kind.english} (no. {number}); the text does not name it.",
            f"{run.name.chinese}发现{kind.chinese}（第{number}号），报告未提及。",
        )
        return
    side = text_in(one, "side")
    named = frozenset(found for clause in about for found in sides_named(clause))
    if side in SIDES and named and side not in named:
        yield Flag(
            SIDE_DIFFERS,
            Level.URGENT,
            f"{kind.english} no. {number} lies on the {'right' if side == 'R' else 'left'}; the "
            "text names the other side only.",
            f"{kind.chinese}（第{number}号）位于{'右' if side == 'R' else '左'}侧，"
            "报告仅写另一侧。",
        )
    diameter = number_in(one, "diameter_mm")
    sizes = [size for clause in about for size in _sizes_mm(clause)]
    if diameter is not None and sizes and not any(_near(size, diameter) for size in sizes):
        yield _differs(
            f"{kind.english} no. {number}", f"{kind.chinese}（第{number}号）", diameter, sizes
        )


def _of_value(one: Mapping[str, Any], clauses: list[str]) -> Iterator[Flag]:
    """Compare lengths only: a volume is written in too many units to be read out of a sentence."""
    measure, value = measures().get(text_in(one, "measure")), number_in(one, "value")
    if measure is None or value is None or measure.unit != "mm":
        return
    names = (measure.english.lower(), measure.chinese)
    about = [clause for clause in clauses if any(name in clause.lower() for name in names)]
    side = text_in(one, "side")
    if side in SIDES:
        about = [clause for clause in about if sides_named(clause) in (frozenset(), {side})]
    sizes = [size for clause in about for size in _sizes_mm(clause)]
    if sizes and not any(_near(size, value) for size in sizes):
        yield _differs(measure.english, measure.chinese, value, sizes)


def _differs(english: str, chinese: str, measured: float, written: list[float]) -> Flag:
    said = ", ".join(f"{one:g}" for one in written)
    return Flag(
        NUMBER_DIFFERS,
        Level.LOOK,
        f"{english[:1].upper()}{english[1:]} measures {measured:.1f} mm; the text says {said} mm.",
        f"{chinese}测值为{measured:.1f} mm，报告写为{said} mm。",
        value=measured,
    )


def _sizes_mm(clause: str) -> list[float]:
    return [
        float(number) * (10.0 if unit.lower() in _CM else 1.0)
        for number, unit in _SIZE.findall(clause)
    ]


def _near(written: float, measured: float) -> bool:
    return abs(written - measured) <= max(SIZE_SLACK_MM, SIZE_SLACK * measured)
