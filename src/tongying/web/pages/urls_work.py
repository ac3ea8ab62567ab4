"""Addresses of the working pages: signing in, worklist, case."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from tongying.web.pages import (
    board,
    case,
    choices,
    clocks,
    login,
    opinion,
    question,
    referral,
    referrals,
    worklist,
)

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("next/", worklist.next_case, name="next"),
    path("help/keys/", worklist.keys, name="keys"),
    path("login/", login.login, name="login"),
    path("login/second/", login.second, name="login-second"),
    path("logout/", login.logout, name="logout"),
    path("language/", choices.choose, name="language"),
    path("board/", board.page, name="board"),
    path("board/<slug:name>.<slug:kind>", board.export, name="board-export"),
    path("cases/", RedirectView.as_view(url="/", permanent=False), name="cases"),
    path("cases/new/", question.new, name="case-new"),
    path("cases/<int:case_id>/", case.page, name="case"),
    path("cases/<int:case_id>/preview/", worklist.preview, name="case-preview"),
    path("cases/<int:case_id>/question/", question.save, name="case-question"),
    path("cases/<int:case_id>/opinion/", opinion.save, name="case-opinion"),
    path("cases/<int:case_id>/moves/<str:move>/", case.move, name="case-move"),
    path("alerts/<int:alert_id>/acknowledge/", clocks.acknowledge_alert, name="alert-acknowledge"),
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
    path("cases/<int:case_id>/referrals/new/", referral.new, name="referral-new"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/<int:number>/", referral.page, name="referral"),
    path("referrals/<int:number>/moves/<str:move>/", referral.move, name="referral-move"),
    path("referrals/<int:number>/outcomes/", referral.record, name="referral-outcome"),
    path("referrals/<int:number>/comparison/", referral.compare, name="referral-compare"),
    path("referrals/<int:number>/teaching/", referral.offer_teaching, name="referral-teaching"),
    path("referrals/<int:number>/seen/", referral.mark_seen, name="referral-seen"),
    path("referrals/<int:number>/images/", referral.send_images, name="referral-images"),
    path("referrals/<int:number>/slip/", referral.slip, name="referral-slip"),
    path("quality/", referrals.quality, name="quality"),
    path("r/<str:code>/", referrals.public, name="public-referral"),
]
