"""A norm that was made here, frozen: what its document must say before anybody may sign it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm, Origin, Route
from tongying.norms.release.document import digest, document_of, making_from, norm_from
from tongying.norms.release.making import Making

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*@[1-9][0-9]*")


class ReleaseRefused(BadInput):
    """A norm lacks what a release must say."""

    code: ClassVar[str] = "norms.release-refused"


@dataclass(frozen=True, slots=True)
class Release:
    """A norm with its making, both of which its document says.

    Attributes
    ----------
    norm : Norm
    making : Making
    text : str
        The document; it never changes.

    Raises
    ------
    ReleaseRefused
        If something is missing that a release must say; see `missing`.
    DocumentRefused
        If the text is not the document of the norm and its making.
    """

    norm: Norm
    making: Making
    text: str

    def __post_init__(self) -> None:
        lacks = missing(self.norm, self.making)
        if lacks:
            raise ReleaseRefused(f"The norm cannot be released: {'; '.join(lacks)}.")
        if document_of(self.norm, self.making) != self.text:
            raise ReleaseRefused("The norm cannot be released: its document says something else.")

    @property
    def sha256(self) -> str:
        """The digest that is signed."""
        return digest(self.text)


def release_of(norm: Norm, making: Making) -> Release:
    """Return the release of a norm.

    Raises
    ------
    ReleaseRefused
        If something is missing that a release must say.
    """
    return Release(norm, making, document_of(norm, making))


def release_from(text: str) -> Release:
    """Return the release of a document.

    Raises
    ------
    ReleaseRefused
        If something is missing that a release must say.
    """
    making = making_from(text)
    if making is None:
        raise ReleaseRefused("The norm cannot be released: how it was made is not said.")
    return Release(norm_from(text), making, text)


def missing(norm: Norm, making: Making) -> tuple[str, ...]:
    """Return what a release must say and this norm does not."""
    n = sum(band.n for band in making.bands)
    rules = (
        (_ID.fullmatch(norm.id) is not None, "its id has no version"),
        (norm.origin is Origin.RELEASED, "it was not made here"),
        (norm.route is not Route.NOT_STATED, "direct or indirect is not stated"),
        (norm.method != MeasuringMethod(), "the measuring method is not stated"),
        (norm.uncertainty is not None, "how well its centiles are known is not stated"),
        (n > 0, "the number of children in each band is not stated"),
        # A child who was measured at two ages stands in two bands.
        (
            norm.population.n is not None and 0 < norm.population.n <= n,
            "the bands hold fewer children than the population",
        ),
        (bool(making.code_version), "the version of the program is not stated"),
        (bool(making.settings), "the settings of the fit are not stated"),
        (_is_digest(making.diagnostics_sha256), "the diagnostics are not tied to it"),
        (_is_digest(making.entries_sha256), "the children's entries are not tied to it"),
    )
    return tuple(lack for holds, lack in rules if not holds)


def _is_digest(text: str) -> bool:
    return _SHA256.fullmatch(text) is not None
