"""Routes of pages."""

from __future__ import annotations

from access_probes import MARKS, P, Probe, S, U, json
from access_rules import (
    acknowledges_alert,
    acts_on_case,
    acts_on_draft,
    adds_pathways,
    asks,
    asks_a_model,
    back_to_login,
    brings,
    case,
    closes_norm_draft,
    draft,
    everyone,
    fits_norms,
    fuses,
    fuses_on_draft,
    joins_children,
    keeps_books,
    keeps_ledger,
    keeps_normal_child,
    leads_alliance,
    looks_after_author,
    makes_roster,
    may_not_invite_on_draft,
    measures,
    measures_normal_child,
    my_upload,
    no_such_norm_fit,
    no_such_own_pathway,
    no_such_plan,
    nobody_sees,
    plans,
    reads_beside_models,
    reads_board,
    reads_norm_draft,
    reads_norm_fits,
    reads_trail,
    refers,
    refers_draft,
    reports,
    runs_hospital,
    saves_ai_rules,
    sees_ledger,
    sees_normal_child,
    sees_quality,
    signs_norm_draft,
    signs_off_norms,
    strikes,
    study,
    tries,
    tries_adding_pathways,
    tries_author,
    tries_children,
    tries_fusing,
    tries_hospital,
    tries_keeping,
    tries_my_upload,
    tries_normal_child,
    tries_planning,
    unasked,
    uploads,
    would_invite,
)
from world import PRIOR, SUBJECT, UNASKED

