"""The command line: ``tongying``.

Every command takes ``--data DIR`` (or ``TONGYING_DATA``) and ``--json``; exits 0 on success, 2 on
bad input with one sentence on stderr.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from tongying import __version__
from tongying.archive.arrival import Arrival, Door, Fate, Sender
from tongying.archive.content_store import FileContentStore
from tongying.archive.ingest import Intake
from tongying.consult.people import Role
from tongying.kernel.errors import BadInput
from tongying.services.cli_ai import ai_app
from tongying.services.cli_alliance import alliance_app
from tongying.services.cli_capacity import capacity
from tongying.services.cli_fuse import fuse
from tongying.services.cli_measure import measure
from tongying.services.cli_norm_tables import norms_app
from tongying.services.cli_pathway import pathway_app
from tongying.services.cli_probe import probe_video
from tongying.services.cli_quality import qc
from tongying.services.command import OPERATOR, Data, Json, refusing
from tongying.services.command import open_data as _open
from tongying.services.command import say as _say
from tongying.services.parent import end_with_parent, under_parent

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
hospital_app = typer.Typer(no_args_is_help=True, help="Hospitals.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts.")
peer_app = typer.Typer(no_args_is_help=True, help="DICOM nodes.")
app.add_typer(hospital_app, name="hospital")
app.add_typer(user_app, name="user")
app.add_typer(peer_app, name="peer")
app.add_typer(ai_app, name="ai")
app.add_typer(alliance_app, name="alliance")
app.add_typer(norms_app, name="norms")
app.add_typer(pathway_app, name="pathway")
app.command("capacity")(capacity)
app.command("fuse")(fuse)
app.command("measure")(measure)
app.command("probe-video")(probe_video)
app.command("qc")(qc)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Tongying 童影: the platform of a paediatric imaging alliance. Research use only."""


@app.command()
@refusing
def demo(data: Data = Path("data"), as_json: Json = False) -> None:
    """Make a demo alliance in an empty data directory."""
    _open(data)
    from tongying.services.demo import make_demo

    result = make_demo(lambda text: None if as_json else typer.echo(text))
    if as_json:
        _say(result, as_json=True)


@app.command()
@refusing
def serve(
    data: Data = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port.")] = 8000,
    dicom_port: Annotated[int, typer.Option(help="DICOM port.")] = 11112,
    live_port: Annotated[
        int, typer.Option(help="Port of live rooms; by default the HTTP port + 1.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Run the whole platform: web, worker, DICOM listener and live role."""
    live_port = live_port or port + 1
    os.environ["TONGYING_LIVE_PORT"] = str(live_port)
    _open(data)
    from tongying.services.serve import serve_all
    from tongying.web.records.check import sweep

    removed = sweep(FileContentStore(data.resolve()))
    _say(
        {
            "url": f"http://{host}:{port}",
            "dicom_port": dicom_port,
            "live_port": live_port,
            "swept": len(removed),
        },
        as_json=as_json,
        words=f"Tongying on http://{host}:{port} · DICOM on {host}:{dicom_port}"
        " · research use only 仅供研究",
    )
    sys.stdout.flush()
    os.environ.setdefault("TONGYING_URL", f"http://{host}:{port}")
    raise typer.Exit(
        serve_all(data.resolve(), host=host, port=port, dicom_port=dicom_port, live_port=live_port)
    )


@app.command()
@refusing
def web(
    data: Data = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="HTTP port.")] = 8000,
    as_json: Json = False,
) -> None:
    """Run the web alone."""
    _open(data)
    end_with_parent()
    from tongying.services.serve import serve_web

    serve_web(host=host, port=port)


@app.command()
@refusing
def worker(
    data: Data = Path("data"),
    name: Annotated[
        str, typer.Option(help="Name; a worker takes up what a dead one of its name left.")
    ] = "worker-1",
    as_json: Json = False,
) -> None:
    """Run a worker alone."""
    _open(data)
    end_with_parent()
    from tongying.services.worker import run_worker

    run_worker(data.resolve(), name=name, database_url=os.environ.get("TONGYING_DATABASE_URL", ""))


@app.command()
@refusing
def listen(
    data: Data = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="DICOM port.")] = 11112,
    as_json: Json = False,
) -> None:
    """Run the DICOM listener alone."""
    _open(data)
    end_with_parent()
    from tongying.services.dimse.listener import serve_dicom

    try:
        listener = serve_dicom(host=host, port=port)
    except OSError as error:
        raise BadInput(f"Port {port} of {host} cannot be listened on: {error.strerror}.") from None
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        listener.stop()


@app.command()
@refusing
def live(
    data: Data = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of live rooms.")] = 8001,
    as_json: Json = False,
) -> None:
    """Run the live role alone: the sockets of live rooms."""
    if under_parent():
        # `serve` has brought the tables up to date; the sooner the sockets are back the better.
        os.environ["TONGYING_DATA"] = str(data.resolve())
    else:
        _open(data)
    end_with_parent()
    from tongying.services.live.serve import serve_live

    serve_live(host=host, port=port)


