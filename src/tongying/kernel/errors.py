"""The one base error: a sentence a doctor can read, and a stable code a program can test.

Every part derives its errors from `TongyingError` in the module that raises them; the shell maps
the *kind* of error to an HTTP status or an exit code in one table.
"""

from __future__ import annotations

from typing import ClassVar


class TongyingError(Exception):
    """A refusal with a reason.

    Parameters
    ----------
    sentence : str
        One sentence for a doctor: what, where and why. It must not contain patient data.
    code : str, optional
        A stable code such as ``"consult.not-yours"``; defaults to the class's own `code`.
    """

    code: ClassVar[str] = "tongying.refused"

    def __init__(self, sentence: str, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.error_code = code or self.code


class BadInput(TongyingError):
    """What was handed in cannot be used (HTTP 400 or 422, exit code 2)."""

    code: ClassVar[str] = "input.bad"


class NotFound(TongyingError):
    """It does not exist, or the viewer may not know that it does (HTTP 404)."""

    code: ClassVar[str] = "object.not-found"


class NotAllowed(TongyingError):
    """The viewer may see this, but may not do that to it (HTTP 403)."""

    code: ClassVar[str] = "move.not-allowed"


class Conflict(TongyingError):
    """It is not in a state in which this can be done (HTTP 409)."""

    code: ClassVar[str] = "state.conflict"
