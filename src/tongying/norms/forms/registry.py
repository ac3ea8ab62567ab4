"""The forms by the name in their JSON document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from tongying.kernel.errors import BadInput
from tongying.norms.forms.centile_bands import CentileBands
from tongying.norms.forms.form import Form
from tongying.norms.forms.line import Line
from tongying.norms.forms.log_polynomial import LogPolynomial
from tongying.norms.forms.mean_sd import MeanSd
from tongying.norms.forms.parameter_table import ParameterTable
from tongying.norms.forms.polynomial import Polynomial
from tongying.norms.forms.power_law import PowerLaw
from tongying.norms.forms.printed_range import PrintedRange
from tongying.norms.forms.refusal import FormRefused
from tongying.norms.forms.upper_limit import UpperLimit

FORMS: Final[dict[str, Callable[[Mapping[str, Any]], Form]]] = {
    ParameterTable.kind: ParameterTable.from_json,
    Polynomial.kind: Polynomial.from_json,
    PowerLaw.kind: PowerLaw.from_json,
    LogPolynomial.kind: LogPolynomial.from_json,
    MeanSd.kind: MeanSd.from_json,
    CentileBands.kind: CentileBands.from_json,
    PrintedRange.kind: PrintedRange.from_json,
    UpperLimit.kind: UpperLimit.from_json,
    Line.kind: Line.from_json,
}


class FormUnknown(BadInput):
    """No form has this name."""

    code: ClassVar[str] = "norms.form-unknown"


def form_of(document: Mapping[str, Any]) -> Form:
    """Return the form of a JSON object, as its `as_json` wrote it.

    Raises
    ------
    FormUnknown
        If its ``kind`` is none of `FORMS`.
    FormRefused
        If a part of it is missing or of the wrong kind.
    """
    kind = document.get("kind")
    read = FORMS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise FormUnknown(f"No form of a norm is called {str(kind)[:40]!r}.")
    try:
        return read(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FormRefused("A norm's form lacks a part, or has one of the wrong kind.") from None
