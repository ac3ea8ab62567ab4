"""Draft of the stage of a neuroblastoma after the International Neuroblastoma Risk Group.

References
----------
.. [1] Monclair T et al. The International Neuroblastoma Risk Group (INRG) staging system. J Clin
   Oncol 2009;27:298-303 (table read in PDQ, cancer.gov, and BMJ Best Practice).
.. [2] Image-defined risk factors, table 3 of Egypt J Radiol Nucl Med 2020,
   10.1186/s43055-020-00205-2 (the list and what is recorded but does not count).
"""

from __future__ import annotations

from collections.abc import Mapping

from tongying.kernel.caveat import Caveat
from tongying.measure.recipe import AgeOutsideRule, ChildKnown, Grade
from tongying.pathway.aids.aid import Aid, Input, Value
from tongying.pathway.aids.answered import NONE, chosen, several
from tongying.pathway.aids.reason import DAYS_OF_MONTH, AnswersMissing
from tongying.pathway.definition import AnswerKind, Words

RISK_FACTORS: dict[str, tuple[str, str]] = {
    "two-compartments": (
        "extension within two body compartments on one side",
        "肿瘤同侧延伸累及两个体腔（颈-胸、胸-腹、腹-盆）",
    ),
    "neck-vessels": (
        "encasing carotid or vertebral artery or jugular vein",
        "颈部：包绕颈动脉、椎动脉和/或颈内静脉",
    ),
    "skull-base": ("extending to the skull base", "颈部：延伸至颅底"),
    "neck-trachea": ("neck: compressing the trachea", "颈部：压迫气管"),
    "brachial-plexus": ("encasing roots of the brachial plexus", "颈胸交界：包绕臂丛神经根"),
    "subclavian": (
        "encasing subclavian vessels, vertebral or carotid artery",
        "颈胸交界：包绕锁骨下血管、椎动脉和/或颈动脉",
    ),
    "junction-trachea": (
        "cervicothoracic junction: compressing the trachea",
        "颈胸交界：压迫气管",
    ),
    "thoracic-aorta": (
        "encasing the thoracic aorta or major branches",
        "胸部：包绕主动脉和/或主要分支",
    ),
    "airways": ("compressing trachea or principal bronchi", "胸部：压迫气管和/或主支气管"),
    "costovertebral": (
        "lower mediastinum, infiltrating the costovertebral junction T9 to T12",
        "下纵隔：浸润T9–T12肋椎交界",
    ),
    "thoracoabdominal": (
        "thoracoabdominal: encasing aorta or vena cava",
        "胸腹交界：包绕主动脉和/或下腔静脉",
    ),
    "porta-hepatis": (
        "infiltrating porta hepatis or hepatoduodenal ligament",
        "腹盆：浸润肝门和/或肝十二指肠韧带",
    ),
    "mesenteric-root": (
        "encasing branches of the superior mesenteric artery at the root",
        "腹盆：于肠系膜根部包绕肠系膜上动脉分支",
    ),
    "coeliac-origin": (
        "encasing the origin of coeliac axis or superior mesenteric artery",
        "腹盆：包绕腹腔干和/或肠系膜上动脉起始部",
    ),
    "renal-pedicle": ("invading one or both renal pedicles", "腹盆：侵犯一侧或双侧肾蒂"),
    "abdominal-aorta": (
        "abdomen: encasing aorta or vena cava",
        "腹盆：包绕主动脉和/或下腔静脉",
    ),
    "iliac-vessels": ("encasing iliac vessels", "腹盆：包绕髂血管"),
    "sciatic-notch": ("pelvic tumour crossing the sciatic notch", "腹盆：盆腔肿瘤跨越坐骨切迹"),
    "intraspinal": (
        "intraspinal: more than a third of the canal, no leptomeningeal space, or cord signal",
        "椎管内：轴位占椎管1/3以上、软脊膜周围间隙消失或脊髓信号异常",
    ),
    "organs": (
        "infiltrating pericardium, diaphragm, kidney, liver, duodenopancreatic block or mesentery",
        "浸润邻近器官：心包、膈肌、肾、肝、十二指肠-胰腺区、肠系膜",
    ),
}
"""The twenty of [2]_."""
METASTASES = ("none", "skin-liver-marrow", "other")
SPECIAL_BEFORE_MONTHS = 18
NEAR_DAYS = 3
"""So near to 18 months the calendar decides, not the number of days."""
SOURCE = (
    "Monclair T et al., J Clin Oncol 2009;27:298-303; risk factors from 10.1186/s43055-020-00205-2 "
    "table 3; primary text not seen, needs sign-off"
)
_MARROW = Caveat(
    "pathway.inrg-marrow",
    "MS allows only few tumour cells in the marrow (below 10 %) and no uptake there with MIBG.",
)
_NEAR = Caveat(
    "pathway.inrg-near",
    "The child is within days of 18 months at this examination: check the date of birth.",
)


