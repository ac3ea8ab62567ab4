"""The page of published norms, from the tables the catalogue reads."""

from __future__ import annotations

from collections.abc import Iterable

MADE = "<!-- Made by scripts/generate_docs.py from the code's own tables; do not edit. -->"
AXES = {
    "age": ("age", "年龄"),
    "corrected-age": ("corrected age", "矫正年龄"),
    "gestational-age": ("gestational age", "孕周"),
    "height": ("height", "身高"),
    "body-surface": ("body surface", "体表面积"),
}
LONGEST_SHOWN_IN_DAYS = 61


def norms_page() -> str:
    """Return the page: per norm its measure, population, n, range, grade, sign-off and source."""
    from tongying.norms.catalogue.loading import catalogue

    norms = sorted(catalogue().values(), key=lambda one: one.id)
    home = sum(not one.population.foreign for one in norms)
    measures_in = len({one.measure for one in norms})
    lines = [
        MADE,
        "",
        "# Published norms · 已发表的参考值",
        "",
        f"{len(norms)} norms of {measures_in} measures; {home} are of Chinese children. None is",
        "signed: each needs sign-off before it is relied on.",
        "",
        f"共 {len(norms)} 条参考值，{measures_in} 个测量项目；其中 {home} 条来自中国儿童。",
        "均未签字，使用前须签字确认。",
        "",
        "Grade · 等级:",
        "",
        "- A: the authors' own code or table · 作者原始代码或数据表",
        "- B: a published table or abstract that was read · 已读的论文表格或摘要",
        "- C: another page, not checked against the paper · 其他页面，未与论文核对",
        "",
        *table(
            (
                "Norm",
                "Measure · 测量项目",
                "Population · 人群",
                "n",
                "Range · 范围",
                "Method · 方法",
                "Grade",
                "Signed",
                "Source",
            ),
            (_norm_row(one) for one in norms),
        ),
        "",
        "## Sources · 来源",
        "",
        *table(
            ("Source", "Citation · 出处", "doi", "Where the numbers were read · 数据所见之处"),
            _source_rows(norms),
        ),
    ]
    return "\n".join(lines) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a table in Markdown, line by line."""
    heads = list(head)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [f"| {' | '.join(one.replace('|', '/') for one in row)} |" for row in rows]


def _norm_row(norm) -> tuple[str, ...]:
    from tongying.norms.measure import measures

    measure = measures()[norm.measure]
    return (
        f"`{norm.id}`",
        f"{measure.english} · {measure.chinese} ({measure.unit})",
        f"{norm.population.english} · {norm.population.chinese}",
        str(norm.population.n) if norm.population.n else "not stated · 未说明",
        _range(norm),
        norm.method.says() if any(norm.method.as_json().values()) else "",
        norm.citation.grade.value,
        ", ".join(one.name for one in norm.signed_off) or "needs sign-off · 待签字",
        norm.id.split(".")[0],
    )


def _source_rows(norms: list) -> list[tuple[str, ...]]:
    rows = {
        norm.id.split(".")[0]: (norm.citation.text, norm.citation.doi or "", norm.citation.seen)
        for norm in norms
    }
    return [(source, *said) for source, said in sorted(rows.items())]


def _range(norm) -> str:
    low, high = norm.form.range(None)
    english, chinese = AXES[norm.axis.value]
    if norm.axis.unit == "d":
        return f"{english} · {chinese} {_age(low)} – {_age(high)}"
    return f"{english} · {chinese} {low:g} – {high:g} {norm.axis.unit}"


def _age(days: float) -> str:
    if days < LONGEST_SHOWN_IN_DAYS:
        return f"{days:.0f} d"
    months = days / (365.25 / 12)
    return f"{months:.0f} mo" if months < 24 else f"{months / 12:.3g} y"
