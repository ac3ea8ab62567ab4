"""Status codes of DIMSE answers, and an answer's status with its reason.

References
----------
DICOM PS3.7 annex C; PS3.4 tables B.2-1 (storage), C.4-1 to C.4-3 (query and retrieve).
"""

from __future__ import annotations

from enum import IntEnum

from pydicom.dataset import Dataset

COMMENT_CHARACTERS = 64
"""Error Comment (0000,0902) is an LO."""


class Status(IntEnum):
    """The codes this listener answers with."""

    SUCCESS = 0x0000
    PROCESSING_FAILURE = 0x0110
    NO_SUCH_INSTANCE = 0x0112
    INVALID_ARGUMENT = 0x0115
    CLASS_INSTANCE_CONFLICT = 0x0119
    NO_SUCH_ACTION = 0x0123
    OUT_OF_RESOURCES = 0xA700
    MISMATCH = 0xA900
    """Data set or identifier does not match the SOP class."""
    CLASS_MISMATCH_WARNING = 0xB007
    CANNOT_UNDERSTAND = 0xC000
    CANCEL = 0xFE00
    PENDING = 0xFF00
    PENDING_UNSUPPORTED_KEYS = 0xFF01


def status_with(code: Status, comment: str) -> Dataset:
    """Return a status with its reason, shortened to what the field holds."""
    status = Dataset()
    status.Status = int(code)
    # The command set knows ASCII only.
    plain = comment.replace("“", '"').replace("”", '"').encode("ascii", "replace").decode()
    if len(plain) > COMMENT_CHARACTERS:
        plain = plain[: COMMENT_CHARACTERS - 3].rsplit(" ", 1)[0] + "..."
    status.ErrorComment = plain
    return status
