"""A notice by web push (RFC 8030, encrypted as RFC 8291 says, signed as RFC 8292 says)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from tongying.web.notices.endpoint import EndpointRefused, check_addresses
from tongying.web.notices.outcome import Outcome
from tongying.web.notices.vapid import private_key

TIMEOUT_SECONDS: Final = 15
KEPT_SECONDS: Final = 12 * 3600
"""How long the push service keeps it for a browser that is shut: a shift."""
NOT_THERE: Final = frozenset({404, 410})
"""The push service no longer knows the browser (RFC 8030 section 7.3)."""
LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
TAKEN: Final = frozenset({200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser takes pushes, and its keys (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a push shows; ``tag`` makes a repetition replace what is shown."""

    title: str
    body: str
    url: str
    tag: str
    pressing: bool


class _NoRedirects(requests.Session):
    """A session that follows nobody elsewhere: the address was checked, its answer's was not."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)


def send_push(browser: Browser, message: Message) -> Outcome:
    """Hand a message to the browser's push service and say how it ended."""
    try:
        check_addresses(browser.endpoint)
        with _NoRedirects() as session:
            answer: requests.Response = WebPusher(_keys(browser), requests_session=session).send(
                _body(message),
                headers=_headers(browser, message),
                ttl=KEPT_SECONDS,
                timeout=TIMEOUT_SECONDS,
            )
    except (EndpointRefused, WebPushException, VapidException, ValueError, binascii.Error):
        # An address or a key that no try will mend.
        return Outcome.FAILED
    except (requests.RequestException, OSError):
        return Outcome.LATER
    if answer.status_code in TAKEN:
        return Outcome.SENT
    if answer.status_code in NOT_THERE:
        return Outcome.GONE
    return Outcome.LATER if answer.status_code in LATER else Outcome.FAILED


def _keys(browser: Browser) -> dict[str, Any]:
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    return {"endpoint": browser.endpoint, "keys": keys}


def _body(message: Message) -> str:
    shown = {
        "title": message.title,
        "body": message.body,
        "url": message.url,
        "tag": message.tag,
        "pressing": message.pressing,
    }
    return json.dumps(shown, ensure_ascii=False)


def _headers(browser: Browser, message: Message) -> dict[str, str]:
    parts = urlsplit(browser.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": f"mailto:{settings.TONGYING_SMTP_FROM}",
    }
    signed = Vapid02(private_key()).sign(claims)
    topic = base64.urlsafe_b64encode(message.tag.encode()).rstrip(b"=").decode()[:32]
    urgency = "high" if message.pressing else "normal"
    return {**signed, "topic": topic, "urgency": urgency}
