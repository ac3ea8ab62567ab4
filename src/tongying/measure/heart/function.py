"""How a ventricle works: shortening, stroke volume, ejection fraction."""

from __future__ import annotations

from tongying.measure.numbers import NumbersRefused, check_above_zero


def fractional_shortening(diastole: float, systole: float) -> float:
    """Return by how many percent a diameter shortens; both in one unit.

    Raises
    ------
    NumbersRefused
        If a diameter is not above zero, or the systolic one is the larger.

    Examples
    --------
    >>> fractional_shortening(40.0, 26.0)
    35.0
    """
    _check_phases(diastole, systole)
    return 100.0 * (diastole - systole) / diastole


def stroke_volume(diastole_ml: float, systole_ml: float) -> float:
    """Return what a ventricle puts out in one beat, in mL.

    Raises
    ------
    NumbersRefused
        If a volume is not above zero, or the systolic one is the larger.

    Examples
    --------
    >>> stroke_volume(60.0, 24.0)
    36.0
    """
    _check_phases(diastole_ml, systole_ml)
    return diastole_ml - systole_ml


def ejection_fraction(diastole_ml: float, systole_ml: float) -> float:
    """Return the stroke volume in percent of the end-diastolic volume; both in one unit.

    Raises
    ------
    NumbersRefused
        If a volume is not above zero, or the systolic one is the larger.

    Examples
    --------
    >>> ejection_fraction(60.0, 24.0)
    60.0
    """
    return 100.0 * stroke_volume(diastole_ml, systole_ml) / diastole_ml


def _check_phases(diastole: float, systole: float) -> None:
    check_above_zero(diastole, systole)
    if systole >= diastole:
        raise NumbersRefused(
            "In systole the ventricle is not smaller than in diastole: look at the phases."
        )
