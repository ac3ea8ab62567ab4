"""Addresses of reference values: catalogue, fits, releases. The ledger has its own."""

from __future__ import annotations

from django.urls import path, register_converter

from tongying.web.pages import norm_catalogue, norm_fits, norm_releases


class NormId:
    """An id of a norm in an address: a name, an at sign, a version."""

    regex = "[^/@]+@[^/@]+"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return value

    def to_url(self, value: str) -> str:
        """Return the part of the address."""
        return value


register_converter(NormId, "norm")

urlpatterns = [
    path("norms/", norm_catalogue.catalogue, name="norms"),
    path("norms/fits/", norm_fits.fits, name="norm-fits"),
    path("norms/fits/<str:code>/", norm_fits.page, name="norm-fit"),
    path("norms/fits/<str:code>/draft/", norm_fits.draft, name="norm-fit-draft"),
    path("norms/releases/", norm_releases.releases, name="norm-releases"),
    path("norms/releases/<norm:norm_id>/", norm_releases.page, name="norm-release"),
    path("norms/releases/<norm:norm_id>/sign/", norm_releases.sign, name="norm-release-sign"),
    path("norms/releases/<norm:norm_id>/close/", norm_releases.close, name="norm-release-close"),
    path("norms/releases/<norm:norm_id>/sites/", norm_releases.sites, name="norm-sites"),
    path("norms/releases/<norm:norm_id>/sites/undo/", norm_releases.undo, name="norm-site-undo"),
    path("norms/releases/<norm:norm_id>/<str:name>", norm_releases.file, name="norm-release-file"),
    path("norms/<norm:norm_id>/", norm_catalogue.page, name="norm"),
    path("norms/<norm:norm_id>/sign/", norm_catalogue.sign, name="norm-sign"),
    path("norms/<norm:norm_id>/<str:name>", norm_catalogue.file, name="norm-file"),
]
