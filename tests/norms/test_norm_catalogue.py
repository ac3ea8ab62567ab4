"""The catalogue: nothing without a source, nothing changed unnoticed."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from tongying.norms.axis import AxisKind
from tongying.norms.catalogue import caveats
from tongying.norms.catalogue.loading import EntryRefused, TableChanged, catalogue, norms_of, read
from tongying.norms.distributions.registry import family_of
from tongying.norms.forms.form import Distribution
from tongying.norms.measure import MeasureUnknown, measures
from tongying.norms.norm import Grade, Origin, Route
from tongying.norms.release.document import digest, document_of, norm_from
from tongying.norms.sex import Sex

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = Path(str(files("tongying.norms"))) / "tables"
LARGEST_BYTES = 1_500_000
CHINESE = re.compile("[一-鿿]")
FOREIGN_BUT = {"china-2013", "shengjing-2012", "xia-2022", "zhang-1993"}
"""Sources of Chinese children."""


def source_of(norm: str) -> str:
    return norm.split(".")[0]


def test_every_norm_says_where_its_numbers_come_from():
    norms = catalogue()
    assert len(norms) == 148
    for norm in norms.values():
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+@\d+", norm.id)
        assert norm.citation is not None
        assert len(norm.citation.text) > 20, norm.id
        assert len(norm.citation.seen) > 10, norm.id
        assert norm.citation.doi is None or norm.citation.doi.startswith("10."), norm.id
        assert not CHINESE.search(norm.population.english), norm.id
        assert CHINESE.search(norm.population.chinese), norm.id
        assert norm.population.n is None or norm.population.n > 0
        assert norm.origin is Origin.PUBLISHED
        assert norm.signed_off == ()
        assert norm.sites is None
        assert norm.uncertainty is None


def test_only_chinese_sources_are_not_foreign():
    home = {source_of(one.id) for one in catalogue().values() if not one.population.foreign}
    assert home == FOREIGN_BUT


def test_secondary_sources_are_graded_so():
    graded = {
        source_of(one.id) for one in catalogue().values() if one.citation.grade is Grade.SECONDARY
    }
    assert graded == {
        "rosenbaum-1984",
        "radiopaedia-2022",
        "toennis-1987",
        "pituitary-180",
        "thymus-us-140",
        "michigan-2008",
        "appendix-wall-187",
        "bile-duct-343",
        "wuehl-2002",
    }


def test_what_was_marked_as_defective_is_not_in_it():
    sources = {source_of(one.id) for one in catalogue().values()}
    assert not {one for one in sources if "kawel" in one or "brainchart" in one or "woitek" in one}


def test_every_norm_is_in_the_unit_of_its_measure_and_covers_possible_values():
    for norm in catalogue().values():
        measure = measures()[norm.measure]
        assert norm.unit == measure.unit
        if isinstance(norm.form, Distribution):
            for sex in Sex:
                low, high = norm.form.range(sex)
                x = np.linspace(low, high, 7)
                for z in (-2.0, 0.0, 2.0):
                    value = norm.form.value(np.full(7, z), x, sex)
                    inside = (value > measure.low) & (value < measure.high)
                    # Fetal spreads are wide at 20 weeks: a lower limit below zero is the source's.
                    assert inside.all() or (z < 0 and norm.measure.startswith("fetal")), norm.id


def test_centiles_never_cross_and_parameters_are_positive():
    z = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
    for norm in catalogue().values():
        if not isinstance(norm.form, Distribution):
            continue
        for sex in Sex:
            low, high = norm.form.range(sex)
            x = np.linspace(low, high, 25)
            values = np.stack([norm.form.value(np.full(25, one), x, sex) for one in z])
            assert (np.diff(values, axis=0) > 0).all(), norm.id
            natural = norm.form.natural(x, sex)
            names = family_of(norm.form.family).parameters
            assert (natural[names.index("sigma")] > 0).all()


def test_axes_have_ranges_that_are_possible():
    possible = {
        AxisKind.AGE: (0, 7306),
        AxisKind.CORRECTED_AGE: (0, 6600),
        AxisKind.GESTATIONAL_AGE: (20, 42),
        AxisKind.HEIGHT: (40, 200),
        AxisKind.BODY_SURFACE: (0.15, 2.3),
    }
    for norm in catalogue().values():
        low, high = norm.form.range(None)
        assert possible[norm.axis][0] <= low < high <= possible[norm.axis][1] + 15, norm.id


def test_small_numbers_are_told():
    for norm in catalogue().values():
        codes = {one.code for one in norm.caveats}
        n = norm.population.n
        assert ("norms.count-unknown" in codes) == (n is None)
        assert ("norms.few-children" in codes) == (n is not None and 40 <= n < 120)


def test_a_norm_without_a_spread_says_so():
    for norm in catalogue().values():
        if norm.form.kind == "line" and norm.form.half_range is None:
            assert "norms.middle-only" in {one.code for one in norm.caveats}


def test_the_digest_is_that_of_the_document():
    norm = catalogue()["china-2013.height@1"]
    text = document_of(norm)
    assert norm.sha256 == digest(text)
    again = norm_from(text)
    assert (again.id, again.population, again.caveats) == (norm.id, norm.population, norm.caveats)
    assert len({one.sha256 for one in catalogue().values()}) == len(catalogue())


def test_tables_stay_small():
    assert sum(path.stat().st_size for path in TABLES.glob("*.json")) < LARGEST_BYTES


def test_every_table_is_indexed_and_the_index_is_what_the_script_writes():
    spec = importlib.util.spec_from_file_location(
        "index_norms", REPOSITORY / "scripts" / "index_norms.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.index_of(TABLES) == (TABLES / "INDEX.json").read_text("utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with one table and its index."""
    index = json.loads((TABLES / "INDEX.json").read_text("utf-8"))
    shutil.copy(TABLES / "kim-2010.json", tmp_path)
    (tmp_path / "INDEX.json").write_text(json.dumps({"kim-2010.json": index["kim-2010.json"]}))
    return tmp_path


