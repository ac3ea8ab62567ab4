"""Addresses of the alliance's pages: hospitals, members' credentials, roster, files."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import alliance, books, roster

urlpatterns = [
    path("alliance/", alliance.alliance, name="alliance"),
    path("alliance/hospitals/<str:code>/", alliance.hospital, name="alliance-hospital"),
    path(
        "alliance/hospitals/<str:code>/agreements/",
        alliance.set_agreement,
        name="agreement-set",
    ),
    path(
        "alliance/hospitals/<str:code>/agreements/<int:number>/remove/",
        alliance.drop_agreement,
        name="agreement-remove",
    ),
    path("alliance/members/<str:login>/", alliance.member, name="alliance-member"),
    path("alliance/roster/", roster.roster, name="roster"),
    path("alliance/roster/copy/", roster.copy, name="roster-copy"),
    path("alliance/roster/<int:number>/remove/", roster.remove, name="shift-remove"),
    path("alliance/import/", books.import_page, name="alliance-import"),
    path("alliance/import/<str:kind>.csv", books.template_file, name="alliance-template"),
    path("alliance/export/<str:kind>.csv", books.export_file, name="alliance-export"),
]
