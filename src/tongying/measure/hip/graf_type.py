"""Graf's type of an infant hip from the angles alpha and beta and the age on the day of the image.

Angles alone do not tell type III from IV: that needs the shape of the cartilage roof. Nor do they
tell whether the image is Graf's standard plane.

References
----------
Graf R. Hip Sonography: Diagnosis and Management of Infant Hip Dysplasia. 2nd ed. Springer 2006.
The table of types as quoted in BMC Pediatrics 2020, doi 10.1186/s12887-020-02171-0, table 1.
"""

from __future__ import annotations

import math

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade, MarksRefused

SCHEME = "graf"
SOURCE = (
    "Graf R. Hip Sonography, 2nd ed. Springer 2006; table of types as quoted in BMC Pediatr 2020,"
    " doi 10.1186/s12887-020-02171-0; needs sign-off"
)
MATURE_ALPHA_DEG = 60.0
"""From here type I."""
IMMATURE_ALPHA_DEG = 50.0
"""From here to the mature angle type IIa or IIb, by age."""
CRITICAL_ALPHA_DEG = 43.0
"""From here to the immature angle type IIc or D, by beta; below it type III or IV."""
CRITICAL_BETA_DEG = 77.0
"""Below it IIc, above it D; the table gives no type to this very angle."""
STEEP_BETA_DEG = 55.0
"""Below it Ia, above it Ib; the table gives no type to this very angle."""
DAYS_OF_IIA = 84
"""Twelve weeks: to this day IIa, after it IIb. That the day itself is IIa needs sign-off."""
DAYS_OF_PLUS_MINUS = 42
"""Six weeks: from this day IIa is divided into plus and minus."""
DAYS_OF_RULE = 365
"""Graf's types are those of the first year of life."""
NEAR_LIMIT_DEG = 2.0
"""So close to a limit the type is doubtful; needs sign-off."""
LARGEST_ANGLE_DEG = 180.0

STANDARD_PLANE = Caveat(
    "hip.standard-plane",
    "A Graf type holds only in the standard plane: lower limb of the ilium, straight iliac wing and"
    " labrum in one image.",
)
SHAPE_NEEDED = Caveat(
    "hip.shape-needed",
    "The angles do not tell type III from type IV; the shape of the cartilage roof does.",
)
BETA_MISSING = Caveat(
    "hip.beta-missing",
    "Without the cartilage roof line beta is not known, and IIc is not told from D.",
)
AT_LIMIT = Caveat(
    "hip.near-limit", "The angle lies within 2 degrees of a limit between two types; measure again."
)
AGE_UNKNOWN = Caveat(
    "hip.age-unknown",
    "The age is not known; this type does not depend on it within the first year of life.",
)
BY_BIRTH_CODE = "hip.type-by-birth-age"
BY_CORRECTED_AGE = Caveat(
    "hip.corrected-age", "The type follows from the corrected age of a child born preterm."
)


def graf_type(
    alpha_deg: float, beta_deg: float | None, child: ChildKnown, *, side: str = ""
) -> Grade:
    """Return Graf's type by the angles as they are told, to a tenth of a degree; it never decides.

    Parameters
    ----------
    alpha_deg : float
        Between the baseline and the bony roof line.
    beta_deg : float or None
        Between the baseline and the cartilage roof line; None where it was not drawn.
    child : ChildKnown
        The corrected age counts where it is known, else the age since birth; where both give
        different types, a caveat names the other one.
    side : str
        R, L, or empty.

    Raises
    ------
    AgeOutsideRule
        If the child is older than a year or not yet born, or the type depends on the age and the
        age is not known.
    MarksRefused
        If an angle is no angle.

    Examples
    --------
    >>> graf_type(55.0, 60.0, ChildKnown(age_days=90)).value
    'IIb'
    >>> graf_type(52.0, 60.0, ChildKnown(age_days=56)).value
    'IIa-'
    """
    for angle in (alpha_deg, 0.0 if beta_deg is None else beta_deg):
        if not (math.isfinite(angle) and 0 <= angle <= LARGEST_ANGLE_DEG):
            raise MarksRefused("An angle of a hip lies between 0 and 180 degrees.")
    # What is printed as 60.0 is type I, whatever the arithmetic of the lines left behind it.
    alpha_deg, beta_deg = round(alpha_deg, 1), None if beta_deg is None else round(beta_deg, 1)
    days = _days(child)
    value = _type(alpha_deg, beta_deg, days)
    caveats = [STANDARD_PLANE]
    if value == "III/IV":
        caveats.append(SHAPE_NEEDED)
    if value == "IIc/D" and beta_deg is None:
        caveats.append(BETA_MISSING)
    if _near_limit(alpha_deg, beta_deg, days):
        caveats.append(AT_LIMIT)
    if days is None:
        caveats.append(AGE_UNKNOWN)
    elif child.corrected_age_days is not None:
        caveats.append(BY_CORRECTED_AGE)
        if child.age_days is not None:
            caveats.extend(_by_birth(value, _type(alpha_deg, beta_deg, child.age_days)))
    corrected = child.corrected_age_days is not None
    english = f"alpha {alpha_deg:.1f}°" + ("" if beta_deg is None else f", beta {beta_deg:.1f}°")
    chinese = f"α角 {alpha_deg:.1f}°" + ("" if beta_deg is None else f"，β角 {beta_deg:.1f}°")
    if days is not None:
        english += f", {'corrected ' if corrected else ''}age {days} d"
        chinese += f"，{'矫正' if corrected else ''}日龄 {days} 天"
    return Grade(
        scheme=SCHEME,
        value=value,
        side=side,
        english=f"Graf type {value}: {english}.",
        chinese=f"Graf {value} 型：{chinese}。",
        source=SOURCE,
        caveats=tuple(caveats),
    )


