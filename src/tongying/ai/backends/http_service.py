"""A vendor's service: it is given a task, fetches by DICOMweb, and hands its results back.

``POST`` to the card's entry with the task as JSON (``task``, ``card``, ``version``, ``study``,
``series``, ``prior``, ``dicomweb``, ``token``, ``given``). The answer is 201 or 202 with a
``Location`` below the same server. ``GET`` on it says ``{"state": "running", "fraction": 0.4}``
until the state is ``done``, ``refused`` (with ``sentence``) or ``failed``. Once done, ``GET`` on
its ``/result`` gives multipart/related with DICOM parts and at most one JSON part, JSON alone, or
204 where everything was stored by STOW-RS. ``DELETE`` on the location says that nobody waits.

A token is sent only over TLS or within this machine; a network that a hospital trusts otherwise is
named by the card's setting ``plain-http: yes``.
"""

from __future__ import annotations

import ipaddress
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urljoin, urlsplit

import requests

from tongying.ai.answer import Answer
from tongying.ai.backends.foreign import RESULT, take_in
from tongying.ai.backends.http_parts import parts_of
from tongying.ai.backends.protocol import PackBroken, Request, RunRefused
from tongying.ai.card.definition import ModelCard
from tongying.imaging.progress import Progress
from tongying.kernel.errors import Conflict

POLL_SECONDS: Final = 1.0
SECONDS: Final = 30
"""To connect, and between two pieces of an answer."""
LARGEST: Final = 1 << 30
"""Bytes of a result."""
_PIECE: Final = 1 << 20
PLAIN_HTTP: Final = "plain-http"
_JSON: Final = "application/json"


class ServiceFailed(Conflict):
    """A vendor's service cannot be reached, or does not answer as was agreed."""

    code: ClassVar[str] = "ai.service-failed"


class HttpBackend:
    """Hands requests to a service."""

    def load(self, card: ModelCard, folder: Path | None) -> HttpSession:
        """Check the address; nothing is asked yet.

        Raises
        ------
        PackBroken
            If the entry is no address of a service, or not one that a token may be sent to.
        """
        parts = urlsplit(card.running.entry)
        plain = dict(card.running.settings).get(PLAIN_HTTP) == "yes"
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise PackBroken("The card's entry is no address of a service.")
        if parts.scheme == "http" and not plain and not _is_here(parts.hostname):
            raise PackBroken("The service's address is not https; a token would be sent in plain.")
        return HttpSession(card)


@dataclass(slots=True)
class HttpSession:
    """A service that is asked."""

    card: ModelCard

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Hand the task over, wait for its end, take over what it gives.

        Raises
        ------
        RunRefused
            If there is no series, or the service refuses.
        ServiceFailed
            If it cannot be reached or does not answer as was agreed.
        ForeignResult
            If what it gave cannot be taken.
        """
        if not request.series:
            raise RunRefused("No series was given to read.")
        with requests.Session() as web, tempfile.TemporaryDirectory(prefix="service-") as given:
            # Neither a proxy nor a password of this machine's environment is meant for it.
            web.trust_env = False
            try:
                self._ask(web, request, Path(given), progress)
            except requests.RequestException:
                raise ServiceFailed("The vendor's service cannot be reached.") from None
            return take_in(self.card, request, Path(given), folder)

    def close(self) -> None:
        """Nothing is held."""

    def _ask(
        self, web: requests.Session, request: Request, given: Path, progress: Progress
    ) -> None:
        answer = self._call(web, "POST", self.card.running.entry, task_of(self.card, request))
        if answer.status_code not in (201, 202) or "Location" not in answer.headers:
            raise ServiceFailed("The vendor's service did not take the task.")
        place = urljoin(self.card.running.entry, answer.headers["Location"])
        if urlsplit(place)[:2] != urlsplit(self.card.running.entry)[:2]:
            raise ServiceFailed("The vendor's service points to another server.")
        try:
            self._wait(web, place, progress)
        except BaseException:
            _give_up(web, place)
            raise
        self._fetch(web, place.rstrip("/") + "/result", given)

    def _wait(self, web: requests.Session, place: str, progress: Progress) -> None:
        while True:
            answer = self._call(web, "GET", place)
            try:
                said = json.loads(_content(answer))
                state, fraction = said["state"], float(said.get("fraction") or 0.0)
            except (ValueError, KeyError, TypeError, AttributeError):
                raise ServiceFailed("The vendor's service does not say how far it is.") from None
            if state == "refused":
                sentence = " ".join(str(said.get("sentence", "")).split())[:300]
                raise RunRefused(
                    sentence or "The vendor's service refused and did not say why.",
                    "ai.service-refused",
                )
            if state == "done":
                return
            if state != "running":
                raise ServiceFailed("The vendor's service says that it failed.")
            progress(min(max(fraction, 0.0), 1.0), "service")
            time.sleep(POLL_SECONDS)

    def _fetch(self, web: requests.Session, address: str, given: Path) -> None:
        answer = self._call(web, "GET", address)
        if answer.status_code == 204:
            return
        if answer.status_code != 200:
            raise ServiceFailed("The vendor's service has no result.")
        kind, content = answer.headers.get("Content-Type", ""), _content(answer)
        if kind.startswith(_JSON):
            (given / RESULT).write_bytes(content)
            return
        parts = parts_of(kind, content)
        if parts is None:
            raise ServiceFailed("The vendor's service gave something else than was agreed.")
        for number, (part_kind, part) in enumerate(parts, 1):
            of_results = part_kind.startswith(_JSON)
            (given / (RESULT if of_results else f"{number:04d}.dcm")).write_bytes(part)

    def _call(
        self, web: requests.Session, method: str, address: str, task: Any = None
    ) -> requests.Response:
        return web.request(
            method, address, json=task, timeout=SECONDS, allow_redirects=False, stream=True
        )


def task_of(card: ModelCard, request: Request) -> dict[str, Any]:
    """Return the task as the service is told it."""
    return {
        "task": request.identity_seed,
        "card": card.id,
        "version": card.version,
        "study": request.facts.uid,
        "series": [one.uid for one in request.series],
        "prior": [one.uid for one in request.prior],
        "dicomweb": request.dicomweb,
        "token": request.token,
        "given": dict(request.given),
    }


def _content(answer: requests.Response) -> bytes:
    pieces, left = [], LARGEST
    for piece in answer.iter_content(_PIECE):
        left -= len(piece)
        if left < 0:
            raise ServiceFailed("The vendor's service gave too much.")
        pieces.append(piece)
    return b"".join(pieces)


def _give_up(web: requests.Session, place: str) -> None:
    try:
        web.delete(place, timeout=SECONDS, allow_redirects=False).close()
    except requests.RequestException:
        return


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
