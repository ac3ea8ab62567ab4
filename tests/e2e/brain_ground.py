"""What the brain journey finds when it begins, run beside the server: ``brain_ground.py DATA``.

A norm of one tool from children invented by code, and models that may speak. No hundred silent
cases are run for a test: the approval that would need them is written here, and says so.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path

from tongying.norms.axis import AxisKind
from tongying.norms.ledger.sheet import write_sheet
from tongying.web.boot import boot

CHILDREN = 600
MEASURE, MIDDLE_CM3, SPREAD = "white-matter-volume", 390.0, 0.08
YOUNGEST_DAYS, OLDEST_DAYS = 1096, 2557
COUNTY = "XNZX"
MODEL, DRAFT = "brain-grey-white", "report-draft"
POPULATION = "合成：由代码生成的虚构儿童"
MADE_FOR_TEST = "Silent trial made for a test; no silent cases were run."


def table(rule: str, version: str) -> bytes:
    """Return a ledger of invented children, measured by two invented readers with one tool."""
    dice = random.Random(7)
    today = date(2026, 3, 1)
    rows = []
    for number in range(CHILDREN):
        age = dice.randint(YOUNGEST_DAYS, OLDEST_DAYS)
        on = today - timedelta(days=dice.randint(5, 300))
        volume = (MIDDLE_CM3 + 0.02 * (age - 1348)) * (1 + SPREAD * dice.gauss(0, 1))
        row = {
            "subject": f"S-{number:04d}",
            "sex": "FM"[number % 2],
            "born": (on - timedelta(days=age)).isoformat(),
            "gestation": "39+0",
            "measured_on": on.isoformat(),
            "measure": MEASURE,
            "value_1": f"{volume:.1f}",
            "reader_1": "甲",
            "value_2": f"{volume + dice.gauss(0, 1):.1f}",
            "reader_2": "乙",
            "unit": "cm3",
            "tool": MODEL,
            "version": version,
            "protocol": "t1-3d",
            "reader_rule": "both sides together, voxels counted",
            "rule": rule,
            "site": COUNTY,
            "route": "direct",
            "consent": "given",
            "consent_on": on.isoformat(),
            "consent_reference": "SYNTHETIC",
            "quality": "passed",
        }
        rows.append(row)
    return write_sheet(rows, english=True).encode()


def publish_norm(version: str) -> str:
    """Fit the invented children, have two people sign, and return the norm's id."""
    from tongying.consult.people import Role
    from tongying.services import norm_work
    from tongying.web.norms import fits, releases
    from tongying.web.norms.ledger_import import enter_table, judge_table
    from tongying.web.norms.ledger_rules import RuleWish, add_rule
    from tongying.web.norms.models import NormFitRow, NormReleaseRow
    from tongying.web.people.store import NewMember, add_member, viewer_of_login

    add_member(NewMember("fan", Role.RESEARCHER, COUNTY, "not-used-here-1", "范研"), actor="test")
    researcher = viewer_of_login("fan")
    rule = add_rule(
        researcher, RuleWish("synthetic", "direct", POPULATION, "No children.", 5.0, {}, "test")
    )
    data = table(rule, version)
    assert enter_table(researcher, data, judge_table(researcher, data).seen).good == CHILDREN
    wish = fits.FitWish(
        fits.sources_for(researcher)[0].key, AxisKind.AGE.value, ("normal",), by_site=False
    )
    code = fits.ask(researcher, wish)
    norm_work.work({"fit": NormFitRow.objects.get(code=code).pk}, lambda *_: None)
    norm = releases.draft(researcher, code)
    digest = NormReleaseRow.objects.get(norm_id=norm).sha256
    for login in ("fan", "chen"):
        releases.sign(viewer_of_login(login), norm, digest, "synthetic")
    return norm


def let_speak() -> str:
    """Put the two models on trial at the county's hospital; return the brain model's version."""
    from tongying.web import now as clock
    from tongying.web.ai.installing import model_row
    from tongying.web.ai.models import StandingRow
    from tongying.web.people.store import viewer_of_login

    chen = viewer_of_login("chen")
    for card in (MODEL, DRAFT):
        StandingRow.objects.create(
            model=model_row(card),
            hospital_id=COUNTY,
            standing="trial",
            before="shadow",
            by_id=chen.user,
            at=clock.now(),
            reason=MADE_FOR_TEST,
            evidence={"ready_bands": ["2-5"], "made": MADE_FOR_TEST},
        )
    return str(model_row(MODEL).version)


if __name__ == "__main__":
    boot(Path(sys.argv[1]))
    print(publish_norm(let_speak()))  # noqa: T201 - said to whoever started it
