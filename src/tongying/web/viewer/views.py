"""The viewer's page, its configuration and its files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    HttpResponseNotModified,
)
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongying.web.desk.opened import note_opened
from tongying.web.pathways.library import on_offer_for
from tongying.web.viewer.config import WORKER_CSP, csp_header, start_values
from tongying.web.viewer.files import PAGE, ViewerFile, viewer_files
from tongying.web.viewer.measuring import measuring_values

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
MOST_STUDIES = 50
"""Studies of one address that are looked at for the case they belong to."""


@require_safe
def app_config(request: HttpRequest) -> HttpResponse:
    """Return ``window.config`` for a person who is logged in; 403 for anybody else."""
    if not request.viewer is not None:
        return HttpResponse(
            _("Sign in to open the viewer."), status=403, content_type="text/plain; charset=utf-8"
        )
    values = start_values(
        get_language(),
        csrf_cookie=settings.CSRF_COOKIE_NAME,
        csrf_header=settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-"),
        login_url=resolve_url(settings.LOGIN_URL),
        measuring=measuring_values(
            get_language(), (one.pathway for one in on_offer_for(request.viewer))
        ),
    )
    response = HttpResponse(
        render_to_string("viewer/app-config.js", {"values": values}),
        content_type="text/javascript; charset=utf-8",
    )
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_safe
def viewer(request: HttpRequest, name: str = "") -> HttpResponseBase:
    """Return one of the viewer's files, or its page for every address of its own (`/viewer/tmtv`).

    Scripts, styles and pictures are the published ones and need no log-in; the page does.
    """
    files = viewer_files(Path(settings.TONGYING_VIEWER_DIR))
    found = files.get(name)
    if found is not None and name != PAGE:
        return _file(request, found)
    if PurePosixPath(name).suffix not in ("", ".html"):
        return HttpResponseNotFound(_("The viewer has no such file."), content_type="text/plain")
    if not request.viewer is not None:
        return redirect_to_login(request.get_full_path())
    page = files.get(PAGE)
    if page is None:
        return HttpResponse(
            _("The viewer is not installed: run make install."),
            status=503,
            content_type="text/plain; charset=utf-8",
        )
    asked = request.GET.get("StudyInstanceUIDs", "")
    if asked:
        note_opened(request.viewer, asked.split(",")[:MOST_STUDIES])
    response = FileResponse(page.path.open("rb"), content_type=page.content_type)
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = csp_header(settings.TONGYING_VIEWER_CSP)
    get_token(request)  # sets the cookie that the start script hands back with every write
    return response


def _file(request: HttpRequest, found: ViewerFile) -> HttpResponseBase:
    accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    gzipped = found.gzipped if accepts_gzip else None
    etag = found.etag if gzipped is None else f'{found.etag[:-1]}-gz"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = FileResponse((gzipped or found.path).open("rb"), content_type=found.content_type)
        if gzipped is not None:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    response["Cache-Control"] = FOR_EVER if found.is_hashed else ASK_AGAIN
    if found.gzipped is not None:
        patch_vary_headers(response, ["Accept-Encoding"])
    if found.path.suffix == ".js":
        response["Content-Security-Policy"] = csp_header(WORKER_CSP)
    return response
