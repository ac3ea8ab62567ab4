"""The addresses of DICOMweb: parse, one call, answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from tongying.archive.query import Level
from tongying.consult.people import Viewer
from tongying.web.dicomweb import qido, stow, wado
from tongying.web.dicomweb.accept import NotAcceptable
from tongying.web.middleware.problem import problem
from tongying.web.records.reading import Place

P = ParamSpec("P")


def for_viewers(
    *methods: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let only known viewers through, with these methods, and mark answers as not to be kept."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
            if request.viewer is None:
                response: HttpResponseBase = problem(
                    401, "login.needed", "Log in, or send a bearer token."
                )
                response["WWW-Authenticate"] = "Bearer"
                return response
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                response = view(request, request.viewer, **kwargs)
            except NotAcceptable as error:
                response = problem(406, error.error_code, error.sentence)
            # Images must not stay behind on a shared computer.
            response["Cache-Control"] = "private, no-store"
            return response

        return guarded

    return decorate


@for_viewers("GET", "HEAD", "POST")
def studies(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Search studies, or store instances."""
    if request.method == "POST":
        return stow.store(request, viewer)
    return qido.answer(request, viewer, Level.STUDY, {})


@for_viewers("GET", "HEAD")
def all_series(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Search series of all studies."""
    return qido.answer(request, viewer, Level.SERIES, {})


@for_viewers("GET", "HEAD")
def all_instances(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Search instances of all studies."""
    return qido.answer(request, viewer, Level.IMAGE, {})


@for_viewers("GET", "HEAD", "POST")
def study(request: HttpRequest, viewer: Viewer, study: str) -> HttpResponseBase:
    """Retrieve a study, or store instances into it."""
    if request.method == "POST":
        return stow.store(request, viewer, study)
    return wado.instances(request, viewer, Place(study))


@for_viewers("GET", "HEAD")
def series_of_study(request: HttpRequest, viewer: Viewer, study: str) -> HttpResponse:
    """Search the series of a study."""
    return qido.answer(request, viewer, Level.SERIES, {"StudyInstanceUID": study})


@for_viewers("GET", "HEAD")
def instances_of_study(request: HttpRequest, viewer: Viewer, study: str) -> HttpResponse:
    """Search the instances of a study."""
    return qido.answer(request, viewer, Level.IMAGE, {"StudyInstanceUID": study})


@for_viewers("GET", "HEAD")
def instances_of_series(
    request: HttpRequest, viewer: Viewer, study: str, series: str
) -> HttpResponse:
    """Search the instances of a series."""
    within = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    return qido.answer(request, viewer, Level.IMAGE, within)


@for_viewers("GET", "HEAD")
def retrieve(
    request: HttpRequest, viewer: Viewer, study: str, series: str, instance: str = ""
) -> HttpResponseBase:
    """Retrieve a series or an instance."""
    return wado.instances(request, viewer, Place(study, series, instance))


@for_viewers("GET", "HEAD")
def metadata(
    request: HttpRequest, viewer: Viewer, study: str, series: str = "", instance: str = ""
) -> HttpResponse:
    """Retrieve the metadata of a study, series or instance."""
    return wado.metadata(request, viewer, Place(study, series, instance))


@for_viewers("GET", "HEAD")
def rendered(
    request: HttpRequest, viewer: Viewer, study: str, series: str = "", instance: str = ""
) -> HttpResponse:
    """Retrieve a picture."""
    return wado.rendered(request, viewer, Place(study, series, instance))


@for_viewers("GET", "HEAD")
def thumbnail(
    request: HttpRequest, viewer: Viewer, study: str, series: str = "", instance: str = ""
) -> HttpResponse:
    """Retrieve a small picture."""
    return wado.rendered(request, viewer, Place(study, series, instance), thumbnail=True)


@for_viewers("GET", "HEAD")
def frames(
    request: HttpRequest, viewer: Viewer, study: str, series: str, instance: str, numbers: str
) -> HttpResponse:
    """Retrieve frames."""
    return wado.frames(request, viewer, Place(study, series, instance), numbers)


@for_viewers("GET", "HEAD")
def rendered_frame(
    request: HttpRequest, viewer: Viewer, study: str, series: str, instance: str, frame: int
) -> HttpResponse:
    """Retrieve a picture of one frame."""
    return wado.rendered(request, viewer, Place(study, series, instance), frame=frame)


@for_viewers("GET", "HEAD")
def bulk(
    request: HttpRequest, viewer: Viewer, study: str, series: str, instance: str, path: str
) -> HttpResponseBase:
    """Retrieve a bulk value."""
    return wado.bulk(request, viewer, Place(study, series, instance), path)
