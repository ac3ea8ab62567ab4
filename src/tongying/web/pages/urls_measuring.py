"""Addresses of the quick measuring page."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import measuring

urlpatterns = [
    path("measure/", measuring.page, name="measuring"),
    path("measure/preview/", measuring.preview, name="measuring-preview"),
    path("measure/keep/", measuring.keep, name="measuring-keep"),
]
