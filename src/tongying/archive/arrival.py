"""What became of one file that came in, and through which door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tongying.dicom.instance import InstanceRecord
from tongying.kernel.caveat import Caveat


class Door(StrEnum):
    """The ways in."""

    STOW = "stow-rs"
    CSTORE = "c-store"
    UPLOAD = "upload"
    IMPORT = "import"
    SELF = "self"
    """Objects that the platform itself writes, such as the signed opinion."""


class Fate(StrEnum):
    """What became of a file. Every file ends in exactly one of these."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    """The same bytes are here already: nothing to do."""
    CONFLICT = "conflict"
    """Other bytes under the same SOP Instance UID: kept apart, the first stays in place."""
    REFUSED = "refused"
    """Not taken in; the reason says why."""
    PASSED_OVER = "passed-over"
    """Not an image file by its nature (a DICOMDIR, a note beside images); the reason says which."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings files, for which hospital, through which door.

    Attributes
    ----------
    actor : str
        Name for the audit trail.
    hospital : str
        Code of the hospital the files belong to.
    door : Door
    user : int or None
        The account, where a person or their token brings them: an expert may write derived
        objects into a case's study.
    """

    actor: str
    hospital: str
    door: Door
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A readable instance whose bytes are durable and await their place in the index."""

    name: str
    digest: str
    size: int
    record: InstanceRecord


@dataclass(frozen=True, slots=True)
class Arrival:
    """The outcome of one file.

    Attributes
    ----------
    name : str
        The name it came under (a path within the upload, a part number, a SOP Instance UID).
    fate : Fate
    code : str
        Stable code of the reason, empty where there is none.
    reason : str
        One sentence, empty where there is none.
    sop_class_uid, sop_instance_uid, study_uid, series_uid : str
        Empty where they could not be read.
    caveats : tuple of Caveat
    """

    name: str
    fate: Fate
    code: str = ""
    reason: str = ""
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_uid: str = ""
    series_uid: str = ""
    caveats: tuple[Caveat, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the sender may forget the file: its bytes are safe here."""
        return self.fate in (Fate.STORED, Fate.DUPLICATE, Fate.CONFLICT)

    @classmethod
    def of(cls, received: Received, fate: Fate, *, code: str = "", reason: str = "") -> Arrival:
        """Describe the outcome of a readable instance."""
        record = received.record
        return cls(
            name=received.name,
            fate=fate,
            code=code,
            reason=reason,
            sop_class_uid=record.sop_class_uid,
            sop_instance_uid=record.sop_instance_uid,
            study_uid=record.study.uid,
            series_uid=record.series.uid,
            caveats=record.caveats,
        )
