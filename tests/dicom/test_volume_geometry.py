"""Where slices lie, and what is no regular volume."""

from __future__ import annotations

import numpy as np
import pytest
from volume_files import codes, files, one_slice, pixels, stack

from tongying.dicom.volumes.one_child import MixedImages
from tongying.dicom.volumes.opened import NoImages
from tongying.dicom.volumes.reading import read_volume, read_volumes
from tongying.dicom.volumes.spacing import SlicesRefused
from tongying.dicom.volumes.stacks import SeveralStacks
from tongying.kernel.errors import BadInput


def refusal(images) -> BadInput:
    with pytest.raises(BadInput) as refused:
        read_volume(files(images))
    return refused.value


def test_a_plain_series_is_a_volume_whose_places_are_worked_out_by_hand():
    source = read_volume(files(stack()))
    volume = source.volume
    assert volume.caveats == ()
    assert volume.grid.shape == (5, 6, 8)
    # Column 7, row 2, slice 3: -10 + 7 x 0.75, -20 + 2 x 0.5, 30 + 3 x 3.
    assert volume.grid.to_lps([[7, 2, 3]]).tolist() == [[-4.75, -19.0, 39.0]]
    assert volume.array.dtype == np.int16
    assert (volume.array[3] == pixels(3) - 1024).all()
    assert volume.frame_of_reference_uid == "1.2.826.0.1.8"
    assert volume.valid is None
    assert volume.modality == "CT"


def test_the_order_of_the_files_does_not_matter_and_frames_follow_the_slices():
    images = stack(6)
    order = np.random.default_rng(0).permutation(6)
    source = read_volume(files([images[n] for n in order]))
    assert [frame.sop_instance_uid for frame in source.frames] == [
        image.SOPInstanceUID for image in images
    ]
    assert {frame.frame for frame in source.frames} == {None}
    assert (source.volume.array[0] == pixels(0) - 1024).all()


def test_slices_are_ordered_along_the_normal_whatever_way_they_were_acquired():
    def sagittal_downwards(image, k):
        image.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
        image.ImagePositionPatient = [40.0 - 2 * k, -10, 90]

    source = read_volume(files(stack(4, change=sagittal_downwards)))
    grid = source.volume.grid
    # Row to the back x column to the feet = normal to the right: x falls.
    assert np.allclose(grid.directions[:, 2], (-1, 0, 0))
    assert np.linalg.det(grid.affine[:3, :3]) > 0
    assert grid.origin_mm.tolist() == [40, -10, 90]
    assert source.frames[0].sop_instance_uid.endswith(".1")


def test_the_template_is_the_first_slices_header_without_pixels_and_with_decoded_text():
    def chinese(image, k):
        image.SpecificCharacterSet = "GB18030"
        image.PatientName = "Zhao^Ming=赵^明"

    source = read_volume(files(stack(change=chinese)[::-1]))
    assert "PixelData" not in source.template
    assert source.template.PatientName.ideographic == "赵^明"
    assert source.template.SOPInstanceUID.endswith(".1")
    assert source.template.SpecificCharacterSet == "ISO_IR 192"


def test_progress_is_told_for_every_header_and_every_slice():
    told = []
    read_volume(files(stack(7)), progress=lambda fraction, what: told.append((fraction, what)))
    assert [what for _, what in told] == ["headers"] * 7 + ["slices"] * 7
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[-1][0] == 1.0


@pytest.mark.parametrize("by_mm", [0.02, 0.029])
def test_a_slightly_uneven_distance_is_a_caveat(by_mm):
    images = stack()
    images[2].ImagePositionPatient[2] += by_mm
    assert codes(read_volume(files(images)).volume.caveats) == ["dicom.volume-spacing-uneven"]


def test_positions_rounded_to_a_hundredth_are_no_irregularity():
    def rounded(image, k):
        image.ImagePositionPatient = [-10, -20, round(30 + k * 1 / 3, 2)]
        image.SliceThickness = None

    assert read_volume(files(stack(9, change=rounded))).volume.caveats == ()


