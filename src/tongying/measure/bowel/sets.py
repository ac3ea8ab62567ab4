"""Lines of the bowel that are drawn together: of the pylorus, of the appendix."""

from __future__ import annotations

from collections.abc import Mapping

from tongying.measure.bowel.calipers import CALIPERS
from tongying.measure.caliper_set import CaliperSet
from tongying.measure.recipe import MarksRefused

_BY_MEASURE = {one.measure: one for one in CALIPERS}


def check_pylorus(lengths: Mapping[str, float]) -> None:
    """Raise where the layers do not fit into the whole.

    Raises
    ------
    MarksRefused
        If two muscle layers are thicker than the whole pylorus.
    """
    whole = lengths.get("diameter")
    if whole is not None and 2 * lengths["muscle"] > whole:
        raise MarksRefused("Two muscle layers cannot be thicker than the whole pylorus.")


PYLORUS = CaliperSet(
    "pylorus",
    "Pylorus",
    "幽门",
    {name: _BY_MEASURE[f"pylorus-{name}"] for name in ("muscle", "canal", "diameter")},
    optional=frozenset({"diameter"}),
    check=check_pylorus,
).recipe()


def check_appendix(lengths: Mapping[str, float]) -> None:
    """Raise where the wall does not fit into the whole.

    Raises
    ------
    MarksRefused
        If two walls are thicker than the appendix.
    """
    wall = lengths.get("wall")
    if wall is not None and 2 * wall > min(lengths["ap"], lengths["transverse"]):
        raise MarksRefused("Two walls cannot be thicker than the whole appendix.")


APPENDIX = CaliperSet(
    "appendix",
    "Appendix",
    "阑尾",
    {
        "ap": _BY_MEASURE["appendix-diameter-ap"],
        "transverse": _BY_MEASURE["appendix-diameter-transverse"],
        "wall": _BY_MEASURE["appendix-wall"],
    },
    optional=frozenset({"wall"}),
    check=check_appendix,
).recipe()
