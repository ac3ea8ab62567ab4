"""Enhanced and nuclear-medicine multi-frame objects."""

from __future__ import annotations

import numpy as np
import pytest
from volume_files import (
    add_pixels,
    codes,
    enhanced,
    files,
    head,
    item,
    pixels,
    plane,
    plane_shared,
    stack,
)

from tongying.dicom.volumes.nuclear_frames import NotTomographic
from tongying.dicom.volumes.reading import read_volume, read_volumes
from tongying.dicom.volumes.spacing import SlicesRefused
from tongying.imaging.volume import Quantity

COUNT = 5


def groups(**own) -> list:
    return [
        item(
            PlanePositionSequence=plane(30.0 + 3 * k),
            **{name: make(k) for name, make in own.items()},
        )
        for k in range(COUNT)
    ]


def test_an_enhanced_object_equals_the_classic_series():
    shuffled = groups()
    order = [3, 0, 4, 1, 2]
    image = enhanced([shuffled[k] for k in order], plane_shared(), COUNT)
    image.PixelData = b"".join(pixels(k).tobytes() for k in order)
    source = read_volume(files([image]))
    classic = read_volume(files(stack(COUNT, "MR"))).volume
    assert (source.volume.array == classic.array).all()
    assert source.volume.grid.same_as(classic.grid)
    assert [frame.frame for frame in source.frames] == [2, 4, 5, 1, 3]
    assert source.volume.caveats == ()
    assert source.volume.quantity is Quantity.SIGNAL


def test_orientation_spacing_and_rescaling_may_be_of_each_frame():
    own = groups(
        PlaneOrientationSequence=lambda k: [item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=lambda k: [item(PixelSpacing=[0.5, 0.75], SliceThickness=3)],
        PixelValueTransformationSequence=lambda k: [
            item(RescaleSlope=1.5 + k, RescaleIntercept=k, RescaleType="US")
        ],
    )
    volume = read_volume(files([enhanced(own, item(), COUNT)])).volume
    for k in range(COUNT):
        assert np.allclose(volume.array[k], pixels(k) * (1.5 + k) + k)
    assert volume.grid.spacing_mm.tolist() == [0.75, 0.5, 3.0]


def test_frames_without_places_are_no_volume():
    for image in (
        enhanced([item() for _ in range(COUNT)], plane_shared(), COUNT),
        enhanced([], item(), COUNT),
    ):
        with pytest.raises(SlicesRefused) as refused:
            read_volume(files([image]))
        assert refused.value.error_code == "dicom.volume-no-geometry"


def test_a_classic_multi_frame_object_has_one_place_only_and_is_no_volume():
    image = stack(1, "MR")[0]
    add_pixels(image, np.stack([pixels(k) for k in range(COUNT)]))
    image.NumberOfFrames = COUNT
    with pytest.raises(SlicesRefused) as refused:
        read_volume(files([image]))
    assert refused.value.error_code == "dicom.volume-no-geometry"


def test_unassigned_attributes_of_a_legacy_converted_object_tell_frames_apart():
    frames = [
        item(
            PlanePositionSequence=plane(30.0 + 3 * k),
            UnassignedPerFrameConvertedAttributesSequence=[item(AcquisitionNumber=phase)],
        )
        for phase in (1, 2)
        for k in range(3)
    ]
    volumes = read_volumes(files([enhanced(frames, plane_shared(), 6)]))
    assert [source.volume.grid.shape[0] for source in volumes] == [3, 3]
    assert "acquisition 2" in volumes[1].volume.caveats[0].sentence


def spect(between: float = 4.0, kind: str = "RECON TOMO", **more):
    image = head("NM", 1)
    image.ImageType = ["ORIGINAL", "PRIMARY", kind, "EMISSION"]
    add_pixels(image, np.stack([pixels(k).astype(np.uint16) for k in range(COUNT)]))
    image.NumberOfFrames = COUNT
    image.PixelSpacing = [4.0, 4.5]
    image.SpacingBetweenSlices = between
    image.SliceThickness = 4
    image.SliceVector = list(range(1, COUNT + 1))
    image.NumberOfSlices = COUNT
    image.DetectorInformationSequence = [
        item(
            ImagePositionPatient=[-100.0, -110.0, 200.0],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )
    ]
    for name, value in more.items():
        setattr(image, name, value)
    return image


def test_spect_slices_go_the_way_the_sign_of_their_distance_says():
    upwards = read_volume(files([spect(4.0)])).volume
    downwards = read_volume(files([spect(-4.0)])).volume
    assert upwards.grid.origin_mm.tolist() == [-100, -110, 200]
    assert downwards.grid.origin_mm.tolist() == [-100, -110, 184]
    assert (upwards.array[0] == pixels(0)).all()
    assert (downwards.array[0] == pixels(4)).all()
    assert upwards.quantity is Quantity.COUNTS
    assert upwards.caveats == ()
    assert upwards.grid.spacing_mm.tolist() == [4.5, 4.0, 4.0]


def test_the_slice_vector_says_which_slice_a_frame_is():
    source = read_volume(files([spect(SliceVector=[5, 4, 3, 2, 1])]))
    assert (source.volume.array[0] == pixels(4)).all()
    assert [frame.frame for frame in source.frames] == [5, 4, 3, 2, 1]


def test_without_slice_vector_the_number_of_slices_must_be_that_of_the_frames():
    image = spect()
    del image.SliceVector
    assert read_volume(files([image])).volume.grid.shape[0] == COUNT
    image.NumberOfSlices = 4
    with pytest.raises(NotTomographic):
        read_volume(files([image]))


def test_energy_windows_are_stacks_of_their_own():
    image = spect()
    stored = np.stack([pixels(k).astype(np.uint16) for k in range(6)])
    add_pixels(image, stored)
    image.NumberOfFrames = 6
    image.SliceVector = [1, 2, 3, 1, 2, 3]
    image.EnergyWindowVector = [1, 1, 1, 2, 2, 2]
    first, second = read_volumes(files([image]))
    assert (first.volume.array == stored[:3]).all()
    assert (second.volume.array == stored[3:]).all()
    assert "energy window 2" in codes_and_words(second)


def codes_and_words(source) -> str:
    return " ".join(caveat.sentence for caveat in source.volume.caveats)


@pytest.mark.parametrize("kind", ["STATIC", "WHOLE BODY", "DYNAMIC", "TOMO"])
def test_planar_views_and_projections_are_refused(kind):
    with pytest.raises(NotTomographic):
        read_volume(files([spect(kind=kind)]))


def test_spect_without_a_place_is_refused():
    image = spect()
    del image.DetectorInformationSequence[0].ImagePositionPatient
    with pytest.raises(SlicesRefused) as refused:
        read_volume(files([image]))
    assert refused.value.error_code == "dicom.volume-no-geometry"
    assert codes(()) == []
