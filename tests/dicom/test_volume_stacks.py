"""Several stacks or phases in one series: told apart by what tells them apart."""

from __future__ import annotations

import numpy as np
import pytest
from volume_files import (
    codes,
    enhanced,
    files,
    item,
    one_slice,
    pixels,
    plane,
    plane_shared,
    renumber,
    stack,
)

from tongying.dicom.volumes.reading import read_volume, read_volumes
from tongying.dicom.volumes.spacing import SlicesRefused
from tongying.dicom.volumes.stacks import SeveralStacks

VALUES = {
    "TemporalPositionIdentifier": (1, 2, 3),
    "EchoTime": (4.9, 9.8, 14.7),
    "DiffusionBValue": (0.0, 500.0, 1000.0),
    "AcquisitionNumber": (4, 5, 6),
    "TriggerTime": (0, 250, 500),
    "InversionTime": (50, 300, 2500),
    "ConvolutionKernel": ("B30f", "B45f", "B70f"),
    "KVP": (80, 120, 140),
    "AcquisitionTime": ("101500", "101530", "101600"),
    "ImageType": (
        ["ORIGINAL", "PRIMARY", "M"],
        ["ORIGINAL", "PRIMARY", "P"],
        ["ORIGINAL", "PRIMARY", "R"],
    ),
    "ContrastBolusAgent": ("native", "arterial", "venous"),
}


def phases(name: str, values, modality: str = "MR") -> list:
    images = []
    for value in values:
        images += stack(4, modality, lambda image, k, value=value: setattr(image, name, value))
    return renumber(images)


@pytest.mark.parametrize("name", VALUES)
def test_phases_are_split_by_the_attribute_that_differs(name):
    images = phases(name, VALUES[name])
    with pytest.raises(SeveralStacks) as refused:
        read_volume(files(images))
    assert refused.value.sentence.startswith("The series holds 3 stacks of images; choose one: ")
    assert refused.value.sentence.count("(4)") == 3
    volumes = read_volumes(files(images))
    assert len(volumes) == 3
    uids = [{frame.sop_instance_uid for frame in source.frames} for source in volumes]
    in_turn = [{image.SOPInstanceUID for image in images[n : n + 4]} for n in (0, 4, 8)]
    assert sorted(map(sorted, uids)) == sorted(map(sorted, in_turn))
    for source in volumes:
        assert "dicom.volume-one-of-several" in codes(source.volume.caveats)


def test_the_list_says_what_each_stack_is():
    with pytest.raises(SeveralStacks) as refused:
        read_volume(files(phases("EchoTime", (4.9, 9.8))))
    assert "echo time (ms) 4.9 (4); echo time (ms) 9.8 (4)." in refused.value.sentence


def test_stacks_come_in_the_order_of_their_values():
    volumes = read_volumes(files(phases("DiffusionBValue", (1000.0, 0.0, 500.0))))
    told = [source.volume.caveats[0].sentence for source in volumes]
    assert [sentence.rsplit(" ", 1)[1] for sentence in told] == ["0.", "500.", "1000."]


def test_an_attribute_that_changes_from_slice_to_slice_splits_nothing():
    def changing(image, k):
        image.AcquisitionNumber = k + 1
        image.AcquisitionTime = f"1015{k:02}"
        image.EchoTime = 4.9 + 0.1 * k

    source = read_volume(files(stack(5, "MR", changing)))
    assert source.volume.grid.shape[0] == 5


def test_a_cine_whose_trigger_times_drift_is_split_by_their_order():
    images = []
    for phase in range(3):
        images += stack(
            4,
            "MR",
            lambda image, k, phase=phase: setattr(image, "TriggerTime", 200 * phase + 7 * k),
        )
    volumes = read_volumes(files(renumber(images)))
    assert len(volumes) == 3
    assert "trigger time (ms), number 1" in volumes[0].volume.caveats[0].sentence
    times = [frame.sop_instance_uid for frame in volumes[1].frames]
    assert times == [image.SOPInstanceUID for image in images[4:8]]


def test_two_attributes_together_tell_echo_and_phase_apart():
    images = []
    for echo in (5.0, 10.0):
        for phase in (1, 2):

            def both(image, k, echo=echo, phase=phase):
                image.EchoTime, image.TemporalPositionIdentifier = echo, phase

            images += stack(4, "MR", both)
    volumes = read_volumes(files(renumber(images)))
    assert len(volumes) == 4
    assert "temporal position 1, echo time (ms) 5" in volumes[0].volume.caveats[0].sentence


