"""Addresses below ``/api/``: those of the operations, and ``openapi.json``."""

from __future__ import annotations

from django.urls import path, re_path

from tongying.web.api.ai_routes import router as ai_router
from tongying.web.api.api import api
from tongying.web.api.drawing_routes import router as drawing_router
from tongying.web.api.fusion_routes import router as fusion_router
from tongying.web.api.measurement_routes import router as measurement_router
from tongying.web.api.missing import no_such_address
from tongying.web.api.norm_routes import router as norm_router
from tongying.web.api.routes import router

api.add_router("", router)
api.add_router("", fusion_router)
api.add_router("", norm_router)
api.add_router("", measurement_router)
api.add_router("", drawing_router)
api.add_router("", ai_router)

urlpatterns = [
    path("", api.urls),
    re_path(r"", no_such_address),
]
