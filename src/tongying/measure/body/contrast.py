"""What is usual of a contrast medium for a child's weight.

A table is no prescription: nothing here is signed off, and whoever injects decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from tongying.kernel.caveat import Caveat
from tongying.measure.body.weighed import Weighed, checked_weight

NEWBORN_DAYS: Final = 28

NEWBORN: Final = Caveat(
    "measure.dose-newborn",
    "In a newborn the kidneys are immature: is the contrast medium needed?",
)
KIDNEYS: Final = Caveat(
    "measure.dose-kidneys",
    "With an eGFR below 30 mL/min/1.73 m2 examine without this contrast medium where possible.",
)
CEILING: Final = Caveat(
    "measure.dose-ceiling",
    "No greatest volume and no greatest rate by cannula were found in a source: ask the local"
    " table.",
)


class Agent(StrEnum):
    """A contrast medium."""

    GADOBUTROL = "gadobutrol"
    GADOTERIDOL = "gadoteridol"
    GADOTERATE = "gadoterate"
    IODINE_300 = "iodine-300"


@dataclass(frozen=True, slots=True)
class _Rule:
    english: str
    chinese: str
    low_ml_per_kg: float
    high_ml_per_kg: float
    strength: float
    unit: str
    source: str
    caveats: tuple[Caveat, ...]


_GADOLINIUM: Final = "0.1 mmol/kg"
_RULES: Final = {
    Agent.GADOBUTROL: _Rule(
        "Gadobutrol 1.0 mmol/mL", "钆布醇 1.0 mmol/mL", 0.1, 0.1, 1.0, "mmol",
        f"{_GADOLINIUM} = 0.1 mL/kg: Magn Reson Insights 2013; 6: 1-12 (10.4137/MRI.S10996);"
        " needs sign-off", (KIDNEYS,),
    ),
    Agent.GADOTERIDOL: _Rule(
        "Gadoteridol 0.5 mmol/mL", "钆特醇 0.5 mmol/mL", 0.2, 0.2, 0.5, "mmol",
        f"{_GADOLINIUM} = 0.2 mL/kg: Shah CC et al. Pediatr Radiol 2021 (issue 10); needs sign-off",
        (KIDNEYS,),
    ),
    Agent.GADOTERATE: _Rule(
        "Gadoterate meglumine 0.5 mmol/mL", "钆特酸葡胺 0.5 mmol/mL", 0.2, 0.2, 0.5, "mmol",
        f"{_GADOLINIUM} = 0.2 mL/kg: label not read; needs sign-off", (KIDNEYS,),
    ),
    Agent.IODINE_300: _Rule(
        "Iodinated, 300 mg iodine per mL", "碘对比剂 300 mgI/mL", 1.5, 2.0, 300.0, "mg",
        "1.5-2 mL/kg: usual practice; needs sign-off", (KIDNEYS, CEILING),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contrast:
    """What is usual of one contrast medium.

    Attributes
    ----------
    agent : Agent
    english, chinese : str
    low_ml, high_ml : float
    low, high : float
        Of gadolinium in mmol, or of iodine in mg.
    unit : str
    source : str
    caveats : tuple of Caveat
    """

    agent: Agent
    english: str
    chinese: str
    low_ml: float
    high_ml: float
    low: float
    high: float
    unit: str
    source: str
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the dose as a JSON object."""
        return {
            "agent": self.agent.value,
            "english": self.english,
            "chinese": self.chinese,
            "low_ml": self.low_ml,
            "high_ml": self.high_ml,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "source": self.source,
            "caveats": [one.as_json() for one in self.caveats],
        }


def contrast(agent: Agent, weighed: Weighed, on: date) -> Contrast:
    """Return what is usual of a contrast medium for a child's weight.

    Parameters
    ----------
    agent : Agent
    weighed : Weighed
    on : date
        Day of the examination.

    Raises
    ------
    WeightUnknown
        If the weight is not known, or is not that of a child.
    AgeOutsideRule
        If the child is 18 years old or older.

    Examples
    --------
    >>> dose = contrast(Agent.GADOTERIDOL, Weighed(12.0, date(2026, 1, 1), 800), date(2026, 1, 2))
    >>> round(dose.low_ml, 2), round(dose.low, 2), dose.unit
    (2.4, 1.2, 'mmol')
    """
    weight, caveats = checked_weight(weighed, on)
    rule = _RULES[agent]
    newborn = weighed.age_days is not None and weighed.age_days < NEWBORN_DAYS
    low, high = rule.low_ml_per_kg * weight, rule.high_ml_per_kg * weight
    return Contrast(
        agent=agent,
        english=rule.english,
        chinese=rule.chinese,
        low_ml=low,
        high_ml=high,
        low=low * rule.strength,
        high=high * rule.strength,
        unit=rule.unit,
        source=rule.source,
        caveats=(*caveats, *((NEWBORN,) if newborn else ()), *rule.caveats),
    )