def test_an_unchanged_copy_is_read(copy):
    assert set(read(copy)) == {"kim-2010.kidney-length@1", "kim-2010.kidney-length-by-height@1"}


def test_one_changed_digit_is_refused(copy):
    path = copy / "kim-2010.json"
    path.write_text(path.read_text("utf-8").replace("1.064", "1.046"), encoding="utf-8")
    with pytest.raises(TableChanged, match=r"kim-2010\.json"):
        read(copy)


def test_a_missing_table_is_refused(copy):
    (copy / "kim-2010.json").unlink()
    with pytest.raises(TableChanged, match="missing"):
        read(copy)


def kim() -> dict:
    return json.loads((TABLES / "kim-2010.json").read_text("utf-8"))


@pytest.mark.parametrize("part", ["citation", "population", "route"])
def test_a_source_without_a_part_is_refused(part):
    source = kim()
    del source[part]
    with pytest.raises(EntryRefused):
        norms_of(source)


@pytest.mark.parametrize(
    ("part", "key"), [("citation", "seen"), ("citation", "text"), ("population", "chinese")]
)
def test_a_source_without_words_is_refused(part, key):
    source = kim()
    source[part][key] = ""
    with pytest.raises(EntryRefused, match="lacks its citation or population"):
        norms_of(source)


def test_a_norm_in_another_unit_is_refused():
    source = kim()
    source["norms"][0]["unit"] = "cm"
    with pytest.raises(EntryRefused, match="unit"):
        norms_of(source)


def test_a_norm_of_an_unknown_measure_is_refused():
    source = kim()
    source["norms"][0]["measure"] = "kidney-size"
    with pytest.raises(MeasureUnknown):
        norms_of(source)


def test_a_norm_written_twice_is_refused(copy):
    path = copy / "kim-2010.json"
    source = kim()
    source["norms"].append(source["norms"][0])
    path.write_text(json.dumps(source), encoding="utf-8")
    from hashlib import sha256

    index = {"kim-2010.json": sha256(path.read_bytes()).hexdigest()}
    (copy / "INDEX.json").write_text(json.dumps(index))
    with pytest.raises(EntryRefused, match="twice"):
        read(copy)


def test_an_unknown_doubt_is_refused():
    with pytest.raises(caveats.CaveatUnknown):
        caveats.caveat_of("norms.made-up")


def test_every_doubt_is_used_by_a_norm():
    used = {one.code for norm in catalogue().values() for one in norm.caveats}
    assert caveats.CODES - used == set()


@pytest.mark.parametrize(
    ("n", "code"),
    [(None, "norms.count-unknown"), (39, "norms.very-few-children"), (40, "norms.few-children")],
)
def test_the_count_of_children_gives_its_doubt(n, code):
    assert [one.code for one in caveats.of_count(n)] == [code]
    assert caveats.of_count(120) == ()


def test_measures_are_whole_in_both_languages():
    for measure in measures().values():
        assert re.fullmatch(r"[a-z0-9-]+", measure.id)
        assert measure.english and not CHINESE.search(measure.english)
        assert CHINESE.search(measure.chinese)
        assert measure.low < measure.high
        assert measure.area
    assert len({one.english for one in measures().values()}) == len(measures())
    assert len({one.chinese for one in measures().values()}) == len(measures())


def test_routine_examinations_are_told_from_volunteers():
    by_route = {one: set() for one in Route}
    for norm in catalogue().values():
        by_route[norm.route].add(source_of(norm.id))
    assert "china-2013" in by_route[Route.DIRECT]
    assert "thymus-ct-2022" in by_route[Route.INDIRECT]
    assert all(by_route.values())
