"""Whether the evidence is enough to accept a model: every demand met, or which is not and why.

A demand is met when the interval's lower limit reaches it, not met when even the upper limit stays
below it, and not shown in between or where there are too few studies. Only when every demand is met
is a model accepted; that nobody showed the contrary is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tongying.ai.card.definition import Span
from tongying.ai.evaluation.evaluating import Evaluation, Performance
from tongying.ai.evaluation.figure import EvaluationRefused, Figure, Told
from tongying.ai.evaluation.rates import share
from tongying.ai.evaluation.strata import DAYS_OF_YEARS, AgeBand, Case, Stratum

SILENT_CASES: Final = 100
"""Studies in every site and age band before a model may be shown (domain rule, ARCH-AI)."""


class Verdict(StrEnum):
    """What the evidence says of a demand."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_SHOWN = "not-shown"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a model must show; the committee signs it, nothing is a default.

    Attributes
    ----------
    sensitivity, specificity : float
        That the lower limit of the interval must reach over all studies; in an age band the upper
        limit must not stay below.
    area : float or None
        None where a model gives no scores.
    answered : float
        Share of studies inside its card that it must answer.
    normal : float
        Share of normal children that it must leave alone, counted by child: a child with one false
        call on any image counts as called.
    smallest_band : int
        Studies in each age band of its card.
    """

    sensitivity: float
    specificity: float
    area: float | None
    answered: float
    normal: float
    smallest_band: int = SILENT_CASES

    def __post_init__(self) -> None:
        shares = [self.sensitivity, self.specificity, self.answered, self.normal, self.area or 0.0]
        if not all(0.0 <= one <= 1.0 for one in shares):
            raise EvaluationRefused("What is demanded must be a share between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the evidence says of one demand.

    Attributes
    ----------
    demand : str
        Stable, such as ``specificity`` or ``cases``.
    group : str
        Age band; empty for all.
    verdict : Verdict
    english, chinese : str
        One sentence with the numbers.
    """

    demand: str
    group: str
    verdict: Verdict
    english: str
    chinese: str

    def as_json(self) -> dict[str, str]:
        """Return the ruling as a JSON object."""
        return {
            "demand": self.demand,
            "group": self.group,
            "verdict": self.verdict.value,
            "english": self.english,
            "chinese": self.chinese,
        }


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The answer.

    Attributes
    ----------
    rulings : tuple of Ruling
        All of them, met or not.
    """

    rulings: tuple[Ruling, ...]

    @property
    def accepted(self) -> bool:
        """Say whether every demand is met."""
        return bool(self.rulings) and all(one.verdict is Verdict.MET for one in self.rulings)

    @property
    def against(self) -> tuple[Ruling, ...]:
        """Return what stands against it; the demands shown not to be met first."""
        order = (Verdict.NOT_MET, Verdict.NOT_SHOWN)
        return tuple(one for verdict in order for one in self.rulings if one.verdict is verdict)

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        return {"accepted": self.accepted, "rulings": [one.as_json() for one in self.rulings]}


def accept(
    evaluation: Evaluation,
    normal: Sequence[Case],
    demand: Demand,
    *,
    age_days: Span,
    synthetic: bool,
) -> Acceptance:
    """Hold the evidence against what is demanded.

    Parameters
    ----------
    evaluation : Evaluation
        On children whose truth is known.
    normal : sequence of Case
        Images or studies of children known to be normal; several of a child are one child.
    demand : Demand
    age_days : Span
        Of the model's card; each age band inside must be shown.
    synthetic : bool
        Whether the evidence was made by code; such evidence accepts nothing.
    """
    overall = evaluation.overall
    rulings = [_of_real(synthetic), _normal(normal, demand.normal)]
    rulings += _figures(overall, demand)
    rulings.append(
        _reached("answered", "", share(overall.n - overall.unanswered, overall.n), demand.answered)
    )
    found = evaluation.strata[Stratum.AGE_BAND]
    for band in bands_of(age_days):
        rulings += _band(band, found.get(band.value), demand)
    return Acceptance(tuple(rulings))


def bands_of(age_days: Span) -> tuple[AgeBand, ...]:
    """Return the age bands of children that a card's ages touch.

    Examples
    --------
    >>> [band.value for band in bands_of(Span(4383, 6574))]
    ['12-17']
    """
    edges = [0, *DAYS_OF_YEARS.values()]
    low = 0.0 if age_days.low is None else age_days.low
    high = float("inf") if age_days.high is None else age_days.high
    pairs = zip(AgeBand, edges[:-1], edges[1:], strict=False)
    return tuple(band for band, begin, end in pairs if low < end and high >= begin)


def _of_real(synthetic: bool) -> Ruling:
    if synthetic:
        return Ruling(
            "real-children",
            "",
            Verdict.NOT_SHOWN,
            "The evidence was made by code; nothing is shown about children.",
            "证据由程序合成，未能证明对真实患儿有效。",
        )
    return Ruling(
        "real-children", "", Verdict.MET, "The evidence is of children.", "证据来自真实患儿。"
    )


def _normal(normal: Sequence[Case], demanded: float) -> Ruling:
    if any(case.truth for case in normal):
        raise EvaluationRefused("A child with the finding stands among the normal ones.")
    called: dict[str, bool] = {}
    for case in normal:
        called[case.child] = called.get(case.child, False) or case.called is not False
    wrong_images = sum(case.called is True for case in normal)
    left_alone = sum(not one for one in called.values())
    by_image = share(len(normal) - wrong_images, len(normal), smallest=1)
    bad = isinstance(by_image, Figure) and by_image.high is not None and by_image.high < demanded
    ruling = _reached("normal-children", "", share(left_alone, len(called), smallest=1), demanded)
    return Ruling(
        demand=ruling.demand,
        group="",
        verdict=Verdict.NOT_MET if bad else ruling.verdict,
        english=(
            f"{len(called) - left_alone} of {len(called)} normal children and {wrong_images} of "
            f"{len(normal)} of their images were called; at least {demanded:.0%} must be left "
            "alone."
        ),
        chinese=(
            f"{len(called)} 名正常儿童中有 {len(called) - left_alone} 名、"
            f"其 {len(normal)} 幅图像中有 {wrong_images} 幅被误报；要求至少 {demanded:.0%} 不误报。"
        ),
    )


def _figures(performance: Performance, demand: Demand) -> list[Ruling]:
    told = [
        _reached("sensitivity", "", performance.rates["sensitivity"], demand.sensitivity),
        _reached("specificity", "", performance.rates["specificity"], demand.specificity),
    ]
    if demand.area is not None:
        told.append(_reached("auc", "", performance.area, demand.area))
    return told


def _band(band: AgeBand, performance: Performance | None, demand: Demand) -> list[Ruling]:
    n = 0 if performance is None else performance.n
    enough = n >= demand.smallest_band
    rulings = [
        Ruling(
            "cases",
            band.value,
            Verdict.MET if enough else Verdict.NOT_SHOWN,
            f"{n} studies of ages {band.value} years; {demand.smallest_band} are needed.",
            f"{band.value} 岁共 {n} 例；需要 {demand.smallest_band} 例。",
        )
    ]
    if performance is None:
        return rulings
    for name, demanded in (
        ("sensitivity", demand.sensitivity),
        ("specificity", demand.specificity),
    ):
        ruling = _reached(name, band.value, performance.rates[name], demanded)
        if ruling.verdict is Verdict.NOT_MET:
            rulings.append(ruling)
    return rulings


def _reached(name: str, group: str, told: Told, demanded: float) -> Ruling:
    if not isinstance(told, Figure) or told.low is None or told.high is None:
        return Ruling(
            name,
            group,
            Verdict.NOT_SHOWN,
            f"{name}: cannot be told from {told.n} studies; {demanded:.0%} is demanded.",
            f"{name}：{told.n} 例不足以得出结论；要求 {demanded:.0%}。",
        )
    verdict = (
        Verdict.MET
        if told.low >= demanded
        else Verdict.NOT_MET
        if told.high < demanded
        else Verdict.NOT_SHOWN
    )
    return Ruling(
        name,
        group,
        verdict,
        f"{name}: {told.value:.1%} (95 % interval {told.low:.1%} to {told.high:.1%}, n = {told.n});"
        f" {demanded:.0%} is demanded.",
        f"{name}：{told.value:.1%}（95% 置信区间 {told.low:.1%}–{told.high:.1%}，n = {told.n}）；"
        f"要求 {demanded:.0%}。",
    )