PAGES: dict[str, list[Probe]] = {
    "uploads/tus/": [Probe("/uploads/tus/", brings, "POST")],
    "uploads/tus/<str:code>": [Probe("/uploads/tus/{file}", tries_my_upload, "HEAD")],
    "viewer/app-config.js": [Probe("/viewer/app-config.js", everyone)],
    "viewer/": [Probe("/viewer/", everyone)],
    "viewer/<path:name>": [Probe("/viewer/viewer", everyone)],
    "": [Probe("/", everyone)],
    "next/": [Probe("/next/", everyone)],
    "help/keys/": [Probe("/help/keys/", everyone)],
    "login/": [Probe("/login/", everyone, public=True)],
    "login/second/": [Probe("/login/second/", back_to_login, public=True)],
    "logout/": [Probe("/logout/", back_to_login, "POST", public=True)],
    "language/": [Probe("/language/", tries, "POST", public=True)],
    "cases/": [Probe("/cases/", everyone, public=True)],  # only leads to the worklist
    "cases/new/": [Probe(f"/cases/new/?study={UNASKED}", asks, "POST")],
    "cases/<int:case_id>/": [Probe("/cases/{case}/", case), Probe("/cases/{draft}/", draft)],
    "cases/<int:case_id>/preview/": [
        Probe("/cases/{case}/preview/", case),
        Probe("/cases/{draft}/preview/", draft),
    ],
    "cases/<int:case_id>/question/": [
        Probe("/cases/{case}/question/", acts_on_case, "POST"),
        Probe("/cases/{draft}/question/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/opinion/": [Probe("/cases/{case}/opinion/", acts_on_case, "POST")],
    "cases/<int:case_id>/moves/<str:move>/": [
        Probe("/cases/{case}/moves/refuse/", acts_on_case, "POST"),
        Probe("/cases/{draft}/moves/refuse/", acts_on_draft, "POST"),
    ],
    "alerts/<int:alert_id>/acknowledge/": [
        Probe("/alerts/{alert}/acknowledge/", acknowledges_alert, "POST"),
    ],
    "cases/<int:case_id>/key-images/": [
        Probe("/cases/{case}/key-images/", acts_on_case, "POST"),
        Probe("/cases/{draft}/key-images/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/key-images/<int:image_id>/": [
        Probe("/cases/{case}/key-images/{image}/", acts_on_case, "POST"),
    ],
    "cases/<int:case_id>/opinions/<int:version>/<str:kind>/": [
        Probe("/cases/{case}/opinions/1/pdf-zh/", case),
        Probe("/cases/{case}/opinions/1/dicom-sr/", case),
        Probe("/cases/{case}/opinions/1/key-0/", case),
    ],
    "cases/<int:case_id>/difference/<int:version>/": [
        Probe("/cases/{case}/difference/1/", case),
    ],
    "cases/<int:case_id>/referrals/new/": [
        Probe("/cases/{case}/referrals/new/", refers),
        Probe("/cases/{draft}/referrals/new/", refers_draft),
        Probe("/cases/{case}/referrals/new/", acts_on_case, "POST"),
    ],
    "referrals/": [Probe("/referrals/", everyone)],
    "referrals/<int:number>/": [Probe("/referrals/{referral}/", case)],
    "referrals/<int:number>/moves/<str:move>/": [
        # Without its reason nobody withdraws it.
        Probe("/referrals/{referral}/moves/withdraw/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/outcomes/": [
        Probe("/referrals/{referral}/outcomes/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/comparison/": [
        Probe("/referrals/{referral}/comparison/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/teaching/": [
        Probe("/referrals/{referral}/teaching/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/seen/": [
        Probe("/referrals/{referral}/seen/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/images/": [
        Probe("/referrals/{referral}/images/", acts_on_case, "POST"),
    ],
    "referrals/<int:number>/slip/": [Probe("/referrals/{referral}/slip/", case)],
    "quality/": [Probe("/quality/", sees_quality)],
    "r/<str:code>/": [
        Probe("/r/{parents}/", everyone, public=True),
        Probe("/r/00000000000000000000000000/", nobody_sees, public=True),
    ],
    "cases/<int:case_id>/panel/find/": [
        Probe("/cases/{case}/panel/find/", would_invite),
        Probe("/cases/{draft}/panel/find/", may_not_invite_on_draft),
    ],
    "cases/<int:case_id>/panel/opinion/": [
        Probe("/cases/{case}/panel/opinion/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/opinion/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/panel/time/": [
        Probe("/cases/{case}/panel/time/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/time/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/panel/moves/<str:move>/": [
        Probe("/cases/{case}/panel/moves/invite/", acts_on_case, "POST"),
        Probe("/cases/{draft}/panel/moves/invite/", acts_on_draft, "POST"),
    ],
    "studies/": [Probe("/studies/", everyone)],
    "studies/<str:uid>/": [
        Probe(f"/{S}/", study),
        Probe(f"/{P}/", study),
        Probe(f"/{U}/", unasked),
    ],
    "studies/<str:uid>/ai/": [Probe(f"/{S}/ai/", study), Probe(f"/{U}/ai/", unasked)],
    "studies/<str:uid>/ai/read/": [Probe(f"/{S}/ai/read/", reads_beside_models, "POST")],
    "studies/<str:uid>/ai/finish/": [Probe(f"/{S}/ai/finish/", reads_beside_models, "POST")],
    "ai/runs/<str:code>/review/": [
        Probe("/ai/runs/{ai_run}/review/", reads_beside_models, "POST"),
        Probe("/ai/runs/{ai_shadow}/review/", nobody_sees, "POST"),
    ],
    "ai/runs/<str:code>/missed/": [
        Probe("/ai/runs/{ai_run}/missed/", reads_beside_models, "POST"),
        Probe("/ai/runs/{ai_shadow}/missed/", nobody_sees, "POST"),
    ],
    "cases/<int:case_id>/ai/draft/": [Probe("/cases/{case}/ai/draft/", acts_on_case, "POST")],
    "cases/<int:case_id>/ai/confirm/": [Probe("/cases/{case}/ai/confirm/", acts_on_case, "POST")],
    "studies/<str:uid>/zip": [Probe(f"/{S}/zip", study), Probe(f"/{U}/zip", unasked)],
    "upload/": [Probe("/upload/", uploads)],
    "upload/new/": [Probe("/upload/new/", brings, "POST")],
    "upload/<str:code>/": [Probe("/upload/{upload}/", my_upload)],
    "upload/<str:code>/state/": [Probe("/upload/{upload}/state/", my_upload)],
    "upload/<str:code>/summary/": [Probe("/upload/{upload}/summary/", my_upload)],
    "upload/<str:code>/files/": [Probe("/upload/{upload}/files/", my_upload)],
    "board/": [Probe("/board/", reads_board)],
    "board/<slug:name>.<slug:kind>": [
        Probe("/board/hospital.csv", reads_board),
        Probe("/board/times.svg", reads_board),
    ],
    "trail/": [Probe("/trail/", reads_trail)],
    "trail/export.csv": [Probe("/trail/export.csv", reads_trail)],
    "verify/": [Probe("/verify/", everyone, public=True)],
    "verify/<str:code>/": [Probe("/verify/{verify}/", everyone, public=True)],
    "account/": [Probe("/account/", everyone)],
    "account/password/": [Probe("/account/password/", tries, "POST")],
    "account/choices/": [Probe("/account/choices/", tries, "POST")],
    "account/second-factor/": [Probe("/account/second-factor/", tries, "POST")],
    "account/second-factor/confirm/": [Probe("/account/second-factor/confirm/", tries, "POST")],
    "account/second-factor/backup/": [Probe("/account/second-factor/backup/", tries, "POST")],
    "account/second-factor/remove/": [Probe("/account/second-factor/remove/", tries, "POST")],
    "account/tokens/": [Probe("/account/tokens/", tries, "POST")],
    "account/tokens/<int:number>/revoke/": [
        Probe("/account/tokens/999999/revoke/", nobody_sees, "POST"),
    ],
    "account/notices/": [Probe("/account/notices/", tries, "POST")],
    "account/notices/test/": [Probe("/account/notices/test/", tries, "POST")],
    "account/push/": [Probe("/account/push/", tries, "POST")],
    "account/push/remove/": [Probe("/account/push/remove/", tries, "POST")],
    "notices/": [Probe("/notices/", everyone)],
    "notices/bell/": [Probe("/notices/bell/", everyone)],
    "notices/read/": [Probe("/notices/read/", tries, "POST")],
    # Somebody else's notice does not exist; nobody here has one of this number.
    "notices/<int:number>/open/": [Probe("/notices/999999/open/", nobody_sees, "POST")],
    "notices/<int:number>/read/": [Probe("/notices/999999/read/", nobody_sees, "POST")],
    "push-sw.js": [Probe("/push-sw.js", everyone, public=True)],
    "cases/<int:case_id>/critical/": [
        Probe("/cases/{case}/critical/", acts_on_case, "POST"),
        Probe("/cases/{draft}/critical/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/critical/<int:number>/": [
        Probe("/cases/{case}/critical/999999/", acts_on_case, "POST"),
        Probe("/cases/{draft}/critical/999999/", acts_on_draft, "POST"),
    ],
    "capacity/": [
        Probe("/capacity/", plans),
        Probe("/capacity/", tries_planning, "POST", "cases_per_day=many"),
    ],
    "capacity/example.toml": [Probe("/capacity/example.toml", plans)],
    "capacity/<str:code>/": [Probe("/capacity/NONE/", no_such_plan)],
    "capacity/<str:code>/<slug:name>.<slug:kind>": [
        Probe("/capacity/NONE/result.json", no_such_plan),
    ],
    "norms/": [Probe("/norms/", everyone), Probe("/norms/?q=height&population=chinese", everyone)],
    "norms/ledger/": [Probe("/norms/ledger/", sees_ledger)],
    "norms/ledger/children/new/": [
        Probe(f"/norms/ledger/children/new/?study={UNASKED}", keeps_normal_child),
        Probe("/norms/ledger/children/new/", tries_normal_child, "POST", f"study={UNASKED}"),
    ],
    "norms/ledger/children/<str:code>/": [
        Probe("/norms/ledger/children/{normal_child}/", sees_normal_child),
        Probe("/norms/ledger/children/NONE/", nobody_sees),
    ],
    "norms/ledger/children/<str:code>/withdraw/": [
        # Without its reason nobody is withdrawn.
        Probe("/norms/ledger/children/{normal_child}/withdraw/", tries_normal_child, "POST"),
    ],
    "norms/ledger/readings/": [Probe("/norms/ledger/readings/", measures)],
    "norms/ledger/values/<str:code>/": [
        Probe("/norms/ledger/values/{normal_value}/", sees_normal_child),
    ],
    "norms/ledger/values/<str:code>/read/": [
        Probe("/norms/ledger/values/{normal_value}/read/", measures_normal_child, "POST"),
    ],
    "norms/ledger/values/<str:code>/decide/": [
        Probe("/norms/ledger/values/{normal_value}/decide/", measures_normal_child, "POST"),
    ],
    "norms/ledger/values/<str:code>/quality/": [
        Probe("/norms/ledger/values/{normal_value}/quality/", measures_normal_child, "POST"),
    ],
    "norms/ledger/table/": [
        Probe("/norms/ledger/table/", keeps_ledger),
        Probe("/norms/ledger/table/", tries_keeping, "POST"),
    ],
    "norms/ledger/table/template.csv": [
        Probe("/norms/ledger/table/template.csv", keeps_ledger),
    ],
    "norms/ledger/rules/": [
        Probe("/norms/ledger/rules/", sees_ledger),
        Probe("/norms/ledger/rules/", tries_keeping, "POST"),
    ],
    "norms/ledger/rules/<int:number>/close/": [
        Probe("/norms/ledger/rules/{normal_rule}/close/", tries_normal_child, "POST"),
    ],
    "norms/fits/": [
        Probe("/norms/fits/", reads_norm_fits),
        Probe("/norms/fits/", fits_norms, "POST", "source=none"),
    ],
    "norms/fits/<str:code>/": [
        Probe("/norms/fits/{norm_fit}/", reads_norm_fits),
        Probe("/norms/fits/NONE/", no_such_norm_fit),
    ],
    "norms/fits/<str:code>/draft/": [Probe("/norms/fits/{norm_fit}/draft/", fits_norms, "POST")],
    "norms/releases/": [Probe("/norms/releases/", everyone)],
    "norms/releases/<norm:norm_id>/": [
        Probe("/norms/releases/{norm_draft}/", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/", everyone),
        Probe("/norms/releases/none@1/", nobody_sees),
    ],
    "norms/releases/<norm:norm_id>/sign/": [
        Probe("/norms/releases/{norm_draft}/sign/", signs_norm_draft, "POST", "sha256=x"),
    ],
    "norms/releases/<norm:norm_id>/close/": [
        Probe("/norms/releases/{norm_draft}/close/", closes_norm_draft, "POST", "reason="),
        Probe("/norms/releases/{norm_released}/close/", fits_norms, "POST", "reason="),
    ],
    "norms/releases/<norm:norm_id>/sites/": [
        Probe("/norms/releases/{norm_draft}/sites/", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/sites/", everyone),
        Probe("/norms/releases/{norm_released}/sites/", fits_norms, "POST", "hospital=NONE"),
    ],
    "norms/releases/<norm:norm_id>/sites/undo/": [
        Probe("/norms/releases/{norm_released}/sites/undo/", fits_norms, "POST", "hospital=NONE"),
    ],
    "norms/releases/<norm:norm_id>/<str:name>": [
        Probe("/norms/releases/{norm_draft}/document.json", reads_norm_draft),
        Probe("/norms/releases/{norm_released}/table.csv", everyone),
        Probe("/norms/releases/{norm_released}/none.txt", nobody_sees),
    ],
    "norms/<norm:norm_id>/": [
        Probe("/norms/china-2013.height@1/", everyone),
        Probe("/norms/china-2013.height@1/", tries, "POST", "value=100&sex=F&age=4&age_unit=y"),
        Probe("/norms/none@1/", nobody_sees),
    ],
    "norms/<norm:norm_id>/sign/": [
        Probe("/norms/china-2013.height@1/sign/", signs_off_norms, "POST", "sha256=x"),
    ],
    "norms/<norm:norm_id>/<str:name>": [
        Probe("/norms/china-2013.height@1/chart.svg?sex=F", everyone),
        Probe("/norms/china-2013.height@1/none.txt", nobody_sees),
    ],
    "fusions/new/": [
        Probe(f"/fusions/new/?study={SUBJECT}", fuses),
        Probe("/fusions/new/?case={case}", fuses),
        Probe("/fusions/new/?case={draft}", fuses_on_draft),
        Probe("/fusions/new/", tries_fusing, "POST", f"fixed={SUBJECT}.1&moving={PRIOR}.1"),
    ],
    "fusions/<str:code>/": [
        Probe("/fusions/{fusion}/", case),
        Probe("/fusions/NONE/", nobody_sees),
    ],
    "fusions/<str:code>/cancel/": [Probe("/fusions/{fusion}/cancel/", acts_on_case, "POST")],
    "fusions/<str:code>/judge/": [Probe("/fusions/{fusion}/judge/", acts_on_case, "POST")],
    "fusions/<str:code>/files/<str:name>": [
        Probe("/fusions/{fusion}/files/contours.png", case),
        Probe("/fusions/{fusion}/files/none.png", nobody_sees),
    ],
    "fusions/<str:code>/tables/": [Probe("/fusions/{fusion}/tables/", acts_on_case, "POST")],
    "fusions/<str:code>/tables/<str:table>/insert/": [
        Probe("/fusions/{fusion}/tables/NONE/insert/", acts_on_case, "POST"),
    ],
    "measurements/new/": [
        Probe("/measurements/new/?case={case}", fuses),
        Probe("/measurements/new/?case={draft}", fuses_on_draft),
        Probe("/measurements/new/?child={child}", fuses),
        Probe("/measurements/new/", tries_fusing, "POST", f"study={SUBJECT}"),
    ],
    "measure/": [
        Probe("/measure/?case={case}", fuses),
        Probe("/measure/?case={draft}", fuses_on_draft),
        Probe(f"/measure/?study={SUBJECT}", fuses),
    ],
    "measure/preview/": [json("/measure/preview/", tries_fusing, "POST", MARKS)],
    "measure/keep/": [json("/measure/keep/", tries_fusing, "POST", MARKS)],
    "cases/<int:case_id>/measured/": [
        Probe("/cases/{case}/measured/", case),
        Probe("/cases/{draft}/measured/", draft),
    ],
    "cases/<int:case_id>/drawings/<str:code>/name/": [
        Probe("/cases/{case}/drawings/NONE/name/", nobody_sees, "POST", "meaning=graf/R"),
    ],
    "measurements/<str:code>/strike/": [
        Probe("/measurements/{measurement}/strike/", strikes, "POST"),
    ],
    "measurements/<str:code>/insert/": [
        Probe("/measurements/{measurement}/insert/", acts_on_case, "POST"),
    ],
    "measurements/<str:code>/report/": [
        Probe("/measurements/{height}/report/", reports, "POST"),
    ],
    "pathways/": [Probe("/pathways/", everyone)],
    "ai/rules/": [
        Probe("/ai/rules/", everyone),
        Probe(f"/ai/rules/?study={SUBJECT}", everyone),
        Probe("/ai/rules/", study, "POST", f"then=try&study={SUBJECT}&text="),
        Probe("/ai/rules/", unasked, "POST", f"then=try&study={UNASKED}&text="),
        Probe("/ai/rules/", saves_ai_rules, "POST", "then=save&version=0&text="),
    ],
    "studies/<str:uid>/ai/events/": [
        Probe(f"/{S}/ai/events/", study),
        Probe(f"/{U}/ai/events/", unasked),
    ],
    "studies/<str:uid>/ai/ask/": [
        Probe(f"/{S}/ai/ask/", asks_a_model, "POST", "model=triage"),
    ],
    "ai/runs/<str:code>/again/": [Probe("/ai/runs/NONE/again/", nobody_sees, "POST")],
    "ai/runs/<str:code>/stop/": [Probe("/ai/runs/NONE/stop/", nobody_sees, "POST")],
    "pathways/new/": [
        Probe("/pathways/new/", adds_pathways),
        Probe("/pathways/new/", tries_adding_pathways, "POST"),
    ],
    "pathways/<int:number>/withdraw/": [
        Probe("/pathways/999999/withdraw/", no_such_own_pathway, "POST"),
    ],
    "pathways/<slug:digest>/": [Probe("/pathways/no-such-text/", nobody_sees)],
    "pathways/<slug:digest>/text/": [Probe("/pathways/no-such-text/text/", nobody_sees)],
    "cases/<int:case_id>/pathway/": [
        Probe("/cases/{case}/pathway/", case),
        Probe("/cases/{draft}/pathway/", draft),
    ],
    "cases/<int:case_id>/pathway/choose/": [
        Probe("/cases/{case}/pathway/choose/", acts_on_case, "POST", "digest=none"),
        Probe("/cases/{draft}/pathway/choose/", acts_on_draft, "POST", "digest=none"),
    ],
    "cases/<int:case_id>/pathway/<slug:part>/": [
        Probe("/cases/{case}/pathway/report/", acts_on_case, "POST"),
        Probe("/cases/{draft}/pathway/intake/", acts_on_draft, "POST"),
    ],
    "cases/<int:case_id>/pathway/report/insert/": [
        Probe("/cases/{case}/pathway/report/insert/", acts_on_case, "POST"),
    ],
    "members/": [Probe("/members/", runs_hospital)],
    "members/peers/": [Probe("/members/peers/", tries_hospital, "POST")],
    "members/peers/<str:ae_title>/remove/": [
        Probe("/members/peers/NONE/remove/", tries_hospital, "POST"),
    ],
    "members/<str:login>/active/": [
        Probe("/members/nobody-here/active/", tries_hospital, "POST"),
    ],
    "members/<str:login>/reset/": [Probe("/members/nobody-here/reset/", tries_hospital, "POST")],
    "alliance/": [Probe("/alliance/", everyone)],
    "alliance/hospitals/<str:code>/": [
        Probe("/alliance/hospitals/ASK/", everyone),
        Probe("/alliance/hospitals/THIRD/", everyone),
        Probe("/alliance/hospitals/NONE/", nobody_sees),
        Probe("/alliance/hospitals/ASK/", leads_alliance, "POST"),
    ],
    "alliance/hospitals/<str:code>/agreements/": [
        Probe("/alliance/hospitals/ASK/agreements/", leads_alliance, "POST"),
    ],
    "alliance/hospitals/<str:code>/agreements/<int:number>/remove/": [
        Probe("/alliance/hospitals/ASK/agreements/999999/remove/", leads_alliance, "POST"),
    ],
    "alliance/members/<str:login>/": [
        Probe("/alliance/members/author/", looks_after_author),
        Probe("/alliance/members/author/", tries_author, "POST"),
    ],
    "alliance/roster/": [
        Probe("/alliance/roster/", everyone),
        Probe("/alliance/roster/", makes_roster, "POST"),
    ],
    "alliance/roster/copy/": [
        Probe("/alliance/roster/copy/", makes_roster, "POST", "week=2026-03-02"),
    ],
    "alliance/roster/<int:number>/remove/": [
        Probe("/alliance/roster/999999/remove/", makes_roster, "POST"),
    ],
    "alliance/import/": [
        Probe("/alliance/import/", keeps_books),
        Probe("/alliance/import/", makes_roster, "POST"),
    ],
    "alliance/import/<str:kind>.csv": [Probe("/alliance/import/shifts.csv", everyone)],
    "alliance/export/<str:kind>.csv": [
        Probe("/alliance/export/shifts.csv", keeps_books),
        Probe("/alliance/export/hospitals.csv", leads_alliance),
        Probe("/alliance/export/nothing.csv", nobody_sees),
    ],
    "children/<int:number>/": [Probe("/children/{child}/", joins_children)],
    "children/<int:number>/join/": [Probe("/children/{child}/join/", tries_children, "POST")],
    "children/<int:number>/links/<int:link_number>/undo/": [
        # The one who may would undo it; a number that does not exist shows the door as well.
        Probe("/children/{child}/links/999999/undo/", tries_children, "POST"),
    ],
    "children/<int:number>/timeline/": [Probe("/children/{child}/timeline/", study)],
    "children/<int:number>/measurements/": [
        Probe("/children/{child}/measurements/", study),
    ],
    "children/<int:number>/pair/": [
        Probe(f"/children/{{child}}/pair/?pick={SUBJECT}&pick={PRIOR}&to=compare", study),
    ],
    "children/<int:number>/fetal/": [
        Probe("/children/{child}/fetal/", tries_children, "POST", "reason=x"),
    ],
    "children/<int:number>/fetal/<int:link_number>/undo/": [
        Probe("/children/{child}/fetal/999999/undo/", tries_children, "POST"),
    ],
    "cases/<int:case_id>/priors/": [
        Probe("/cases/{case}/priors/", acts_on_case, "POST", f"study={PRIOR}"),
        Probe("/cases/{draft}/priors/", acts_on_draft, "POST", f"study={PRIOR}"),
    ],
}
