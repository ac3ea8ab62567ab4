"""A norm as a document: canonical JSON, byte for byte what its digest and its signatures are of.

Signatures are not in it: they are of its digest. What was made here carries `making` too: how many
children stand in each band, with which code and settings it was fitted.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar, Final

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.axis import AxisKind
from tongying.norms.forms.registry import form_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Citation, Grade, Norm, Origin, Population, Route
from tongying.norms.release.making import Making
from tongying.norms.release.uncertainty_json import (
    sites_as_json,
    sites_from,
    uncertainty_as_json,
    uncertainty_from,
)

SCHEMA: Final = "tongying-norm/1"


class DocumentRefused(BadInput):
    """A document is not one of a norm, or not in the canonical form."""

    code: ClassVar[str] = "norms.document-refused"


def document_of(norm: Norm, making: Making | None = None) -> str:
    """Return the canonical document: sorted keys, no blanks, floats by repr, a newline at the end.

    Parameters
    ----------
    norm : Norm
        Its signatures and its digest are left out.
    making : Making, optional
        Of a norm that was made here.

    Raises
    ------
    DocumentRefused
        If a number in it is not finite.
    """
    return _canonical(_as_json(norm) | ({"making": making.as_json()} if making else {}))


def digest(text: str) -> str:
    """Return the SHA-256 of a document, 64 hexadecimal digits.

    Examples
    --------
    >>> digest("")[:8]
    'e3b0c442'
    """
    return sha256(text.encode("utf-8")).hexdigest()


def norm_from(text: str) -> Norm:
    """Return the norm of a document: the exact inverse of `document_of`, with the digest set.

    Raises
    ------
    DocumentRefused
        If the text is not a canonical document of a norm.
    """
    written = _read(text)
    try:
        return _norm(written, digest(text))
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentRefused("The document is not one of a norm.") from error


def making_from(text: str) -> Making | None:
    """Return how a document's norm was made; None of one that was not made here.

    Raises
    ------
    DocumentRefused
        If the text is not a canonical document of a norm.
    """
    written = _read(text)
    try:
        return Making.from_json(written["making"]) if "making" in written else None
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentRefused("The document is not one of a norm.") from error


def _read(text: str) -> dict[str, Any]:
    try:
        written = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentRefused("The document is not JSON.") from error
    if not isinstance(written, dict) or written.get("schema") != SCHEMA:
        raise DocumentRefused(f"The document is not written as {SCHEMA}.")
    if _canonical(written) != text:
        raise DocumentRefused("The document is not in the canonical form, so its digest is not.")
    return written


def _canonical(written: dict[str, Any]) -> str:
    try:
        text = json.dumps(
            written, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except ValueError as error:
        raise DocumentRefused("A number in the norm is not finite.") from error
    return text + "\n"


def _as_json(norm: Norm) -> dict[str, Any]:
    citation = norm.citation
    return {
        "schema": SCHEMA,
        "id": norm.id,
        "measure": norm.measure,
        "unit": norm.unit,
        "axis": norm.axis.value,
        "form": norm.form.as_json(),
        "method": norm.method.as_json(),
        "population": {
            "english": norm.population.english,
            "chinese": norm.population.chinese,
            "country": norm.population.country,
            "n": norm.population.n,
        },
        "route": norm.route.value,
        "origin": norm.origin.value,
        "citation": None
        if citation is None
        else {
            "text": citation.text,
            "doi": citation.doi,
            "seen": citation.seen,
            "grade": citation.grade.value,
        },
        "caveats": [caveat.as_json() for caveat in norm.caveats],
        "uncertainty": uncertainty_as_json(norm.uncertainty) if norm.uncertainty else None,
        "sites": sites_as_json(norm.sites) if norm.sites else None,
    }


def _norm(written: dict[str, Any], sha: str) -> Norm:
    citation, uncertainty, sites = written["citation"], written["uncertainty"], written["sites"]
    return Norm(
        id=written["id"],
        measure=written["measure"],
        unit=written["unit"],
        axis=AxisKind(written["axis"]),
        form=form_of(written["form"]),
        method=MeasuringMethod(**written["method"]),
        population=Population(**written["population"]),
        route=Route(written["route"]),
        origin=Origin(written["origin"]),
        citation=None
        if citation is None
        else Citation(**{**citation, "grade": Grade(citation["grade"])}),
        caveats=tuple(Caveat(**one) for one in written["caveats"]),
        uncertainty=uncertainty_from(uncertainty) if uncertainty else None,
        sites=sites_from(sites) if sites else None,
        sha256=sha,
    )
