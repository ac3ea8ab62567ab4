"""Addresses below ``/api/``: those of the operations, and ``openapi.json``."""

from __future__ import annotations

from django.urls import path, re_path

from tongying.web.api import routes
from tongying.web.api.missing import no_such_address

urlpatterns = [
    path("", routes.api.urls),
    re_path(r"", no_such_address),
]
