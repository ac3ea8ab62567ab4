"""Addresses of the working pages: signing in, worklist, case."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from tongying.web.pages import case, choices, login, opinion, question, worklist

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("next/", worklist.next_case, name="next"),
    path("help/keys/", worklist.keys, name="keys"),
    path("login/", login.login, name="login"),
    path("login/second/", login.second, name="login-second"),
    path("logout/", login.logout, name="logout"),
    path("language/", choices.choose, name="language"),
    path("cases/", RedirectView.as_view(url="/", permanent=False), name="cases"),
    path("cases/new/", question.new, name="case-new"),
    path("cases/<int:case_id>/", case.page, name="case"),
    path("cases/<int:case_id>/preview/", worklist.preview, name="case-preview"),
    path("cases/<int:case_id>/question/", question.save, name="case-question"),
    path("cases/<int:case_id>/opinion/", opinion.save, name="case-opinion"),
    path("cases/<int:case_id>/moves/<str:move>/", case.move, name="case-move"),
    path("cases/<int:case_id>/key-images/", case.add_key_image, name="case-key-images"),
    path(
        "cases/<int:case_id>/key-images/<int:image_id>/",
        case.change_key_image,
        name="case-key-image",
    ),
    path(
        "cases/<int:case_id>/opinions/<int:version>/<str:kind>/",
        opinion.document,
        name="case-document",
    ),
    path(
        "cases/<int:case_id>/difference/<int:version>/",
        opinion.difference,
        name="case-difference",
    ),
]
