"""Addresses of the archive's pages: studies, upload, trail, verification, account, members."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import (
    account,
    child_timeline,
    children,
    members,
    studies,
    study,
    trail,
    upload,
    verify,
)

urlpatterns = [
    path("studies/", studies.studies, name="studies"),
    path("studies/<str:uid>/", study.study, name="study"),
    path("studies/<str:uid>/zip", study.download, name="study-zip"),
    path("upload/", upload.upload, name="upload"),
    path("upload/new/", upload.new_upload, name="upload-new"),
    path("upload/<str:code>/", upload.upload_page, name="upload-page"),
    path("upload/<str:code>/state/", upload.upload_state, name="upload-state"),
    path("upload/<str:code>/summary/", upload.summary_fragment, name="upload-summary"),
    path("upload/<str:code>/files/", upload.upload_files, name="upload-files"),
    path("trail/", trail.trail, name="trail"),
    path("trail/export.csv", trail.export, name="trail-export"),
    path("verify/", verify.verify_entry, name="verify-entry"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("account/choices/", account.choices, name="account-choices"),
    path("account/second-factor/", account.second_factor, name="account-second"),
    path("account/second-factor/confirm/", account.confirm, name="account-confirm"),
    path("account/second-factor/backup/", account.backup, name="account-backup"),
    path(
        "account/second-factor/remove/", account.remove_second_factor, name="account-second-remove"
    ),
    path("account/tokens/", account.make_token, name="account-token"),
    path("account/tokens/<int:number>/revoke/", account.revoke_token, name="account-token-revoke"),
    path("members/", members.members, name="members"),
    path("members/peers/", members.add_peer, name="peer-add"),
    path("members/peers/<str:ae_title>/remove/", members.remove_peer, name="peer-remove"),
    path("members/<str:login>/active/", members.set_active, name="member-active"),
    path("members/<str:login>/reset/", members.reset, name="member-reset"),
    path("children/<int:number>/", children.child, name="child"),
    path("children/<int:number>/join/", children.join, name="child-join"),
    path("children/<int:number>/links/<int:link_number>/undo/", children.part, name="child-part"),
    path("children/<int:number>/timeline/", child_timeline.timeline, name="child-timeline"),
    path("children/<int:number>/pair/", child_timeline.pair, name="child-pair"),
    path("children/<int:number>/fetal/", children.file_fetal, name="fetal-file"),
    path(
        "children/<int:number>/fetal/<int:link_number>/undo/",
        children.undo_fetal,
        name="fetal-undo",
    ),
    path("cases/<int:case_id>/priors/", child_timeline.attach, name="case-prior"),
]
