"""The row of tabs on every page about reference values."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext as _p

from tongying.web.norms.ledger_rights import may_see_ledger
from tongying.web.norms.rights import may_read_fits


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab.

    Attributes
    ----------
    name, label, url : str
    current : bool
    """

    name: str
    label: str
    url: str
    current: bool


def norm_tabs(request: HttpRequest, current: str) -> list[Tab]:
    """Return the tabs that the viewer may open.

    Parameters
    ----------
    request : HttpRequest
    current : str
        URL name of the page's own tab: ``norms``, ``norm-ledger``, ``norm-fits``,
        ``norm-releases``.
    """
    viewer = request.viewer  # type: ignore[attr-defined]
    wanted = [("norms", _p("tab", "Catalogue"), True)]
    wanted.append(("norm-ledger", _p("tab", "Ledger of normal children"), may_see_ledger(viewer)))
    wanted.append(("norm-fits", _p("tab", "Fits"), may_read_fits(viewer)))
    wanted.append(("norm-releases", _p("tab", "Releases"), True))
    return [Tab(name, label, reverse(name), name == current) for name, label, may in wanted if may]
