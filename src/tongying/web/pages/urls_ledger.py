"""Addresses of the ledger of normal children."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import ledger, ledger_enrol, ledger_reading, ledger_rules, ledger_tables

urlpatterns = [
    path("norms/ledger/", ledger.ledger, name="norm-ledger"),
    path("norms/ledger/children/new/", ledger_enrol.enrol, name="norm-enrol"),
    path("norms/ledger/children/<str:code>/", ledger.subject, name="norm-subject"),
    path("norms/ledger/children/<str:code>/withdraw/", ledger.withdraw, name="norm-withdraw"),
    path("norms/ledger/readings/", ledger_reading.readings, name="norm-readings"),
    path("norms/ledger/values/<str:code>/", ledger_reading.entry, name="norm-entry"),
    path("norms/ledger/values/<str:code>/read/", ledger_reading.give, name="norm-read"),
    path(
        "norms/ledger/values/<str:code>/decide/", ledger_reading.adjudicate, name="norm-adjudicate"
    ),
    path("norms/ledger/values/<str:code>/quality/", ledger_reading.quality, name="norm-quality"),
    path("norms/ledger/table/", ledger_tables.table, name="norm-table"),
    path("norms/ledger/table/template.csv", ledger_tables.template_file, name="norm-template"),
    path("norms/ledger/rules/", ledger_rules.rules, name="norm-rules"),
    path("norms/ledger/rules/<int:number>/close/", ledger_rules.close, name="norm-rule-close"),
]
