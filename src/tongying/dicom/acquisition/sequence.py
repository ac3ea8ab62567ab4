"""What an MR image is weighted by: from its timing and type, and what its label claims.

The limits are those usual in the field for 0.5 to 3 T and need sign-off; between them an image is
left unknown. Values are names of `tongying.ai.card.definition.Sequence`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tongying.dicom.acquisition.header import ImageHeader

T1, T2, PD, FLAIR, DIFFUSION, ADC, OTHER = "t1", "t2", "pd", "flair", "diffusion", "adc", "other"
SHORT_TR_MS, LONG_TR_MS = 1000.0, 2000.0
"""Spin echo: below and above, T1 does and does not weight. Needs sign-off."""
SHORT_TE_MS, LONG_TE_MS = 30.0, 60.0
"""Spin echo: below and above, T2 does not and does weight. Needs sign-off."""
FLUID_NULL_MS = 1500.0
"""Inversion times from here null fluid (about 2,500 ms at 3 T, 1,650 in 3D). Needs sign-off."""
FAT_NULL_MS = 300.0
"""Inversion times up to here null fat (STIR, 120 to 250 ms). Needs sign-off."""
GRADIENT_TE_MS, GRADIENT_T2_STAR_MS, GRADIENT_TR_MS, GRADIENT_FLIP = 10.0, 15.0, 500.0, 8.0
"""Gradient echo: T1 up to this echo time and repetition time and from this flip angle in degrees;
T2* from this echo time. Needs sign-off."""
PREPARED_TE_MS = 10.0
"""Inversion-prepared gradient echo (MPRAGE): T1 up to this echo time. Needs sign-off."""

_TIMING = "MRTimingAndRelatedParametersSequence"
_ECHO, _MODIFIER, _DIFFUSION = "MREchoSequence", "MRModifierSequence", "MRDiffusionSequence"
_FRAME_TYPE = "MRImageFrameTypeSequence"
_NOT_WEIGHTED: Final = frozenset(
    (
        *("P", "PHASE", "PHASE_MAP", "VELOCITY", "FLOW_ENCODED", "FIELD_MAP"),
        *("PERFUSION", "RCBV", "RCBF", "TTP", "MTT", "FA", "DTI", "FMRI", "SPECTROSCOPY"),
        *("T1MAP", "T2MAP", "T1_MAP", "T2_MAP", "T2_STAR", "T2_STAR_MAP", "FAT_FRACTION"),
        *("MIP", "MINIP", "SWI", "TOF", "SUBTRACTION"),
    )
)
_NAMES: Final[tuple[tuple[str, str], ...]] = (
    (ADC, r"\badc\b|apparent diffusion|表观扩散|表观弥散"),
    (DIFFUSION, r"\bdwi\b|\bdti\b|\bdiff\b|diffusion|\bdwibs\b|\bb ?\d{3,4}\b|弥散|扩散"),
    (
        OTHER,
        r"stir|t2\*|t2 ?star|\bswi\b|\bswan\b|\btof\b|\bmra\b|\bmrv\b|fiesta|ciss|\bmip\b"
        r"|\basl\b|perf|\bbold\b|fmri|\bqsm\b|\bmrs\b|灌注|血管成像|磁敏感",
    ),
    (T1, r"t1.{0,6}flair|flair.{0,4}t1"),
    (FLAIR, r"flair|dark.?fluid|tirm|水抑制|黑水"),
    (T1, r"(?<![a-z0-9])t.?1(?!\d)|mp2?rage|\bspgr\b|bravo|\bvibe\b|\blava\b|\bthrive\b|\btfl\b"),
    (T2, r"(?<![a-z0-9])t.?2(?!\d)|haste|ssfse|\bblade\b"),
    (PD, r"(?<![a-z])pd(?![a-z])|pdw|proton density|质子"),
)


@dataclass(frozen=True, slots=True)
class Timing:
    """What weights an image; None and empty where the header does not say.

    Attributes
    ----------
    kinds : frozenset of str
        SE, GR, EP, IR, RM as (0018,0020).
    variants : frozenset of str
        As (0018,0021).
    types : frozenset of str
        Image type.
    tr_ms, te_ms, ti_ms, flip_degrees, b_value : float or None
    angiography : bool
    """

    kinds: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    tr_ms: float | None = None
    te_ms: float | None = None
    ti_ms: float | None = None
    flip_degrees: float | None = None
    b_value: float | None = None
    angiography: bool = False


def timing_of(image: ImageHeader) -> Timing:
    """Read what weights an image, classic or enhanced."""
    kinds = {str(one).upper() for one in image.values("ScanningSequence")}
    echo = image.text("EchoPulseSequence")
    kinds |= {"SPIN": {"SE"}, "GRADIENT": {"GR"}, "BOTH": {"SE", "GR"}}.get(echo.upper(), set())
    if image.text("EchoPlanarPulseSequence").upper() == "YES":
        kinds.add("EP")
    if image.text("InversionRecovery", _MODIFIER).upper() == "YES":
        kinds.add("IR")
    types = image.values("FrameType", _FRAME_TYPE) or image.values("ImageType")
    te = image.number("EffectiveEchoTime", _ECHO)
    ti = image.number("InversionTimes", _MODIFIER)
    return Timing(
        kinds=frozenset(kinds),
        variants=frozenset(str(one).upper() for one in image.values("SequenceVariant")),
        types=frozenset(str(one).upper() for one in types),
        tr_ms=image.number("RepetitionTime", _TIMING),
        te_ms=te if te is not None else image.number("EchoTime"),
        ti_ms=ti if ti is not None else image.number("InversionTime"),
        flip_degrees=image.number("FlipAngle", _TIMING),
        b_value=image.number("DiffusionBValue", _DIFFUSION),
        angiography=image.text("AngioFlag").upper() == "Y",
    )


def weighted_by(timing: Timing) -> str | None:
    """Return what weights an image; None where the timing does not tell.

    Examples
    --------
    >>> weighted_by(Timing(kinds=frozenset({"GR", "IR"}), tr_ms=2000, te_ms=2.5, ti_ms=900))
    't1'
    >>> weighted_by(Timing(kinds=frozenset({"SE", "IR"}), tr_ms=9000, te_ms=120, ti_ms=2500))
    'flair'
    >>> weighted_by(Timing(kinds=frozenset({"SE"}), tr_ms=1500, te_ms=45)) is None
    True
    """
    if "ADC" in timing.types:
        return ADC
    if timing.types & _NOT_WEIGHTED or timing.angiography:
        return OTHER
    if timing.b_value is not None or "DIFFUSION" in timing.types:
        return DIFFUSION
    if timing.te_ms is None or not timing.kinds:
        return None
    inverted = "IR" in timing.kinds or bool(timing.ti_ms)
    if "EP" in timing.kinds:
        return None
    if "GR" in timing.kinds and "SE" not in timing.kinds:
        return _prepared(timing) if inverted else _gradient_echo(timing)
    if inverted:
        return _inversion_recovery(timing)
    return _spin_echo(timing) if "SE" in timing.kinds else None


def claimed_by(text: str) -> str | None:
    """Return what a description claims an image to be weighted by; None where it claims nothing.

    Examples
    --------
    >>> claimed_by("Ax T2 FLAIR"), claimed_by("t1_mprage_sag"), claimed_by("AAHead_Scout")
    ('flair', 't1', None)
    """
    lower = text.lower().replace("_", " ")
    found = next((name for name, pattern in _NAMES if re.search(pattern, lower)), None)
    if found in {T1, T2} and re.search(r"t1 ?/ ?t2|t2 ?/ ?t1|map", lower):
        return None
    return found


def _spin_echo(timing: Timing) -> str | None:
    tr, te = timing.tr_ms, timing.te_ms
    if tr is None or te is None:
        return None
    if tr <= SHORT_TR_MS:
        return T1 if te <= SHORT_TE_MS else None
    if tr < LONG_TR_MS:
        return None
    if te >= LONG_TE_MS:
        return T2
    return PD if te <= SHORT_TE_MS else None


def _inversion_recovery(timing: Timing) -> str | None:
    ti, te = timing.ti_ms, timing.te_ms
    if ti is None or te is None:
        return None
    if ti >= FLUID_NULL_MS:
        return FLAIR if te >= LONG_TE_MS else None
    if ti <= FAT_NULL_MS:
        return OTHER
    return T1 if te <= LONG_TE_MS else None


def _prepared(timing: Timing) -> str | None:
    te = timing.te_ms
    if te is None:
        return None
    return T1 if te <= PREPARED_TE_MS else OTHER


def _gradient_echo(timing: Timing) -> str | None:
    te, tr, flip = timing.te_ms, timing.tr_ms, timing.flip_degrees
    if te is None:
        return None
    if te >= GRADIENT_T2_STAR_MS:
        return OTHER
    if "SS" in timing.variants and not timing.variants & {"SP", "MP"}:
        return OTHER
    if tr is None or flip is None or te > GRADIENT_TE_MS or tr > GRADIENT_TR_MS:
        return None
    return T1 if flip >= GRADIENT_FLIP else None
