"""Addresses of reading beside models: the own read, the results, the draft."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import ai_results

urlpatterns = [
    path("studies/<str:uid>/ai/", ai_results.page, name="ai-study"),
    path("studies/<str:uid>/ai/read/", ai_results.read, name="ai-read"),
    path("studies/<str:uid>/ai/finish/", ai_results.finish, name="ai-finish"),
    path("ai/runs/<str:code>/review/", ai_results.decide, name="ai-review"),
    path("ai/runs/<str:code>/missed/", ai_results.missed, name="ai-missed"),
    path("cases/<int:case_id>/ai/draft/", ai_results.draft, name="ai-draft"),
    path("cases/<int:case_id>/ai/confirm/", ai_results.confirm, name="ai-confirm"),
]
