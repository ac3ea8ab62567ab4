"""A pathway's layouts as the viewer takes them, matched the way the viewer matches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pathway_texts import elbow, read, small

from tongying.pathway.hanging import viewer_protocol

LAYOUTS = """hanging:
  - rows: 1
    columns: 2
    show:
      - {modalities: [US], side: R}
      - {modalities: [US], side: L}
  - rows: 2
    columns: 1
    show:
      - {modalities: [MR], description: [t2, 压水], plane: coronal}
      - {modalities: [MR], prior: yes}
"""
LAST = ["anyImage"]


def holds(constraint: dict[str, Any], value: Any) -> bool:
    """Say whether a value passes, as the viewer's validator does; what is missing raises there."""
    ((name, told),) = constraint.items()
    wanted = told["value"]
    match name:
        case "equals":
            return value == wanted
        case "doesNotEqual":
            return value != wanted
        case "greaterThan":
            return value is not None and value > wanted
        case "contains":
            return isinstance(value, str) and any(one in value for one in wanted)
        case "containsI":
            return isinstance(value, str) and any(one.lower() in value.lower() for one in wanted)
        case "doesNotContainI":
            return isinstance(value, str) and all(
                one.lower() not in value.lower() for one in wanted
            )
    raise AssertionError(name)


def score(selector: dict[str, Any], series: dict[str, Any], study: int = 0) -> int:
    """Return how well a series fits; 0 where it is not shown."""
    points = 0
    for rule in selector["studyMatchingRules"] + selector["seriesMatchingRules"]:
        value = study if rule.get("from") == "options" else series.get(rule["attribute"])
        if holds(rule["constraint"], value):
            points += rule["weight"]
        elif rule["required"]:
            return 0
    return points


@pytest.fixture(scope="module")
def layouts():
    return viewer_protocol(
        read(small("- {id: a, kind: text, words: {en: A, zh: 甲}}", more=LAYOUTS))
    )


def us(**more: Any) -> dict[str, Any]:
    return {"Modality": "US", "numImageFrames": 30, "SeriesDescription": "", **more}


def best(selector: dict[str, Any], series: list[dict[str, Any]]) -> int | None:
    points = [score(selector, one) for one in series]
    return points.index(max(points)) if max(points) else None


def test_it_is_data_only(layouts):
    assert json.loads(json.dumps(layouts)) == layouts
    assert layouts["id"] == "tongying.pathway.small"
    assert layouts["names"] == {"en": "Small", "zh": "小"}
    assert layouts["protocolMatchingRules"] == []


def test_every_place_has_its_selector_and_one_image_is_shown_at_last(layouts):
    stages = layouts["stages"]
    sizes = [one["viewportStructure"]["properties"] for one in stages]
    assert [(one["rows"], one["columns"]) for one in sizes] == [(1, 2), (2, 1), (1, 1)]
    for stage in stages:
        assert stage["stageActivation"]["enabled"]["minViewportsMatched"] == len(stage["viewports"])
        for viewport in stage["viewports"]:
            (shown,) = viewport["displaySets"]
            assert shown["id"] in layouts["displaySetSelectors"]
    assert [one["id"] for one in stages[-1]["viewports"][0]["displaySets"]] == LAST


@pytest.mark.parametrize(
    ("right", "left"),
    [
        (us(Laterality="R"), us(Laterality="L")),
        (us(ImageLaterality="R"), us(ImageLaterality="L")),
        (us(SeriesDescription="Hip RIGHT"), us(SeriesDescription="Hip left")),
        (us(SeriesDescription="右髋"), us(SeriesDescription="左髋")),
        (us(Laterality="R"), us()),
        (us(SeriesDescription="右髋"), us(SeriesDescription="髋")),
    ],
)
def test_each_side_finds_its_place(layouts, right, left):
    first, second = (layouts["displaySetSelectors"][f"layout-1-place-{n}"] for n in (1, 2))
    for series in ([right, left], [left, right]):
        assert series[best(first, series)] is right
        assert series[best(second, series)] is left


def test_a_side_is_never_shown_as_the_other(layouts):
    first = layouts["displaySetSelectors"]["layout-1-place-1"]
    assert score(first, us(Laterality="L")) == 0
    assert score(first, us(ImageLaterality="L", SeriesDescription="right")) == 0
    assert score(first, us()) > 0
    assert score(first, us(numImageFrames=0)) == 0
    assert score(first, us(Modality="MR", Laterality="R")) == 0


def test_a_series_named_in_the_link_comes_first(layouts):
    first = layouts["displaySetSelectors"]["layout-1-place-1"]
    series = [us(Laterality="R", SeriesDescription="right"), us(isDisplaySetFromUrl=True)]
    assert best(first, series) == 1


def test_a_plane_needs_a_volume_and_a_prior_another_study(layouts):
    planes, prior = (layouts["displaySetSelectors"][f"layout-2-place-{n}"] for n in (1, 2))
    mr = {"Modality": "MR", "numImageFrames": 40, "SeriesDescription": "T2 COR"}
    assert score(planes, mr) == 0
    volume = {**mr, "isReconstructable": True}
    assert score(planes, volume) > score(planes, {**volume, "SeriesDescription": "T1"}) > 0
    assert score(planes, volume, study=0) > score(planes, volume, study=1) > 0
    assert score(prior, mr, study=0) == 0
    assert score(prior, mr, study=1) > 0
    shown = layouts["stages"][1]["viewports"]
    assert shown[0]["viewportOptions"]["orientation"] == "coronal"
    assert [one["viewportOptions"]["viewportType"] for one in shown] == ["volume", "stack"]


def test_a_pathway_of_two_radiographs_takes_either_modality():
    selectors = viewer_protocol(elbow())["displaySetSelectors"]
    for modality in ("CR", "DX"):
        film = {"Modality": modality, "numImageFrames": 1, "SeriesDescription": "ELBOW AP"}
        assert score(selectors["layout-1-place-1"], film) > 0