@app.command("import")
@refusing
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders and zips.")],
    hospital: Annotated[str, typer.Option(help="Code of the hospital they belong to.")],
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Take DICOM files, folders and zips into the archive, with each file's outcome."""
    _open(data)
    from tongying.services.files import import_paths
    from tongying.web.people.store import check_hospital
    from tongying.web.records.index import DjangoIndex

    check_hospital(hospital)
    store = FileContentStore(data.resolve())
    intake = Intake(store, DjangoIndex(), Sender(OPERATOR, hospital, Door.IMPORT))
    for _ in import_paths(paths, intake):
        pass
    arrivals = intake.flush()
    counts = Counter(arrival.fate.value for arrival in arrivals)
    if as_json:
        _say({"counts": dict(counts), "files": [_outcome(one) for one in arrivals]}, as_json=True)
    else:
        for arrival in arrivals:
            if arrival.reason:
                typer.echo(f"{arrival.fate.value}: {arrival.name}: {arrival.reason}")
        typer.echo(" · ".join(f"{count} {fate}" for fate, count in sorted(counts.items())))
    _check_import(arrivals)


def _check_import(arrivals: list[Arrival]) -> None:
    refused = [one for one in arrivals if one.fate in (Fate.REFUSED, Fate.CONFLICT)]
    if refused:
        first = refused[0]
        raise BadInput(
            f"{len(refused)} of {len(arrivals)} files were not stored as they are; the first is"
            f" {first.name}: {first.reason}",
            code="import.refused",
        )
    if not any(one.accepted for one in arrivals):
        raise BadInput("There is no DICOM instance in what was given.", code="import.nothing")


def _outcome(arrival: Arrival) -> dict[str, Any]:
    return {
        "name": arrival.name,
        "outcome": arrival.fate.value,
        "code": arrival.code,
        "reason": arrival.reason,
        "sop_instance_uid": arrival.sop_instance_uid,
        "series_instance_uid": arrival.series_uid,
        "study_instance_uid": arrival.study_uid,
        "caveats": [caveat.as_json() for caveat in arrival.caveats],
    }


@hospital_app.command("add")
@refusing
def hospital_add(
    code: Annotated[str, typer.Argument(help="Capital letters, digits, _ or -.")],
    name: Annotated[str, typer.Argument(help="The hospital's name.")],
    ae_title: Annotated[str, typer.Option(help="AE title it is called by.")] = "",
    name_en: Annotated[str, typer.Option(help="English name.")] = "",
    answers: Annotated[bool, typer.Option(help="It takes questions from others.")] = False,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Add a hospital."""
    _open(data)
    from tongying.web.people.store import add_hospital

    title = add_hospital(
        code, name, actor=OPERATOR, ae_title=ae_title, answers=answers, name_en=name_en
    )
    _say({"code": code, "name": name, "ae_title": title}, as_json=as_json, words=f"{code} {title}")


@user_app.command("add")
@refusing
def user_add(
    login: Annotated[str, typer.Argument(help="Log-in name.")],
    role: Annotated[Role, typer.Option(help="What they do.")],
    hospital: Annotated[str, typer.Option(help="Code of their hospital.")],
    name: Annotated[str, typer.Option(help="Their name as others read it.")] = "",
    sub_specialty: Annotated[str, typer.Option(help="Sub-specialty.")] = "",
    title: Annotated[str, typer.Option(help="Professional title.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Add an account; without --password-stdin a password is asked for, or made and shown once."""
    _open(data)
    from tongying.web.people.store import NewMember, add_member

    made = ""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    else:
        password = made = secrets.token_urlsafe(12)
    add_member(
        NewMember(
            login=login,
            role=role,
            hospital=hospital,
            password=password,
            name=name,
            sub_specialty=sub_specialty,
            title=title,
        ),
        actor=OPERATOR,
    )
    answer = {"login": login, "role": role.value, "hospital": hospital}
    if made:
        answer["password"] = made
    _say(answer, as_json=as_json, words=f"{login} {made}".strip())


@app.command()
@refusing
def token(
    login: Annotated[str, typer.Argument(help="Log-in name.")],
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Make a bearer token for an account; it is shown this once."""
    _open(data)
    from tongying.web.people.store import issue_token

    made = issue_token(login, actor=OPERATOR)
    _say({"token": made}, as_json=as_json, words=made)


@peer_app.command("add")
@refusing
def peer_add(
    hospital: Annotated[str, typer.Argument(help="Code of the hospital.")],
    ae_title: Annotated[str, typer.Argument(help="The node's AE title.")],
    host: Annotated[str, typer.Argument(help="Its address.")],
    port: Annotated[int, typer.Argument(help="Its port.", min=1, max=65535)],
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Register a DICOM node that may call and that C-MOVE may send to."""
    _open(data)
    from tongying.web.people.store import Peer, add_peer

    add_peer(hospital, Peer(ae_title, host, port), actor=OPERATOR)
    _say({"ae_title": ae_title, "host": host, "port": port}, as_json=as_json, words=ae_title)


@app.command()
@refusing
def verify(
    data: Data = Path("data"),
    read_bytes: Annotated[
        bool, typer.Option("--bytes/--no-bytes", help="Also read every file.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Reconcile the index, the files and the audit trail."""
    _open(data)
    from dataclasses import asdict

    from tongying.web.records.check import check

    report = check(FileContentStore(data.resolve()), read_bytes=read_bytes)
    wrong = (
        f"{len(report.missing)} missing, {len(report.damaged)} damaged, {len(report.orphans)}"
        f" orphaned, {len(report.counts)} counts wrong, audit chain "
        + ("whole" if report.broken_event is None else f"broken at event {report.broken_event}")
    )
    _say(
        {"sound": report.sound, **asdict(report)},
        as_json=as_json,
        words=f"{report.instances} instances on {report.objects} objects: {wrong}.",
    )
    if not report.sound:
        raise BadInput(f"The archive is not sound: {wrong}.", code="verify.unsound")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
