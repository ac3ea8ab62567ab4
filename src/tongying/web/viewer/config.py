"""How the OHIF viewer is opened and what it may do: links, layouts, words, content security.

Nothing here needs Django's settings, so that the settings themselves may import the policies.

References
----------
OHIF 3.13 viewer configuration (``window.config``), hanging protocols and URL parameters; W3C
Content Security Policy Level 3 (a worker loaded from a URL follows the policy that its own
script was delivered with).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from tongying.kernel.errors import BadInput

VIEWER_ROOT: Final = "/viewer"
"""Where the viewer is mounted; the fetched files are rewritten for it (scripts/assets.json)."""

DICOMWEB_ROOT: Final = "/dicomweb"

MR_THREE_PLANES: Final = "tongying.mr3plane"
PET_CT_FUSED: Final = "tongying.petct"
ULTRASOUND: Final = "tongying.us"
FUSED: Final = "tongying.fused"
"""Any two series of one frame of reference, the second in colour over the first."""

FIXED_PARAMETER: Final = "fusedFixed"
OVERLAY_PARAMETER: Final = "fusedOverlay"
"""Parameters of the viewer's address that only our start script reads."""

VIEWER_CSP: Final[dict[str, list[str]]] = {
    "default-src": ["'none'"],
    # No inline and no foreign script. Strings are compiled in one place of the page (ndarray,
    # when a segmentation is loaded or saved), and WebAssembly decoders run on it.
    "script-src": ["'self'", "'unsafe-eval'"],
    "worker-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'self'"],
}
"""Policy of the viewer's page: directive -> sources."""

WORKER_CSP: Final[dict[str, list[str]]] = {
    "default-src": ["'none'"],
    # The JPEG-LS and JPEG 2000 decoders build functions from strings (Emscripten's embind).
    "script-src": ["'self'", "'unsafe-eval'"],
    "connect-src": ["'self'"],
}
"""Policy of the viewer's scripts, which only counts where one runs as a worker."""

LANGUAGES: Final[Mapping[str, str]] = {"zh": "zh", "en": "en-US"}
"""First part of a Django language code -> the viewer's language."""

WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "zh": {
        "home": "返回工作列表",
        "name": "童影",
        "research": "仅供研究 Research use only",
        "mr3plane": "磁共振三平面",
        "petct": "PET/CT 融合",
        "us": "超声",
        "fused": "图像融合",
        "colours": {
            "Grayscale": "灰阶",
            "X Ray": "反转灰阶",
            "Isodose": "等剂量",
            "hsv": "色相环",
            "hot_iron": "热铁",
            "red_hot": "热红",
            "s_pet": "PET 彩色",
            "perfusion": "灌注",
            "rainbow_2": "彩虹",
            "suv": "SUV",
            "ge_256": "GE 256",
            "ge": "GE",
            "siemens": "西门子",
        },
        "expired": "登录已过期。测量仍在此页，重新登录后即可继续保存。",
        "login": "重新登录",
        "labelSearch": "测量的是什么？输入可搜索",
        "labelNone": "没有相符的测量名称；可在病例页说明",
    },
    "en-US": {
        "home": "Back to the worklist",
        "name": "Tongying",
        "research": "Research use only 仅供研究",
        "mr3plane": "MR in three planes",
        "petct": "PET/CT fused",
        "us": "Ultrasound",
        "fused": "Fused images",
        "colours": {},
        "expired": "You are signed out. Your measurements are still on this page; sign in again, "
        "then save.",
        "login": "Sign in again",
        "labelSearch": "What was measured? Type to search",
        "labelNone": "No measurement is called so; say it on the case page",
    },
}


class NoStudyToOpen(BadInput):
    """The viewer was asked to open nothing."""

    code = "viewer.no-study"


def csp_header(policy: Mapping[str, Sequence[str]]) -> str:
    """Return a policy as the value of a ``Content-Security-Policy`` header.

    Examples
    --------
    >>> csp_header({"default-src": ["'none'"], "img-src": ["'self'", "data:"]})
    "default-src 'none'; img-src 'self' data:"
    """
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def viewer_language(language_code: str | None) -> str:
    """Return the viewer's language for one of Django's; Chinese where it is not one of ours.

    Examples
    --------
    >>> viewer_language("zh-hans"), viewer_language("en")
    ('zh', 'en-US')
    """
    return LANGUAGES.get((language_code or "").split("-")[0].lower(), "zh")