def test_three_attributes_together():
    images = []
    for echo in (5.0, 10.0):
        for phase in (1, 2):
            for kind in "MP":

                def all_three(image, k, echo=echo, phase=phase, kind=kind):
                    image.EchoTime, image.TemporalPositionIdentifier = echo, phase
                    image.ImageType = ["ORIGINAL", "PRIMARY", kind]

                images += stack(3, "MR", all_three)
    assert len(read_volumes(files(renumber(images)))) == 8


def test_siemens_private_b_values_tell_apart():
    images = []
    for b in (0, 800):

        def private(image, k, b=b):
            block = image.private_block(0x0019, "SIEMENS MR HEADER", create=True)
            block.add_new(0x0C, "IS", str(b))

        images += stack(4, "MR", private)
    volumes = read_volumes(files(renumber(images)))
    assert "b-value 800" in volumes[1].volume.caveats[0].sentence


def test_two_slabs_of_one_orientation_are_two_stacks():
    lower = stack(4, change=lambda image, k: setattr(image, "AcquisitionNumber", 1))
    upper = stack(4, change=lambda image, k: setattr(image, "AcquisitionNumber", 2))
    for k, image in enumerate(upper):
        image.ImagePositionPatient = [-10, -20, 60.0 + 3 * k]
    volumes = read_volumes(files(renumber(lower + upper)))
    assert [source.volume.grid.origin_mm[2] for source in volumes] == [30, 60]


def test_a_phase_with_a_missing_slice_is_left_out_and_told():
    images = phases("TemporalPositionIdentifier", (1, 2, 3))
    del images[5]
    volumes = read_volumes(files(images))
    assert len(volumes) == 2
    for source in volumes:
        (left_out, *_) = source.volume.caveats
        assert left_out.code == "dicom.volume-images-left-out"
        assert left_out.sentence == (
            "3 images of the series are left out as no part of a volume: temporal position 2."
        )


def test_what_nothing_tells_apart_is_refused():
    images = renumber(stack(4) + stack(4))
    for read in (read_volume, read_volumes):
        with pytest.raises(SlicesRefused) as refused:
            read(files(images))
        assert refused.value.error_code == "dicom.volume-same-place"


def test_one_doubled_slice_is_refused():
    images = renumber([*stack(4), one_slice(2)])
    with pytest.raises(SlicesRefused) as refused:
        read_volume(files(images))
    assert refused.value.error_code == "dicom.volume-same-place"


def test_different_pixel_sizes_are_different_stacks():
    def zoomed(image, k):
        if k > 3:
            image.PixelSpacing = [0.25, 0.375]
            image.AcquisitionNumber = 2

    with pytest.raises(SeveralStacks):
        read_volume(files(stack(8, change=zoomed)))
    assert len(read_volumes(files(stack(8, change=zoomed)))) == 2


def test_frames_of_a_multi_frame_object_are_split_like_images():
    groups = []
    for phase in (1, 2):
        for k in range(4):
            groups.append(
                item(
                    FrameContentSequence=[
                        item(StackID="1", InStackPositionNumber=k + 1, TemporalPositionIndex=phase)
                    ],
                    PlanePositionSequence=plane(30.0 + 3 * k),
                )
            )
    opened = files([enhanced(groups, plane_shared(), 8)])
    with pytest.raises(SeveralStacks):
        read_volume(opened)
    first, second = read_volumes(opened)
    assert [frame.frame for frame in first.frames] == [1, 2, 3, 4]
    assert [frame.frame for frame in second.frames] == [5, 6, 7, 8]
    assert (second.volume.array == np.stack([pixels(k) for k in range(4, 8)])).all()
    # The template keeps the functional groups of its own frame only.
    (kept,) = second.template.PerFrameFunctionalGroupsSequence
    assert kept.FrameContentSequence[0].TemporalPositionIndex == 2


def test_a_dimension_index_tells_frames_apart_when_nothing_else_does():
    groups = [
        item(
            FrameContentSequence=[item(DimensionIndexValues=[k + 1, phase])],
            PlanePositionSequence=plane(30.0 + 3 * k),
        )
        for phase in (1, 2)
        for k in range(3)
    ]
    image = enhanced(groups, plane_shared(), 6)
    image.DimensionIndexSequence = [
        item(DimensionIndexPointer=0x00200032, FunctionalGroupPointer=0x00209113),
        item(DimensionIndexPointer=0x00189087, FunctionalGroupPointer=0x00189117),
    ]
    volumes = read_volumes(files([image]))
    assert len(volumes) == 2
    assert "dimension 2 1" in volumes[0].volume.caveats[0].sentence
