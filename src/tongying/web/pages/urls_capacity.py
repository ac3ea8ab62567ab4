"""Addresses of capacity planning."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import capacity

urlpatterns = [
    path("capacity/", capacity.capacity, name="capacity"),
    path("capacity/example.toml", capacity.example, name="capacity-example"),
    path("capacity/<str:code>/", capacity.run, name="capacity-run"),
    path("capacity/<str:code>/<slug:name>.<slug:kind>", capacity.export, name="capacity-export"),
]
