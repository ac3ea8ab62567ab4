"""Published formulas and rows as they are printed, and the lesson of two segmentation protocols."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.form import Position
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import AgeOutside, ChildFacts, Measured, MethodMismatch
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

DAY = date(2026, 5, 1)


def middle(norm: str, x: float, sex: Sex | None = None) -> float:
    """Return the median of a norm that knows the whole distribution."""
    return float(catalogue()[norm].form.value(np.zeros(1), np.array([x]), sex)[0])


def spread(norm: str, x: float, sex: Sex | None = None) -> float:
    """Return half the distance between z of -1 and 1."""
    values = catalogue()[norm].form.value(np.array([-1.0, 1.0]), np.full(2, x), sex)
    return float(values[1] - values[0]) / 2


@pytest.mark.parametrize(
    ("norm", "weeks", "mean", "sd"),
    [
        # a GA^2 + b GA + c and a5 GA + b5 of the printed coefficients, worked out by hand
        ("luis-2025.fetal-skull-bpd@1", 30, 78.949, 2.8264),
        ("luis-2025.fetal-brain-ofd@1", 30, 86.112, 2.9012),
        ("luis-2025.fetal-transcerebellar-diameter@1", 30, 35.501, 1.444),
        ("luis-2025.fetal-atrial-diameter@1", 30, 6.746, 1.3072),
        ("luis-2025.fetal-vermis-height@1", 25, 11.65, 0.6981),
        ("svrtk-2025.fetal-white-matter-volume@1", 30, 95.203, 8.0980354),
        ("svrtk-2025.fetal-cerebellum-volume@1", 30, 7.179, 0.8404995),
        ("svrtk-2025.fetal-external-csf-volume@1", 25, 52.45, 7.74393),
    ],
)
def test_fetal_formulas_are_as_printed(norm, weeks, mean, sd):
    assert middle(norm, weeks) == pytest.approx(mean, abs=1e-9)
    assert spread(norm, weeks) == pytest.approx(sd, abs=1e-7)


def test_fetal_norms_cover_20_to_40_weeks_and_no_more():
    fetal = [one for one in catalogue().values() if one.id.startswith(("luis", "svrtk"))]
    assert len(fetal) == 21
    assert {one.form.range(None) for one in fetal} == {(20, 40)}
    measured = Measured("fetal-skull-bpd", 60.0, "mm")
    with pytest.raises(AgeOutside):
        score(
            measured,
            ChildFacts(gestational_age_days=19 * 7),
            DAY,
            catalogue(),
            norm="luis-2025.fetal-skull-bpd@1",
        )


@pytest.mark.parametrize(
    ("measure", "boy", "girl", "power", "sd"),
    [
        ("lv-edv", 77.5, 67.8, 1.380, 0.0426),
        ("lv-esv", 29.7, 26.1, 1.370, 0.0647),
        ("lv-sv", 47.4, 41.7, 1.394, 0.0500),
        ("lv-mass", 53.0, 45.2, 1.304, 0.0475),
        ("rv-edv", 83.8, 72.7, 1.469, 0.0499),
        ("rv-esv", 35.3, 30.2, 1.559, 0.0737),
        ("rv-sv", 48.2, 42.1, 1.407, 0.0524),
    ],
)
def test_heart_volumes_are_as_printed(measure, boy, girl, power, sd):
    norm = f"buechel-2009.{measure}@1"
    assert middle(norm, 1.0, Sex.MALE) == pytest.approx(boy)
    assert middle(norm, 1.0, Sex.FEMALE) == pytest.approx(girl)
    assert middle(norm, 1.5, Sex.MALE) == pytest.approx(boy * 1.5**power)
    form = catalogue()[norm].form
    one_sd = form.z(np.array([boy * 10**sd]), np.ones(1), Sex.MALE)
    assert one_sd[0] == pytest.approx(1.0)
    assert any(one.code == "norms.log10-assumed" for one in catalogue()[norm].caveats)


def test_stroke_volume_is_what_the_ventricle_empties():
    """The three fitted curves agree within 2 % where the children were (0.5 to 1.8 m2)."""
    for surface in (0.5, 1.0, 1.8):
        for side in ("lv", "rv"):
            full, rest, stroke = (
                middle(f"buechel-2009.{side}-{one}@1", surface, Sex.FEMALE)
                for one in ("edv", "esv", "sv")
            )
            assert stroke == pytest.approx(full - rest, rel=0.02)


def test_the_left_atrium_empties_what_lies_between_its_volumes():
    for surface in (0.5, 1.0, 1.5):
        full, rest, emptied = (
            middle(f"linden-2019.la-{one}-volume@1", surface, Sex.MALE)
            for one in ("max", "min", "emptying")
        )
        assert emptied == pytest.approx(full - rest, rel=0.06)


@pytest.mark.parametrize(
    ("norm", "x", "expected"),
    [
        ("kim-2010.kidney-length@1", 12 * DAYS_PER_MONTH, 45.953 + 1.064 * 12),
        ("kim-2010.kidney-length@1", 120 * DAYS_PER_MONTH, 62.173 + 0.203 * 120),
        ("kim-2010.kidney-length-by-height@1", 100.0, 24.494 + 45.7),
        ("jkms-2016.kidney-length-right@1", 100.0, 72.02),
        ("jkms-2016.kidney-length-left@1", 100.0, 73.80),
        ("kjr-korea.kidney-length-right@1", 100.0, 68.83),
        ("kjr-korea.kidney-length-left@1", 100.0, 70.74),
        ("rosenbaum-1984.kidney-length@1", 10 * DAYS_PER_YEAR, 89.9),
        ("thymus-us-140.thymus-width-line@1", 4 * DAYS_PER_YEAR, 3.68),
    ],
)
def test_printed_lines_give_the_expected_value(norm, x, expected):
    place = catalogue()[norm].form.place(expected, x, None)
    assert place.expected == pytest.approx(expected)


def test_sources_of_kidney_length_agree_within_a_centimetre():
    """Three Korean studies and one other, at 4 years and 102 cm."""
    said = [
        catalogue()[norm].form.place(70.0, x, None).expected
        for norm, x in (
            ("kim-2010.kidney-length@1", 4 * DAYS_PER_YEAR),
            ("kim-2010.kidney-length-by-height@1", 102.0),
            ("jkms-2016.kidney-length-right@1", 102.0),
            ("kjr-korea.kidney-length-right@1", 102.0),
            ("rosenbaum-1984.kidney-length@1", 4 * DAYS_PER_YEAR),
        )
    ]
    assert max(said) - min(said) < 10.0


@pytest.mark.parametrize(
    ("years", "limit"),
    [(0.25, 6.0), (0.5, 6.5), (1, 7.0), (2, 8.0), (4, 9.0), (6, 9.5), (8, 10.0), (10, 11.0)],
)
def test_printed_upper_limits_of_the_spleen(years, limit):
    form = catalogue()["rosenberg-1991.spleen-length@1"].form
    for sex in Sex:
        place = form.place(limit, years * DAYS_PER_YEAR, sex)
        assert (place.high, place.position) == (limit, Position.WITHIN)
        over = form.place(limit + 0.1, years * DAYS_PER_YEAR, sex)
        assert over.position is Position.ABOVE


def test_the_spleen_of_fifteen_differs_between_the_sexes():
    form = catalogue()["rosenberg-1991.spleen-length@1"].form
    said = [form.place(12.5, 16 * DAYS_PER_YEAR, sex) for sex in (Sex.FEMALE, Sex.MALE)]
    assert [one.high for one in said] == [12.0, 13.0]
    assert [one.position for one in said] == [Position.ABOVE, Position.WITHIN]


def test_printed_rows_of_the_hip():
    at = [0, *(months * DAYS_PER_MONTH for months in (3, 6)), DAYS_PER_YEAR, 5 * DAYS_PER_YEAR]
    norm = "toennis-1987.acetabular-index@1"
    assert [middle(norm, x) for x in at] == [27.5, 26.0, 24.0, 22.0, 16.0]
    assert [spread(norm, x) for x in at] == pytest.approx([5, 5, 5, 4, 3])
    cartilage = "shengjing-2012.cartilaginous-acetabular-index@1"
    two = 2 * DAYS_PER_YEAR
    assert [middle(cartilage, x) for x in (DAYS_PER_MONTH, two, two + 1, 4000.0)] == [
        10.17,
        8.25,
        8.04,
        8.04,
    ]
    assert not catalogue()[cartilage].population.foreign


def test_printed_rows_of_liver_and_pituitary():
    age = 10 * DAYS_PER_YEAR
    fat = catalogue()["shumbayawonda-2024.liver-pdff@1"]
    place = fat.form.place(6.8, age, None)
    assert (place.position, place.between) == (Position.ABOVE, (97.5, 100.0))
    assert (place.low, place.expected, place.high) == (1, 1.7, 4.4)
    assert {"norms.few-children", "norms.pdff-no-threshold"} <= {one.code for one in fat.caveats}
    assert middle("pituitary-180.pituitary-height@1", age) == 6.66
    assert spread("pituitary-180.pituitary-height@1", age) == pytest.approx(1.58)


@pytest.mark.parametrize(
    ("measure", "centimetres", "factor"),
    [
        # exp(a + b + c + d) at 1 m2, and exp of two roots of the squared error, by hand
        ("lv-diameter-diastole", 4.0430, 1.2214),
        ("aortic-sinuses", 2.1170, 1.2450),
        ("main-pulmonary-artery", 1.9270, 1.3632),
        ("la-diameter", 2.1990, 1.3269),
    ],
)
def test_echocardiographic_sizes_are_as_programmed(measure, centimetres, factor):
    norm = f"michigan-2008.{measure}@1"
    assert middle(norm, 1.0) == pytest.approx(centimetres, abs=5e-4)
    upper = catalogue()[norm].form.value(np.array([2.0]), np.ones(1), None)[0]
    assert upper / middle(norm, 1.0) == pytest.approx(factor, abs=1e-3)


def test_echocardiographic_sizes_grow_with_the_child_and_the_aorta_narrows_along_its_way():
    sizes = [one for one in catalogue() if one.startswith("michigan-2008.")]
    assert len(sizes) == 21
    for norm in sizes:
        # Beyond 1.9 m2 a cubic of the arch bends down by under 1 %; the source's own curve.
        said = [middle(norm, surface) for surface in np.linspace(0.25, 1.6, 28)]
        assert (np.diff(said) > -0.002).all(), norm
    way = ("aortic-sinuses", "transverse-arch", "aortic-isthmus", "aorta-at-diaphragm")
    along = [middle(f"michigan-2008.{one}@1", 1.0) for one in way]
    assert along == sorted(along, reverse=True)


def test_printed_rows_of_appendix_and_bile_duct():
    assert middle("coyne-appendix.appendix-diameter-ap@1", 2000.0) == 4.4
    assert spread("coyne-appendix.appendix-diameter-transverse@1", 2000.0) == pytest.approx(1.0)
    wall = "appendix-wall-187.appendix-wall@1"
    assert [middle(wall, years * DAYS_PER_YEAR) for years in (1, 6.9, 7, 15)] == [1.9, 1.9, 2, 2]
    duct = catalogue()["feng-2017.bile-duct-diameter@1"].form
    said = [duct.place(3.1, years * DAYS_PER_YEAR, None) for years in (0.1, 0.5, 2, 10, 15)]
    assert [one.expected for one in said] == [1.0, 1.2, 1.4, 1.9, 2.3]
    assert [one.position.value for one in said] == ["above", "above", *["within"] * 3]
    other = catalogue()["bile-duct-343.bile-duct-diameter@1"].form
    assert [other.place(1.0, years * DAYS_PER_YEAR, None).high for years in (0.5, 2, 5, 10)] == [
        2.26,
        2.99,
        3.03,
        4.10,
    ]


def test_two_sources_of_the_bile_duct_agree_within_a_millimetre():
    for years in (0.5, 2, 5, 10):
        highs = [
            catalogue()[f"{one}.bile-duct-diameter@1"].form.place(1, years * DAYS_PER_YEAR, None)
            for one in ("feng-2017", "bile-duct-343")
        ]
        assert abs(highs[0].high - highs[1].high) < 1.3


CRL_ATLAS = {"fetal-white-matter-volume": 1.9, "fetal-cortical-grey-volume": 6.9}
"""z at 26 weeks of another atlas' parcels against these curves (reference page of norms)."""


