"""``tongying norms``: the catalogue, scores, fits and releases on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongying.kernel.errors import BadInput
from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.fit.settings import POWERS
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.release.document import norm_from
from tongying.norms.score.result import ChildFacts, Measured, NormUnknown, Score
from tongying.norms.score.score import score as score_of
from tongying.norms.sex import sex_of
from tongying.services.command import Json, open_data, refusing, say

if TYPE_CHECKING:
    from collections.abc import Mapping

norms_app = typer.Typer(
    no_args_is_help=True, help="Reference values: catalogue, score, fit, release."
)
DataMaybe = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="TONGYING_DATA", help="Data directory, for norms released there."
    ),
]
NormFile = Annotated[
    Path | None, typer.Option("--norm-file", help="A norm's document instead of a known one.")
]


@norms_app.command("catalogue")
@refusing
def list_norms(
    measure: Annotated[str, typer.Option(help="Only norms about this measure.")] = "",
    data: DataMaybe = None,
    as_json: Json = False,
) -> None:
    """List the norms: what they are about, of whom, and where the numbers come from."""
    found = [norm for norm in norms_known(data).values() if not measure or norm.measure == measure]
    rows = [_row(norm) for norm in found]
    words = "\n".join(
        f"{row['id']:44} {row['measure']:32} {row['population']}"
        f"{'' if row['signed_off'] else '; needs sign-off'}"
        for row in rows
    )
    say(rows, as_json=as_json, words=words or "No norm is about this measure.")


@norms_app.command("score")
@refusing
def score(
    value: Annotated[float, typer.Option(help="In the norm's unit unless --unit says another.")],
    norm: Annotated[str, typer.Option(help="Id of the norm, as the catalogue lists it.")] = "",
    measure: Annotated[str, typer.Option(help="Instead of --norm: the norm that fits.")] = "",
    unit: Annotated[str, typer.Option(help="Unit of the value.")] = "",
    age_days: Annotated[float | None, typer.Option(help="Age in days; decimals allowed.")] = None,
    sex: Annotated[str, typer.Option(help="F or M.")] = "",
    ga_weeks: Annotated[
        float | None,
        typer.Option(help="Gestational age of a fetus; of a born child, at birth."),
    ] = None,
    height_cm: Annotated[float | None, typer.Option()] = None,
    weight_kg: Annotated[float | None, typer.Option()] = None,
    site: Annotated[str, typer.Option(help="Code of the hospital that measured.")] = "",
    tool: Annotated[str, typer.Option(help="What it was measured with.")] = "",
    tool_version: Annotated[str, typer.Option()] = "",
    protocol: Annotated[str, typer.Option()] = "",
    rule: Annotated[str, typer.Option(help="The reader's rule.")] = "",
    norm_file: NormFile = None,
    data: DataMaybe = None,
    as_json: Json = False,
) -> None:
    """Set a value against a norm: z, centile with its interval, or a refusal with its reason."""
    known, about = asked_norm(norm, norm_file, data)
    if about is None and not measure:
        raise BadInput("Name a norm or a measure.", code="norms.nothing-asked")
    asked = about.measure if about is not None else measure
    stated = MeasuringMethod(tool or None, tool_version or None, protocol or None, rule or None)
    answer = score_of(
        Measured(
            measure=asked,
            value=value,
            unit=unit or (about.unit if about is not None else measure_of(asked).unit),
            method=stated if stated != MeasuringMethod() else None,
            site=site or None,
        ),
        _facts(about, age_days, sex, ga_weeks, height_cm, weight_kg),
        None,
        known,
        norm=about.id if about is not None else None,
    )
    say(answer.as_json(), as_json=as_json, words="" if as_json else _words(answer))


@norms_app.command("fit")
@refusing
def fit(
    table: Annotated[Path, typer.Argument(help="CSV of children; docs/researcher.md lists it.")],
    measure: Annotated[str, typer.Option(help="What was measured.")],
    route: Annotated[str, typer.Option(help="direct (volunteers) or indirect (routine).")],
    out: Annotated[Path, typer.Option(help="Where the norm's document is written; a new file.")],
    norm_id: Annotated[str, typer.Option(help="With its version: mine.kidney-length@1.")],
    population: Annotated[str, typer.Option(help="Whom it is about, in English.")],
    population_zh: Annotated[str, typer.Option(help="The same in Chinese.")] = "",
    country: Annotated[str, typer.Option(help="ISO 3166, such as CN.")] = "",
    axis: Annotated[str, typer.Option(help="age, corrected-age, height, …")] = AxisKind.AGE.value,
    sexes: Annotated[str, typer.Option(help="apart, together or by-test.")] = "apart",
    families: Annotated[
        str, typer.Option(help="Distributions to try, separated by commas.")
    ] = "normal,bccg,bct,shash",
    by_site: Annotated[bool, typer.Option(help="Whether each site's middle may differ.")] = True,
    tool: Annotated[str, typer.Option(help="What it was measured with.")] = "",
    tool_version: Annotated[str, typer.Option()] = "",
    protocol: Annotated[str, typer.Option()] = "",
    rule: Annotated[str, typer.Option(help="The reader's rule.")] = "",
    replicates: Annotated[int, typer.Option(help="Bootstrap samples.")] = 200,
    seed: Annotated[int, typer.Option()] = 1,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Go on without the rows that are refused.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fit a norm to a table of children. What comes out is a draft that nobody has signed."""
    from tongying.services.norm_files import free, read_document
    from tongying.services.norm_fitting import fit_table

    free(out)
    asked = {
        "norm_id": norm_id,
        "measure": measure,
        "method": {
            "tool": tool or None,
            "version": tool_version or None,
            "protocol": protocol or None,
            "rule": rule or None,
        },
        "population": {
            "english": population,
            "chinese": population_zh or population,
            "country": country or None,
        },
        "route": route,
        "axis": axis,
        "sexes": sexes,
        "families": [name.strip() for name in families.split(",") if name.strip()],
        "powers": list(POWERS),
        "by_site": by_site,
        "skip_refused": skip_refused,
        "replicates": replicates,
        "seed": seed,
    }
    answer, words = fit_table(read_document(table), asked, out)
    say(answer, as_json=as_json, words=words)


