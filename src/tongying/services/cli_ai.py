"""``tongying ai``: the models that are here, their cards and packs, and a run behind the gate."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongying.kernel.errors import BadInput
from tongying.services.cli_ai_evidence import evaluate, monitor, readers
from tongying.services.command import BAD_INPUT, Data, Json, open_data, refusing, say
from tongying.services.norm_files import read_document

if TYPE_CHECKING:
    from tongying.ai.card.definition import ModelCard

_NETWORKS = ("onnx", "torchscript", "monai-bundle")

ai_app = typer.Typer(
    no_args_is_help=True,
    help="Models: list, show, check, install, run behind the gate, evaluate, monitor.",
)
ai_app.command("evaluate")(evaluate)
ai_app.command("readers")(readers)
ai_app.command("monitor")(monitor)


@ai_app.command("list")
@refusing
def list_models(data: Data = Path("data"), as_json: Json = False) -> None:
    """List the models that ship and those installed in the data directory."""
    from tongying.services.ai_models import all_models, broken_packs, told

    found, broken = all_models(data), broken_packs(data)
    rows = [told(one) for one in found]
    lines = [
        f"{one.card.id:24} {one.card.version:>8}  {row['status']:15} {one.card.step.value:20}"
        f" {one.card.method.value:9} {one.card.name.english} {one.card.name.chinese}"
        for one, row in zip(found, rows, strict=True)
    ]
    lines += [f"{one['id']:33}  {one['status']:15} {one['why']}" for one in broken]
    say([*rows, *broken], as_json=as_json, words="\n".join(lines))


@ai_app.command("show")
@refusing
def show(
    name: Annotated[str, typer.Argument(help="Id, id-version, or the folder of a pack.")],
    text: Annotated[bool, typer.Option("--text", help="The card as written.")] = False,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Show a model's card."""
    from tongying.services.ai_models import model_of, told

    model = model_of(name, data)
    if text:
        say({"id": model.card.id, "text": model.text}, as_json=as_json, words=model.text.rstrip())
        return
    row = told(model)
    say(row, as_json=as_json, words=_words(model.card, row))


@ai_app.command("check")
@refusing
def check(
    path: Annotated[Path, typer.Argument(help="A card's text, or a pack: folder or zip.")],
    as_json: Json = False,
) -> None:
    """Check a card or a pack; every fault with its line, and exit code 2."""
    import zipfile

    from tongying.ai.backends.meshnet_session import is_meshnet
    from tongying.ai.backends.network_settings import network_settings
    from tongying.ai.card.reading import CardRefused, read_card
    from tongying.ai.pack import install_pack

    try:
        if path.is_dir() or zipfile.is_zipfile(path):
            with tempfile.TemporaryDirectory() as folder:
                card = install_pack(path, Path(folder)).card
        else:
            card = read_card(read_document(path), name=path.name)
        if card.running.runtime in _NETWORKS and not is_meshnet(card):
            network_settings(card)
    except CardRefused as refused:
        if as_json:
            faults = [one.as_json() for one in refused.faults]
            say(
                {"code": refused.error_code, "error": refused.sentence, "faults": faults},
                as_json=True,
            )
        for one in refused.faults:
            typer.echo(f"{refused.name}:{one.line}: {one.sentence} {one.chinese}", err=True)
        raise typer.Exit(BAD_INPUT) from None
    say(
        {"id": card.id, "version": card.version, "good": True},
        as_json=as_json,
        words=f"{path}: {card.id}, version {card.version}, can be followed.",
    )