def expected_alpha_deg(age_days: int) -> float:
    """Return the least alpha of a hip that matures in time: 50 at birth, 60 at twelve weeks.

    Examples
    --------
    >>> expected_alpha_deg(42)
    55.0
    """
    gained = (MATURE_ALPHA_DEG - IMMATURE_ALPHA_DEG) * age_days / DAYS_OF_IIA
    return IMMATURE_ALPHA_DEG + gained


def _by_birth(value: str, other: str) -> tuple[Caveat, ...]:
    """Return what the type would be by the age since birth, where that is another one."""
    if other == value:
        return ()
    return (Caveat(BY_BIRTH_CODE, f"By the age since birth it would be type {other}."),)


def _days(child: ChildKnown) -> int | None:
    if child.age_days is None and child.gestational_age_days is not None:
        raise AgeOutsideRule("Graf's types are those of children who are born.")
    days = child.age_days if child.corrected_age_days is None else child.corrected_age_days
    since_birth = child.age_days if child.age_days is not None else days
    if since_birth is not None and not 0 <= since_birth <= DAYS_OF_RULE:
        raise AgeOutsideRule("Graf's types are those of the first year of life.")
    return days


def _type(alpha_deg: float, beta_deg: float | None, days: int | None) -> str:
    if alpha_deg >= MATURE_ALPHA_DEG:
        if beta_deg is None or beta_deg == STEEP_BETA_DEG:
            return "I"
        return "Ia" if beta_deg < STEEP_BETA_DEG else "Ib"
    if alpha_deg >= IMMATURE_ALPHA_DEG:
        return _immature(alpha_deg, days)
    if alpha_deg >= CRITICAL_ALPHA_DEG:
        if beta_deg is None or beta_deg == CRITICAL_BETA_DEG:
            return "IIc/D"
        return "IIc" if beta_deg < CRITICAL_BETA_DEG else "D"
    return "III/IV"


def _immature(alpha_deg: float, days: int | None) -> str:
    if days is None:
        raise AgeOutsideRule("Alpha of 50 to 59 degrees has a Graf type only with the child's age.")
    if days > DAYS_OF_IIA:
        return "IIb"
    if days < DAYS_OF_PLUS_MINUS:
        return "IIa"
    return "IIa+" if alpha_deg >= expected_alpha_deg(days) else "IIa-"


def _near_limit(alpha_deg: float, beta_deg: float | None, days: int | None) -> bool:
    limits = [MATURE_ALPHA_DEG, IMMATURE_ALPHA_DEG, CRITICAL_ALPHA_DEG]
    immature = IMMATURE_ALPHA_DEG <= alpha_deg < MATURE_ALPHA_DEG
    if immature and days is not None and DAYS_OF_PLUS_MINUS <= days <= DAYS_OF_IIA:
        limits.append(expected_alpha_deg(days))
    if any(abs(alpha_deg - limit) < NEAR_LIMIT_DEG for limit in limits):
        return True
    critical = CRITICAL_ALPHA_DEG <= alpha_deg < IMMATURE_ALPHA_DEG
    return critical and beta_deg is not None and abs(beta_deg - CRITICAL_BETA_DEG) < NEAR_LIMIT_DEG
