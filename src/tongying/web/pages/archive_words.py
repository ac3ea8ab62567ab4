"""The clinic's words for the archive: ways in, fates of files, acts in the trail, refusals."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import pgettext_lazy as _p

from tongying.archive.arrival import Door, Fate
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import TongyingError
from tongying.web.pages.sentences import refusal_sentence, said
from tongying.web.records.listing import Sort

SORT_WORDS: Final[dict[Sort, Promise]] = {
    Sort.CHILD: _p("column", "Child"),
    Sort.BIRTH: _p("column", "Age at study"),
    Sort.DATE: _p("column", "Study date"),
    Sort.MODALITY: _p("column", "Modality"),
    Sort.HOSPITAL: _p("column", "Hospital"),
    Sort.IMAGES: _p("column", "Series · images"),
    Sort.ARRIVED: _p("column", "Arrived"),
}

FATE_WORDS: Final[dict[Fate, Promise]] = {
    Fate.STORED: _p("fate", "stored"),
    Fate.DUPLICATE: _p("fate", "already here"),
    Fate.CONFLICT: _p("fate", "kept apart"),
    Fate.REFUSED: _p("fate", "refused"),
    Fate.PASSED_OVER: _p("fate", "passed over"),
}

FATE_TONES: Final[dict[Fate, str]] = {
    Fate.STORED: "green",
    Fate.CONFLICT: "amber",
    Fate.REFUSED: "red",
}

DOOR_WORDS: Final[dict[str, Promise]] = {
    Door.STOW: _p("door", "DICOMweb"),
    Door.CSTORE: _p("door", "DICOM network"),
    Door.UPLOAD: _p("door", "browser upload"),
    Door.IMPORT: _p("door", "import on the server"),
    Door.SELF: _p("door", "the platform itself"),
    "page": _p("door", "page"),
    "timeline": _p("door", "child's timeline"),
    "zip": _p("door", "download as zip"),
    "wado-rs": _p("door", "viewer or DICOMweb"),
    "dicomweb": _p("door", "viewer or DICOMweb"),
    "c-get": _p("door", "DICOM network"),
    "c-move": _p("door", "DICOM network"),
    "c-find": _p("door", "DICOM network"),
    "fhir": _p("door", "FHIR"),
    "fusion": _p("door", "fusion page"),
}

KIND_WORDS: Final[dict[str, Promise]] = {
    "study": _p("kind", "study"),
    "case": _p("kind", "case"),
    "child": _p("kind", "child's records"),
    "child-link": _p("kind", "join of records"),
    "fetal-study": _p("kind", "filing of a fetal study"),
    "opinion": _p("kind", "opinion"),
    "document": _p("kind", "document"),
    "hospital": _p("kind", "hospital"),
    "member": _p("kind", "member"),
    "token": _p("kind", "access token"),
    "peer": _p("kind", "DICOM node"),
    "upload": _p("kind", "upload"),
    "fusion": _p("kind", "fusion"),
    "norm-subject": _p("kind", "normal child"),
    "norm-rule": _p("kind", "inclusion rule"),
    "trail": _p("kind", "list of who saw what"),
}

_ACTS: Final[dict[tuple[Action, str], Promise]] = {
    (Action.READ, "study"): _("saw the images"),
    (Action.READ, "case"): _("read the case"),
    (Action.READ, "child"): _("saw the child's records"),
    (Action.READ, "trail"): _("exported the list of who saw what"),
    (Action.CREATE, "case"): _("began a case"),
    (Action.CREATE, "child-link"): _("joined two records of a child"),
    (Action.DELETE, "child-link"): _("undid a join of records"),
    (Action.CREATE, "fetal-study"): _("filed a fetal study with the child"),
    (Action.DELETE, "fetal-study"): _("undid the filing of a fetal study"),
    (Action.CREATE, "upload"): _("began an upload"),
    (Action.CREATE, "norm-subject"): _("entered a normal child"),
    (Action.READ, "norm-subject"): _("saw a normal child"),
    (Action.CREATE, "norm-rule"): _("wrote an inclusion rule"),
    (Action.UPDATE, "norm-rule"): _("closed an inclusion rule"),
    (Action.CREATE, "hospital"): _("added the hospital"),
    (Action.CREATE, "member"): _("added a member"),
    (Action.CREATE, "token"): _("made an access token"),
    (Action.DELETE, "token"): _("revoked an access token"),
    (Action.UPDATE, "peer"): _("registered a DICOM node"),
    (Action.DELETE, "peer"): _("removed a DICOM node"),
}

_CHANGES: Final[dict[str, Promise]] = {
    "password": _("changed the password"),
    "choices": _("changed language or theme"),
    "second-factor-on": _("set up the second factor"),
    "second-factor-off": _("removed the second factor"),
    "notices": _("changed how notices come"),
    "push-on": _("turned notices on in a browser"),
    "push-off": _("turned notices off in a browser"),
    "test-notice": _("asked for a test notice"),
    "backup-codes": _("made new backup codes"),
    "shut": _("deactivated the account"),
    "opened": _("activated the account again"),
    "access-reset": _("gave a new password"),
}

_ACTION_WORDS: Final[dict[Action, Promise]] = {
    Action.CREATE: _("made: %(kind)s"),
    Action.READ: _("read: %(kind)s"),
    Action.UPDATE: _("changed: %(kind)s"),
    Action.DELETE: _("removed: %(kind)s"),
    Action.EXECUTE: _("ran: %(kind)s"),
    Action.REFUSE: _("was refused: %(kind)s"),
}

_MOVES: Final[dict[str, Promise]] = {
    "begin": _("began a case"),
    "edit": _("wrote on the question"),
    "submit": _("sent the question"),
    "discard": _("deleted the draft"),
    "withdraw": _("withdrew the case"),
    "return": _("sent the case back"),
    "resubmit": _("sent the case again"),
    "refuse": _("did not take the case"),
    "assign": _("assigned the case"),
    "accept": _("accepted the case"),
    "decline": _("gave the case back"),
    "ask-data": _("asked for more data"),
    "supply": _("supplied data"),
    "write": _("wrote on the opinion"),
    "sign": _("signed the opinion"),
    "amend": _("signed an amendment"),
    "acknowledge": _("acknowledged the answer"),
    "key-image": _("chose key images"),
    "prior": _("added a prior"),
    "critical": _("reported a critical finding"),
    "critical-ack": _("acknowledged the critical finding"),
}

FIXED: Final = frozenset(
    {
        fixed("A file that the system keeps beside others; it holds no image."),
        fixed("A program that comes with the images; it holds no image."),
        fixed("A note or document, not a DICOM file."),
        fixed("A plain picture or film, not a DICOM file: it names no patient."),
        fixed("The file is empty."),
        fixed("A packed file inside: unpack it first, or send it as a zip by itself."),
        fixed("A packed file inside a zip: unpack it first, or send it alone."),
        fixed("The file is locked with a password; send it without one."),
        fixed("The file is damaged inside the zip, or packed in a way not read here."),
        fixed("The zip is empty."),
        fixed("The zip cannot be read: it is damaged or was cut off. Send it again."),
        fixed("The zip lists more files than are taken; send it in parts."),
        fixed("The zip unpacks to more than 20 GB; send it in parts."),
        fixed("The zip unpacks to far more than images do; the rest is not read."),
        fixed("Your role does not bring images in; ask a technologist or a requester."),
        fixed("The file is larger than 8 GB; send it in parts or use tongying import."),
        fixed("An upload takes 20,000 files; send the rest as a zip."),
        fixed("There is no such upload."),
        fixed("Only a coordinator or administrator lists who saw what."),
        fixed("Only a coordinator or administrator joins or parts records."),
        fixed("Only a coordinator or administrator may join or part records."),
        fixed("There is no such child in your hospital."),
        fixed("There is no such link in your hospital."),
        fixed("A record cannot be joined to itself."),
        fixed("Say why the two records are the same child."),
        fixed("There is no such child."),
        fixed("Only a coordinator or administrator files fetal studies."),
        fixed("Say how you know that the study shows this child."),
        fixed("A place among twins or more lies between 1 and 8."),
        fixed("There is no such study in your hospital."),
        fixed("There is no such filing of a fetal study in your hospital."),
        fixed("The study is under the child's own record already."),
        fixed("The study's record is a man's or a child's, not a mother's."),
        fixed("The study is filed with this child already."),
        fixed("Another child has this place among the twins in the study."),
        fixed("The study was made after the child was born."),
        fixed("The study was made before this pregnancy."),
        fixed("A gestational age lies between 4 and 44 weeks."),
        fixed("A gestational age has 0 to 6 days beside its weeks."),
        fixed(
            "With this gestational age the child would have been born before 22 or after 44 weeks."
        ),
        fixed("This study is not one of the child's at your hospital."),
        fixed("The present password is not right."),
        fixed("A second factor is set up already; remove it first."),
        fixed("No second factor is being set up; begin again."),
        fixed("No second factor is set up."),
        fixed("Too many wrong codes; wait a minute and try again."),
        fixed("The code is not right; check the clock of your phone."),
        fixed("Say what the token is for, so that you know which one to revoke."),
        fixed("You have 20 access tokens; revoke one first."),
        fixed("There is no such access token."),
        fixed("There is no such language or theme."),
        fixed("Only an administrator of the hospital looks after its members."),
        fixed("You cannot shut your own account; ask another administrator."),
        fixed("Change your own password on your account page."),
        fixed("There is no such member in your hospital."),
        fixed("An AE title has 1 to 16 capital letters, digits, _ . or -."),
        fixed("The host must be a name or an IP address."),
        fixed("The port must lie between 1 and 65535."),
        fixed("There is no DICOM node of this AE title."),
        fixed("Other bytes are here under this SOP Instance UID; these are kept apart."),
        fixed(
            "This study is already here for another patient: the patient id or the date of birth"
            " differs."
        ),
        fixed("The file is a DICOMDIR: it lists other files; send those instead."),
        fixed("The file is damaged: its data cannot be read."),
    }
)
"""Sentences of the archive that are message ids as they stand."""

_BY_CODE: Final[dict[str, Promise]] = {
    "member.refused": _("The log-in name is malformed or taken, or the password is too weak."),
    "dicom.not-dicom": _("Not a DICOM file."),
    "dicom.truncated": _("The file was cut off: it ends before its data do."),
    "dicom.unreadable": _("The file is damaged: its structure cannot be read."),
    "dicom.frames-unclear": _("The pieces of the compressed image cannot be told apart."),
    "dicom.pixel-data-short": _("The image is incomplete: pixels are missing."),
    "dicom.uid-missing": _("A UID is missing or malformed; the object cannot be kept."),
}
"""Refusals whose sentence carries a name or number; by their code, as a last resort."""


def reason_words(sentence: str, code: str = "") -> str:
    """Return a reason in the reader's language."""
    if sentence in FIXED:
        return gettext(sentence)
    translated = said(sentence)
    if translated == sentence and code in _BY_CODE:
        return str(_BY_CODE[code])
    return translated


