"""UPS-RS, the worklist: parse, one call, answer with the standard's codes and warnings.

References
----------
DICOM PS3.18 chapter 11; section 8.3.4 (search parameters), 8.5 (status codes).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import ClassVar, Final
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotAllowed, NotFound, TongyingError
from tongying.web.dicomweb.accept import NotAcceptable, wants_json
from tongying.web.dicomweb.qido import QueryRefused
from tongying.web.dicomweb.views import for_viewers
from tongying.web.middleware.problem import problem, problem_response
from tongying.web.workitems import search as worklist
from tongying.web.workitems import store
from tongying.web.workitems.dataset import Json, value_of
from tongying.web.workitems.matching import Key, path_of, read_key
from tongying.web.workitems.payload import PayloadRefused, is_uid, read_payload
from tongying.web.workitems.states import Done, change_state

JSON = "application/dicom+json"
_TAKEN = frozenset({JSON, "application/json"})
_OPTIONS = frozenset({"limit", "offset", "fuzzymatching", "includefield", "accept", "charset"})
_UID_NAMES = ("workitem", "AffectedSOPInstanceUID")
_FARTHEST = 1 << 31

MISSING: Final = "The Transaction UID is missing."
INCORRECT: Final = "The Transaction UID is incorrect."
INCONSISTENT: Final = "The submitted request is inconsistent with the state of the UPS Instance."
NOT_UPDATED: Final = "The submitted request is inconsistent with the current state of the Workitem."
ALREADY: Final = "The UPS is already in the requested state of {}."
CREATED_CHANGED: Final = "The Workitem was created with modifications."
IS_COMPLETED: Final = "The UPS is already COMPLETED."
OUT_OF_REACH: Final = "The performer cannot be contacted."
NOT_FUZZY: Final = (
    "The fuzzymatching parameter is not supported. Only literal matching has been performed."
)
MORE: Final = "There are additional results that can be requested."
"""Texts of PS3.18 sections 8.3.4 and 11.4 to 11.8, in its words."""

Answer = Callable[..., HttpResponse]


class MediaRefused(TongyingError):
    """The body is of a media type that the worklist does not take (HTTP 415)."""

    code: ClassVar[str] = "ups.media-type"


def _telling(warning: Callable[[TongyingError], str]) -> Callable[[Answer], Answer]:
    """Answer a refusal with its problem document and the warning that the standard has for it."""

    def decorate(view: Answer) -> Answer:
        @wraps(view)
        def answer(request: HttpRequest, viewer: Viewer, **path: str) -> HttpResponse:
            try:
                return view(request, viewer, **path)
            except MediaRefused as error:
                return problem(415, error.error_code, error.sentence)
            except worklist.TooMany as error:
                return problem(413, error.error_code, error.sentence)
            except NotAcceptable:
                raise
            except TongyingError as error:
                response = problem_response(error)
                text = warning(error)
                return _warned(request, response, text) if text else response

        return answer

    return decorate


def _of_state(error: TongyingError) -> str:
    match error:
        case store.TransactionMissing():
            return MISSING
        case store.TransactionWrong():
            return INCORRECT
        case NotFound() | NotAllowed():
            return ""
        case _:
            return INCONSISTENT


def _of_update(error: TongyingError) -> str:
    return "" if isinstance(error, (NotFound, NotAllowed)) else NOT_UPDATED


def _of_cancellation(error: TongyingError) -> str:
    if isinstance(error, store.PerformerOutOfReach):
        return OUT_OF_REACH
    return IS_COMPLETED if isinstance(error, store.StateRefused) else ""


def _of_others(error: TongyingError) -> str:
    return ""


@for_viewers("GET", "HEAD", "POST")
@_telling(_of_others)
def workitems(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Search the worklist, or create a workitem."""
    return _create(request, viewer) if request.method == "POST" else _search(request, viewer)


@for_viewers("GET", "HEAD", "POST")
def workitem(request: HttpRequest, viewer: Viewer, workitem: str) -> HttpResponse:
    """Retrieve a workitem, or update it."""
    answer = _update if request.method == "POST" else _retrieve
    return answer(request, viewer, workitem=workitem)


@for_viewers("PUT")
@_telling(_of_state)
def state(request: HttpRequest, viewer: Viewer, workitem: str) -> HttpResponse:
    """Change the state of a workitem: claim it, complete it, cancel it."""
    asked = _payload(request)
    target = str(value_of(asked, "ProcedureStepState") or "")
    transaction_uid = str(value_of(asked, store.TRANSACTION) or "")
    done = change_state(viewer, workitem, target, transaction_uid)
    response = HttpResponse()
    return _warned(request, response, ALREADY.format(target)) if done is Done.ALREADY else response


