"""From stored values to real ones, and what they mean."""

from __future__ import annotations

import numpy as np
import pytest
from volume_files import add_pixels, codes, files, item, pixels, stack

from tongying.dicom.volumes.frames import FramesRefused
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.volumes.rescale import ValuesRefused
from tongying.dicom.volumes.scaling import RescalingRefused
from tongying.imaging.volume import Quantity
from tongying.kernel.errors import BadInput


def volume_of(images):
    return read_volume(files(images)).volume


def changed(modality: str, **attributes):
    def change(image, k):
        for name, value in attributes.items():
            if value is None:
                delattr(image, name)
            else:
                setattr(image, name, value)

    return stack(4, modality, change)


@pytest.mark.parametrize(
    ("images", "quantity", "told"),
    [
        (changed("CT"), Quantity.HU, []),
        (changed("CT", RescaleType=None), Quantity.HU, []),
        (changed("CT", RescaleType="US"), Quantity.UNKNOWN, ["dicom.volume-not-hu"]),
        (changed("CT", RescaleSlope=None), Quantity.UNKNOWN, ["dicom.volume-not-hu"]),
        (
            changed("CT", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
            Quantity.UNKNOWN,
            ["dicom.volume-not-hu"],
        ),
        (changed("MR"), Quantity.SIGNAL, []),
        (changed("PT"), Quantity.BQML, []),
        (changed("PT", Units="CNTS"), Quantity.COUNTS, []),
        (changed("PT", Units="GML"), Quantity.SUV_BW, []),
        (changed("PT", Units="GML", SUVType="BSA"), Quantity.SUV_BSA, []),
        (changed("PT", Units="GML", SUVType="LBMJANMA"), Quantity.SUV_LBM_JANMAHASATIAN, []),
        (changed("PT", Units="GML", SUVType="LBMJAMES128"), Quantity.SUV_LBM_JAMES, []),
        (
            changed("PT", Units="GML", SUVType="LBM"),
            Quantity.UNKNOWN,
            ["dicom.volume-unit-unknown"],
        ),
        (changed("PT", Units=None), Quantity.UNKNOWN, ["dicom.volume-unit-unknown"]),
        (changed("MR", Modality="OT"), Quantity.UNKNOWN, []),
    ],
)
def test_the_header_says_what_the_numbers_are(images, quantity, told):
    volume = volume_of(images)
    assert volume.quantity is quantity
    assert codes(volume.caveats) == told


def test_slopes_that_differ_from_slice_to_slice_are_applied_to_each():
    def own_slope(image, k):
        image.RescaleSlope = 0.5 + k

    volume = volume_of(stack(4, "PT", own_slope))
    assert volume.array.dtype == np.float32
    for k in range(4):
        assert np.allclose(volume.array[k], pixels(k) * (0.5 + k))
    assert volume.caveats == ()


def test_pet_without_its_slope_is_of_unknown_unit():
    volume = volume_of(changed("PT", RescaleSlope=None))
    assert volume.quantity is Quantity.UNKNOWN
    assert codes(volume.caveats) == ["dicom.volume-not-rescaled"]


def test_a_slope_of_zero_is_refused():
    with pytest.raises(RescalingRefused):
        read_volume(files(changed("MR", RescaleSlope=0, RescaleIntercept=0)))


def test_mr_slopes_that_differ_are_told():
    def own_slope(image, k):
        image.RescaleSlope, image.RescaleIntercept = 1 + k, 0

    assert codes(volume_of(stack(4, "MR", own_slope)).caveats) == ["dicom.volume-slopes-vary"]


@pytest.mark.parametrize(("second", "code"), [(0.01, "slope"), (0.02, "slopes")])
def test_philips_scale_slope_is_not_applied_and_told(second, code):
    def philips(image, k):
        image.RescaleSlope, image.RescaleIntercept = 2, 10
        block = image.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        block.add_new(0x0E, "FL", 0.01 if k else second)

    volume = volume_of(stack(4, "MR", philips))
    assert np.allclose(volume.array[1], pixels(1) * 2 + 10)
    assert codes(volume.caveats) == [f"dicom.volume-scale-{code}"]


def test_somebody_elses_private_element_is_no_scale_slope():
    def other(image, k):
        image.private_block(0x2005, "ACME", create=True).add_new(0x0E, "FL", 0.01)

    assert volume_of(stack(4, "MR", other)).caveats == ()


def test_whole_numbers_stay_16_bit_and_grow_when_they_must():
    def large(image, k):
        add_pixels(image, (pixels(k).astype(np.uint16) + 30000 * (k == 2)).astype(np.uint16))
        image.RescaleIntercept = 10000 if k == 2 else -1024

    volume = volume_of(stack(4, "CT", large))
    assert volume.array.dtype == np.int32
    assert (volume.array[0] == pixels(0) - 1024).all()
    assert (volume.array[2] == pixels(2).astype(int) + 40000).all()
    assert volume_of(stack(4)).array.dtype == np.int16


def test_a_fractional_intercept_makes_floating_point():
    volume = volume_of(changed("CT", RescaleIntercept=-1024.5))
    assert volume.array.dtype == np.float32
    assert np.allclose(volume.array[0], pixels(0) - 1024.5)


def test_signed_twelve_bit_values_are_signed():
    def twelve(image, k):
        stored = (pixels(k) - 1500).astype(np.int16)
        add_pixels(image, stored & 0x0FFF)
        image.BitsStored, image.HighBit, image.PixelRepresentation = 12, 11, 1
        image.RescaleIntercept = 0

    volume = volume_of(stack(4, "CT", twelve))
    assert (volume.array[1] == pixels(1) - 1500).all()


def test_declared_padding_is_not_measured():
    def padded(image, k):
        stored = pixels(k)
        stored[0, :3] = -2000
        add_pixels(image, stored)
        image.PixelPaddingValue = -2000

    volume = volume_of(stack(4, change=padded))
    assert volume.valid is not None
    assert (~volume.valid).sum() == 12
    assert not volume.valid[:, 0, :3].any()
    assert volume.caveats == ()


def test_padding_written_without_its_sign_is_understood():
    def padded(image, k):
        stored = pixels(k)
        stored[0, 0] = -2000
        add_pixels(image, stored)
        image.add_new(0x00280120, "US", 63536)

    volume = volume_of(stack(4, change=padded))
    assert volume.valid is not None
    assert (~volume.valid).sum() == 4


def test_a_range_of_padding_counts_with_both_ends():
    def padded(image, k):
        stored = pixels(k)
        stored[1, :4] = (-2000, -1500, -1000, -999)
        add_pixels(image, stored)
        image.PixelPaddingValue, image.PixelPaddingRangeLimit = -1000, -2000

    volume = volume_of(stack(4, change=padded))
    assert volume.valid is not None
    assert volume.valid[0, 1, :5].tolist() == [False, False, False, True, True]


def test_undeclared_corners_of_ct_are_recognised_and_told():
    def corners(image, k):
        stored = pixels(k)
        stored[0, 0] = stored[-1, -1] = -2000 + 1024
        add_pixels(image, stored)

    volume = volume_of(stack(4, change=corners))
    assert volume.valid is not None
    assert (~volume.valid).sum() == 8
    assert codes(volume.caveats) == ["dicom.volume-padding-undeclared"]
    # The same numbers in an MR are a signal.
    assert volume_of(stack(4, "MR", corners)).valid is None


def test_monochrome1_is_not_inverted_and_told():
    volume = volume_of(changed("MR", PhotometricInterpretation="MONOCHROME1"))
    assert (volume.array[0] == pixels(0)).all()
    assert codes(volume.caveats) == ["dicom.volume-inverted-display"]


ADC = ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]


