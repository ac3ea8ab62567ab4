"""Addresses of measurements."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import measured, measurements

urlpatterns = [
    path("measurements/new/", measurements.new, name="measurement-new"),
    path("measurements/<str:code>/strike/", measurements.strike, name="measurement-strike"),
    path("measurements/<str:code>/insert/", measurements.insert, name="measurement-insert"),
    path("measurements/<str:code>/report/", measurements.report, name="measurement-report"),
    path("cases/<int:case_id>/measured/", measured.fresh, name="case-measured"),
    path(
        "cases/<int:case_id>/drawings/<str:code>/name/",
        measured.name_drawing,
        name="drawing-name",
    ),
    path("children/<int:number>/measurements/", measurements.of_child, name="child-measurements"),
]