def stage(
    *, risk_factors: frozenset[str] | None, metastases: str | None, child: ChildKnown
) -> Grade:
    """Return the stage that the findings draft: ``L1``, ``L2``, ``M`` or ``MS``.

    Parameters
    ----------
    risk_factors : frozenset of str or None
        Of `RISK_FACTORS`; empty where there is none.
    metastases : str or None
        Of `METASTASES`.
    child : ChildKnown

    Raises
    ------
    AnswersMissing
        If metastases are not answered, or the risk factors are not and there are no metastases;
        or a name is not known.
    AgeOutsideRule
        If metastases lie only in skin, liver or marrow and the age is not known.

    Examples
    --------
    >>> stage(risk_factors=frozenset(), metastases="none", child=ChildKnown()).value
    'L1'
    """
    unknown = (risk_factors or frozenset()) - RISK_FACTORS.keys()
    if unknown:
        raise AnswersMissing(f"No risk factor is called {min(unknown)[:40]!r}.")
    if metastases is None or metastases not in METASTASES:
        raise AnswersMissing("Say first whether there are metastases, and where.")
    if metastases == "other":
        return _grade("M", "distant metastases", "远处转移")
    if metastases == "skin-liver-marrow":
        return _confined(child)
    if risk_factors is None:
        raise AnswersMissing("Answer the image-defined risk factors first, even if there is none.")
    if not risk_factors:
        return _grade("L1", "no image-defined risk factor", "未见影像学定义的危险因素（IDRF）")
    named = [RISK_FACTORS[one] for one in RISK_FACTORS if one in risk_factors]
    return _grade(
        "L2",
        f"{len(named)} image-defined risk factor{'' if len(named) == 1 else 's'}: "
        + "; ".join(one[0] for one in named),
        f"{len(named)}项IDRF：" + "；".join(one[1] for one in named),
    )


def _confined(child: ChildKnown) -> Grade:
    if child.age_days is None:
        raise AgeOutsideRule("Stage M or MS: the age decides, and it is not known.")
    limit = SPECIAL_BEFORE_MONTHS * DAYS_OF_MONTH
    near = (_NEAR,) if abs(child.age_days - limit) <= NEAR_DAYS else ()
    if child.age_days < limit:
        return _grade(
            "MS",
            "metastases only in skin, liver or marrow, younger than 18 months",
            "转移仅限皮肤、肝和/或骨髓，年龄<18个月",
            (_MARROW, *near),
        )
    return _grade(
        "M",
        "metastases in skin, liver or marrow, 18 months or older",
        "皮肤、肝和/或骨髓转移，年龄≥18个月",
        near,
    )


def _grade(value: str, english: str, chinese: str, caveats: tuple[Caveat, ...] = ()) -> Grade:
    return Grade(
        scheme="inrgss",
        value=value,
        side="",
        english=f"Draft INRG stage {value}: {english}.",
        chinese=f"INRG分期草案{value}：{chinese}。",
        source=SOURCE,
        caveats=caveats,
    )


def _inrgss(values: Mapping[str, Value], child: ChildKnown) -> Grade:
    return stage(
        risk_factors=several(values, "risk-factors"),
        metastases=chosen(values, "metastases"),
        child=child,
    )


AIDS = (
    Aid(
        "inrgss",
        Words("INRG stage draft", "INRG分期草案"),
        (
            Input(
                "risk-factors",
                AnswerKind.CHOICES,
                must=False,
                options=frozenset(RISK_FACTORS) | {NONE},
            ),
            Input("metastases", AnswerKind.CHOICE, options=frozenset(METASTASES)),
        ),
        _inrgss,
        ("L1", "L2", "M", "MS"),
    ),
)