def test_a_diffusion_coefficient_is_recognised_by_its_image_type_and_size():
    volume = volume_of(changed("MR", ImageType=ADC))
    assert volume.quantity is Quantity.ADC
    assert codes(volume.caveats) == ["dicom.volume-adc-unit"]


def test_a_diffusion_coefficient_of_another_size_counts_as_unknown():
    volume = volume_of(changed("MR", ImageType=ADC, RescaleSlope=0.001, RescaleIntercept=0))
    assert volume.quantity is Quantity.UNKNOWN
    assert codes(volume.caveats) == ["dicom.volume-adc-unknown"]


def test_the_unit_of_a_real_world_mapping_of_a_diffusion_coefficient_is_used():
    mapping = item(
        RealWorldValueSlope=1e-6,
        RealWorldValueIntercept=0.0,
        MeasurementUnitsCodeSequence=[
            item(CodeValue="mm2/s", CodingSchemeDesignator="UCUM", CodeMeaning="mm2/s")
        ],
        QuantityDefinitionSequence=[
            item(ConceptCodeSequence=[item(CodeValue="113041", CodingSchemeDesignator="DCM")])
        ],
    )
    volume = volume_of(changed("MR", RealWorldValueMappingSequence=[mapping]))
    assert volume.quantity is Quantity.ADC
    assert volume.caveats == ()
    assert np.allclose(volume.array[2], pixels(2))


def test_colour_tables_and_palettes_are_refused():
    def coloured(image, k):
        add_pixels(image, np.zeros((6, 8), np.uint8))
        image.SamplesPerPixel, image.PhotometricInterpretation = 3, "RGB"
        image.PlanarConfiguration = 0
        image.PixelData = bytes(6 * 8 * 3)

    def palette(image, k):
        add_pixels(image, np.zeros((6, 8), np.uint8))
        image.PhotometricInterpretation = "PALETTE COLOR"

    def table(image, k):
        image.ModalityLUTSequence = [
            item(LUTDescriptor=[4, 0, 16], ModalityLUTType="US", LUTData=b"\0" * 8)
        ]

    for change, code in (
        (coloured, "dicom.volume-colour"),
        (palette, "dicom.volume-colour"),
        (table, "dicom.volume-look-up-table"),
    ):
        with pytest.raises(FramesRefused) as refused:
            read_volume(files(stack(4, "MR", change)))
        assert refused.value.error_code == code


def test_float_pixels_and_what_is_no_number():
    def floats(image, k):
        values = pixels(k).astype(np.float32) / 7
        if k == 1:
            values[2, 3] = np.nan
        del image.PixelData
        for name in ("BitsStored", "HighBit", "PixelRepresentation"):
            delattr(image, name)
        image.BitsAllocated = 32
        image.FloatPixelData = values.tobytes()

    volume = volume_of(stack(4, "MR", floats))
    assert volume.array.dtype == np.float32
    assert volume.valid is not None
    assert np.argwhere(~volume.valid).tolist() == [[1, 2, 3]]
    assert np.allclose(volume.array[0], pixels(0) / 7)
    assert codes(volume.caveats) == ["dicom.volume-not-numbers"]


def test_a_damaged_slice_is_refused_and_not_left_out():
    images = stack(4)
    opened = files(images)
    images[2].PixelData = images[2].PixelData[:-20]
    opened[2] = files([images[2]])[0]
    with pytest.raises(BadInput):
        read_volume(opened)
    assert issubclass(ValuesRefused, BadInput)
