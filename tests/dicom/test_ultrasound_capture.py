"""Captured stills and clips: valid, whole, honest; pixels and JPEG bytes as they came."""

import io
import subprocess
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from shutil import which

import numpy as np
import pydicom
import pytest
from fusion_sources import complaints, saved
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.multival import MultiValue

from tongying.dicom.baseline_jpeg import NotBaselineJpeg, read_baseline_jpeg
from tongying.dicom.phantoms.polyp_us import PolypFilm
from tongying.dicom.writers.calibrated_capture import DrawnScale, write_calibrated
from tongying.dicom.writers.derived import DerivedRefused
from tongying.dicom.writers.study_context import ObjectIdentity, StudyContext
from tongying.dicom.writers.ultrasound_capture import (
    Capture,
    write_clip,
    write_jpeg_still,
    write_still,
)
from tongying.kernel.ids import SeriesUid, SopUid, StudyUid

CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 3, 4, 10, 11, 12, 345678, CHINA)
CONTEXT = StudyContext(
    patient_name="Wang^Xiaoming=王^小明",
    patient_id="C0001",
    issuer="COUNTY",
    birth_date=date(2022, 3, 4),
    sex="M",
    study_uid=StudyUid("2.25.100"),
    study_date=date(2026, 3, 4),
    study_time=time(10, 0, 1),
    study_id="R1",
    description="实时联合检查 Live joint examination",
    referring_physician="Li Min^=李敏^",
)
CAPTURE = Capture(
    CONTEXT,
    ObjectIdentity(SeriesUid("2.25.101"), SopUid("2.25.102"), 1, 3),
    AT,
    "某县人民医院",
    "张华",
    "现场静帧 Live stills",
)
SCALE = DrawnScale(0.08, "李敏, 市儿童医院", AT + timedelta(minutes=2), "已定标 Calibrated")
AGAIN = ObjectIdentity(SeriesUid("2.25.103"), SopUid("2.25.104"), 3, 3)
DECIMALS = ("EffectiveDuration", "FrameTime", "FrameTimeVector", "LossyImageCompressionRatio")
TIMES = [0.0, 40.2, 79.1, 121.9, 160.4, 200.0]


@pytest.fixture(scope="module")
def frames():
    film = PolypFilm()
    return [film.frame(index) for index in range(len(TIMES))]


def jpeg(frame, **options):
    target = io.BytesIO()
    Image.fromarray(frame).save(target, "JPEG", **{"quality": 90, **options})
    return target.getvalue()


@pytest.fixture(scope="module")
def jpegs(frames):
    return [jpeg(frame) for frame in frames]


def back(dataset, tmp_path):
    return pydicom.dcmread(saved(dataset, tmp_path))


def test_a_still_keeps_every_pixel(frames, tmp_path):
    read = back(write_still(frames[0], CAPTURE), tmp_path)
    assert np.array_equal(read.pixel_array, frames[0])
    assert read.PhotometricInterpretation == "RGB"
    assert read.PatientName.ideographic == "王^小明"
    assert read.OperatorsName.ideographic == "张华^"
    assert (read.AcquisitionDate, read.AcquisitionTime) == ("20260304", "101112.345678")
    assert (read.StudyTime, read.ConversionType) == ("100001", "DV")
    assert "SequenceOfUltrasoundRegions" not in read
    assert "LossyImageCompression" not in read


def test_nothing_of_the_device_is_invented(frames, jpegs):
    for dataset in (write_still(frames[0], CAPTURE), write_clip(jpegs, TIMES, CAPTURE)):
        for keyword in ("TransducerType", "TransducerFrequency", "StationName", "PixelSpacing"):
            assert keyword not in dataset
        assert dataset.Manufacturer == "Tongying"
        assert "not known" in dataset.ImageComments


def test_a_grey_still_and_one_of_odd_size(tmp_path):
    pixels = np.arange(15 * 21, dtype=np.uint8).reshape(15, 21)
    read = back(write_still(pixels, CAPTURE), tmp_path)
    assert np.array_equal(read.pixel_array, pixels)
    assert read.PhotometricInterpretation == "MONOCHROME2"


