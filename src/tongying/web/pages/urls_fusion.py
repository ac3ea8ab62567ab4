"""Addresses of fused pairs."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import fusion

urlpatterns = [
    path("fusions/new/", fusion.new, name="fusion-new"),
    path("fusions/<str:code>/", fusion.page, name="fusion"),
    path("fusions/<str:code>/cancel/", fusion.cancel, name="fusion-cancel"),
    path("fusions/<str:code>/judge/", fusion.judge, name="fusion-judge"),
    path("fusions/<str:code>/files/<str:name>", fusion.file, name="fusion-file"),
    path("fusions/<str:code>/tables/", fusion.ask_table, name="fusion-tables"),
    path("fusions/<str:code>/tables/<str:table>/insert/", fusion.insert, name="fusion-insert"),
]