def viewer_url(
    study_uids: Sequence[str],
    *,
    modalities: Collection[str],
    series_uid: str | None = None,
    sop_uid: str = "",
    layout: str = "",
) -> str:
    """Return the link that opens studies in the layout their modalities call for.

    CT and PET open fused, MR in three planes, ultrasound as one image; everything else as OHIF
    arranges it (a CT as a stack).

    Parameters
    ----------
    study_uids : sequence of str
        Study Instance UIDs, the study of the question first, then priors.
    modalities : collection of str
        Modality codes (0008,0060) of the first study's series.
    series_uid : str, optional
        Series Instance UID of the series to show first.
    sop_uid : str, optional
        SOP Instance UID of its image to show first.
    layout : str, optional
        Hanging protocol of a pathway, which goes before what the modalities call for.

    Returns
    -------
    str
        A path with its query, from the root of the site.

    Raises
    ------
    NoStudyToOpen
        If `study_uids` is empty.

    Examples
    --------
    >>> viewer_url(["1.2.3"], modalities={"MR"})
    '/viewer/viewer?StudyInstanceUIDs=1.2.3&hangingProtocolId=tongying.mr3plane'
    """
    if not study_uids:
        raise NoStudyToOpen("There is no study to open in the viewer.")
    query = {"StudyInstanceUIDs": ",".join(study_uids)}
    protocol = layout or _hanging_protocol(frozenset(modalities))
    if protocol is not None:
        query["hangingProtocolId"] = protocol
    if series_uid is not None:
        query["initialSeriesInstanceUID"] = series_uid
    if sop_uid:
        query["initialSOPInstanceUID"] = sop_uid
    return f"{VIEWER_ROOT}/viewer?{urlencode(query, safe=',')}"


def fused_viewer_url(
    study_uids: Sequence[str], *, fixed_series_uid: str, overlay_series_uid: str
) -> str:
    """Return the link that opens one series in grey with another in colour over it.

    Both must lie in one frame of reference: the fixed image and the series resampled to it, or
    two series of one scan.

    Parameters
    ----------
    study_uids : sequence of str
        Studies that hold the two, the fixed one's first.
    fixed_series_uid, overlay_series_uid : str
        Series Instance UIDs.

    Raises
    ------
    NoStudyToOpen
        If `study_uids` is empty.

    Examples
    --------
    >>> fused_viewer_url(["1.2"], fixed_series_uid="1.3", overlay_series_uid="1.4")
    '/viewer/viewer?StudyInstanceUIDs=1.2&hangingProtocolId=tongying.fused&fusedFixed=1.3&fusedOverlay=1.4'
    """
    if not study_uids:
        raise NoStudyToOpen("There is no study to open in the viewer.")
    query = {
        "StudyInstanceUIDs": ",".join(study_uids),
        "hangingProtocolId": FUSED,
        FIXED_PARAMETER: fixed_series_uid,
        OVERLAY_PARAMETER: overlay_series_uid,
    }
    return f"{VIEWER_ROOT}/viewer?{urlencode(query, safe=',')}"


def _hanging_protocol(modalities: frozenset[str]) -> str | None:
    if {"PT", "CT"} <= modalities:
        return PET_CT_FUSED
    if "MR" in modalities:
        return MR_THREE_PLANES
    if "US" in modalities:
        return ULTRASOUND
    return None


def start_values(
    language_code: str | None,
    *,
    csrf_cookie: str,
    csrf_header: str,
    login_url: str,
    measuring: Mapping[str, Any] | None = None,
) -> str:
    """Return, as JSON, what the start script needs to know from the server.

    Parameters
    ----------
    language_code : str or None
        Django's language of this request.
    csrf_cookie : str
        Name of the cookie that carries the CSRF token.
    csrf_header : str
        Name of the HTTP header that hands it back.
    login_url : str
        Path of the log-in page.
    measuring : mapping, optional
        Labels and pathways (`tongying.web.viewer.measuring.measuring_values`).

    Returns
    -------
    str
        JSON that is safe inside a script file.
    """
    language = viewer_language(language_code)
    values: dict[str, Any] = {
        "language": language,
        "words": WORDS[language],
        "root": VIEWER_ROOT,
        "dicomweb": DICOMWEB_ROOT,
        "home": "/",
        "login": login_url,
        "csrfCookie": csrf_cookie,
        "csrfHeader": csrf_header,
        "protocols": {
            "mr3plane": MR_THREE_PLANES,
            "petct": PET_CT_FUSED,
            "us": ULTRASOUND,
            "fused": FUSED,
        },
        "fusedParameters": {"fixed": FIXED_PARAMETER, "overlay": OVERLAY_PARAMETER},
        **(measuring or {"labels": [], "pathways": {}}),
    }
    return json.dumps(values, ensure_ascii=True, sort_keys=True)