def test_a_clip_keeps_the_jpeg_bytes_and_their_times(jpegs, tmp_path):
    read = back(write_clip(jpegs, TIMES, CAPTURE), tmp_path)
    kept = list(generate_frames(read.PixelData, number_of_frames=len(jpegs)))
    for one, came in zip(kept, jpegs, strict=True):
        assert one[: len(came)] == came
        assert len(one) - len(came) in (0, 1)
    assert read.PhotometricInterpretation == "YBR_FULL_422"
    assert [float(step) for step in read.FrameTimeVector] == [0, 40.2, 38.9, 42.8, 38.5, 39.6]
    assert read.FrameIncrementPointer == pydicom.tag.Tag("FrameTimeVector")
    assert (read.CineRate, read.RecommendedDisplayFrameRate) == (25, 25)
    assert (read.StartTrim, read.StopTrim) == (1, 6)
    assert read.EffectiveDuration == pytest.approx(0.24)
    whole = 640 * 480 * 3 * 6
    assert float(read.LossyImageCompressionRatio) == round(whole / sum(map(len, jpegs)), 2)
    assert (read.LossyImageCompression, read.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    assert read.pixel_array.shape == (6, 480, 640, 3)


def test_a_steady_clip_says_one_frame_time(jpegs):
    dataset = write_clip(jpegs, [index * 40.1 for index in range(6)], CAPTURE)
    assert float(dataset.FrameTime) == 40.1
    assert "FrameTimeVector" not in dataset


def test_photometric_follows_the_real_subsampling(frames):
    full = write_jpeg_still(jpeg(frames[0], subsampling=0), CAPTURE)
    half = write_jpeg_still(jpeg(frames[0], subsampling=1), CAPTURE)
    grey = write_jpeg_still(jpeg(frames[0][:, :, 0]), CAPTURE)
    told = [one.PhotometricInterpretation for one in (full, half, grey)]
    assert told == ["YBR_FULL", "YBR_FULL_422", "MONOCHROME2"]
    assert all(one.LossyImageCompression == "01" for one in (full, half, grey))


def test_a_calibrated_object_has_the_same_pixels_and_says_whose_scale(frames, jpegs, tmp_path):
    for name, source in (
        ("still", write_still(frames[0], CAPTURE)),
        ("clip", write_clip(jpegs, TIMES, CAPTURE)),
    ):
        (tmp_path / name).mkdir()
        stored = pydicom.dcmread(saved(source, tmp_path / name, "first.dcm"))
        read = back(write_calibrated(stored, SCALE, AGAIN), tmp_path / name)
        assert read.PixelData == stored.PixelData
        assert read.SOPInstanceUID == "2.25.104"
        (item,) = read.SourceImageSequence
        assert item.ReferencedSOPInstanceUID == stored.SOPInstanceUID == "2.25.102"
        (region,) = read.SequenceOfUltrasoundRegions
        assert (region.PhysicalDeltaX, region.PhysicalDeltaY) == (0.008, 0.008)
        assert (region.RegionLocationMaxX1, region.RegionLocationMaxY1) == (639, 479)
        assert list(read.ImageType) == ["DERIVED", "PRIMARY"]
        assert "李敏, 市儿童医院: 0.08 mm per pixel" in read.DerivationDescription
        assert "SequenceOfUltrasoundRegions" not in stored


def test_what_is_no_baseline_jpeg_is_refused(frames):
    progressive = jpeg(frames[0], progressive=True)
    whole = jpeg(frames[0])
    cmyk = io.BytesIO()
    Image.fromarray(frames[0]).convert("CMYK").save(cmyk, "JPEG")
    for bad in (progressive, whole[:-2], whole[:20], b"", b"\x89PNG", cmyk.getvalue(), whole[:2]):
        with pytest.raises(NotBaselineJpeg):
            read_baseline_jpeg(bad)


def test_a_clip_of_mixed_sizes_or_times_that_stand_is_refused(frames, jpegs):
    other = jpeg(frames[0][:400])
    for pictures, times in (
        ([*jpegs[:5], other], TIMES),
        (jpegs[:1], [0.0]),
        (jpegs, TIMES[:5]),
        (jpegs, [0, 40, 40, 80, 120, 160]),
    ):
        with pytest.raises(DerivedRefused):
            write_clip(pictures, times, CAPTURE)
    with pytest.raises(DerivedRefused):
        write_still(frames[0], replace(CAPTURE, captured_at=AT.replace(tzinfo=None)))
    with pytest.raises(DerivedRefused):
        write_calibrated(write_still(frames[0], CAPTURE), replace(SCALE, mm_per_pixel=0.0), AGAIN)


def test_every_decimal_of_a_clip_fits_whatever_its_frames_took(jpegs):
    rng = np.random.default_rng(8)
    for _ in range(50):
        times = np.cumsum([0.0, *rng.uniform(20, 900, 5)]).tolist()
        clip = write_clip(jpegs, times, CAPTURE)
        written = [str(one) for name in DECIMALS if name in clip for one in _all(clip[name].value)]
        assert max(map(len, written)) <= 16, written


def _all(value):
    return value if isinstance(value, MultiValue) else [value]


@pytest.mark.peer
def test_dciodvfy_finds_no_error(frames, jpegs, tmp_path):
    still, clip = write_still(frames[0], CAPTURE), write_clip(jpegs, TIMES, CAPTURE)
    made = {
        "still": still,
        "jpeg": write_jpeg_still(jpegs[0], CAPTURE),
        "clip": clip,
        "steady": write_clip(jpegs, [40.0 * n for n in range(6)], CAPTURE),
        # Its seconds, as floating numbers add up, are 5.1011999999999995.
        "slow": write_clip(jpegs, [0.0, 505.0, 2270.0, 3043.0, 3543.0, 4251.0], CAPTURE),
        "still-scaled": write_calibrated(still, SCALE, AGAIN),
        "clip-scaled": write_calibrated(clip, SCALE, AGAIN),
    }
    for name, dataset in made.items():
        assert complaints(saved(dataset, tmp_path, f"{name}.dcm")) == [], name


@pytest.mark.peer
@pytest.mark.skipif(which("dcmdump") is None, reason="dcmtk is not installed")
def test_dcmtk_reads_it(jpegs, tmp_path):
    path = saved(write_clip(jpegs, TIMES, CAPTURE), tmp_path)
    done = subprocess.run(["dcmdump", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "JPEG Baseline" in done.stdout
    assert "王^小明" in done.stdout