@ai_app.command("install")
@refusing
def install(
    pack: Annotated[Path, typer.Argument(help="Folder or zip of the pack.")],
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Install a pack; it is off everywhere until a named person moves it."""
    open_data(data)
    from tongying.web.ai.installing import install as install_model

    row = install_model(pack)
    say(
        {"id": row.card_id, "version": row.version, "card_sha256": row.card_sha256},
        as_json=as_json,
        words=f"{row.card_id}, version {row.version}, is installed and off.",
    )


@ai_app.command("pack-meshnet")
@refusing
def pack_meshnet(
    architecture: Annotated[Path, typer.Argument(help="model.json as published.")],
    weights: Annotated[Path, typer.Argument(help="model.pth as published.")],
    labels: Annotated[Path, typer.Option(help="JSON: names of labels from 0.")],
    out: Annotated[Path, typer.Option(help="Folder for the pack.")],
    as_json: Json = False,
) -> None:
    """Make a pack of a published MeshNet, for a hospital to check and install."""
    from tongying.ai.brain.packing import make_pack

    for path in (architecture, weights, labels):
        if not path.is_file():
            raise BadInput(f"There is no file {path}.", code="ai.file-missing")
    card = make_pack(architecture, weights, labels, out)
    say(
        {"id": card.id, "version": card.version, "folder": str(out)},
        as_json=as_json,
        words=f"{out}: {card.id}, version {card.version}. Install it with: tongying ai install",
    )


@ai_app.command("run")
@refusing
def run(
    model: Annotated[str, typer.Option(help="Id, id-version, or the folder of a pack.")],
    study: Annotated[Path, typer.Option(help="Folder of the study's DICOM files.")],
    out: Annotated[Path, typer.Option(help="Folder for result.json and the answer.")],
    prior: Annotated[Path | None, typer.Option(help="Folder of an earlier study.")] = None,
    given: Annotated[
        Path | None, typer.Option(help="JSON: earlier results, and what the question says.")
    ] = None,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Run a model on a study. Outside its card it does not run: exit code 2, with every reason."""
    from tongying.services.ai_models import model_of
    from tongying.services.ai_run import Asked, read_study, run_model

    asked = Asked(
        study=read_study(study),
        prior=None if prior is None else read_study(prior),
        given=_table(given),
        written_at=datetime.now(UTC),
    )
    found = run_model(model_of(model, data), asked, out, _teller(as_json))
    refusal = found["refusal"]
    if refusal is None:
        say(found, as_json=as_json, words=f"{out}: {found['seconds']} s, {found['peak_mb']} MB.")
        return
    if as_json:
        say(found, as_json=True)
    lines = [f"{one['code']}: {one['english']} {one['chinese']}" for one in refusal["reasons"]]
    for line in lines or [f"{refusal['code']}: {refusal['sentence']}"]:
        typer.echo(line, err=True)
    raise typer.Exit(BAD_INPUT)


def _table(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = json.loads(read_document(path))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadInput(f"{path} is no JSON object.", code="ai.given-unreadable")
    return found


def _teller(as_json: bool) -> Any:
    def tell(fraction: float, stage: str, seconds: float) -> None:
        if not as_json:
            typer.echo(f"{seconds:6.1f} s  {fraction:4.0%}  {stage}", err=True)

    return tell


def _words(card: ModelCard, row: dict[str, Any]) -> str:
    scope = card.scope
    low, high = scope.age_days.low, scope.age_days.high
    ages = "any" if low is high is None else f"{low or 0:g} to {high or 'any'} days"
    lines = [
        f"{card.id}, version {card.version}: {card.name.english} {card.name.chinese}",
        f"  {card.step.value}, {card.method.value}; {card.licence}; {row['card']['status']}",
        f"  here: {row['status']} {row['why']}".rstrip(),
        f"  for: {card.intended_use.english} {card.intended_use.chinese}",
        f"  not for: {card.not_for.english} {card.not_for.chinese}",
        f"  ages: {ages}; modality: {scope.modality or 'any'}",
    ]
    lines += [
        f"  evidence: {one.metric} {one.value:g} (n {one.n}"
        f"{', synthetic' if one.synthetic else ''}): {one.claim.english} {one.claim.chinese}"
        for one in card.evidence
    ]
    lines += [f"  caveat: {one.english} {one.chinese}" for one in card.caveats]
    return "\n".join([*lines, "Research use only."])
