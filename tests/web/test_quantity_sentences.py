"""Every sentence of the quantities has Chinese words, and the list of them is complete."""

from __future__ import annotations

import ast
from pathlib import Path

from django.utils import translation

import tongying
from tongying.dicom.suv_refusals import SuvLack
from tongying.web.pages.quantity_sentences import QUANTITIES
from tongying.web.pages.sentences import said

ROOT = Path(tongying.__file__).parent
MODULES = (
    *(
        f"imaging/{name}.py"
        for name in (
            "suv",
            "region",
            "joint_regions",
            "partial_volume",
            "partial_volume_model",
            "partial_volume_words",
            "target",
        )
    ),
    *(f"dicom/{name}.py" for name in ("suv", "suv_body", "suv_times", "nuclear")),
)


def spoken(path: Path) -> set[str]:
    """Sentences of caveats and refusals, as literals."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = ast.unparse(node.func)
        refusal = name.endswith("Refused") or name in ("NotNuclear", "super().__init__")
        place = node.args[1] if name == "Caveat" else node.args[0] if refusal else None
        if isinstance(place, ast.Constant) and isinstance(place.value, str):
            found.add(place.value)
    return found


def test_the_list_is_complete():
    wanted = {lack.value[1] for lack in SuvLack}.union(
        *(spoken(ROOT / module) for module in MODULES)
    )
    assert len(wanted) > 90
    assert wanted == QUANTITIES


def test_all_are_said_in_chinese():
    with translation.override("zh-hans"):
        assert [sentence for sentence in QUANTITIES if said(sentence) == sentence] == []
