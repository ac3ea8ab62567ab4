"""Headers with nonsense in them: a refusal or a volume with doubts, never a crash."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from volume_files import enhanced, files, item, plane, plane_shared, stack

from tongying.dicom.volumes import rescale
from tongying.dicom.volumes.reading import read_volume, read_volumes
from tongying.dicom.volumes.rescale import ValuesRefused
from tongying.kernel.errors import TongyingError

TEXTS = [b"nonsense", b"1e400", b"", b"nan", b"-", b"1\\2", b"1\\\\3", b"0", b"-5", b"1e-30"]
NAMES = [
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "RescaleSlope",
    "RescaleIntercept",
    "InstanceNumber",
    "AcquisitionNumber",
    "EchoTime",
    "TriggerTime",
]
VRS = {"InstanceNumber": "IS", "AcquisitionNumber": "IS"}


def raw_series() -> list[bytes]:
    opened = files(stack(4, "MR", with_placeholders))
    return [file.getvalue() for file in opened]


def with_placeholders(image, k) -> None:
    image.RescaleSlope, image.RescaleIntercept = 1, 0
    image.AcquisitionNumber = 1
    image.EchoTime = 4
    image.TriggerTime = 10


def spoiled(name: str, text: bytes, which: int) -> list[io.BytesIO]:
    """Write text where a number belongs, past every check of the writer."""
    images = stack(4, "MR", with_placeholders)
    opened = files(images)
    vr = VRS.get(name, "DS").encode()
    from pydicom.datadict import tag_for_keyword

    tag = tag_for_keyword(name)
    assert tag is not None
    mark = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr
    for index, file in enumerate(opened):
        if which not in (index, -1):
            continue
        data = file.getvalue()
        at = data.index(mark)
        length = int.from_bytes(data[at + 6 : at + 8], "little")
        padded = text + b" " * (len(text) % 2)
        head = data[:at] + mark + len(padded).to_bytes(2, "little") + padded
        opened[index] = io.BytesIO(head + data[at + 8 + length :])
    return opened


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", [1, -1])
def test_nonsense_in_a_number_is_refused_or_told(name, which):
    for text in TEXTS:
        try:
            source = read_volume(spoiled(name, text, which))
        except TongyingError as refused:
            assert refused.sentence.endswith(".")
        else:
            assert not (name.startswith("Rescale") and text in (b"nonsense", b"nan", b"1e400"))
            assert np.isfinite(source.volume.array).all()
            assert source.volume.grid.shape == (4, 6, 8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_flipped_bytes_never_crash_the_reader(data):
    series = raw_series()
    which = data.draw(st.integers(0, len(series) - 1))
    spoilt = bytearray(series[which])
    for _ in range(data.draw(st.integers(1, 6))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    series[which] = bytes(spoilt)
    try:
        read_volumes([io.BytesIO(one) for one in series])
    except TongyingError as refused:
        assert refused.sentence


def test_too_many_voxels_are_refused_before_they_are_allocated(monkeypatch):
    monkeypatch.setattr(rescale, "VOXEL_LIMIT", 5 * 6 * 8 - 1)
    with pytest.raises(ValuesRefused):
        read_volume(files(stack(5)))


def test_functional_groups_that_are_fewer_than_the_frames_are_refused():
    groups = [item(PlanePositionSequence=plane(3.0 * k)) for k in range(3)]
    with pytest.raises(TongyingError) as refused:
        read_volume(files([enhanced(groups, plane_shared(), 5)]))
    assert refused.value.error_code == "dicom.volume-no-geometry"