@for_viewers("POST")
@_telling(_of_cancellation)
def cancel_request(request: HttpRequest, viewer: Viewer, workitem: str) -> HttpResponse:
    """Ask that a workitem be cancelled."""
    asked = _payload(request, may_be_empty=True)
    reason = str(value_of(asked, store.REASON) or "")
    already = store.request_cancellation(viewer, workitem, reason)
    response = HttpResponse(status=202)
    return _warned(request, response, ALREADY.format("CANCELED")) if already else response


@for_viewers("POST", "DELETE", "GET", "HEAD")
def subscription(
    request: HttpRequest, viewer: Viewer, ae_title: str, workitem: str = ""
) -> HttpResponse:
    """Say that subscriptions are not offered."""
    return problem(
        501,
        "ups.no-subscriptions",
        "This worklist sends no events; search it again instead.",
    )


@_telling(_of_others)
def _retrieve(request: HttpRequest, viewer: Viewer, workitem: str) -> HttpResponse:
    _check_accept(request)
    found = store.retrieve(viewer, workitem, dicomweb=_service(request))
    response = _data_sets([found])
    response["Content-Location"] = f"{_service(request)}/workitems/{workitem}"
    return response


@_telling(_of_update)
def _update(request: HttpRequest, viewer: Viewer, workitem: str) -> HttpResponse:
    changes = _payload(request)
    in_body = str(value_of(changes, store.TRANSACTION) or "")
    in_address = _bare_uid(request, ("transaction", "transaction-uid", "TransactionUID"))
    if in_body and in_address and in_body != in_address:
        raise store.TransactionWrong("The Transaction UIDs of address and body differ.")
    store.update(viewer, workitem, changes, in_body or in_address)
    return HttpResponse()


def _create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    elements = _payload(request)
    named = {
        _bare_uid(request, _UID_NAMES),
        str(value_of(elements, "SOPInstanceUID") or ""),
        str(value_of(elements, "AffectedSOPInstanceUID") or ""),
    } - {""}
    if len(named) != 1:
        raise PayloadRefused("Name the new workitem by one UID, in the address or in the body.")
    (uid,) = named
    if not is_uid(uid):
        raise PayloadRefused("The UID of the new workitem is not a UID.")
    changed = store.create(viewer, uid, elements)
    response = HttpResponse(status=201)
    response["Location"] = f"{_service(request)}/workitems/{uid}"
    return _warned(request, response, CREATED_CHANGED) if changed else response


def _search(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    _check_accept(request)
    found = worklist.search(viewer, _query(request), dicomweb=_service(request))
    response = _data_sets(found.data_sets) if found.data_sets else HttpResponse(status=204)
    if found.more:
        response = _warned(request, response, MORE)
    elif request.GET.get("fuzzymatching", "").lower() == "true":
        response = _warned(request, response, NOT_FUZZY)
    return response


def _query(request: HttpRequest) -> worklist.Query:
    zone = timezone.get_current_timezone()
    keys: list[Key] = []
    for name, values in request.GET.lists():
        if name.lower() not in _OPTIONS:
            keys += [read_key(name, str(value), zone) for value in values]
    fields = [
        one for given in request.GET.getlist("includefield") for one in str(given).split(",") if one
    ]
    return worklist.Query(
        keys=tuple(keys),
        fields=None if "all" in fields else frozenset(path_of(one)[0][0] for one in fields),
        limit=_whole(request, "limit", worklist.MOST_ROWS),
        offset=_whole(request, "offset", 0),
    )


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return default
    if re.fullmatch(r"[0-9]{1,20}", text) is None:
        raise QueryRefused(f"“{name}” must be a whole number, not “{text[:20]}”.")
    return min(int(text), _FARTHEST)


def _payload(request: HttpRequest, *, may_be_empty: bool = False) -> Json:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    body = request.body
    if body and kind not in _TAKEN:
        raise MediaRefused(f"A workitem is sent as {JSON}.")
    return read_payload(body, may_be_empty=may_be_empty)


def _bare_uid(request: HttpRequest, names: tuple[str, ...]) -> str:
    """Return the UID of a query string: by itself, as PS3.18 writes it, or under a name."""
    for name in names:
        if request.GET.get(name):
            return str(request.GET[name])
    bare = unquote(request.META.get("QUERY_STRING", "").partition("&")[0])
    return bare if is_uid(bare) else ""


def _check_accept(request: HttpRequest) -> None:
    if not wants_json(request):
        raise NotAcceptable(f"Workitems come as {JSON}.")


def _data_sets(found: list[Json]) -> HttpResponse:
    return HttpResponse(json.dumps(found, ensure_ascii=False).encode(), content_type=JSON)


def _service(request: HttpRequest) -> str:
    return request.build_absolute_uri("/dicomweb")


def _warned(request: HttpRequest, response: HttpResponse, text: str) -> HttpResponse:
    response["Warning"] = f"299 {_service(request)}: {text}"
    return response
