"""What the labels of brain networks mean: words, codes, and the measure that each one gives.

Labels are called as FreeSurfer's colour table calls them, both sides together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.kernel.errors import BadInput

ANATOMY: Final = codes.SCT.AnatomicalStructure
"""Segmented property category of every region."""


class LabelsUnknown(BadInput):
    """The list of labels is none that the platform knows."""

    code: ClassVar[str] = "ai.labels-unknown"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the head.

    Attributes
    ----------
    name : str
        Of the mask, stable.
    english, chinese : str
    measure : str
        Of its volume.
    kind : Code
        Segmented property type: SNOMED CT as DICOM PS3.16 names it; a term of the project where it
        names none.
    """

    name: str
    english: str
    chinese: str
    measure: str
    kind: Code


HEAD_CONTENT: Final = Region(
    "brain-mask", "Brain with its fluid", "脑（含脑脊液）", "intracranial-volume",
    codes.SCT.Brain,
)  # fmt: skip
TISSUES: Final[dict[str, Region]] = {
    "Fluid": Region(
        "cerebrospinal-fluid", "Cerebrospinal fluid", "脑脊液", "cerebrospinal-fluid-volume",
        codes.SCT.CerebrospinalFluid,
    ),
    "Grey-Matter": Region(
        "grey-matter", "Grey matter", "灰质", "total-grey-matter-volume",
        codes.SCT.GrayMatter,
    ),
    "White-Matter": Region(
        "white-matter", "White matter", "白质", "white-matter-volume",
        codes.SCT.WhiteMatter,
    ),
}  # fmt: skip
REGIONS: Final[dict[str, Region]] = {
    "Brain": HEAD_CONTENT,
    **TISSUES,
    "Cerebral-White-Matter": Region(
        "cerebral-white-matter", "Cerebral white matter", "大脑白质", "white-matter-volume",
        codes.SCT.CerebralWhiteMatter,
    ),
    "Cerebral-Cortex": Region(
        "cerebral-cortex", "Cerebral cortex", "大脑皮质", "grey-matter-volume",
        codes.SCT.CerebralCortex,
    ),
    "Lateral-Ventricle": Region(
        "lateral-ventricle", "Lateral ventricles", "侧脑室", "lateral-ventricles-volume",
        codes.SCT.LateralVentricle,
    ),
    "Inferior-Lateral-Ventricle": Region(
        "temporal-horn", "Temporal horns", "侧脑室颞角", "",
        codes.SCT.InferiorHornOfLateralVentricle,
    ),
    "Cerebellum-White-Matter": Region(
        "cerebellar-white-matter", "Cerebellar white matter", "小脑白质",
        "cerebellar-white-matter-volume", codes.SCT.CerebellarWhiteMatter,
    ),
    "Cerebellum-Cortex": Region(
        "cerebellar-cortex", "Cerebellar cortex", "小脑皮质", "cerebellar-cortex-volume",
        codes.SCT.CerebellarCortex,
    ),
    "Thalamus": Region(
        "thalamus", "Thalami", "丘脑", "thalamus-volume", codes.SCT.Thalamus,
    ),
    "Caudate": Region(
        "caudate", "Caudate nuclei", "尾状核", "caudate-volume", codes.SCT.CaudateNucleus,
    ),
    "Putamen": Region(
        "putamen", "Putamina", "壳核", "putamen-volume", codes.SCT.Putamen,
    ),
    "Pallidum": Region(
        "pallidum", "Globi pallidi", "苍白球", "pallidum-volume", codes.SCT.GlobusPallidus,
    ),
    "3rd-Ventricle": Region(
        "third-ventricle", "Third ventricle", "第三脑室", "third-ventricle-volume",
        codes.SCT.ThirdVentricle,
    ),
    "4th-Ventricle": Region(
        "fourth-ventricle", "Fourth ventricle", "第四脑室", "fourth-ventricle-volume",
        codes.SCT.FourthVentricle,
    ),
    "Brain-Stem": Region(
        "brainstem", "Brainstem", "脑干", "brainstem-volume", codes.SCT.BrainStem,
    ),
    "Hippocampus": Region(
        "hippocampus", "Hippocampi", "海马", "hippocampi-volume", codes.SCT.Hippocampus,
    ),
    "Amygdala": Region(
        "amygdala", "Amygdalae", "杏仁核", "amygdala-volume", codes.SCT.Amygdala,
    ),
    "Accumbens-area": Region(
        "accumbens", "Nuclei accumbentes", "伏隔核", "accumbens-volume",
        codes.SCT.NucleusAccumbens,
    ),
    "VentralDC": Region(
        "ventral-diencephalon", "Ventral diencephala", "腹侧间脑", "ventral-diencephalon-volume",
        Code("BRN001", "99TONGYING", "Ventral diencephalon"),
    ),
}  # fmt: skip

BACKGROUND: Final = "Unknown"

SUMS: Final[dict[str, tuple[str, ...]]] = {
    "deep-grey-matter-volume": (
        "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area",
    ),
    "ventricle-volume": (
        "Lateral-Ventricle", "Inferior-Lateral-Ventricle", "3rd-Ventricle", "4th-Ventricle",
    ),
    "lateral-ventricles-volume": ("Lateral-Ventricle", "Inferior-Lateral-Ventricle"),
    "cerebellum-volume": ("Cerebellum-White-Matter", "Cerebellum-Cortex"),
    "brain-tissue-volume": ("Grey-Matter", "White-Matter"),
}  # fmt: skip
"""Measures of several labels together; such a sum stands in the place of a label's own."""


def regions_of(labels: tuple[str, ...]) -> tuple[Region, ...]:
    """Return the regions of labels, without the background, in the order of label numbers from 1.

    Raises
    ------
    LabelsUnknown
        If the first is not the background, or one is not known.
    """
    unknown = [label for label in labels[1:] if label not in REGIONS]
    if len(labels) < 2 or labels[0] != BACKGROUND or unknown:
        raise LabelsUnknown("The network's labels are not ones that the platform knows.")
    return tuple(REGIONS[label] for label in labels[1:])
