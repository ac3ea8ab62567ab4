"""The demo's reference values: a ledger of invented children, a norm made of it, measured children.

Everything here is invented by code and says so: the rule by which the children are in the ledger,
and so the population of the norm, names them as no children.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from tongying.norms.axis import AxisKind
from tongying.norms.ledger.sheet import write_sheet
from tongying.services import norm_work
from tongying.services.demo_studies import DemoStudy
from tongying.web.measurements.entering import Entry, enter
from tongying.web.measurements.subject import Asked
from tongying.web.norms import fits, releases
from tongying.web.norms.ledger_import import enter_table, judge_table
from tongying.web.norms.ledger_rules import RuleWish, add_rule
from tongying.web.norms.models import NormFitRow, NormReleaseRow
from tongying.web.people.store import viewer_of_login

RESEARCHER: Final = "hefan"
EXPERTS: Final = ("dengyan", "guotao")
CHILDREN: Final = 600
YOUNGEST_DAYS, OLDEST_DAYS = 1096, 2557
SEED: Final = 20261122
READERS: Final = ("邓妍", "何帆")
READER_SD_MM: Final = 0.6
TOOL, PROTOCOL, READER_RULE = "ultrasound caliper", "us-kidney/1", "longest craniocaudal, supine"
TITLE: Final = "演示：代码编造的虚构儿童，不是真实儿童"
TEXT: Final = (
    "演示用。虚构儿童由代码按公开文献的身长范围随机生成，不得用于任何判断。\n"
    "For the demonstration. Invented by code, not children; nothing may be judged by them."
)
KIDNEYS: Final = (("wen-us-1", "R", 70.5), ("wen-us-2", "R", 72.0), ("wen-us", "R", 75.5))
HEADS: Final = (("tan-mr-prior", 47.9), ("tan-mr", 50.6))
STATEMENT: Final = "演示签名：虚构数据"


def make_norms(
    studies: dict[str, DemoStudy], today: date, say: Callable[[str], None]
) -> dict[str, int | str]:
    """Fill the ledger, fit, sign and publish a norm, and measure some of the demo's children.

    Parameters
    ----------
    studies : dict
        The demo's studies by key.
    today : date
    say : callable
        Takes a line of progress.
    """
    researcher = viewer_of_login(RESEARCHER)
    rule = add_rule(
        researcher,
        RuleWish("demo-invented", "direct", TITLE, TEXT, 5.0, {}, "演示 demonstration"),
    )
    data = _table(rule, str(researcher.hospital), today).encode()
    outcome = enter_table(researcher, data, judge_table(researcher, data).seen)
    norm_id = _publish()
    _measure(studies)
    say(
        f"{outcome.good} 条虚构的正常儿童测量 invented ledger entries · 参考值 norm {norm_id}"
        f" · {len(KIDNEYS) + len(HEADS)} 项测量 measurements"
    )
    return {"entries": outcome.good, "refused": outcome.refused, "norm": norm_id}


def _table(rule: str, site: str, today: date) -> str:
    dice = random.Random(SEED)  # noqa: S311 -- invents children, keeps no secret
    rows = []
    for number in range(CHILDREN):
        age = dice.randint(YOUNGEST_DAYS, OLDEST_DAYS)
        on = today - timedelta(days=dice.randint(5, 300))
        # The middle lies near Kim 2010 (62.2 mm + 0.2 mm a month), the spread is ours.
        length = (62.2 + 0.203 * age / 30.4375) * (1.0 + 0.07 * dice.gauss(0.0, 1.0))
        rows.append(
            {
                "subject": f"演示-{number + 1:04d}",
                "sex": "FM"[number % 2],
                "born": (on - timedelta(days=age)).isoformat(),
                "gestation": "39+0",
                "measured_on": on.isoformat(),
                "measure": "kidney-length",
                "side": "R",
                "value_1": f"{length + dice.gauss(0.0, READER_SD_MM):.1f}",
                "reader_1": READERS[0],
                "value_2": f"{length + dice.gauss(0.0, READER_SD_MM):.1f}",
                "reader_2": READERS[1],
                "unit": "mm",
                "tool": TOOL,
                "protocol": PROTOCOL,
                "reader_rule": READER_RULE,
                "rule": rule,
                "site": site,
                "route": "direct",
                "consent": "given",
                "consent_on": on.isoformat(),
                "consent_reference": "DEMO",
                "quality": "passed",
            }
        )
    return write_sheet(rows, english=True)


def _publish() -> str:
    researcher = viewer_of_login(RESEARCHER)
    source = fits.sources_for(researcher)[0]
    code = fits.ask(
        researcher, fits.FitWish(source.key, AxisKind.AGE.value, ("bccg", "bct"), by_site=False)
    )
    number = NormFitRow.objects.get(code=code).pk
    norm_work.work({"fit": number}, lambda _done, _total, _note: None)
    norm_id = releases.draft(researcher, code)
    digest = NormReleaseRow.objects.get(norm_id=norm_id).sha256
    for login in EXPERTS:
        releases.sign(viewer_of_login(login), norm_id, digest, STATEMENT)
    return norm_id


def _measure(studies: dict[str, DemoStudy]) -> None:
    asks, head = viewer_of_login("chenjianguo"), viewer_of_login("qinxiaoli")
    for key, side, value in KIDNEYS:
        enter(
            asks,
            Entry(
                Asked(study=studies[key].study_uid),
                "kidney-length",
                value,
                "mm",
                side=side,
                tool=TOOL,
                protocol=PROTOCOL,
                rule=READER_RULE,
            ),
        )
    for key, value in HEADS:
        enter(
            head,
            Entry(
                Asked(study=studies[key].study_uid),
                "head-circumference",
                value,
                "cm",
                norm="china-2013.head-circumference@1",
            ),
        )