@norms_app.command("release")
@refusing
def release(
    document: Annotated[Path, typer.Argument(help="A norm's document.")],
    before: Annotated[
        Path | None, typer.Option(help="The document it follows, to say what changed.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table of centiles here.")] = None,
    fhir: Annotated[Path | None, typer.Option(help="Write the ObservationDefinition here.")] = None,
    as_json: Json = False,
) -> None:
    """Check a norm's document, say its digest and what changed, and export it."""
    from tongying.services.norm_files import read_document, release_files

    text = read_document(document)
    earlier = read_document(before) if before is not None else None
    answer, words = release_files(text, earlier, csv, fhir)
    say(answer, as_json=as_json, words=words)


def norms_known(data: Path | None) -> Mapping[str, Norm]:
    """Return the norms in force on a data directory; without one, those of the catalogue."""
    if data is None or not data.exists():
        return catalogue()
    open_data(data)
    from tongying.web.norms.store import norms_in_force

    return norms_in_force()


def asked_norm(
    norm: str, norm_file: Path | None, data: Path | None
) -> tuple[Mapping[str, Norm], Norm | None]:
    """Return the norms at hand, and the one that is asked for; None where none is named.

    Raises
    ------
    NormUnknown
        If none has this id.
    """
    known = norms_known(data) if norm_file is None else one_norm(norm_file)
    chosen = norm or (next(iter(known)) if norm_file is not None else "")
    if chosen and chosen not in known:
        raise NormUnknown(f"No norm is called {chosen[:80]!r}; `norms catalogue` lists them.")
    return known, known.get(chosen)


def one_norm(path: Path) -> Mapping[str, Norm]:
    """Return the norm of a document, by its id."""
    from tongying.services.norm_files import read_document

    norm = norm_from(read_document(path))
    return {norm.id: norm}


def _facts(
    norm: Norm | None,
    age_days: float | None,
    sex: str,
    ga_weeks: float | None,
    height_cm: float | None,
    weight_kg: float | None,
) -> ChildFacts:
    unborn = norm is not None and norm.axis is AxisKind.GESTATIONAL_AGE
    weeks = ga_weeks * 7 if ga_weeks is not None else None
    return ChildFacts(
        sex=sex_of(sex),
        gestation_days=round(weeks) if weeks is not None and not unborn else None,
        gestational_age_days=weeks if unborn else None,
        height_cm=height_cm,
        weight_kg=weight_kg,
        age_days=age_days,
    )


def _row(norm: Norm) -> dict[str, Any]:
    low, high = norm.form.range(None)
    return {
        "id": norm.id,
        "measure": norm.measure,
        "unit": norm.unit,
        "population": norm.population.english,
        "country": norm.population.country,
        "foreign": norm.population.foreign,
        "n": norm.population.n,
        "source": norm.citation.text if norm.citation else "",
        "doi": norm.citation.doi if norm.citation else None,
        "seen": norm.citation.seen if norm.citation else "",
        "grade": norm.citation.grade.value if norm.citation else None,
        "signed_off": bool(norm.signed_off),
        "origin": norm.origin.value,
        "route": norm.route.value,
        "axis": norm.axis.value,
        "axis_unit": norm.axis.unit,
        "from": low,
        "to": high,
        "by_sex": norm.form.by_sex(),
        "form": norm.form.kind,
        "method": norm.method.as_json(),
        "caveats": [caveat.as_json() for caveat in norm.caveats],
        "sha256": norm.sha256,
    }


def _words(answer: Score) -> str:
    said = f"{answer.value:g} {answer.unit}"
    if answer.z is not None and answer.centile is not None:
        said += f": z {answer.z:+.2f}, centile {answer.centile:.1f}"
        if answer.centile_interval is not None:
            low, high = answer.centile_interval
            said += f" (90 % interval {low:.1f} to {high:.1f})"
    else:
        said += f": {answer.position.value} the limits ({answer.limits_say})"
    lines = [said, f"  {answer.norm}; {answer.population}; {answer.source}"]
    if answer.n_near is not None:
        lines.append(f"  {answer.n_near} children of this age and sex behind it")
    lines += [f"  {caveat.sentence}" for caveat in answer.caveats]
    return "\n".join([*lines, "Research use only."])
