"""Uptake factors of vendors' headers, each worked out by hand; and every refusal.

The hand's arithmetic uses nothing of the project: half-life of fluorine 18 in these headers 6586.2
s, so after 3600 s a share of 2^(-3600/6586.2) = 2^-0.546597 = 0.684633 is left of the dose.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pet_headers import GE, PHILIPS, pet_header, with_private
from pydicom.dataset import Dataset

from tongying.dicom.suv import SuvFactor, suv_factor, suv_factors, to_suv
from tongying.dicom.suv_headers import read_pet_header
from tongying.dicom.suv_refusals import SuvLack, SuvRefused
from tongying.dicom.suv_times import mean_count_time_s
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.grid import Grid
from tongying.imaging.suv import Sex, SurfaceFormula, SuvKind
from tongying.imaging.volume import Quantity, Volume

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "petct_acrin_nsclc"
HAND = 4.17325e-4
"""20,000 g / (70e6 Bq × 0.684633) = 20,000 / 47,924,304 = 4.17325e-4 per Bq/ml."""
SIX_DIGITS = 3e-6
"""The hand kept six digits."""


def codes(factor: SuvFactor) -> set[str]:
    return {caveat.code for caveat in factor.caveats}


# The twelve headers.


def test_1_activity_corrected_to_the_start_of_the_scan():
    made = suv_factor(pet_header())
    assert made.factor == pytest.approx(HAND, rel=SIX_DIGITS)
    assert made.inputs.dose_at_reference_bq == pytest.approx(47_924_304, rel=SIX_DIGITS)
    assert made.inputs.injected_at == datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - local, as stored
    assert codes(made) == {
        "suv.syringe-residue-ignored",
        "suv.injection-day-assumed",
        "suv.grows-with-weight",
    }


def test_2_decay_corrected_to_the_injection():
    # 20,000 / 70,000,000: the dose as injected.
    made = suv_factor(pet_header(DecayCorrection="ADMIN", SeriesTime="", AcquisitionTime=""))
    assert made.factor == pytest.approx(2.857143e-4, rel=1e-6)
    assert "suv.decay-to-injection" in codes(made)
    assert made.inputs.scan_start is None


def test_3_injected_before_midnight():
    # 23:40 to 00:40 is one hour as well.
    made = suv_factor(
        pet_header(
            RadiopharmaceuticalStartTime="234000", SeriesTime="004000", AcquisitionTime="004000"
        )
    )
    assert made.factor == pytest.approx(HAND, rel=SIX_DIGITS)
    assert made.inputs.injected_at == datetime(2026, 3, 1, 23, 40)  # noqa: DTZ001
    assert "suv.injection-before-midnight" in codes(made)


def test_4_slope_of_each_slice():
    # Stored 1000 in slices with slopes 2.5 and 0.8: 2500 and 800 Bq/ml.
    array = np.full((2, 1, 1), 1000.0) * np.array([2.5, 0.8])[:, None, None]
    volume = to_suv(_source(pet_header(), array, Quantity.BQML))
    assert volume.quantity is Quantity.SUV_BW
    # 2500 × 4.17325e-4 = 1.043312; 800 × 4.17325e-4 = 0.333860
    np.testing.assert_allclose(volume.array.ravel(), [1.043312, 0.333860], rtol=1e-5)
    assert "suv.grows-with-weight" in {caveat.code for caveat in volume.caveats}


def test_5_philips_scale_to_uptake():
    header = pet_header(Units="CNTS", Manufacturer="Philips", RadionuclideTotalDose=None)
    made = suv_factor(with_private(header, PHILIPS, 0x00, "0.000551"))
    assert made.factor == pytest.approx(0.000551)
    assert "suv.factor-by-vendor" in codes(made)
    volume = to_suv(_source(header, np.full((1, 1, 1), 4000.0), Quantity.COUNTS))
    assert volume.array[0, 0, 0] == pytest.approx(2.204)  # 4000 × 0.000551


def test_6_philips_scale_to_activity():
    # 1.37 Bq/ml for a count: 1.37 × 4.17325e-4 = 5.71735e-4.
    header = pet_header(Units="CNTS", Manufacturer="Philips")
    made = suv_factor(with_private(header, PHILIPS, 0x09, "1.37"))
    assert made.factor == pytest.approx(5.71735e-4, rel=SIX_DIGITS)


def test_7_ge_series_made_after_the_scan():
    # Reconstructed again at 13:00; the private scan time says 10:00, one hour after injection.
    header = pet_header(Manufacturer="GE MEDICAL SYSTEMS", SeriesTime="130000")
    made = suv_factor(with_private(header, GE, 0x0D, "20260302100000.00"))
    assert made.factor == pytest.approx(HAND, rel=SIX_DIGITS)
    assert "suv.scan-time-private" in codes(made)


def test_8_a_baby_of_five_kilograms():
    # 45 min: 2^(-2700/6586.2) = 2^-0.409948 = 0.752650; 14e6 × 0.752650 = 10,537,110 Bq.
    header = pet_header(
        PatientWeight="5",
        PatientSize="0.58",
        PatientSex="F",
        PatientAge="003M",
        RadionuclideTotalDose="14000000",
        RadiopharmaceuticalStartTime="091500",
    )
    all_kinds = suv_factors(header)
    # 5000 / 10,537,110 = 4.74514e-4
    assert _factor(all_kinds, SuvKind.BODY_WEIGHT) == pytest.approx(4.74514e-4, rel=1e-5)
    # BMI 5/0.3364 = 14.8633; 9270×5/(8780 + 244×14.8633) = 46,350/12,406.64 = 3.73590 kg
    assert _factor(all_kinds, SuvKind.LEAN_JANMAHASATIAN) == pytest.approx(
        3735.90 / 10_537_110, rel=1e-5
    )
    # 1.07×5 − 148×(5/58)² = 5.35 − 148×0.00743163 = 5.35 − 1.09988 = 4.25012 kg
    assert _factor(all_kinds, SuvKind.LEAN_JAMES) == pytest.approx(4250.12 / 10_537_110, rel=1e-5)
    # 0.007184 × 5^0.425 × 58^0.725 = 0.007184 × 1.98181 × 18.98827 = 0.270342 m² = 2703.42 cm²
    assert _factor(all_kinds, SuvKind.BODY_SURFACE) == pytest.approx(2703.42 / 10_537_110, rel=1e-5)
    # 0.024265 × 5^0.5378 × 58^0.3964 = 0.288343 m²
    haycock = suv_factor(header, SuvKind.BODY_SURFACE, surface=SurfaceFormula.HAYCOCK)
    assert haycock.factor == pytest.approx(2883.43 / 10_537_110, rel=1e-5)
    assert "Haycock" in haycock.formula
    lean = all_kinds[SuvKind.LEAN_JAMES]
    assert isinstance(lean, SuvFactor)
    assert lean.inputs.sex is Sex.FEMALE
    assert "suv.lean-formula-of-adults" in codes(lean)


def test_9_no_weight_no_uptake_value():
    for weight in (None, "", "0"):
        found = suv_factors(pet_header(PatientWeight=weight))
        refusals = {one.error_code for one in found.values() if isinstance(one, SuvRefused)}
        assert refusals == {"suv.weight-missing"}
        assert len(found) == 4


def test_10_stored_as_uptake_already():
    stored = suv_factor(pet_header(Units="GML", RadionuclideTotalDose=None))
    assert (stored.factor, stored.kind) == (1.0, SuvKind.BODY_WEIGHT)
    assert "suv.type-assumed" in codes(stored)
    surface = suv_factor(pet_header(Units="CM2ML"), SuvKind.BODY_SURFACE)
    assert surface.factor == 1.0
    lean = suv_factor(pet_header(Units="GML", SUVType="LBMJAMES128"), SuvKind.LEAN_JAMES)
    assert lean.factor == 1.0
    # From SUVbw to SUL: lean mass by weight. 1.10×20 − 128×(20/115)² = 22 − 3.87146 = 18.12854 kg
    turned = suv_factor(pet_header(Units="GML", SUVType="BW"), SuvKind.LEAN_JAMES)
    assert turned.factor == pytest.approx(18.12854 / 20, rel=1e-6)


def test_11_the_date_time_of_injection_wins():
    # 09:00 by the date-time in Beijing (01:00 UTC), 08:00 by the time alone.
    header = pet_header(
        RadiopharmaceuticalStartDateTime="20260302010000+0000",
        RadiopharmaceuticalStartTime="080000",
        TimezoneOffsetFromUTC="+0800",
    )
    made = suv_factor(header)
    assert made.factor == pytest.approx(HAND, rel=SIX_DIGITS)
    assert "suv.injection-times-differ" in codes(made)
    assert "suv.injection-day-assumed" not in codes(made)


def test_12_scan_time_from_the_frame_reference_time():
    # The mean count rate of 180 s of fluorine 18 is reached after 90 − λ·180²/24 = 89.86 s. A bed
    # position from 10:07:30 on with 539.86 s since the start therefore began the scan at 10:00:00.
    header = pet_header(
        SeriesTime="123000",
        AcquisitionTime="100730",
        FrameReferenceTime="539858",
        ActualFrameDuration="180000",
    )
    assert mean_count_time_s(180.0, 6586.2) == pytest.approx(89.858, abs=1e-3)
    made = suv_factor(header)
    assert made.factor == pytest.approx(HAND, rel=SIX_DIGITS)
    assert "suv.scan-time-computed" in codes(made)


# Refusals.

LATE = {"SeriesTime": "130000"}


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"Modality": "CT"}, SuvLack.NOT_PET),
        ({"Units": ""}, SuvLack.UNITS_MISSING),
        ({"Units": "PROPCNTS"}, SuvLack.UNITS),
        ({"Units": "CNTS"}, SuvLack.COUNTS),
        ({"CorrectedImage": ["DECY", "SCAT"]}, SuvLack.ATTENUATION),
        ({"CorrectedImage": None}, SuvLack.ATTENUATION),
        ({"CorrectedImage": ["ATTN"]}, SuvLack.DECAY),
        ({"DecayCorrection": "NONE"}, SuvLack.DECAY),
        ({"DecayCorrection": ""}, SuvLack.DECAY_MISSING),
        ({"RadionuclideTotalDose": None}, SuvLack.DOSE),
        ({"RadionuclideTotalDose": "0"}, SuvLack.DOSE),
        ({"RadionuclideTotalDose": "70"}, SuvLack.DOSE_IMPLAUSIBLE),
        ({"RadionuclideHalfLife": None}, SuvLack.HALF_LIFE),
        ({"RadionuclideHalfLife": "109.8"}, SuvLack.HALF_LIFE_WRONG),
        ({"PatientWeight": "20000"}, SuvLack.WEIGHT_IMPLAUSIBLE),
        ({"RadiopharmaceuticalStartTime": ""}, SuvLack.START),
        ({"AcquisitionTime": ""}, SuvLack.SCAN),
        ({"SeriesDate": "20260230"}, SuvLack.SCAN),
        (LATE, SuvLack.SCAN_UNKNOWN),
        (LATE | {"FrameReferenceTime": "0", "ActualFrameDuration": "1"}, SuvLack.SCAN_UNKNOWN),
        ({"RadiopharmaceuticalStartTime": "100500"}, SuvLack.LONG),
        ({"RadiopharmaceuticalStartDateTime": "20260302100500"}, SuvLack.BEFORE),
        ({"RadiopharmaceuticalStartDateTime": "20260201090000"}, SuvLack.LONG),
        ({"Units": "GML", "SUVType": "LBM"}, SuvLack.TYPE),
        ({"Units": "CM2ML"}, SuvLack.TYPE),
    ],
)
def test_what_is_missing_refuses(changes: dict[str, object], lack: SuvLack):
    with pytest.raises(SuvRefused) as caught:
        suv_factor(pet_header(**changes))
    assert caught.value.lack is lack
    assert caught.value.error_code == lack.value[0]
    assert caught.value.sentence == lack.value[1]


@pytest.mark.parametrize(
    ("changes", "kind", "lack"),
    [
        ({"PatientSize": None}, SuvKind.BODY_SURFACE, SuvLack.HEIGHT),
        ({"PatientSize": "0"}, SuvKind.LEAN_JAMES, SuvLack.HEIGHT),
        ({"PatientSize": "115"}, SuvKind.BODY_SURFACE, SuvLack.HEIGHT_IMPLAUSIBLE),
        ({"PatientSex": "O"}, SuvKind.LEAN_JANMAHASATIAN, SuvLack.SEX),
        ({"PatientSize": "0.3"}, SuvKind.LEAN_JAMES, SuvLack.LEAN),
    ],
)
def test_what_lean_mass_and_surface_lack_leaves_body_weight(
    changes: dict[str, object], kind: SuvKind, lack: SuvLack
):
    found = suv_factors(pet_header(**changes))
    refusal = found[kind]
    assert isinstance(refusal, SuvRefused)
    assert refusal.lack is lack
    assert _factor(found, SuvKind.BODY_WEIGHT) == pytest.approx(HAND, rel=SIX_DIGITS)


def test_a_vendors_scale_of_zero_refuses():
    for element in (0x00, 0x09):
        header = with_private(pet_header(Units="CNTS"), PHILIPS, element, "0")
        with pytest.raises(SuvRefused) as caught:
            suv_factor(header)
        assert caught.value.lack is SuvLack.SCALE


def test_shifted_dates_do_not_pass_as_the_scan_time():
    header = with_private(pet_header(SeriesTime="130000"), GE, 0x0D, "20260207100000")
    with pytest.raises(SuvRefused) as caught:
        suv_factor(header)
    assert caught.value.lack is SuvLack.SCAN_CONTRADICTS


def test_a_private_time_of_another_creator_is_not_read():
    header = with_private(
        pet_header(SeriesTime="130000"), (0x0009, "SOMEBODY"), 0x0D, "20260302100000"
    )
    with pytest.raises(SuvRefused) as caught:
        suv_factor(header)
    assert caught.value.lack is SuvLack.SCAN_UNKNOWN


def test_long_lived_nuclides_need_the_day_of_injection():
    zirconium = {"RadionuclideHalfLife": "282280", "RadionuclideTotalDose": "30000000"}
    header = pet_header(**zirconium)
    item = header.RadiopharmaceuticalInformationSequence[0]
    item.RadionuclideCodeSequence[0].CodeMeaning = "89Zr"
    with pytest.raises(SuvRefused) as caught:
        suv_factor(header)
    assert caught.value.lack is SuvLack.START_DATE
    item.RadiopharmaceuticalStartDateTime = "20260227100000"
    # Three days: 2^(-259200/282280) = 2^-0.918237 = 0.529155; 20,000/(30e6 × 0.529155)
    assert suv_factor(header).factor == pytest.approx(20_000 / 15_874_650, rel=1e-5)


def test_one_radiopharmaceutical_only():
    header = pet_header()
    header.RadiopharmaceuticalInformationSequence = []
    assert _lack(header) is SuvLack.TRACER
    header.RadiopharmaceuticalInformationSequence = [Dataset(), Dataset()]
    assert _lack(header) is SuvLack.TRACERS


def test_uptake_values_are_not_scaled_twice():
    with pytest.raises(SuvRefused) as caught:
        to_suv(_source(pet_header(), np.ones((1, 1, 1)), Quantity.SUV_BW))
    assert caught.value.lack is SuvLack.ALREADY


def test_codes_and_sentences_are_told_apart():
    assert len({lack.value[0] for lack in SuvLack}) == len(SuvLack)
    assert len({lack.value[1] for lack in SuvLack}) == len(SuvLack)
    assert all(code.startswith("suv.") for code, _ in (lack.value for lack in SuvLack))


# The body.


@pytest.mark.parametrize(
    ("age", "weighed", "code"),
    [
        ("006Y", date(2026, 1, 31), None),  # 30 days
        ("006Y", date(2026, 1, 30), "suv.weight-old"),
        ("006M", date(2026, 2, 23), None),  # 7 days
        ("006M", date(2026, 2, 22), "suv.weight-old-infant"),
    ],
)
def test_an_old_weight_warns(age: str, weighed: date, code: str | None):
    made = suv_factor(pet_header(PatientAge=age), weighed_on=weighed)
    assert {one for one in codes(made) if "old" in one} == ({code} if code else set())


def test_an_adult_is_not_warned_of_growth():
    assert "suv.grows-with-weight" not in codes(suv_factor(pet_header(PatientAge="040Y")))


@pytest.mark.parametrize(
    ("meaning", "nuclide"),
    [("^18^Fluorine", "F-18"), ("18F", "F-18"), ("F-18", "F-18"), ("Ga68", "Ga-68"), ("?", None)],
)
def test_names_of_nuclides(meaning: str, nuclide: str | None):
    header = pet_header()
    item = header.RadiopharmaceuticalInformationSequence[0]
    item.RadionuclideCodeSequence[0].CodeMeaning = meaning
    assert read_pet_header(header).injection.nuclide == nuclide


# Another program on a real series.


@pytest.mark.skipif(not REAL.exists(), reason="shared data (petct_acrin_nsclc) is not here")
def test_factor_agrees_with_another_program():
    """A real GE series carries factors by Slicer's SUV calculator as real world value mappings.

    They were stored with five digits, hence the tolerance. One of the three is a thousandth: it was
    made with kilograms for grams, which is what this test would notice in ours.
    """
    slopes = []
    for path in sorted((REAL / "RWV_1000_PET_SUV_Factors").glob("*.dcm")):
        mapping = pydicom.dcmread(path).ReferencedImageRealWorldValueMappingSequence[0]
        slopes.append(float(mapping.RealWorldValueMappingSequence[0].RealWorldValueSlope))
    assert sorted(slopes) == pytest.approx([4.2111e-07, 0.00042111, 0.00042111])
    for path in sorted((REAL / "PT_001_PET_AC").glob("*.dcm"))[::45]:
        made = suv_factor(pydicom.dcmread(path, stop_before_pixels=True))
        assert made.factor == pytest.approx(0.00042111, abs=0.5e-8)


def _source(header: Dataset, array: np.ndarray, quantity: Quantity) -> SourceVolume:
    grid = Grid.of(array.shape, spacing_mm=(4, 4, 3), origin_mm=(0, 0, 0))
    return SourceVolume(Volume(array, grid, quantity, "PT"), header, ())


def _factor(found: dict[SuvKind, SuvFactor | SuvRefused], kind: SuvKind) -> float:
    made = found[kind]
    assert isinstance(made, SuvFactor)
    return made.factor


def _lack(header: Dataset) -> SuvLack:
    with pytest.raises(SuvRefused) as caught:
        suv_factor(header)
    return caught.value.lack
