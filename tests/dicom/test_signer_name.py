"""A doctor's name as DICOM's PN: the Chinese name kept, its pinyin beside it, nothing guessed."""

from __future__ import annotations

import pytest

from tongying.dicom.writers.signer import person_name
from tongying.dicom.writers.study_context import WritingRefused


@pytest.mark.parametrize(
    ("name", "value"),
    [("Li Min", "Li Min^"), ("李敏", "Li Min^=李敏^"), ("欧阳修", "Ou Yang Xiu^=欧阳修^")],
)
def test_person_name(name: str, value: str) -> None:
    assert person_name(name) == value


@pytest.mark.parametrize("name", ["", "  ", "Li^Min", "李=敏", "Li\nMin"])
def test_person_name_refuses(name: str) -> None:
    with pytest.raises(WritingRefused):
        person_name(name)
