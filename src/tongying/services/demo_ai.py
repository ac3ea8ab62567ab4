"""The demo's models: rules switched on where the cases are, a look at image quality in shadow.

Nothing here pretends a silent trial: a rule needs none, and what would need one stays silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tongying.ai.card.definition import Step
from tongying.consult.people import Viewer
from tongying.services.demo_studies import DemoStudy
from tongying.web.ai import standing
from tongying.web.ai.asking import ask
from tongying.web.ai.installing import model_row
from tongying.web.ai.states import Standing
from tongying.web.evidence import needs, products
from tongying.web.evidence.figures import evidence_for
from tongying.web.evidence.vendors import speak_for
from tongying.web.people.models import Member
from tongying.web.people.store import viewer_of_login

RULES: Final = ("triage", "order-advice", "protocol-advice", "report-draft", "follow-up")
SILENT: Final = ("acquisition-quality", "lungs")
WHY_RULES: Final = "规则，依据公开；演示用"
WHY_SILENT: Final = "静默试运行，无人可见；演示用"
VENDOR_LOGIN: Final = "changshang"
ADMIN_LOGIN: Final = "guanliyuan"
ASKED: Final = ("triage", "protocol-advice")


def make_ai(studies: Mapping[str, DemoStudy], say: Callable[[str], None]) -> dict[str, int]:
    """Switch rules on at the hospitals of the demo's studies, ask two of them, raise a need.

    Parameters
    ----------
    studies : mapping
        The demo's studies by key.
    say : callable
        Takes a line of progress.
    """
    approvers = {
        member.hospital_id: viewer_of_login(member.login)
        for member in Member.objects.filter(role__in=("admin", "expert"), is_active=True)
    }
    for viewer in approvers.values():
        for card in (*RULES, *SILENT):
            row = model_row(card)
            reason = WHY_RULES if card in RULES else WHY_SILENT
            standing.move(viewer, row, Standing.SHADOW.value, reason, evidence_for)
            if card in RULES:
                standing.move(viewer, row, Standing.TRIAL.value, reason, evidence_for)
    askers = {
        member.hospital_id: viewer_of_login(member.login)
        for member in Member.objects.filter(role__in=("requester", "expert"), is_active=True)
    }
    asked = 0
    for study in studies.values():
        viewer = askers.get(study.hospital_code)
        if viewer is None or study.hospital_code not in approvers:
            continue
        for card in ASKED:
            ask(viewer, study.study_uid, card)
            asked += 1
    _vendor()
    _need(next(iter(askers.values())), next(iter(approvers.values())))
    say(f"models: {len(RULES)} rules and {len(SILENT)} silent looks at {len(approvers)} hospitals")
    return {"hospitals": len(approvers), "asked": asked}


def _need(raiser: Viewer, owner: Viewer) -> None:
    """Raise a need and take it on."""
    code = needs.raise_need(
        raiser,
        needs.NeedDraft(
            "演示：12 岁以下胸部 CT 的肺结节检出",
            "现有产品未在 12 岁以下验证，县级医院只能人工逐层阅片。",
            Step.DETECTION.value,
            "肺结节",
        ),
    )
    needs.move(owner, code, needs.Move(needs.Stage.ACCEPTED.value, "先汇集有随访结局的病例。"))


def _vendor() -> None:
    """Enter an invented vendor with a product, and let the demo's vendor speak for it."""
    keeper = viewer_of_login(ADMIN_LOGIN)
    products.add_vendor(keeper, products.VendorDraft("DEMO", "演示厂商（虚构）", "1–49"))
    products.add_product(
        keeper,
        products.ProductDraft(
            "演示肺结节软件（虚构）",
            "DEMO",
            Step.DETECTION.value,
            "肺结节",
            paediatric="no",
        ),
    )
    speak_for(keeper, VENDOR_LOGIN, "DEMO")
