"""Addresses below ``/viewer/``: the configuration, and everything else (files or the page)."""

from __future__ import annotations

from django.urls import path

from tongying.web.viewer import views

app_name = "viewer"

urlpatterns = [
    path("app-config.js", views.app_config, name="app-config"),
    path("", views.viewer, name="page"),
    path("<path:name>", views.viewer, name="file"),
]
