"""Addresses of pathways: of the platform and of hospitals, and as cases follow them."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import pathway, pathway_answers, pathways

urlpatterns = [
    path("pathways/", pathways.index, name="pathways"),
    path("pathways/new/", pathways.new, name="pathway-new"),
    path("pathways/<int:number>/withdraw/", pathways.withdraw, name="pathway-withdraw"),
    path("pathways/<slug:digest>/", pathways.page, name="pathway-read"),
    path("pathways/<slug:digest>/text/", pathways.text, name="pathway-text"),
    path("cases/<int:case_id>/pathway/", pathway.page, name="case-pathway"),
    path("cases/<int:case_id>/pathway/choose/", pathway.choose, name="case-pathway-choose"),
    path(
        "cases/<int:case_id>/pathway/<slug:part>/",
        pathway_answers.save,
        name="case-pathway-answers",
    ),
    path(
        "cases/<int:case_id>/pathway/report/insert/",
        pathway_answers.insert,
        name="case-pathway-insert",
    ),
]
