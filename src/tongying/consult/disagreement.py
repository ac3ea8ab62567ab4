"""How the expert's opinion stands to the asking hospital's own reading."""

from __future__ import annotations

from enum import StrEnum


class Disagreement(StrEnum):
    """How the expert's opinion stands to the asking hospital's own reading."""

    AGREES = "agrees"
    MINOR = "minor"
    """Differs, without another treatment."""
    MAJOR = "major"
    """Differs, and changes what is done."""
    NO_LOCAL_READ = "no-local-read"
