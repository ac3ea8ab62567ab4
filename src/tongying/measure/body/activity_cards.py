"""Activities of tracers for children as two cards give them; every number needs sign-off.

References
----------
.. [1] Gelfand MJ, Parisi MT, Treves ST. Pediatric radiopharmaceutical administered doses: 2010
   North American consensus guidelines. J Nucl Med 2011; 52: 318-322 (table 1 read).
.. [2] EANM paediatric dosage card, version 5.7.2016, after Lassmann M et al. Eur J Nucl Med Mol
   Imaging 2007; 34: 796-798 and Lassmann M, Treves ST. Ibid. 2014; 41: 1036-1041. The card itself
   was not read. Its multiples and baselines were read in a public program's table, and agree with
   the activities of bone scans at 3.5 to 50 kg printed in the French reference levels of 2011.
.. [3] Proposal for PET/MR and long fields of view: Eur J Nucl Med Mol Imaging 2022; 49: 1964-1969
   (10.1007/s00259-021-05635-2; abstract read): class B, baseline 10.7 MBq, at least 10 MBq.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Card(StrEnum):
    """Whose table it is."""

    EANM = "eanm-2016"
    EANM_PET_MR = "eanm-pet-mr-2022"
    NORTH_AMERICA = "north-america-2010"

    @property
    def source(self) -> str:
        """Citation."""
        return _SOURCES[self]


_SOURCES: Final = {
    Card.EANM: "EANM paediatric dosage card 5.7.2016; read in a secondary source; needs sign-off",
    Card.EANM_PET_MR: (
        "Eur J Nucl Med Mol Imaging 2022; 49: 1964-1969 (10.1007/s00259-021-05635-2); a proposal,"
        " abstract read; needs sign-off"
    ),
    Card.NORTH_AMERICA: (
        "Gelfand MJ et al. J Nucl Med 2011; 52: 318-322 (10.2967/jnumed.110.084327); needs sign-off"
    ),
}


class Tracer(StrEnum):
    """A tracer and what it is given for."""

    FDG = "fdg"
    FDG_BRAIN = "fdg-brain"
    MIBG = "mibg-123"
    MDP = "mdp"
    DMSA = "dmsa"
    MAG3 = "mag3"
    MAG3_FLOW = "mag3-flow"

    @property
    def english(self) -> str:
        """As it is called."""
        return _TRACERS[self][0]

    @property
    def chinese(self) -> str:
        """As it is called in Chinese."""
        return _TRACERS[self][1]


_TRACERS: Final = {
    Tracer.FDG: ("F-18 FDG, body", "¹⁸F-FDG（体部）"),
    Tracer.FDG_BRAIN: ("F-18 FDG, brain", "¹⁸F-FDG（脑）"),
    Tracer.MIBG: ("I-123 MIBG", "¹²³I-MIBG"),
    Tracer.MDP: ("Tc-99m MDP, bone", "⁹⁹ᵐTc-MDP（骨显像）"),
    Tracer.DMSA: ("Tc-99m DMSA, kidneys", "⁹⁹ᵐTc-DMSA（肾静态显像）"),
    Tracer.MAG3: ("Tc-99m MAG3, without flow study", "⁹⁹ᵐTc-MAG3（不含血流灌注）"),
    Tracer.MAG3_FLOW: ("Tc-99m MAG3, with flow study", "⁹⁹ᵐTc-MAG3（含血流灌注）"),
}


@dataclass(frozen=True, slots=True)
class PerKilogram:
    """Activity by weight.

    Attributes
    ----------
    low, high : float
        MBq/kg.
    least, most : float or None
        MBq.
    """

    low: float
    high: float
    least: float | None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class ByMultiple:
    """Baseline activity times a multiple that depends on weight and class.

    Attributes
    ----------
    column : int
        Of `MULTIPLES`: 1 for class A, 2 for class B.
    baseline, least : float
        MBq.
    """

    column: int
    baseline: float
    least: float


A, B = 1, 2
NORTH_AMERICA: Final[dict[Tracer, PerKilogram]] = {
    Tracer.FDG: PerKilogram(3.7, 5.2, 37.0),
    Tracer.FDG_BRAIN: PerKilogram(3.7, 3.7, 37.0),
    Tracer.MIBG: PerKilogram(5.2, 5.2, 37.0, 370.0),
    Tracer.MDP: PerKilogram(9.3, 9.3, 37.0),
    Tracer.DMSA: PerKilogram(1.85, 1.85, 18.5),
    Tracer.MAG3: PerKilogram(3.7, 3.7, 37.0, 148.0),
    Tracer.MAG3_FLOW: PerKilogram(5.55, 5.55, 37.0, 148.0),
}
EANM: Final[dict[Tracer, ByMultiple]] = {
    Tracer.FDG: ByMultiple(B, 25.9, 26.0),
    Tracer.FDG_BRAIN: ByMultiple(B, 14.0, 14.0),
    Tracer.MIBG: ByMultiple(B, 28.0, 37.0),
    Tracer.MDP: ByMultiple(B, 35.0, 40.0),
    Tracer.MAG3: ByMultiple(A, 11.9, 15.0),
    Tracer.MAG3_FLOW: ByMultiple(A, 11.9, 15.0),
}
"""DMSA is not here: its class is told differently (A or B), which differs more than twofold."""
EANM_PET_MR: Final[dict[Tracer, ByMultiple]] = {Tracer.FDG: ByMultiple(B, 10.7, 10.0)}
MULTIPLES: Final[tuple[tuple[float, float, float], ...]] = (
    (3, 1.00, 1.00), (4, 1.12, 1.14), (6, 1.47, 1.71), (8, 1.71, 2.14), (10, 1.94, 2.71),
    (12, 2.18, 3.14), (14, 2.35, 3.57), (16, 2.53, 4.00), (18, 2.71, 4.43), (20, 2.88, 4.86),
    (22, 3.06, 5.29), (24, 3.18, 5.71), (26, 3.35, 6.14), (28, 3.47, 6.43), (30, 3.65, 6.86),
    (32, 3.77, 7.29), (34, 3.88, 7.72), (36, 4.00, 8.00), (38, 4.18, 8.43), (40, 4.29, 8.86),
    (42, 4.41, 9.14), (44, 4.53, 9.57), (46, 4.65, 10.00), (48, 4.77, 10.29), (50, 4.88, 10.71),
    (52, 5.00, 11.29), (54, 5.00, 11.29), (56, 5.24, 12.00), (58, 5.24, 12.00), (60, 5.47, 12.71),
    (62, 5.47, 12.71), (64, 5.65, 13.43), (66, 5.65, 13.43), (68, 5.77, 14.00),
)  # fmt: skip
"""Weight in kg, multiple of class A, of class B."""
