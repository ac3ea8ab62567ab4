"""What the viewer's start script knows of measuring: labels to offer, layouts of pathways."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from tongying.measure.labels import CHINESE, ENGLISH, labels
from tongying.pathway.definition import Pathway
from tongying.pathway.hanging import protocol_name, viewer_protocol
from tongying.web.viewer.config import viewer_language

_LANGUAGES: Final = {"zh": CHINESE, "en-US": ENGLISH}


def measuring_values(language_code: str | None, pathways: Iterable[Pathway]) -> dict[str, Any]:
    """Return the labels in the viewer's language, and the pathways' layouts by their id.

    Parameters
    ----------
    language_code : str or None
        Django's language of the request.
    pathways : iterable of Pathway
        That may be followed; those without a layout of their own only order the labels.
    """
    language = viewer_language(language_code)
    found = {}
    for one in pathways:
        layout = viewer_protocol(one)
        names = layout.pop("names")
        found[protocol_name(one)] = {
            "protocol": layout | {"name": names[_LANGUAGES[language]]},
            "recipes": [wanted.recipe for wanted in one.measurements],
        }
    return {"labels": _labels(_LANGUAGES[language]), "pathways": found}


@cache
def _labels(language: str) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text,
            "recipe": one.meaning.recipe,
            "side": one.meaning.side,
            "mark": one.mark.value,
            "modalities": list(one.modalities),
        }
        for one in labels(language)
    ]
