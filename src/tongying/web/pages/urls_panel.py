"""Addresses of the joint panel on a case."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import panel

urlpatterns = [
    path("cases/<int:case_id>/panel/find/", panel.find, name="case-panel-find"),
    path("cases/<int:case_id>/panel/opinion/", panel.save, name="case-panel-opinion"),
    path("cases/<int:case_id>/panel/time/", panel.book, name="case-panel-time"),
    path("cases/<int:case_id>/panel/moves/<str:move>/", panel.move, name="case-panel-move"),
]
