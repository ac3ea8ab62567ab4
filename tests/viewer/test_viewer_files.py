"""The views by themselves: a small made-up viewer directory."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.utils import translation

from tongying.web.viewer import views
from tongying.web.viewer.config import VIEWER_CSP, WORKER_CSP, csp_header

# Closing a response ends a request, and Django then looks after its connections.
pytestmark = pytest.mark.django_db

SCRIPT = b"// script\n" * 900
HASHED = "app.bundle.0123456789abcdef.js"


@pytest.fixture
def root(tmp_path: Path, settings: object) -> Path:
    folder = tmp_path / "viewer"
    (folder / "assets" / "images").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>viewer</title>")
    (folder / HASHED).write_bytes(SCRIPT)
    (folder / f"{HASHED}.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "app.bundle.css").write_text("body{}")
    (folder / "0123456789abcdef.wasm").write_bytes(b"\0asm")
    (folder / "assets" / "images" / "CT-Bone.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    settings.ROOT_URLCONF = "tongying.web.viewer.urls"  # type: ignore[attr-defined]
    settings.TONGYING_VIEWER_DIR = folder  # type: ignore[attr-defined]
    return folder


def ask(name: str, *, known: bool = False, **headers: str) -> HttpResponseBase:
    request = RequestFactory().get(f"/viewer/{name}", headers=headers)
    request.viewer = SimpleNamespace(hospital="COUNTY") if known else None  # type: ignore[attr-defined]
    path = request.path.removeprefix("/viewer/")
    if path == "app-config.js":
        return views.app_config(request)
    return views.viewer(request, path)


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response)  # type: ignore[arg-type]
    response.close()
    return content


@pytest.mark.parametrize(
    ("name", "content_type", "cache"),
    [
        (HASHED, "text/javascript; charset=utf-8", views.FOR_EVER),
        ("app.bundle.css", "text/css; charset=utf-8", views.ASK_AGAIN),
        ("0123456789abcdef.wasm", "application/wasm", views.FOR_EVER),
        ("assets/images/CT-Bone.png", "image/png", views.ASK_AGAIN),
    ],
)
def test_files_are_public(root: Path, name: str, content_type: str, cache: str) -> None:
    response = ask(name)
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["Cache-Control"] == cache
    assert body(response) == (root / name).read_bytes()


def test_gzip_only_for_those_who_take_it(root: Path) -> None:
    plain, small = ask(HASHED), ask(HASHED, accept_encoding="br, gzip")
    assert small["ETag"] != plain["ETag"]
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(small)) == body(plain) == SCRIPT
    assert plain["Vary"] == small["Vary"] == "Accept-Encoding"


def test_unchanged_file_is_not_sent_again(root: Path) -> None:
    first = ask("app.bundle.css")
    assert body(first) == b"body{}"
    again = ask("app.bundle.css", if_none_match=first["ETag"])
    assert (again.status_code, body(again)) == (304, b"")
    assert body(ask("app.bundle.css", if_none_match='"other"')) == b"body{}"


def test_scripts_carry_the_policy_of_workers(root: Path) -> None:
    script, style = ask(HASHED), ask("app.bundle.css")
    assert script["Content-Security-Policy"] == csp_header(WORKER_CSP)
    assert "Content-Security-Policy" not in style
    assert (body(script), body(style)) == (SCRIPT, b"body{}")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.js",
        "assets/../../secret.js",
        "%2e%2e/secret.js",
        "..%2fsecret.js",
        "/etc/passwd.js",
        "link.js",
        "missing.js",
        f"{HASHED}.gz",
        "assets/images/CT-Bone.png/x.js",
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_only_the_viewers_own_files(root: Path, name: str, known: bool) -> None:
    response = ask(name, known=known)
    assert response.status_code == 404
    assert b"secret" not in body(response)


@pytest.mark.parametrize("name", ["", "index.html", "viewer", "tmtv", "a/b/c"])
def test_page_needs_log_in(root: Path, name: str) -> None:
    away = ask(f"{name}?StudyInstanceUIDs=1.2")
    assert away.status_code == 302
    assert away["Location"].startswith("/login/?next=/viewer/")
    assert "StudyInstanceUIDs%3D1.2" in away["Location"]
    page = ask(name, known=True)
    assert page.status_code == 200
    assert body(page) == (root / "index.html").read_bytes()
    assert page["Content-Security-Policy"] == csp_header(VIEWER_CSP)
    assert page["Cache-Control"] == "private, no-cache"


def test_without_the_fetched_viewer_says_what_to_do(tmp_path: Path, settings: object) -> None:
    settings.TONGYING_VIEWER_DIR = tmp_path / "nowhere"  # type: ignore[attr-defined]
    response = ask("viewer", known=True)
    assert response.status_code == 503
    assert b"make install" in body(response)


def test_a_newly_fetched_viewer_is_seen(root: Path, tmp_path: Path) -> None:
    assert ask("new.js").status_code == 404
    (root / "new.js").write_text("new")
    assert body(ask("new.js")) == b"new"


@pytest.mark.parametrize(
    ("code", "language", "word"), [("zh-hans", "zh", "童影"), ("en", "en-US", "Tongying")]
)
def test_configuration(root: Path, code: str, language: str, word: str) -> None:
    with translation.override(code):
        response = ask("app-config.js", known=True)
    text = body(response).decode()
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert f'"language": "{language}"' in text
    assert json.dumps(word)[1:-1] in text
    assert "{{" not in text
    for protocol in ("tongying.mr3plane", "tongying.petct", "tongying.us"):
        assert f'"{protocol}"' in text
    assert '"tongying.pathway.hip-dysplasia"' in text
    label = {"zh": "肾脏长径 左", "en-US": "Kidney length L"}[language]
    assert json.dumps(label) in text


def test_configuration_needs_log_in(root: Path) -> None:
    response = ask("app-config.js")
    assert response.status_code == 403
    assert b"dicomweb" not in body(response)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("view", [views.viewer, views.app_config])
def test_nothing_can_be_written(root: Path, method: str, view: object) -> None:
    request = RequestFactory().generic(method, "/viewer/viewer")
    request.user = SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    assert view(request).status_code == 405  # type: ignore[operator]
