"""Addresses of notices and critical findings."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import critical, notices, telling

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="notices-bell"),
    path("notices/read/", notices.read_all, name="notices-read-all"),
    path("notices/<int:number>/open/", notices.open_notice, name="notice-open"),
    path("notices/<int:number>/read/", notices.read, name="notice-read"),
    path("push-sw.js", telling.push_worker, name="push-worker"),
    path("account/notices/", telling.wishes, name="account-notices"),
    path("account/notices/test/", telling.try_out, name="account-notices-test"),
    path("account/push/", telling.subscribe, name="account-push"),
    path("account/push/remove/", telling.unsubscribe, name="account-push-remove"),
    path("cases/<int:case_id>/critical/", critical.report, name="case-critical"),
    path(
        "cases/<int:case_id>/critical/<int:number>/",
        critical.acknowledge,
        name="case-critical-acknowledge",
    ),
]
