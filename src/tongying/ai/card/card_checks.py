"""What the parts of a card must say about each other, so that no card promises what it is not."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from tongying.ai.card.definition import (
    Method,
    ModelCard,
    OutputKind,
    Runtime,
    Span,
    Step,
)
from tongying.pathway.entry import Entry

_WORDS_ONLY: Final = frozenset({OutputKind.FLAGS, OutputKind.TEXT})
_FROM_A_PACK: Final = frozenset({Runtime.ONNX, Runtime.TORCHSCRIPT, Runtime.MONAI_BUNDLE})
_NOT_TO_BUNDLE: Final = ("AGPL", "-NC", "NONCOMMERCIAL", "PROPRIETARY")
_BUILT_IN: Final = "tongying.ai."
_CHILD_DAYS: Final = 18 * 365.25


def check_card(card: ModelCard, root: Entry) -> None:
    """Note what contradicts itself on a card.

    Parameters
    ----------
    card : ModelCard
        As read; with stand-ins where a fault was noted already.
    root : Entry
        Its text.
    """
    _check_open(card, root)
    _check_method(card, root)
    _check_running(card, root)
    if card.shown_first and card.step is not Step.TRIAGE:
        root.fault(
            root.line_of("shown-first"),
            "card: only triage is shown before the reader's own read.",
            "card：只有分诊可在医生独立阅片之前显示。",
        )
    wants = OutputKind.FINDINGS in card.outputs or OutputKind.FLAGS in card.outputs
    if wants and not card.findings and not root.has("findings"):
        root.fault(
            root.line_of("outputs"),
            "card: what gives findings or flags lists their kinds under 'findings'.",
            "card：输出发现或标记时，须在“findings”中列出种类。",
        )
    licence = card.licence.upper()
    if card.bundled and any(one in licence for one in _NOT_TO_BUNDLE):
        root.fault(
            root.line_of("bundled"),
            "card: what its licence does not let us pass on is not bundled.",
            "card：许可证不允许再分发的内容不得随平台附带。",
        )


def _check_open(card: ModelCard, root: Entry) -> None:
    if not card.outputs or card.outputs <= _WORDS_ONLY or not root.has("scope"):
        return
    for key, is_open in (
        ("ages", card.scope.age_days == Span(None, None)),
        ("modality", card.scope.modality is None),
    ):
        if is_open:
            root.fault(
                root.line_of("scope"),
                f"scope: {key!r} must be named by what finds, outlines, measures or maps.",
                f"scope：凡输出发现、分割、测值或图谱者，必须写明“{key}”。",
            )


def _check_method(card: ModelCard, root: Entry) -> None:
    if card.method is not Method.RULE and not root.has("evidence"):
        root.fault(
            root.line,
            "card: 'evidence' is missing; only a rule may have none.",
            "card：缺少“evidence”；只有规则可以没有证据。",
        )
    untrained = card.training.n == 0
    if (card.method is Method.TRAINED) == untrained and root.has("training"):
        root.fault(
            root.line_of("training"),
            "card: what is trained says on what; what is not, says none.",
            "card：经训练的模型须说明训练数据；未经训练的写 none。",
        )
    low = card.scope.age_days.low or 0
    strange = card.method is Method.TRAINED and not card.training.children and low < _CHILD_DAYS
    if strange and not card.caveats:
        root.fault(
            root.line,
            "card: trained on no children, or nobody says: that stands under 'caveats'.",
            "card：训练数据不含儿童或不详时，须在“caveats”中说明。",
        )


def _check_running(card: ModelCard, root: Entry) -> None:
    running = card.running
    line = root.line_of("run")
    if running.runtime is Runtime.BUILT_IN:
        module, _, function = running.entry.partition(":")
        if running.entry and not (
            module.startswith(_BUILT_IN)
            and all(part.isidentifier() for part in (*module.split("."), function))
        ):
            root.fault(
                line,
                f"run: a built-in's entry is {_BUILT_IN}module:function.",
                f"run：内置功能的“entry”应为 {_BUILT_IN}模块:函数。",
            )
        if running.files:
            root.fault(line, "run: a built-in has no files.", "run：内置功能没有模型文件。")
    if running.runtime in _FROM_A_PACK and not running.files:
        root.fault(
            line,
            "run: the files of the pack are listed with their sha256.",
            "run：须列出模型包的文件及其sha256。",
        )
    seen = set()
    for one in running.files:
        if not one.name:
            continue
        path = PurePosixPath(one.name)
        odd = path.is_absolute() or ".." in path.parts or "\\" in one.name or ":" in one.name
        if odd or str(path) != one.name or one.name in seen:
            root.fault(
                line,
                f"run: {one.name[:60]!r} is no file within the pack, or said twice.",
                f"run：“{one.name[:60]}”不是模型包内的文件，或重复。",
            )
        seen.add(one.name)
