"""Where web pushes may go: never into the hospital's own network."""

from __future__ import annotations

import pytest

from tongying.web.notices import endpoint


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/x",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://localhost/x",
        "https://pacs/x",
        "https://user:word@push.example/x",
        "ftp://push.example/x",
        "https:///x",
        "https://push.example:99999/x",
        "https://push.example/" + "x" * 500,
        "",
    ],
)
def test_endpoints_refused(url: str, settings) -> None:
    settings.TONGYING_PUSH_ANYWHERE = False
    with pytest.raises(endpoint.EndpointRefused):
        endpoint.check_endpoint(url)


@pytest.mark.parametrize(
    "url", ["https://fcm.googleapis.com/fcm/send/abc", "https://8.8.8.8/x", "https://a.b:8443/x"]
)
def test_endpoints_taken(url: str, settings) -> None:
    settings.TONGYING_PUSH_ANYWHERE = False
    endpoint.check_endpoint(url)


def test_a_name_that_stands_for_a_private_address_is_refused(
    settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TONGYING_PUSH_ANYWHERE = False
    found: list[str] = ["93.184.215.14"]
    monkeypatch.setattr(
        endpoint.socket,
        "getaddrinfo",
        lambda *args, **kwargs: [(0, 0, 0, "", (one, 443)) for one in found],
    )
    endpoint.check_addresses("https://push.example/x")
    found.append("10.0.0.5")
    with pytest.raises(endpoint.EndpointRefused):
        endpoint.check_addresses("https://push.example/x")
