"""A child with a CT, a PET of the same session, an MR of another day, and what cannot be fused."""

from __future__ import annotations

from typing import Any

import archive_world as world
import case_world
from pydicom.uid import (
    BasicTextSRStorage,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    UltrasoundImageStorage,
)

from tongying.consult.people import Role
from tongying.web.fusion import store
from tongying.web.fusion.models import FusionRow
from tongying.web.jobs import store as jobs

LATER = "1.2.826.0.1.3680043.10.99.7"
"""The MR's study."""
OTHER_CHILD = "1.2.826.0.1.3680043.10.99.8"
CT, PET, MR = f"{world.STUDY}.1", f"{world.STUDY}.2", f"{LATER}.1"
SCOUT, STILL, REPORT = f"{world.STUDY}.3", f"{world.STUDY}.4", f"{world.STUDY}.5"
STRANGERS_CT = f"{OTHER_CHILD}.1"
FRAME = f"{world.STUDY}.99"
IN_SPACE: dict[str, Any] = {
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "PixelSpacing": [2, 2],
    "SliceThickness": 3,
    "FrameOfReferenceUID": FRAME,
}


def slices(series: str, count: int, *, study: str = world.STUDY, **changes: Any) -> list[bytes]:
    """Return a stack of slices."""
    return [
        world.instance(
            number,
            study=study,
            SeriesInstanceUID=series,
            SOPInstanceUID=f"{series}.{number}",
            ImagePositionPatient=[0, 0, 3 * number],
            **(IN_SPACE | changes),
        )
        for number in range(1, count + 1)
    ]


def files() -> list[bytes]:
    """Return every file of the world."""
    pet: dict[str, Any] = {
        "SOPClassUID": PositronEmissionTomographyImageStorage,
        "Modality": "PT",
        "SeriesNumber": 2,
        "SeriesDescription": "PET AC",
    }
    mr: dict[str, Any] = {
        "SOPClassUID": MRImageStorage,
        "Modality": "MR",
        "StudyDate": "20260308",
        "StudyDescription": "腹部 MR 平扫",
        "SeriesDescription": "T2",
        "FrameOfReferenceUID": f"{LATER}.99",
    }
    still: dict[str, Any] = {
        "SOPClassUID": UltrasoundImageStorage,
        "Modality": "US",
        "SeriesNumber": 4,
    }
    return [
        *slices(CT, 4, SeriesDescription="CT 平扫"),
        *slices(PET, 3, **pet),
        *slices(SCOUT, 1, SeriesNumber=3, SeriesDescription="定位像"),
        *[
            world.instance(
                number, SeriesInstanceUID=STILL, SOPInstanceUID=f"{STILL}.{number}", **still
            )
            for number in (1, 2)
        ],
        report(),
        *slices(MR, 5, study=LATER, **mr),
        *slices(STRANGERS_CT, 2, study=OTHER_CHILD, PatientID="P-99", PatientName="Li^Si=李^四"),
    ]


def report() -> bytes:
    """Return a report: no image at all."""
    return world.instance(
        1,
        SOPClassUID=BasicTextSRStorage,
        Modality="SR",
        SeriesInstanceUID=REPORT,
        SOPInstanceUID=f"{REPORT}.1",
        SeriesNumber=5,
        Rows=None,
        Columns=None,
    )


def build() -> None:
    """Make hospitals, people and images."""
    world.build()
    world.add("desk", Role.COORDINATOR, world.EXPERTS)
    world.add("reader", Role.EXPERT, world.EXPERTS)
    world.add("second-reader", Role.EXPERT, world.EXPERTS)
    arrivals = world.send("requester", *files())
    assert all(one.accepted for one in arrivals), arrivals


def case() -> int:
    """Put the question to the expert, who reads it now."""
    return case_world.reading()


def asked(login: str = "requester", method: str = "auto", case: int | None = None) -> FusionRow:
    """Ask for the PET over the CT."""
    code = store.ask(world.viewer(login), CT, PET, method, case)
    return FusionRow.objects.get(code=code)


def do(row: FusionRow) -> FusionRow:
    """Do the promised work as the worker would."""
    assert row.job_id is not None
    jobs.run(row.job_id)
    row.refresh_from_db()
    return row
