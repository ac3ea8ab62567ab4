"""Addresses of resumable upload, below ``/uploads/``."""

from __future__ import annotations

from django.urls import path

from tongying.web.uploads import tus

urlpatterns = [
    path("tus/", tus.collection, name="tus"),
    path("tus/<str:code>", tus.resource, name="tus-file"),
]
