"""Every sentence that reading a volume can say is told in Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

import tongying
from tongying.web.pages import volume_sentences
from tongying.web.pages.sentences import said

ROOT = Path(tongying.__file__).parent
MODULES = [
    *sorted((ROOT / "dicom" / "volumes").glob("*.py")),
    ROOT / "imaging" / "nifti.py",
    ROOT / "imaging" / "resample.py",
]
SPEAKERS = ("Refused", "Caveat", "NoImages", "MixedImages", "SeveralStacks", "NotTomographic")


def sentences_of(path: Path) -> set[str]:
    """Return what the refusals and caveats of a module say, without those that have values."""
    found = set()
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "").endswith(SPEAKERS):
            for argument in call.args:
                if isinstance(argument, ast.JoinedStr):
                    continue
                for part in ast.walk(argument):
                    value = getattr(part, "value", None)
                    if isinstance(value, str) and re.fullmatch(r"[A-Z].* .*\.", value):
                        found.add(value)
    return found


def test_every_fixed_sentence_is_kept():
    said_by_cores = set().union(*(sentences_of(path) for path in MODULES))
    assert len(said_by_cores) > 30
    assert said_by_cores - set(volume_sentences.FIXED) == set()
    assert set(volume_sentences.FIXED) - said_by_cores == set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "3 slices are missing from the 12 of the stack: 2 after slice 3, 1 after slice 6.",
            "该组图像应有 12 层，缺 3 层：第 3 层之后缺 2 层, 第 6 层之后缺 1 层。",
        ),
        (
            "1 slice is missing from the 9 of the stack: 1 after slice 3.",
            "该组图像应有 9 层，缺 1 层：第 3 层之后缺 1 层。",
        ),
        (
            "The series holds 2 stacks of images; choose one: axial (9); sagittal (9).",
            "该序列包含 2 组图像，请选择其一：轴位 (9); 矢状位 (9)。",
        ),
        (
            "This is one of the 2 stacks of its series: echo time (ms) 4.9.",
            "这是该序列 2 组图像中的一组：回波时间（ms） 4.9。",
        ),
        (
            "The images are of 2 series; choose one: PT (3), CT (1).",
            "这些影像来自 2 个序列，请选择其一：PT (3), CT (1)。",
        ),
        (
            "1 image of the series is left out as no part of a volume: coronal.",
            "该序列中有 1 幅图像不属于任何容积，已略去：冠状位。",
        ),
        (
            "The slices are 2.5 mm thick and 3 mm apart: what lies between them was not measured.",
            "层厚 2.5 mm，层间距 3 mm：层间隙内未采集。",
        ),
        (
            "The slices were taken with a tilt of 12.00°: the volume is skewed and was not "
            "straightened.",
            "机架倾斜 12.00° 采集：容积为斜形，未作校正。",
        ),
        (
            "The slices are not evenly spaced: 2.1 to 3.9 mm apart.",
            "层间距不均匀：2.1 至 3.9 mm。",
        ),
        ("One slice is not a volume.", "只有一层图像，不能构成容积。"),
    ],
)
def test_sentences_with_values_keep_them(english, chinese):
    with translation.override("zh-hans"):
        assert said(english) == chinese
    with translation.override("en"):
        assert re.findall(r"\d+", said(english)) != [] or said(english) == english


def test_other_sentences_are_not_ours():
    assert volume_sentences.told("There is no such case.") is None