def test_positions_rounded_to_a_tenth_are_a_caveat():
    def rounded(image, k):
        image.ImagePositionPatient = [-10, -20, round(30 + k * 0.625, 1)]
        image.SliceThickness = None

    caveats = read_volume(files(stack(9, change=rounded))).volume.caveats
    assert codes(caveats) == ["dicom.volume-spacing-uneven"]


def test_missing_slices_are_counted_and_named():
    images = stack(12)
    del images[8]
    del images[3:5]
    refused = refusal(images)
    assert isinstance(refused, SlicesRefused)
    assert refused.error_code == "dicom.volume-slices-missing"
    assert refused.sentence == (
        "3 slices are missing from the 12 of the stack: 2 after slice 3, 1 after slice 6."
    )


def test_uneven_slices_are_refused():
    images = stack(6)
    images[3].ImagePositionPatient[2] += 0.9
    refused = refusal(images)
    assert refused.error_code == "dicom.volume-slices-uneven"
    assert "2.1 to 3.9 mm" in refused.sentence


def test_every_second_slice_alone_is_a_regular_volume():
    volume = read_volume(files(stack(9)[::2])).volume
    assert volume.grid.spacing_mm[2] == pytest.approx(6)
    assert codes(volume.caveats) == ["dicom.volume-gaps"]


def test_slices_shifted_sideways_are_refused():
    images = stack(6)
    images[3].ImagePositionPatient[0] += 1.0
    assert refusal(images).error_code == "dicom.volume-slices-shifted"


def test_a_tilted_gantry_stays_skewed_and_is_told():
    def tilted(image, k):
        image.ImagePositionPatient = [-10, -20 + 3 * k * np.tan(np.radians(12)), 30 + 3 * k]
        image.GantryDetectorTilt = 12

    volume = read_volume(files(stack(change=tilted))).volume
    assert not volume.grid.is_orthogonal()
    assert codes(volume.caveats) == ["dicom.volume-gantry-tilt"]
    assert "12.00°" in volume.caveats[0].sentence
    # Each slice lies where its header says.
    assert np.allclose(
        volume.grid.to_lps([[0, 0, 4]]), [-10, -20 + 12 * np.tan(np.radians(12)), 42]
    )


def test_a_drift_by_rounding_is_no_tilt():
    def drifting(image, k):
        image.ImagePositionPatient = [-10 + 0.005 * k, -20, 30 + 3 * k]

    volume = read_volume(files(stack(change=drifting))).volume
    assert volume.grid.is_orthogonal()
    assert volume.caveats == ()


def test_a_stated_tilt_that_the_places_do_not_show_is_told():
    def stated(image, k):
        image.GantryDetectorTilt = -15

    volume = read_volume(files(stack(change=stated))).volume
    assert codes(volume.caveats) == ["dicom.volume-tilt-contradicted"]


@pytest.mark.parametrize(
    ("thickness", "told"), [(2.0, "dicom.volume-gaps"), (5.0, "dicom.volume-overlap"), (3.0, "")]
)
def test_gaps_and_overlap_are_told(thickness, told):
    def thick(image, k):
        image.SliceThickness = thickness

    assert codes(read_volume(files(stack(change=thick))).volume.caveats) == [told] * bool(told)


def test_instance_numbers_never_decide_but_a_contradiction_is_told():
    images = stack()
    backwards = stack(change=lambda image, k: setattr(image, "InstanceNumber", 9 - k))
    assert read_volume(files(backwards)).volume.caveats == ()
    images[1].InstanceNumber, images[3].InstanceNumber = 4, 2
    volume = read_volume(files(images)).volume
    assert codes(volume.caveats) == ["dicom.volume-numbers-contradict"]
    assert (volume.array[1] == pixels(1) - 1024).all()


def test_slice_location_is_ignored():
    def contrary(image, k):
        image.SliceLocation = -3 * k + 7

    volume = read_volume(files(stack(change=contrary))).volume
    assert volume.caveats == ()
    assert (volume.array[4] == pixels(4) - 1024).all()


