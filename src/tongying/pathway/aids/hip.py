"""Graf's type of a hip from the answered angles and the child's age."""

from __future__ import annotations

from collections.abc import Mapping

from tongying.measure.hip.graf_type import graf_type
from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import number
from tongying.pathway.aids.reason import AnswersMissing
from tongying.pathway.definition import AnswerKind, Words


def _graf(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    alpha = number(values, "alpha")
    if alpha is None:
        raise AnswersMissing("Measure the angle alpha first.")
    return graf_type(alpha, number(values, "beta"), child)


AIDS = (
    Aid(
        "graf",
        Words("Graf type", "Graf分型"),
        (
            Input("alpha", AnswerKind.MEASURE, measure="graf-alpha"),
            Input("beta", AnswerKind.MEASURE, must=False, measure="graf-beta"),
        ),
        _graf,
        ("I", "Ia", "Ib", "IIa", "IIa+", "IIa-", "IIb", "IIc", "IIc/D", "D", "III/IV"),
    ),
)
