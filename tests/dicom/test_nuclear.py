"""What a nuclear image's numbers may and may not say."""

from __future__ import annotations

import pytest
from pet_headers import PHILIPS, pet_header, with_private
from pydicom.dataset import Dataset

from tongying.dicom.nuclear import NotNuclear, Projection, nuclear_meaning
from tongying.imaging.volume import Quantity


def gamma_camera(kind: str, **attributes: object) -> Dataset:
    header = Dataset()
    header.Modality = "NM"
    header.ImageType = ["ORIGINAL", "PRIMARY", kind, "EMISSION"]
    for keyword, value in attributes.items():
        setattr(header, keyword, value)
    return header


def codes(header: Dataset) -> set[str]:
    return {caveat.code for caveat in nuclear_meaning(header).caveats}


@pytest.mark.parametrize(
    ("kind", "projection"),
    [
        ("RECON TOMO", Projection.TOMOGRAPHIC),
        ("RECON GATED TOMO", Projection.TOMOGRAPHIC),
        ("WHOLE BODY", Projection.PLANAR),
        ("TOMO", Projection.PLANAR),
        ("SOMETHING", Projection.UNKNOWN),
    ],
)
def test_a_gamma_cameras_image_is_counts(kind: str, projection: Projection):
    found = nuclear_meaning(gamma_camera(kind))
    assert found.quantity is Quantity.COUNTS
    assert not found.absolute
    assert found.ratios
    assert found.projection is projection
    assert found.caveats[0].code == "nuclear.counts"


def test_planar_and_uncorrected_images_say_why_ratios_are_weak():
    assert "nuclear.planar" in codes(gamma_camera("WHOLE BODY"))
    assert "nuclear.attenuation" in codes(gamma_camera("RECON TOMO"))
    corrected = gamma_camera("RECON TOMO", CorrectedImage=["ATTN", "SCAT"])
    assert codes(corrected) == {"nuclear.counts"}
    assert nuclear_meaning(corrected).scatter_corrected is True
    assert nuclear_meaning(gamma_camera("RECON TOMO")).scatter_corrected is None


def test_a_claim_of_activity_is_told_and_not_used():
    header = gamma_camera("RECON TOMO")
    unit, mapping = Dataset(), Dataset()
    unit.CodeValue = "Bq/ml"
    mapping.MeasurementUnitsCodeSequence = [unit]
    header.RealWorldValueMappingSequence = [mapping]
    assert "nuclear.calibration-not-checked" in codes(header)
    assert nuclear_meaning(header).quantity is Quantity.COUNTS


def test_positron_images():
    activity = nuclear_meaning(pet_header())
    assert (activity.quantity, activity.absolute) == (Quantity.BQML, True)
    assert activity.caveats == ()
    uncorrected = nuclear_meaning(pet_header(CorrectedImage=["DECY"]))
    assert not uncorrected.absolute
    assert nuclear_meaning(pet_header(Units="GML")).quantity is Quantity.SUV_BW
    unknown = nuclear_meaning(pet_header(Units="1CM"))
    assert (unknown.absolute, unknown.ratios) == (False, False)


def test_positron_counts_stay_counts_without_the_vendors_scale():
    header = pet_header(Units="CNTS")
    found = nuclear_meaning(header)
    assert (found.quantity, found.absolute, found.ratios) == (Quantity.COUNTS, False, True)
    assert "nuclear.pet-counts" in codes(header)
    assert "nuclear.vendor-scale" in codes(with_private(header, PHILIPS, 0x00, "0.0005"))


def test_other_modalities_are_not_nuclear():
    header = Dataset()
    header.Modality = "CT"
    with pytest.raises(NotNuclear):
        nuclear_meaning(header)
