"""Who may sign a norm, and when it is signed: two people, one of them an expert, one digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from tongying.kernel.errors import Conflict, NotAllowed

SIGNATURES_NEEDED: Final = 2
"""Decision of this project, as its issue asks."""


class SignatureRefused(Conflict):
    """A signature does not count: of another document, or the same person again."""

    code: ClassVar[str] = "norms.signature-refused"


class ExpertNeeded(NotAllowed):
    """Of those who sign a norm, one must be an expert."""

    code: ClassVar[str] = "norms.expert-needed"


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's signature of a document.

    Attributes
    ----------
    person : str
        Whoever it is, told apart from everybody else; shown to readers.
    expert : bool
        Whether the person was an expert of the alliance when signing.
    sha256 : str
        Digest of the document that the person saw.
    on : date
    """

    person: str
    expert: bool
    sha256: str
    on: date


def check_signature(signature: Signature, given: Sequence[Signature], sha256: str) -> None:
    """Check that a further signature counts.

    Parameters
    ----------
    signature : Signature
    given : sequence of Signature
        Those that the document has already.
    sha256 : str
        Digest of the document as it stands.

    Raises
    ------
    SignatureRefused
        If it is of another document, or the person has signed this one.
    ExpertNeeded
        If it would be the last that is needed, and none of them is an expert's.
    """
    if signature.sha256 != sha256:
        raise SignatureRefused("The document has changed since it was read; read it again.")
    counted = _counted(given, sha256)
    if any(one.person == signature.person for one in counted):
        raise SignatureRefused("The same person cannot sign a norm twice.")
    together = [*counted, signature]
    if len(together) >= SIGNATURES_NEEDED and not any(one.expert for one in together):
        raise ExpertNeeded("One of the two who sign a norm must be an expert.")


def may_sign(signature: Signature, given: Sequence[Signature], sha256: str) -> bool:
    """Return whether a further signature would count."""
    try:
        check_signature(signature, given, sha256)
    except (SignatureRefused, ExpertNeeded):
        return False
    return True


def is_complete(given: Sequence[Signature], sha256: str) -> bool:
    """Return whether two different people, one of them an expert, signed this document."""
    counted = _counted(given, sha256)
    people = {one.person for one in counted}
    return len(people) >= SIGNATURES_NEEDED and any(one.expert for one in counted)


def _counted(given: Sequence[Signature], sha256: str) -> list[Signature]:
    return [one for one in given if one.sha256 == sha256]
