"""A pathway's layouts as a hanging protocol of the viewer.

References
----------
.. [1] OHIF 3.13 hanging protocols: displaySetSelectors with series and study matching rules, stages
   with a grid of viewports; the constraints of its validator (equals, contains, containsI, …).
"""

from __future__ import annotations

from typing import Any, Final

from tongying.pathway.definition import Hanging, Pathway, Viewport

PREFIX: Final = "tongying.pathway."
MADE: Final = "2026-11-22"
"""A protocol must have a day; the viewer shows it nowhere."""
OTHER_SIDE: Final = {"R": "L", "L": "R"}
SIDE_WORDS: Final = {"R": ["right", "右"], "L": ["left", "左"]}
NAMED_WEIGHT: Final = 200
"""A series named in the link is shown first, whatever else would match better."""
SIDE_WEIGHT: Final = 40
DESCRIPTION_WEIGHT: Final = 20
OTHER_SIDE_WEIGHT: Final = 10
CURRENT_WEIGHT: Final = 5
EVERY_STUDY: Final = 20
"""So many earlier studies at most are looked through."""

Json = dict[str, Any]


def protocol_name(pathway: Pathway) -> str:
    """Return by which id the viewer knows the protocol."""
    return f"{PREFIX}{pathway.id}"


def viewer_protocol(pathway: Pathway) -> Json:
    """Return the hanging protocol that the viewer takes as it is; it holds data only.

    Its stages are the pathway's layouts in order; where none finds its series one image is shown.
    ``names`` holds the pathway's name in both languages; the viewer ignores it.
    """
    selectors: Json = {}
    stages: list[Json] = []
    for number, hanging in enumerate(pathway.hangings):
        stages.append(_stage(hanging, number, selectors))
    selectors["anyImage"] = {"seriesMatchingRules": [_has_images(), _named()]}
    stages.append(
        {
            "name": "one image",
            "stageActivation": {"enabled": {"minViewportsMatched": 1}},
            "viewportStructure": _grid(1, 1),
            "viewports": [_shown("anyImage", "")],
        }
    )
    return {
        "id": protocol_name(pathway),
        "name": pathway.name.english,
        "names": {"en": pathway.name.english, "zh": pathway.name.chinese},
        "locked": True,
        "createdDate": MADE,
        "modifiedDate": MADE,
        "availableTo": {},
        "editableBy": {},
        "numberOfPriorsReferenced": EVERY_STUDY,
        "protocolMatchingRules": [],
        "imageLoadStrategy": "nth",
        "displaySetSelectors": selectors,
        "stages": stages,
    }


def _stage(hanging: Hanging, number: int, selectors: Json) -> Json:
    viewports = []
    for place, viewport in enumerate(hanging.viewports):
        name = f"layout-{number + 1}-place-{place + 1}"
        selectors[name] = _selector(viewport)
        viewports.append(_shown(name, viewport.plane))
    return {
        "name": f"layout {number + 1}",
        "stageActivation": {"enabled": {"minViewportsMatched": len(viewports)}},
        "viewportStructure": _grid(hanging.rows, hanging.columns),
        "viewports": viewports,
    }


def _selector(viewport: Viewport) -> Json:
    rules = [
        _has_images(),
        _rule("Modality", {"contains": {"value": sorted(viewport.modalities)}}),
    ]
    if viewport.plane:
        rules.append(_rule("isReconstructable", {"equals": {"value": True}}))
    if viewport.description:
        rules.append(
            _rule(
                "SeriesDescription",
                {"containsI": {"value": list(viewport.description)}},
                DESCRIPTION_WEIGHT,
            )
        )
    if viewport.side:
        rules += _of_side(viewport.side)
    rules.append(_named())
    index = "studyInstanceUIDsIndex"
    if viewport.prior:
        study = _rule(index, {"greaterThan": {"value": 0}})
    else:
        study = _rule(index, {"equals": {"value": 0}}, CURRENT_WEIGHT)
    return {"seriesMatchingRules": rules, "studyMatchingRules": [{**study, "from": "options"}]}


def _of_side(side: str) -> list[Json]:
    """Prefer what says this side, and never show what is labelled as the other."""
    other = OTHER_SIDE[side]
    return [
        _rule("Laterality", {"doesNotEqual": {"value": other}}),
        _rule("ImageLaterality", {"doesNotEqual": {"value": other}}),
        _rule("Laterality", {"equals": {"value": side}}, SIDE_WEIGHT),
        _rule("ImageLaterality", {"equals": {"value": side}}, SIDE_WEIGHT),
        _rule("SeriesDescription", {"containsI": {"value": SIDE_WORDS[side]}}, SIDE_WEIGHT),
        _rule(
            "SeriesDescription",
            {"doesNotContainI": {"value": SIDE_WORDS[other]}},
            OTHER_SIDE_WEIGHT,
        ),
    ]


def _shown(selector: str, plane: str) -> Json:
    options: Json = {
        "toolGroupId": "default",
        "viewportType": "volume" if plane else "stack",
        "allowUnmatchedView": True,
    }
    if plane:
        options |= {"orientation": plane, "initialImageOptions": {"preset": "middle"}}
    return {"viewportOptions": options, "displaySets": [{"id": selector}]}


def _grid(rows: int, columns: int) -> Json:
    return {"layoutType": "grid", "properties": {"rows": rows, "columns": columns}}


def _rule(attribute: str, constraint: Json, weight: int | None = None) -> Json:
    """Return a rule; it is required where it has no weight."""
    return {
        "attribute": attribute,
        "constraint": constraint,
        "weight": weight or 1,
        "required": weight is None,
    }


def _has_images() -> Json:
    return _rule("numImageFrames", {"greaterThan": {"value": 0}})


def _named() -> Json:
    return _rule("isDisplaySetFromUrl", {"equals": {"value": True}}, NAMED_WEIGHT)
