"""What the archive keeps of an instance: identity, what is searched, its JSON, its frames.

Values are as the standard names them; a value that cannot be trusted is None and has a caveat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from tongying.dicom.frame_table import FrameTable
from tongying.dicom.person_name import PersonName
from tongying.kernel.caveat import Caveat


@dataclass(frozen=True, slots=True)
class PatientAttributes:
    """The patient module, as far as it is searched. `id` is local to its issuer."""

    id: str | None
    issuer: str | None
    name: PersonName
    birth_date: date | None
    sex: str | None
    """``"M"``, ``"F"``, ``"O"`` or None when absent or not one of these."""


@dataclass(frozen=True, slots=True)
class StudyAttributes:
    """The general study module, and what of the patient-study module belongs to that day."""

    uid: str
    date: date | None
    time: time | None
    accession_number: str
    id: str
    description: str
    referring_physician: PersonName
    institution: str
    patient_age: str | None
    """(0010,1010) as written, such as ``"009D"``; None when absent or malformed."""
    patient_weight_kg: float | None
    patient_size_m: float | None


@dataclass(frozen=True, slots=True)
class SeriesAttributes:
    """The general series module."""

    uid: str
    modality: str
    number: int | None
    description: str
    body_part: str
    laterality: str
    protocol: str
    manufacturer: str
    station: str
    date: date | None
    time: time | None
    frame_of_reference_uid: str


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """One instance as read from its bytes.

    Attributes
    ----------
    metadata : bytes
        The data set in the DICOM JSON model (PS3.18 annex F), UTF-8, without group 0002. Bulk
        values carry ``"BulkDataURI": "@BULK@/<path>"`` with a path such as ``7FE00010`` or
        ``00091010`` or ``00081115/0/00091010``; the web puts the real address there.
    bulk : dict of str to tuple of int
        Each bulk path's byte offset and length in the file (native, not encapsulated, values).
    frames : FrameTable or None
        Where each frame lies in the file; None where the object has no pixel data.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    patient: PatientAttributes
    study: StudyAttributes
    series: SeriesAttributes
    number: int | None
    rows: int | None
    columns: int | None
    bits_allocated: int | None
    frame_count: int | None
    metadata: bytes
    bulk: dict[str, tuple[int, int]]
    frames: FrameTable | None
    caveats: tuple[Caveat, ...]
