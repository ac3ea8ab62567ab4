from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_bytes import data_set, file_with, image, part10, read, shared
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file

from tongying.dicom.decoding import DECODER_ORDER, UndecodableFrame, decode_frame
from tongying.dicom.frame_table import FrameOutside
from tongying.dicom.part10 import MetaRefused, as_part10
from tongying.dicom.reading import read_instance
from tongying.dicom.rendering import Rendering, RenderingRefused, Window, render_frame
from tongying.dicom.stored_image import NoPixelData, StoredImage
from tongying.dicom.transcoding import ENCODERS, TARGETS, CannotTranscode, transcode

RLE = "1.2.840.10008.1.2.5"
LOSSLESS = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"} | {
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    RLE,
}


def stored(data: bytes) -> StoredImage:
    return StoredImage.of_record(io.BytesIO(data), read(data))


def sample(name: str) -> bytes:
    path = get_testdata_file(name)
    assert path
    return Path(path).read_bytes()


def shown(data: bytes, **options: object) -> np.ndarray:
    png = render_frame(stored(data), 1, rendering=Rendering("image/png", **options))  # type: ignore[arg-type]
    return np.asarray(Image.open(io.BytesIO(png)))


def test_one_ct_in_every_transfer_syntax() -> None:
    files = sorted((shared("transfer_syntaxes") / "cornerstone3D").glob("CTImage*"))
    reference = None
    worst: dict[str, int] = {}
    for path in sorted(files, key=lambda file: "LittleEndianExplicit" not in file.name):
        image_ = stored(path.read_bytes())
        pixels = decode_frame(image_, 1).astype(np.int32)
        if reference is None:
            reference = pixels
        worst[image_.transfer_syntax_uid] = int(np.abs(pixels - reference).max())
        # The JPEG files hold another linear scaling of the image, so likeness, not difference.
        assert np.corrcoef(pixels.ravel(), reference.ravel())[0, 1] > 0.9999, path.name
    assert len(worst) == 15
    assert {syntax for syntax, gap in worst.items() if gap == 0} == LOSSLESS
    near_lossless, lossy_j2k = worst["1.2.840.10008.1.2.4.81"], worst["1.2.840.10008.1.2.4.91"]
    assert (near_lossless, lossy_j2k) == (1, 5)  # as other decoders say too


@pytest.mark.parametrize("target", sorted(TARGETS))
@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_RLE.dcm",
        "emri_small.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "JPEG-LL.dcm",
        "693_J2KR.dcm",
        "ExplVR_BigEnd.dcm",
    ],
)
def test_transcoding_keeps_every_pixel_and_value(name: str, target: str) -> None:
    source = sample(name)
    before, out = stored(source), io.BytesIO()
    transcode(io.BytesIO(source), out, size=len(source), target=target)
    after = stored(out.getvalue())
    assert after.transfer_syntax_uid == target
    for frame in range(1, before.frames.count + 1):
        assert np.array_equal(decode_frame(before, frame), decode_frame(after, frame))
    for tag, element in before.metadata.items():
        if tag < "00280002" and tag != "00083002" and "InlineBinary" not in element:
            assert after.metadata[tag] == element, tag
    theirs = pydicom.dcmread(io.BytesIO(out.getvalue()))
    assert theirs.file_meta.TransferSyntaxUID == target
    assert theirs.file_meta.MediaStorageSOPInstanceUID == theirs.SOPInstanceUID
    assert theirs.pixel_array.size


def test_illegal_character_set_survives_transcoding() -> None:
    elements = {
        0x00080005: ("CS", b"GBK"),
        0x00100010: ("PN", "王^小明".encode("gbk")),
        **image(4, 4, bytes(16)),
    }
    source, out = file_with(elements), io.BytesIO()
    transcode(io.BytesIO(source), out, size=len(source), target=RLE)
    assert read(out.getvalue()).patient.name.display == "王小明"


@pytest.mark.parametrize("target", ["1.2.840.10008.1.2.4.50", "", "1.2.840.10008.1.2"])
def test_other_targets_are_refused(target: str) -> None:
    source = file_with(image(4, 4, bytes(16)))
    with pytest.raises(CannotTranscode):
        transcode(io.BytesIO(source), io.BytesIO(), size=len(source), target=target)


@pytest.mark.parametrize("target", sorted(map(str, ENCODERS)))
def test_documents_cannot_be_compressed(target: str) -> None:
    source = file_with()
    with pytest.raises(CannotTranscode):
        transcode(io.BytesIO(source), io.BytesIO(), size=len(source), target=target)


def test_as_part10() -> None:
    data = as_part10(
        data_set(),
        sop_class_uid="1.2.840.10008.5.1.4.1.1.7",
        sop_instance_uid="1.2.3.4",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
    )
    assert read(data).caveats == ()
    meta = pydicom.dcmread(io.BytesIO(data)).file_meta
    pydicom.dataset.validate_file_meta(meta)
    with pytest.raises(MetaRefused):
        as_part10(b"", sop_class_uid="", sop_instance_uid="1", transfer_syntax_uid="1")


