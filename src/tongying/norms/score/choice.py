"""Which norms may speak about a value, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tongying.kernel.caveat import Caveat
from tongying.norms.forms.form import Distribution
from tongying.norms.forms.line import Line
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Grade, Norm, Origin
from tongying.norms.score.result import Measured, MethodMismatch, NormUnknown

OTHERS_NAMED = 5
"""Other norms that a caveat names."""


def choose(measured: Measured, norms: Mapping[str, Norm]) -> tuple[Norm, ...]:
    """Return the norms of a measure whose method is the value's, the first choice first.

    Of several versions of one norm only the newest is among them. Where the value's method is not
    stated, only norms that name none fit.

    Raises
    ------
    NormUnknown
        If no norm is about this measure.
    MethodMismatch
        If there are some, and none was made by the value's method.
    """
    about = _newest(one for one in norms.values() if one.measure == measured.measure)
    if not about:
        raise NormUnknown("There is no norm of this measure.")
    method = measured.method or MeasuringMethod()
    fitting = [one for one in about if one.method.difference(method) is None]
    if fitting:
        return tuple(sorted(fitting, key=precedence))
    if measured.method is None:
        raise MethodMismatch(
            "How the value was measured is not stated, and the norms of this measure differ by it;"
            " name the method or the norm."
        )
    raise MethodMismatch(
        "No norm of this measure was made by the method with which the value was measured."
    )


def precedence(norm: Norm) -> tuple[bool | str, ...]:
    """Return what norms are ordered by, the id last.

    Chinese first, then released, signed, one that says more than what is expected, one checked
    against its paper, one that knows the whole distribution.

    Examples
    --------
    >>> sorted([(True, False, False, "a"), (False, True, True, "b")])[0][-1]
    'b'
    """
    return (
        norm.population.foreign,
        norm.origin is not Origin.RELEASED,
        not norm.signed_off,
        isinstance(norm.form, Line) and norm.form.half_range is None,
        norm.citation is not None and norm.citation.grade is Grade.SECONDARY,
        not isinstance(norm.form, Distribution),
        norm.id,
    )


def others_listed(others: Sequence[Norm]) -> tuple[Caveat, ...]:
    """Return the caveat that names the norms that were not taken."""
    if not others:
        return ()
    names = ", ".join(one.id for one in others[:OTHERS_NAMED])
    more = f" and {len(others) - OTHERS_NAMED} more" if len(others) > OTHERS_NAMED else ""
    return (Caveat("norms.others", f"Other norms of this measure: {names}{more}."),)


def _newest(norms: Iterable[Norm]) -> list[Norm]:
    newest: dict[str, Norm] = {}
    for one in norms:
        stem, _, _ = one.id.rpartition("@")
        kept = newest.get(stem or one.id)
        if kept is None or _version(one) > _version(kept):
            newest[stem or one.id] = one
    return list(newest.values())


def _version(norm: Norm) -> tuple[int, str]:
    version = norm.id.rpartition("@")[2]
    return (int(version), "") if version.isdecimal() else (-1, version)