def told(error: TongyingError) -> str:
    """Return a refusal's sentence in the reader's language."""
    if error.sentence in FIXED:
        return gettext(error.sentence)
    return refusal_sentence(error)


def door_word(door: str) -> str:
    """Return the word for a way in or out; the door's own name where none is kept."""
    return str(DOOR_WORDS.get(door, door))


def event_words(event: AuditEvent) -> str:
    """Say what somebody did."""
    if event.kind == "study" and event.action in (Action.CREATE, Action.REFUSE):
        return _files_words(event)
    what = event.detail.get("move") or event.detail.get("what", "")
    if event.kind == "case" and what in _MOVES:
        return str(_MOVES[what])
    if event.kind == "member" and what in _CHANGES:
        return str(_CHANGES[what])
    act = _ACTS.get((event.action, event.kind))
    if act is not None:
        return str(act)
    kind = str(KIND_WORDS.get(event.kind, event.kind))
    return str(_ACTION_WORDS[event.action]) % {"kind": kind}


def _files_words(event: AuditEvent) -> str:
    count = event.detail.get("count", "?")
    number = int(count) if count.isdecimal() else 2
    fate = event.detail.get("fate", "")
    words = str(FATE_WORDS[Fate(fate)]) if fate in set(Fate) else ""
    return ngettext("%(count)s file %(fate)s", "%(count)s files %(fate)s", number) % {
        "count": count,
        "fate": words,
    }
