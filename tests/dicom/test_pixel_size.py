"""What a header says about its pixels, read from the DICOM JSON model."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tongying.dicom.phantoms.ultrasound_screen import calibrated_region
from tongying.dicom.pixel_size import pixel_sizes


def header(**elements: object) -> dict[str, object]:
    data = Dataset()
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    return data.to_json_dict()


def item(**elements: object) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def test_an_empty_header_says_nothing() -> None:
    found = pixel_sizes({})
    assert (found.modality, found.columns, found.spacing_mm, found.regions) == ("", None, None, ())


def test_a_radiographs_spacings_stay_apart() -> None:
    found = pixel_sizes(
        header(
            Modality="DX",
            Rows=2000,
            Columns=1500,
            PixelSpacing=["0.14", "0.15"],
            PixelSpacingCalibrationType="GEOMETRY",
            ImagerPixelSpacing=["0.16", "0.17"],
            EstimatedRadiographicMagnificationFactor="1.15",
            ImageLaterality="L",
        )
    )
    assert (found.rows, found.columns, found.laterality) == (2000, 1500, "L")
    assert found.spacing_mm == (0.14, 0.15)
    assert (found.calibration, found.magnification) == ("GEOMETRY", 1.15)
    assert found.detector_mm == (0.16, 0.17)


@pytest.mark.parametrize("spacing", [["0", "0"], ["-1", "1"], ["0.5"], None])
def test_sizes_that_are_none_count_as_unknown(spacing: object) -> None:
    assert pixel_sizes(header(Modality="CR", PixelSpacing=spacing)).spacing_mm is None


def test_an_ultrasound_region_in_centimetres_becomes_millimetres() -> None:
    (region,) = pixel_sizes(
        header(Modality="US", SequenceOfUltrasoundRegions=Sequence([calibrated_region()]))
    ).regions
    assert (region.column_mm, region.row_mm) == (pytest.approx(0.08), pytest.approx(0.08))
    assert region.holds(0, 0) and region.holds(599.4, 479)
    assert not region.holds(600, 10)


def test_a_region_in_seconds_has_no_length_and_one_without_edges_is_none() -> None:
    spectrum = calibrated_region()
    spectrum.PhysicalUnitsXDirection, spectrum.RegionSpatialFormat = 4, 3
    broken = calibrated_region()
    del broken.RegionLocationMaxY1
    (found,) = pixel_sizes(
        header(Modality="US", SequenceOfUltrasoundRegions=Sequence([spectrum, broken]))
    ).regions
    assert (found.column_mm, found.spatial_format) == (None, 3)


def test_a_negative_step_only_says_which_way_it_counts() -> None:
    region = calibrated_region()
    region.PhysicalDeltaY = -0.008
    (found,) = pixel_sizes(
        header(Modality="US", SequenceOfUltrasoundRegions=Sequence([region]))
    ).regions
    assert found.row_mm == pytest.approx(0.08)


def test_a_frame_has_its_own_spacing_before_the_shared_one() -> None:
    def group(spacing: list[str]) -> Dataset:
        return item(PixelMeasuresSequence=Sequence([item(PixelSpacing=spacing)]))

    data = header(
        Modality="MR",
        SharedFunctionalGroupsSequence=Sequence([group(["0.9", "0.9"])]),
        PerFrameFunctionalGroupsSequence=Sequence([group(["0.5", "0.4"]), item()]),
    )
    assert pixel_sizes(data, 1).spacing_mm == (0.5, 0.4)
    assert pixel_sizes(data, 2).spacing_mm == (0.9, 0.9)
