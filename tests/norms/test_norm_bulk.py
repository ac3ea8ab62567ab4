"""Many scores at once are the scores one by one, refusal for refusal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_norms import CALIPER, GIRL_ROWS, certainty, norm, published, sites, table

from tongying.kernel.errors import TongyingError
from tongying.norms.axis import AxisKind
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, Tails
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.norm import Norm
from tongying.norms.score.bulk import CHUNK, BulkRefusal, BulkRefused, BulkScorer
from tongying.norms.score.result import ChildFacts, Measured
from tongying.norms.score.row_finder import RowFinder
from tongying.norms.score.score import score
from tongying.norms.sex import Sex, SexRefused, sex_of

HEAVY_ROWS = tuple((*row, tail) for row, tail in zip(GIRL_ROWS, (4.0, 9.0, 30.0), strict=True))
NORMAL_ROWS = ((0.0, 48.0, 3.0), (400.0, 64.0, 5.0), (6600.0, 110.0, 9.0))
SHASH_ROWS = tuple((*row[:2], 5.0, 0.2, 0.9) for row in GIRL_ROWS)

NORMS: dict[str, Norm] = {
    "bccg": norm(),
    "who tails": norm(form=table(tails=Tails.WHO_WEIGHT)),
    "bct": norm(form=table("bct", HEAVY_ROWS, HEAVY_ROWS)),
    "normal": norm(form=table("normal", NORMAL_ROWS, None)),
    "shash": norm(form=table("shash", SHASH_ROWS, None)),
    "sites": norm(sites=sites()),
    "normal with sites": norm(form=table("normal", NORMAL_ROWS, NORMAL_ROWS), sites=sites(1.5)),
    "few": norm(uncertainty=certainty(near=5)),
    "no certainty": published(),
    "no axis": published(form=table("normal", ((0.0, 60.0, 9.0), (1.0, 60.0, 9.0)), None),
                         axis=AxisKind.NONE),
}  # fmt: skip
SEXES = ("F", "M", "", "O", "1", "Female")
SITES = ("HOME", "AWAY", "NEW", "")


def one_by_one(of: Norm, value: float, x: float, sex: str, site: str) -> tuple[float, float, str]:
    measured = Measured("kidney-length", value, "mm", CALIPER, site or None)
    try:
        child = ChildFacts(age_days=None if np.isnan(x) else x, sex=sex_of(sex))
        result = score(measured, child, None, {of.id: of}, norm=of.id)
    except TongyingError as refusal:
        return np.nan, np.nan, refusal.error_code
    if result.z is None or result.centile is None:
        return np.nan, np.nan, "norms.beyond-transform"
    return result.z, result.centile, ""


ROW = st.tuples(
    st.one_of(st.floats(20.0, 160.0), st.sampled_from([np.nan, -1.0, 0.0, 1e9])),
    st.one_of(st.floats(0.0, 6600.0), st.sampled_from([0.0, 400.0, 6600.0, 6601.0, np.nan])),
    st.sampled_from(SEXES),
    st.sampled_from(SITES),
)


@pytest.mark.parametrize("name", NORMS)
@settings(max_examples=15, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=12))
def test_bulk_agrees_with_one_by_one(name: str, rows: list[tuple[float, float, str, str]]):
    of = NORMS[name]
    value, x, sex, site = (np.array(column) for column in zip(*rows, strict=True))
    if not of.form.by_sex():
        # Together, no sex is asked for; a wrong one is not looked at.
        sex = np.full(len(rows), "F")
    found = BulkScorer(of).score(value, x, sex, site)
    for number in range(len(rows)):
        z, centile, code = one_by_one(
            of, float(value[number]), float(x[number]), str(sex[number]), str(site[number])
        )
        assert BulkRefusal(found.refusal[number]).code == code
        assert found.z[number] == pytest.approx(z, abs=1e-9, nan_ok=True)
        assert found.centile[number] == pytest.approx(centile, abs=1e-9, nan_ok=True)


def test_every_code_is_one_that_a_single_score_gives():
    assert BulkRefusal.NONE.code == ""
    assert BulkRefusal.SEX_REFUSED.code == SexRefused.code
    assert [one.code for one in BulkRefusal][4:8] == [
        "norms.age-unknown",
        "norms.age-outside",
        "norms.site-uncalibrated",
        "norms.too-few",
    ]


def test_chunks_are_joined():
    random = np.random.default_rng(5)
    n = 2 * CHUNK + 7
    value, x = random.uniform(50, 110, n), random.uniform(0, 6600, n)
    sex = random.choice(np.array(["F", "M"]), n)
    whole = BulkScorer(norm()).score(value, x, sex)
    assert not whole.refusal.any()
    form = table()
    for one in Sex:
        of = sex == one.value
        np.testing.assert_allclose(whole.z[of], form.z(value[of], x[of], one), atol=1e-9)


@pytest.mark.parametrize("dtype", ["U1", "U6"])
def test_sexes_are_read_from_words_of_any_width(dtype: str):
    scorer = BulkScorer(norm())
    sexes = np.array(["F", "M", ""], dtype=dtype)
    found = scorer.score(np.full(3, 70.0), np.full(3, 500.0), sexes)
    assert found.refusal.tolist() == [0, 0, BulkRefusal.SEX_UNKNOWN]
    assert found.z[0] > found.z[1]
    assert scorer.score(np.full(3, 70.0), np.full(3, 500.0)).refusal.tolist() == [3, 3, 3]


def test_one_site_for_all():
    scorer = BulkScorer(norm(sites=sites()))
    value, x, sex = np.full(2, 70.0), np.full(2, 500.0), np.array(["F", "M"])
    away = scorer.score(value, x, sex, "AWAY")
    assert (away.z < scorer.score(value, x, sex, "HOME").z).all()
    assert scorer.score(value, x, sex).refusal.tolist() == [BulkRefusal.SITE_UNCALIBRATED] * 2


def test_unequal_arrays_and_limits_only_are_refused():
    with pytest.raises(BulkRefused):
        BulkScorer(norm()).score(np.ones(3), np.ones(2))
    with pytest.raises(BulkRefused):
        BulkScorer(norm(form=UpperLimit({None: LimitRows((0.0,), (60.0,), 6600.0)})))


def test_nothing_to_score():
    assert len(BulkScorer(norm()).score(np.empty(0), np.empty(0)).z) == 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=40, unique=True),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40),
    st.sampled_from([1.0, 0.1, 7.3]),
)
def test_rows_are_found_as_by_halving(knots: list[int], parts: list[float], width: float):
    x = np.array(sorted(knots)) * width
    places = np.concatenate([x, x[0] + np.array(parts) * (x[-1] - x[0])])
    expected = np.clip(np.searchsorted(x, places, side="right") - 1, 0, len(x) - 2)
    np.testing.assert_array_equal(RowFinder(x).rows(places), expected)


def test_rows_of_a_very_uneven_column():
    x = np.array([0.0, 1e-9, 1e9])
    assert RowFinder(x).rows(np.array([0.0, 1e-9, 5.0, 1e9])).tolist() == [0, 1, 1, 1]


def test_table_of_one_row():
    row = SexTable(np.array([10.0]), np.array([[60.0], [0.1], [1.0]]))
    one = published(form=ParameterTable("bccg", {None: row}))
    found = BulkScorer(one).score(np.array([66.0, 66.0]), np.array([10.0, 11.0]))
    assert found.z[0] == pytest.approx(1.0)
    assert found.refusal.tolist() == [0, BulkRefusal.AGE_OUTSIDE]