def test_damaged_frames_are_refused() -> None:
    source = bytearray(sample("JPEG-LL.dcm"))
    image_ = stored(bytes(source))
    offset = image_.frames.spans(1)[0][0]
    source[offset : offset + 200] = bytes(200)
    with pytest.raises(UndecodableFrame):
        decode_frame(stored(bytes(source)), 1)
    with pytest.raises(FrameOutside):
        decode_frame(image_, 2)
    with pytest.raises(NoPixelData):
        stored(file_with())


def test_every_syntax_has_its_decoders() -> None:
    from tongying.dicom import decoding

    for syntax, order in DECODER_ORDER.items():
        assert set(decoding._DECODERS[syntax].available_plugins) == set(order)


RAMP = bytes(range(0, 256, 16))


def test_window_inversion_and_padding() -> None:
    elements = image(4, 4, RAMP)
    plain = shown(file_with(elements), window=Window(128, 256))
    assert plain.ravel()[0] == 0 and np.all(np.diff(plain.ravel().astype(int)) > 0)
    inverted = dict(elements)
    inverted[0x00280004] = ("CS", b"MONOCHROME1")
    assert np.array_equal(shown(file_with(inverted), window=Window(128, 256)), 255 - plain)
    padded = {**inverted, 0x00280120: ("US", struct.pack("<H", RAMP[-1]))}
    assert shown(file_with(padded), window=Window(128, 256)).ravel()[-1] == 0
    own = {**elements, 0x00281050: ("DS", b"128"), 0x00281051: ("DS", b"256")}
    assert np.array_equal(shown(file_with(own)), plain)


def test_rescale_is_applied_before_the_window() -> None:
    elements = {
        **image(4, 4, RAMP),
        0x00281052: ("DS", b"-1000"),
        0x00281053: ("DS", b"10"),
    }
    lit = shown(file_with(elements), window=Window(0, 2)).ravel()
    assert [int(v) > 127 for v in lit] == [10 * v - 1000 > 0 for v in RAMP]


def test_palette_matches_pydicom() -> None:
    for name in ("examples_palette.dcm", "OBXXXX1A.dcm"):
        path = get_testdata_file(name)
        if not path:
            continue
        theirs = pydicom.dcmread(path)
        expected = pydicom.pixels.apply_color_lut(theirs.pixel_array, theirs)
        if expected.ndim == 4:
            expected = expected[0]
        expected = expected >> 8 if expected.max() > 255 else expected
        assert np.array_equal(shown(Path(path).read_bytes()), expected)


def test_viewport_keeps_the_shape() -> None:
    elements = {**image(4, 4, RAMP), 0x00280030: ("DS", b"2\\1")}
    assert shown(file_with(elements)).shape == (8, 4)
    assert shown(file_with(elements), viewport=(100, 100)).shape == (100, 50)


@given(
    st.floats(-1e4, 1e4, width=32),
    st.floats(1, 1e4, width=32),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_windows_rise_from_0_to_1(centre: float, width: float, function: str) -> None:
    window = Window(centre, width, function)  # type: ignore[arg-type]
    values = np.linspace(centre - width, centre + width, 41, dtype=np.float32)
    mapped = window.apply(values)
    assert mapped.min() >= 0 and mapped.max() <= 1
    assert np.all(np.diff(mapped) >= -1e-6)


def test_windows_as_the_standard_prints_them() -> None:
    # PS3.3 C.11.2.1.2: c=2048, w=4096 maps x<=0 to the minimum and x>4095 to the maximum.
    values = np.float32([0, 4095, 2047.5])
    assert Window(2048, 4096).apply(values).tolist() == [0, 1, 0.5]
    assert Window(2048, 4096, "SIGMOID").apply(np.float32([2048])).tolist() == [0.5]


@pytest.mark.parametrize("width", [0, -1, 0.5, float("nan")])
def test_windows_without_width_are_refused(width: float) -> None:
    with pytest.raises(RenderingRefused):
        Window(0, width)


@pytest.mark.parametrize("options", [{"quality": 0}, {"viewport": (0, 5)}, {"viewport": (5, 9999)}])
def test_impossible_pictures_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(RenderingRefused):
        Rendering(**options)  # type: ignore[arg-type]


def test_jpeg_of_a_real_ultrasound() -> None:
    data = sample("examples_ybr_color.dcm")
    picture = Image.open(
        io.BytesIO(render_frame(stored(data), 1, rendering=Rendering(viewport=(200, 200))))
    )
    assert picture.format == "JPEG" and max(picture.size) == 200 and picture.mode == "RGB"


def test_metadata_of_a_record_is_json() -> None:
    path = Path(str(get_testdata_file("CT_small.dcm")))
    with path.open("rb") as source:
        record = read_instance(source, size=path.stat().st_size)
    assert json.loads(record.metadata)["00280010"]["Value"] == [record.rows]


def test_wrong_syntax_part10_is_recognised() -> None:
    assert read(part10(data_set(), "1.2.840.10008.1.2")).transfer_syntax_uid.endswith(".2.1")
