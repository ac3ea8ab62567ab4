"""Flow to the lungs and to the body, from typed values, and the ratio of both.

References
----------
Fick principle for oximetry; stroke volume from Doppler as area times velocity-time integral, as in
Lopez L et al. J Am Soc Echocardiogr 2010;23:465-495 (named, not read). Needs sign-off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.numbers import NumbersRefused, check_above_zero

ML_PER_L = 1000.0
SMALL_STEP_PERCENT = 5.0
"""Below this difference of saturations small errors change the ratio much; needs sign-off."""
SMALL_STEP = Caveat(
    "measure.saturation-step",
    "A difference of the saturations is so small that reading errors change the ratio much.",
)
ROUND_AND_ALIKE = Caveat(
    "measure.doppler-area",
    "The flow goes with the square of the diameter: a tenth too much there is a fifth in the flow.",
)


@dataclass(frozen=True, slots=True)
class Saturations:
    """Oxygen saturations in percent.

    Attributes
    ----------
    aorta : float
    mixed_venous : float
        Before any shunt.
    pulmonary_vein : float
    pulmonary_artery : float
    """

    aorta: float
    mixed_venous: float
    pulmonary_vein: float
    pulmonary_artery: float


@dataclass(frozen=True, slots=True)
class FlowRatio:
    """Pulmonary by systemic flow.

    Attributes
    ----------
    value : float
    caveats : tuple of Caveat
    """

    value: float
    caveats: tuple[Caveat, ...] = ()


def doppler_flow_l_min(*, diameter_cm: float, vti_cm: float, beats_per_min: float) -> float:
    """Return the flow through a round valve or vessel, in L/min.

    Raises
    ------
    NumbersRefused
        If a number is not above zero.

    Examples
    --------
    >>> round(doppler_flow_l_min(diameter_cm=2.0, vti_cm=20.0, beats_per_min=70.0), 3)
    4.398
    """
    check_above_zero(diameter_cm, vti_cm, beats_per_min)
    return math.pi / 4 * diameter_cm**2 * vti_cm * beats_per_min / ML_PER_L


def qp_qs(pulmonary: float, systemic: float) -> FlowRatio:
    """Return the ratio of two measured flows, or stroke volumes, in one unit.

    Raises
    ------
    NumbersRefused
        If a flow is not above zero.

    Examples
    --------
    >>> qp_qs(7.5, 3.0).value
    2.5
    """
    check_above_zero(pulmonary, systemic)
    return FlowRatio(pulmonary / systemic)


def qp_qs_by_doppler(
    pulmonary_cm: tuple[float, float], systemic_cm: tuple[float, float]
) -> FlowRatio:
    """Return the ratio from diameter and velocity-time integral of both outflows, in cm.

    The heart rate is the same in both and not needed.

    Raises
    ------
    NumbersRefused
        If a number is not above zero.

    Examples
    --------
    >>> qp_qs_by_doppler((2.0, 18.0), (1.5, 16.0)).value
    2.0
    """
    check_above_zero(*pulmonary_cm, *systemic_cm)
    flows = [diameter**2 * vti for diameter, vti in (pulmonary_cm, systemic_cm)]
    return FlowRatio(flows[0] / flows[1], (ROUND_AND_ALIKE,))


def qp_qs_by_saturation(saturations: Saturations) -> FlowRatio:
    """Return the ratio from four saturations; dissolved oxygen is left out.

    Raises
    ------
    NumbersRefused
        If a saturation is not between 0 and 100 percent, or does not fall on its way.

    Examples
    --------
    >>> qp_qs_by_saturation(Saturations(98, 68, 98, 83)).value
    2.0
    """
    told = (
        saturations.aorta,
        saturations.mixed_venous,
        saturations.pulmonary_vein,
        saturations.pulmonary_artery,
    )
    if not all(math.isfinite(one) and 0 < one <= 100 for one in told):
        raise NumbersRefused("A saturation lies above 0 and at most at 100 percent.")
    body = saturations.aorta - saturations.mixed_venous
    lungs = saturations.pulmonary_vein - saturations.pulmonary_artery
    if body <= 0 or lungs <= 0:
        raise NumbersRefused(
            "The saturation must be lower behind the body and before the lungs: look which is"
            " which."
        )
    small = (SMALL_STEP,) if min(body, lungs) < SMALL_STEP_PERCENT else ()
    return FlowRatio(body / lungs, small)
