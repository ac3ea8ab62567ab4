"""Signed versions and the documents made from them: never changed, never made twice."""

from __future__ import annotations

import hashlib

import pytest
from consult_world import OPINION, assign_to, case_at, make_world, pick, row, take_in

from tongying.consult.desk import Act, MoveOutOfPlace, Opinion
from tongying.consult.states import Move

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, data_dir):
    return make_world()


@pytest.fixture
def study(world):
    return take_in(1)


def test_what_was_signed_is_not_touched_by_anything_later(world, study):
    from tongying.web.cases import store
    from tongying.web.people.models import Member
    from tongying.web.records.models import Child, Study

    case = case_at(world, "draft", study[0])
    image = store.add_key_image(world.author, case, pick(study, caption="骨皮质"))
    store.act(world.author, case, Act(Move.SUBMIT))
    store.act(world.desk, case, assign_to(world.expert))
    store.act(world.expert, case, Act(Move.ACCEPT))
    store.act(world.expert, case, Act(Move.SIGN, opinion=OPINION))
    first = row(case).opinions.get()
    kept = (bytes(first.content), first.digest, first.answer, first.signed_at, first.verify_code)
    assert hashlib.sha256(kept[0]).hexdigest() == first.digest

    Child.objects.update(name_ideographic="李^四", sex="F")
    Study.objects.update(description="改")
    Member.objects.filter(pk=world.expert.user).update(name="改名")
    with pytest.raises(MoveOutOfPlace):
        store.drop_key_image(world.expert, case, image)
    with pytest.raises(MoveOutOfPlace):
        store.act(world.expert, case, Act(Move.SIGN, opinion=Opinion("另一个。")))
    amended = Opinion("有骨折。", OPINION.findings, OPINION.advice)
    store.act(world.expert, case, Act(Move.AMEND, reason="重新阅片", opinion=amended))
    store.act(world.author, case, Act(Move.ACKNOWLEDGE))

    again = row(case).opinions.get(version=1)
    assert (
        bytes(again.content),
        again.digest,
        again.answer,
        again.signed_at,
        again.verify_code,
    ) == kept
    second = row(case).opinions.get(version=2)
    assert (second.answer, second.amendment_reason) == ("有骨折。", "重新阅片")
    assert second.verify_code != again.verify_code
    changes = store.differences(world.author, case, 2)
    assert "answer" in {one.field for one in changes}
    assert store.differences(world.author, case, 1) == ()


def test_a_version_cannot_be_written_twice(world, study):
    from django.db import IntegrityError, transaction

    from tongying.web.cases.models import OpinionRow

    case = case_at(world, "signed", study[0])
    opinion = row(case).opinions.get()
    opinion.pk, opinion.verify_code = None, "X" * 26
    with pytest.raises(IntegrityError), transaction.atomic():
        opinion.save(force_insert=True)
    assert OpinionRow.objects.count() == 1


def test_documents_made_twice_are_the_same_objects(world, study):
    from tongying.web.cases import store
    from tongying.web.cases.documents import make_documents
    from tongying.web.cases.models import DocumentRow
    from tongying.web.jobs.models import OutboxRow
    from tongying.web.records.check import check
    from tongying.web.records.models import Instance

    case = case_at(world, "draft", study[0])
    store.add_key_image(world.author, case, pick(study))
    store.act(world.author, case, Act(Move.SUBMIT))
    store.act(world.desk, case, assign_to(world.expert))
    store.act(world.expert, case, Act(Move.ACCEPT))
    store.act(world.expert, case, Act(Move.SIGN, opinion=OPINION))
    opinion = row(case).opinions.get()
    assert [one.payload for one in OutboxRow.objects.all()] == [{"opinion": opinion.pk}]

    def made():
        make_documents(opinion.pk, lambda *_: None)
        return sorted(DocumentRow.objects.values_list("kind", "digest", "sop_uid"))

    first = made()
    assert [kind for kind, _, _ in first] == [
        "dicom-kos",
        "dicom-pdf",
        "dicom-sr",
        "key-0",
        "pdf-en",
        "pdf-zh",
    ]
    assert made() == first
    # Killed between the archive and the row: the object is there, the row is not.
    DocumentRow.objects.filter(kind__in=("dicom-sr", "dicom-kos", "dicom-pdf")).delete()
    again = made()
    assert [(kind, sop) for kind, _, sop in again] == [(kind, sop) for kind, _, sop in first]
    assert again == first
    assert Instance.objects.filter(series__study__uid=study[0], door="self").count() == 3
    report = check(world.store, read_bytes=True)
    assert report.sound, report


def test_the_printed_code_verifies_the_document_and_names_nobody(world, study):
    from tongying.web.cases import store

    case = case_at(world, "signed", study[0])
    opinion = row(case).opinions.get()
    verified = store.verify(opinion.verify_code.lower() + " ")
    assert verified is not None
    assert (verified.version, verified.latest_version, verified.digest) == (1, 1, opinion.digest)
    assert "小东" not in repr(verified)
    assert "expert 医师" not in repr(verified)
    assert store.verify("0" * 26) is None
    assert store.verify("") is None