@pytest.mark.parametrize(
    ("images", "code"),
    [
        ([one_slice(0)], "dicom.volume-one-slice"),
        (stack(2), "dicom.volume-two-slices"),
        (
            stack(change=lambda image, k: image.pop("ImagePositionPatient")),
            "dicom.volume-no-geometry",
        ),
        (
            stack(change=lambda image, k: image.pop("ImageOrientationPatient")),
            "dicom.volume-no-geometry",
        ),
        (stack(change=lambda image, k: image.pop("PixelSpacing")), "dicom.volume-no-geometry"),
        (
            stack(
                change=lambda image, k: setattr(
                    image, "ImageOrientationPatient", [1, 0, 0, 0.3, 1, 0]
                )
            ),
            "dicom.volume-no-geometry",
        ),
        (
            stack(change=lambda image, k: setattr(image, "PatientID", "AB"[k % 2])),
            "dicom.volume-several-children",
        ),
        (
            stack(change=lambda image, k: setattr(image, "FrameOfReferenceUID", f"1.2.{k % 2}")),
            "dicom.volume-several-frames-of-reference",
        ),
        (
            stack(change=lambda image, k: setattr(image, "ImagePositionPatient", [0, 0, 0])),
            "dicom.volume-same-place",
        ),
    ],
)
def test_what_is_no_volume_gets_one_clear_sentence(images, code):
    refused = refusal(images)
    assert refused.error_code == code
    assert refused.sentence.endswith(".")
    assert "A1" not in refused.sentence
    assert "Zhao" not in refused.sentence
    with pytest.raises(BadInput):
        read_volumes(files(images))


def test_images_of_several_series_are_refused_with_the_list():
    def other(image, k):
        if k > 2:
            image.SeriesInstanceUID = "1.2.3.4"
            image.Modality = "PT"

    refused = refusal(stack(change=other))
    assert isinstance(refused, MixedImages)
    assert refused.sentence == ("The images are of 2 series; choose one: CT (3), PT (2).")


def test_nothing_to_read_is_refused():
    with pytest.raises(NoImages):
        read_volume([])


def test_what_is_no_image_is_refused():
    images = stack()
    del images[2].PixelData
    assert isinstance(refusal(images), NoImages)


def test_mixed_orientations_are_listed_and_each_readable_stack_is_read():
    def three_planes(image, k):
        plane, n = divmod(k, 4)
        image.ImageOrientationPatient = [
            [1, 0, 0, 0, 1, 0],
            [1, 0, 0, 0, 0, -1],
            [0, 1, 0, 0, 0, -1],
        ][plane]
        image.ImagePositionPatient = [
            [0, 0, 5.0 * n],
            [0, 5.0 * n, 0],
            [5.0 * n, 0, 0],
        ][plane]
        image.SliceThickness = 5

    images = stack(12, "MR", three_planes)
    refused = refusal(images)
    assert isinstance(refused, SeveralStacks)
    assert refused.sentence == (
        "The series holds 3 stacks of images; choose one: axial (4); coronal (4); sagittal (4)."
    )
    volumes = read_volumes(files(images))
    assert [volume.volume.grid.shape[0] for volume in volumes] == [4, 4, 4]
    assert [source.volume.caveats[0].sentence[-20:] for source in volumes][1].endswith("coronal.")


def test_a_localiser_in_the_series_is_left_out_and_told():
    images = stack(6)
    images[5].ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    images[5].ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    for read in (read_volume, lambda opened: read_volumes(opened)[0]):
        volume = read(files(images)).volume
        assert volume.grid.shape[0] == 5
        assert codes(volume.caveats) == ["dicom.volume-images-left-out"]


def test_another_image_that_is_no_localiser_is_not_left_out_silently():
    images = stack(6)
    images[5].ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    assert isinstance(refusal(images), SeveralStacks)


def test_the_same_image_twice_is_used_once_and_told():
    images = stack()
    volume = read_volume(files([*images, images[2]])).volume
    assert volume.grid.shape[0] == 5
    assert codes(volume.caveats) == ["dicom.volume-same-image-twice"]