@pytest.mark.parametrize("measure", sorted(CRL_ATLAS))
def test_a_volume_of_another_segmentation_protocol_is_refused(measure):
    """Its white matter would pass and its cortex would be called 6.9 SD too large: neither may."""
    norm = catalogue()[f"svrtk-2025.{measure}@1"]
    value = float(norm.form.value(np.array([CRL_ATLAS[measure]]), np.array([26.0]), None)[0])
    child = ChildFacts(gestational_age_days=26 * 7)
    other = MeasuringMethod("CRL fetal atlas 2017", None, "3-D SVR T2w", None)
    same = MeasuringMethod("BOUNTI", "1.0", "3-D SVR T2w", None)
    for named in (None, norm.id):
        with pytest.raises(MethodMismatch):
            score(Measured(measure, value, "cm3", other), child, DAY, catalogue(), norm=named)
    said = score(Measured(measure, value, "cm3", same), child, DAY, catalogue())
    assert said.z == pytest.approx(CRL_ATLAS[measure])
    assert "norms.segmentation-protocol" in {one.code for one in said.caveats}


def test_an_ultrasound_norm_does_not_speak_about_a_kidney_measured_on_ct():
    child = ChildFacts(height_cm=110.0)
    on_ct = Measured("kidney-length-right", 75.0, "mm", MeasuringMethod(tool="CT"))
    with pytest.raises(MethodMismatch):
        score(on_ct, child, DAY, catalogue())
    by_sound = Measured("kidney-length-right", 75.0, "mm", MeasuringMethod(tool="Ultrasound"))
    assert score(by_sound, child, DAY, catalogue()).expected is not None
