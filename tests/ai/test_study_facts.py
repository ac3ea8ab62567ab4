"""What headers say: believed where they may be, contradicted where they do, never repaired."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path

import pytest
from made_acquisitions import Images, clean_ct, clean_mr
from pydicom import DataElement, config, dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tongying.dicom.acquisition.child import date_of, stated_days
from tongying.dicom.acquisition.facts import BodyPart, SeriesFacts, StudyFacts
from tongying.dicom.acquisition.manufacturer import manufacturer_of
from tongying.dicom.acquisition.reading import FactsRefused, read_study_facts
from tongying.dicom.acquisition.sequence import Timing, claimed_by, weighted_by
from tongying.norms.sex import Sex

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def _read(images: Images, **values: object) -> StudyFacts:
    for image in images:
        for keyword, value in values.items():
            if value is None:
                delattr(image, keyword)
            elif keyword == "BodyPartExamined":
                # Scanners write there what the standard does not allow.
                tag = 0x00180015
                image[tag] = DataElement(tag, "CS", value, validation_mode=config.IGNORE)
            else:
                setattr(image, keyword, value)
    return read_study_facts(images)


def _mr(**values: object) -> SeriesFacts:
    return _read(clean_mr(2), **values).series[0]


def _codes(facts: StudyFacts | SeriesFacts) -> set[str]:
    return {one.code for one in facts.caveats}


def test_a_clean_head_is_read_whole() -> None:
    facts = read_study_facts(clean_mr(2))
    assert facts.study_date == date(2026, 3, 1)
    assert facts.child.age_days == 1626
    assert facts.child.stated_age_days == (1461, 1826)
    assert (facts.child.sex, facts.child.weight_kg) == (Sex.FEMALE, pytest.approx(19.137, abs=0.01))
    (series,) = facts.series
    assert (series.modality, series.sequence, series.plane) == ("MR", "t1", "axial")
    assert series.body_parts == {BodyPart.HEAD}
    assert (series.slice_spacing_mm, series.slice_thickness_mm, series.pixel_mm) == (9, 9, 2.5)
    assert (series.images, series.manufacturer, series.contrast) == (16, "siemens", False)
    assert series.original
    assert not series.localizer
    assert not facts.caveats
    assert not series.caveats


def test_an_enhanced_object_says_the_same_as_the_classic_images() -> None:
    classic = clean_mr(4)
    assert _series_of(_enhanced(classic)) == _series_of(classic)


def _series_of(images: Images) -> SeriesFacts:
    return read_study_facts(images).series[0]


def _enhanced(images: Images) -> Images:
    whole = copy.deepcopy(images[0])
    whole.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4.1"
    whole.NumberOfFrames = len(images)
    shared = Dataset()
    timing, echo, modifier, measures, plane = (Dataset() for _ in range(5))
    timing.RepetitionTime, timing.FlipAngle = 1900, 9
    echo.EffectiveEchoTime = 2.5
    modifier.InversionRecovery, modifier.InversionTimes = "YES", [900]
    measures.PixelSpacing, measures.SliceThickness = [2.5, 2.5], 9
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.MRTimingAndRelatedParametersSequence = Sequence([timing])
    shared.MREchoSequence = Sequence([echo])
    shared.MRModifierSequence = Sequence([modifier])
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([plane])
    frames = []
    for image in images:
        frame, place = Dataset(), Dataset()
        place.ImagePositionPatient = image.ImagePositionPatient
        frame.PlanePositionSequence = Sequence([place])
        frames.append(frame)
    whole.SharedFunctionalGroupsSequence = Sequence([shared])
    whole.PerFrameFunctionalGroupsSequence = Sequence(frames)
    whole.EchoPulseSequence = "GRADIENT"
    for keyword in (
        *("ScanningSequence", "SequenceVariant", "RepetitionTime", "EchoTime", "InversionTime"),
        *("FlipAngle", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"),
        "SliceThickness",
    ):
        delattr(whole, keyword)
    return [whole]


@pytest.mark.parametrize(
    ("timing", "weighted"),
    [
        (Timing(kinds=frozenset({"SE"}), tr_ms=500, te_ms=12), "t1"),
        (Timing(kinds=frozenset({"SE"}), tr_ms=4000, te_ms=95), "t2"),
        (Timing(kinds=frozenset({"SE"}), tr_ms=2500, te_ms=20), "pd"),
        (Timing(kinds=frozenset({"SE"}), tr_ms=1500, te_ms=20), None),
        (Timing(kinds=frozenset({"SE"}), tr_ms=4000, te_ms=45), None),
        (Timing(kinds=frozenset({"SE", "IR"}), tr_ms=9000, te_ms=90, ti_ms=2500), "flair"),
        (Timing(kinds=frozenset({"SE", "IR"}), tr_ms=4000, te_ms=60, ti_ms=150), "other"),
        (Timing(kinds=frozenset({"SE", "IR"}), tr_ms=2000, te_ms=12, ti_ms=860), "t1"),
        (Timing(kinds=frozenset({"GR", "IR"}), tr_ms=2000, te_ms=2.5, ti_ms=900), "t1"),
        (Timing(kinds=frozenset({"GR"}), tr_ms=8, te_ms=3, flip_degrees=12), "t1"),
        (Timing(kinds=frozenset({"GR"}), tr_ms=650, te_ms=20, flip_degrees=20), "other"),
        (Timing(kinds=frozenset({"GR"}), tr_ms=8, te_ms=3), None),
        (Timing(kinds=frozenset({"EP", "SE"}), tr_ms=6000, te_ms=80, b_value=1000), "diffusion"),
        (Timing(kinds=frozenset({"EP", "SE"}), tr_ms=6000, te_ms=80), None),
        (Timing(kinds=frozenset({"EP"}), types=frozenset({"DERIVED", "ADC"})), "adc"),
        (Timing(kinds=frozenset({"GR"}), types=frozenset({"P"}), tr_ms=8, te_ms=3), "other"),
        (Timing(tr_ms=500, te_ms=12), None),
        (Timing(kinds=frozenset({"SE"})), None),
    ],
)
def test_the_sequence_follows_from_timing(timing: Timing, weighted: str | None) -> None:
    assert weighted_by(timing) == weighted


@pytest.mark.parametrize(
    ("label", "claimed"),
    [
        ("Ax T2 FLAIR FS", "flair"),
        ("T1 FLAIR SAG", "t1"),
        ("t2_tse_tra", "t2"),
        ("COR T-1", "t1"),
        ("T2* GRE", "other"),
        ("ep2d_diff_b1000", "diffusion"),
        ("ADC (10^-6 mm2/s)", "adc"),
        ("横断位T2加权 水抑制", "flair"),
        ("PDW_TSE", "pd"),
        ("T1/T2 map", None),
        ("survey", None),
    ],
)
def test_labels_claim_a_sequence(label: str, claimed: str | None) -> None:
    assert claimed_by(label) == claimed


def test_a_label_that_contradicts_the_timing_is_told() -> None:
    series = _mr(SeriesDescription="T2 TSE brain")
    assert series.sequence == "t1"
    assert _codes(series) == {"facts.sequence-contradicts-label"}


def test_images_of_two_sequences_are_told() -> None:
    images = clean_mr(2)
    for image in images[:4]:
        image.ScanningSequence, image.RepetitionTime, image.EchoTime = "SE", 4000, 95
        del image.InversionTime
    (series,) = read_study_facts(images).series
    assert series.sequence is None
    assert "facts.sequences-mixed" in _codes(series)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"PatientAge": "016Y"}, "facts.age-contradicts-birth-date"),
        ({"PatientBirthDate": "20270101"}, "facts.born-after-study"),
    ],
)
def test_contradictions_about_the_child(changed: dict[str, str], code: str) -> None:
    assert code in _codes(_read(clean_mr(2), **changed))


@pytest.mark.parametrize(
    ("keyword", "value", "code"),
    [
        ("PatientID", "ANOTHER", "facts.several-children"),
        ("PatientBirthDate", "20200101", "facts.several-birth-dates"),
        ("PatientAge", "016Y", "facts.several-ages"),
        ("StudyDate", "20260302", "facts.several-study-dates"),
        ("PatientSex", "M", "facts.several-sexes"),
        ("PatientWeight", 60, "facts.several-weights"),
    ],
)
def test_images_that_differ_about_the_child(keyword: str, value: object, code: str) -> None:
    images = clean_mr(2)
    setattr(images[3], keyword, value)
    facts = read_study_facts(images)
    assert code in _codes(facts)
    if keyword == "PatientWeight":
        assert facts.child.weight_kg is None


def test_ages_of_stars_are_unknown_and_told() -> None:
    images = clean_mr(2)
    for image in images:
        image[0x00101010] = DataElement(0x00101010, "AS", "***", validation_mode=config.IGNORE)
        image.PatientBirthDate = ""
    facts = read_study_facts(images)
    assert (facts.child.age_days, facts.child.stated_age_days) == (None, None)
    assert _codes(facts) == {"facts.age-unreadable"}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("000D", (0, 0)),
        ("003W", (21, 27)),
        ("011M", (332, 367)),
        ("012Y", (4383, 4748)),
        ("17Y", (6209, 6574)),
        ("7", None),
        ("", None),
    ],
)
def test_stated_ages_leave_days_possible(text: str, days: tuple[int, int] | None) -> None:
    assert stated_days(text) == days


def test_dates_that_are_none() -> None:
    assert [date_of(one) for one in ("20260230", "***", "00010101", "2026")] == [None] * 4


def test_words_contradict_a_code_and_never_replace_it() -> None:
    assert _mr(BodyPartExamined="KNEE").body_parts == {BodyPart.LIMB}
    assert "facts.body-part-contradicted" in _codes(_mr(BodyPartExamined="KNEE"))
    unnamed = _mr(BodyPartExamined="")
    assert (unnamed.body_parts, unnamed.named_parts) == (frozenset(), {BodyPart.HEAD})


def test_a_fetus_in_the_words_contradicts_the_mothers_code() -> None:
    series = _mr(SeriesDescription="胎儿颅脑 T1", BodyPartExamined="ABDOMEN")
    assert series.named_parts == {BodyPart.FETUS}
    assert "facts.body-part-contradicted" in _codes(series)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("胸部", {BodyPart.CHEST}),
        ("THORAX", {BodyPart.CHEST}),
        ("ABDOMENPELVIS", {BodyPart.ABDOMEN, BodyPart.PELVIS}),
        ("Hip", {BodyPart.HIP}),
        ("FETUS", {BodyPart.FETUS}),
        ("UNKNOWN", frozenset()),
    ],
)
def test_body_parts_in_many_spellings(part: str, expected: set[BodyPart]) -> None:
    assert _mr(BodyPartExamined=part, SeriesDescription="T1").body_parts == expected


def test_an_anatomic_region_code_counts() -> None:
    images = clean_mr(2)
    for image in images:
        image.BodyPartExamined = ""
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator = "69536005", "SCT"
        image.AnatomicRegionSequence = Sequence([code])
    assert read_study_facts(images).series[0].body_parts == {BodyPart.HEAD}


@pytest.mark.parametrize(
    ("agent", "description", "contrast", "contradicted"),
    [
        (None, "Chest", False, False),
        ("", "Chest", None, False),
        ("IOHEXOL", "Chest 增强", True, False),
        ("NONE", "Chest", False, False),
        ("IOHEXOL", "Chest 平扫", True, True),
        (None, "Chest +C", False, True),
    ],
)
def test_contrast_from_its_module(
    agent: str | None, description: str, contrast: bool | None, contradicted: bool
) -> None:
    images = clean_ct(2)
    for image in images:
        image.SeriesDescription = description
        if agent is not None:
            image.ContrastBolusAgent = agent
    (series,) = read_study_facts(images).series
    assert series.contrast is contrast
    assert ("facts.contrast-contradicted" in _codes(series)) is contradicted


def test_spacing_comes_from_places() -> None:
    images = clean_ct(2)
    for image in images:
        image.SliceThickness = 10
    (series,) = read_study_facts(images[:5] + images[7:]).series
    assert (series.slice_spacing_mm, series.slice_thickness_mm) == (15, 10)
    assert _codes(series) == {"facts.slices-missing"}
    images[4].ImagePositionPatient = [-120, -120, 66]
    (series,) = read_study_facts(images).series
    assert series.slice_spacing_mm is None
    assert _codes(series) == {"facts.slices-uneven"}


def test_what_differs_between_images_is_unknown() -> None:
    images = clean_ct(2)
    images[3].KVP, images[4].ConvolutionKernel, images[5].SliceThickness = 120, "B70f", 3
    images[6].Manufacturer = "GE MEDICAL SYSTEMS"
    (series,) = read_study_facts(images).series
    assert (series.kvp, series.kernel, series.slice_thickness_mm) == (None, None, None)
    assert series.manufacturer is None


@pytest.mark.parametrize(
    ("types", "description", "original", "localizer"),
    [
        (["DERIVED", "SECONDARY"], "Chest", False, False),
        (["ORIGINAL", "PRIMARY", "LOCALIZER"], "Chest", True, True),
        (["ORIGINAL", "PRIMARY", "AXIAL"], "Topogram 0.6", True, True),
        (None, "Chest", False, False),
    ],
)
def test_what_is_derived_and_what_localizes(
    types: list[str] | None, description: str, original: bool, localizer: bool
) -> None:
    facts = _read(clean_ct(2), ImageType=types, SeriesDescription=description)
    assert (facts.series[0].original, facts.series[0].localizer) == (original, localizer)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SIEMENS", "siemens"),
        ("Siemens Healthineers", "siemens"),
        ("GE MEDICAL SYSTEMS", "ge"),
        ("G.E. Medical Systems", "ge"),
        ("Philips Medical Systems", "philips"),
        ("UIH", "united-imaging"),
        ("联影医疗", "united-imaging"),
        ("Hitachi Medical Corporation", "fujifilm"),
        ("Merge Healthcare", "merge-healthcare"),
        ("", None),
    ],
)
def test_one_name_for_each_maker(text: str, name: str | None) -> None:
    assert manufacturer_of(text) == name


def test_several_studies_and_nothing_are_refused() -> None:
    with pytest.raises(FactsRefused, match="several studies"):
        read_study_facts([*clean_ct(2), *clean_ct(3)])
    with pytest.raises(FactsRefused, match="no images"):
        read_study_facts([])


def test_an_object_of_many_frames_is_read_in_a_moment() -> None:
    images = clean_mr(4)
    whole = _enhanced(images)
    frames = list(whole[0].PerFrameFunctionalGroupsSequence)
    many = []
    for number in range(500):
        frame, place = Dataset(), Dataset()
        place.ImagePositionPatient = [0, 0, float(number)]
        frame.PlanePositionSequence = Sequence([place])
        many.append(frame)
    assert len(frames) == 16
    whole[0].PerFrameFunctionalGroupsSequence = Sequence(many)
    whole[0].NumberOfFrames = 500
    (series,) = read_study_facts(whole).series
    assert (series.images, series.slice_spacing_mm, series.sequence) == (500, 1, "t1")
    whole[0].NumberOfFrames = 2_000_000_000
    assert read_study_facts(whole).series[0].images == 1


def test_an_empty_header_is_unknown_throughout() -> None:
    facts = read_study_facts([Dataset()])
    assert facts.child.age_days is None
    assert facts.series[0].images == 0
    assert not facts.series[0].original


def test_a_real_brain_of_a_three_year_old() -> None:
    folder = DATA / "mr_brain_3y_normal" / "dicom"
    if not folder.is_dir():
        pytest.skip("the shared brain MR is not here")
    paths = sorted(one for one in folder.iterdir() if one.is_file())[:24]
    facts = read_study_facts([dcmread(one, stop_before_pixels=True) for one in paths])
    assert facts.child.age_days == 1346
    (series,) = facts.series
    assert (series.sequence, series.named_sequence, series.plane) == ("t1", "t1", "sagittal")
    assert series.slice_spacing_mm == pytest.approx(0.9, abs=1e-3)
    assert series.body_parts == {BodyPart.HEAD}
