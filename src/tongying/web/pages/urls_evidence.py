"""Addresses of the evidence about models, of needs, products and vendors."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import ai_learning, evidence_models, evidence_sets, needs, products

urlpatterns = [
    path("ai/", evidence_models.index, name="ai"),
    path("ai/models/<slug:card_id>/", evidence_models.page, name="ai-model"),
    path("ai/models/<slug:card_id>/standing/", evidence_models.change, name="ai-model-standing"),
    path("ai/models/<slug:card_id>/incidents/", evidence_models.incident, name="ai-incident"),
    path(
        "ai/models/<slug:card_id>/incidents/<str:code>/",
        evidence_models.close_incident,
        name="ai-incident-close",
    ),
    path(
        "ai/models/<slug:card_id>/alarms/<int:number>/",
        evidence_models.answer_alarm,
        name="ai-alarm-answer",
    ),
    path("studies/<str:uid>/ai/truth/", ai_learning.truth, name="ai-truth"),
    path("ai/runs/<str:code>/failure/", ai_learning.failure, name="ai-failure"),
    path("ai/sets/", evidence_sets.sets, name="evidence-sets"),
    path("ai/sets/<str:code>/", evidence_sets.one_set, name="evidence-set"),
    path("ai/evaluations/<str:code>/", evidence_sets.evaluation, name="evidence-evaluation"),
    path("ai/failures/", evidence_sets.failures, name="evidence-failures"),
    path("ai/failures/<str:code>/teaching/", evidence_sets.offer, name="evidence-failure-offer"),
    path("vendor/", evidence_sets.vendor, name="vendor"),
    path("needs/", needs.index, name="needs"),
    path("needs/<str:code>/", needs.page, name="need"),
    path("needs/<str:code>/move/", needs.move, name="need-move"),
    path("needs/<str:code>/vote/", needs.vote, name="need-vote"),
    path("products/", products.index, name="products"),
    path("products/speakers/", products.speaker, name="vendor-speaker"),
    path("products/<str:code>/use/", products.use, name="product-use"),
]
