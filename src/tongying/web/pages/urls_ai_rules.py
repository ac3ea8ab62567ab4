"""Addresses of the rules that decide which steps a study triggers, and of its events."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import ai_events, ai_rules

urlpatterns = [
    path("ai/rules/", ai_rules.page, name="ai-rules"),
    path("studies/<str:uid>/ai/events/", ai_events.page, name="ai-events"),
    path("studies/<str:uid>/ai/ask/", ai_events.begin, name="ai-run-begin"),
    path("ai/runs/<str:code>/again/", ai_events.again, name="ai-run-again"),
    path("ai/runs/<str:code>/stop/", ai_events.stop, name="ai-run-stop"),
]
