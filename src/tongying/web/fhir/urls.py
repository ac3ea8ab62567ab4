"""Addresses below ``/fhir/``; which resource types they serve stands in `kinds.KINDS`."""

from __future__ import annotations

from django.urls import path

from tongying.web.fhir import views

app_name = "fhir"

urlpatterns = [
    path("", views.unknown, name="root"),
    path("metadata", views.metadata, name="metadata"),
    path("<str:kind>", views.search_type, name="search"),
    path("<str:kind>/_search", views.search_type, name="search-post"),
    path("<str:kind>/<str:id_>", views.read, name="read"),
    path("<str:kind>/<str:id_>/_history", views.history, name="history"),
    path("<str:kind>/<str:id_>/_history/<str:version>", views.vread, name="vread"),
    path("<path:rest>", views.unknown, name="unknown"),
]
