"""Every address of the platform. The access table of the tests counts them."""

from __future__ import annotations

from django.urls import include, path

from tongying.web import operations

urlpatterns = [
    path("healthz", operations.healthz, name="healthz"),
    path("metrics", operations.metrics, name="metrics"),
    path("dicomweb/", include("tongying.web.dicomweb.urls")),
    path("fhir/", include("tongying.web.fhir.urls")),
    path("api/", include("tongying.web.api.urls")),
    path("uploads/", include("tongying.web.uploads.urls")),
    path("viewer/", include("tongying.web.viewer.urls")),
    path("", include("tongying.web.pages.urls_work")),
    path("", include("tongying.web.pages.urls_archive")),
    path("", include("tongying.web.pages.urls_ai_results")),
    path("", include("tongying.web.pages.urls_ai_rules")),
    path("", include("tongying.web.pages.urls_alliance")),
    path("", include("tongying.web.pages.urls_evidence")),
    path("", include("tongying.web.pages.urls_notices")),
    path("", include("tongying.web.pages.urls_panel")),
    path("", include("tongying.web.pages.urls_capacity")),
    path("", include("tongying.web.pages.urls_fusion")),
    path("", include("tongying.web.pages.urls_ledger")),
    path("", include("tongying.web.pages.urls_measurements")),
    path("", include("tongying.web.pages.urls_measuring")),
    path("", include("tongying.web.pages.urls_norms")),
    path("", include("tongying.web.pages.urls_pathways")),
    path("", include("tongying.web.pages.urls_rooms")),
]

handler404 = "tongying.web.pages.errors.not_found"
handler500 = "tongying.web.pages.errors.server_error"
