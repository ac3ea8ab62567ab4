"""The same object under another file head is the same object."""

from __future__ import annotations

import io

import pydicom
import pytest
from archive_bytes import bring, image

from tongying.archive.arrival import Fate
from tongying.archive.same_content import same_data_set
from tongying.web.people.models import Hospital
from tongying.web.records.check import check
from tongying.web.records.images import content_store
from tongying.web.records.models import StoreConflict


def under_another_head(data: bytes, **changes: object) -> bytes:
    """Write the file anew as another program would, with changes to the data set."""
    data_set = pydicom.dcmread(io.BytesIO(data))
    data_set.file_meta.SourceApplicationEntityTitle = "PACS"
    data_set.file_meta.ImplementationVersionName = "OTHER_1"
    for name, value in changes.items():
        setattr(data_set, name, value)
    target = io.BytesIO()
    data_set.save_as(target, enforce_file_format=True)
    return target.getvalue()


def same(one: bytes, other: bytes) -> bool:
    return same_data_set(io.BytesIO(one), io.BytesIO(other))


def test_another_head_is_no_difference() -> None:
    data = image()
    other = under_another_head(data)
    assert other != data
    assert same(data, other)
    assert same(data, data)


@pytest.mark.parametrize(
    "other",
    [
        under_another_head(image(), PatientName="Li^Na"),
        under_another_head(image())[:-1],
        under_another_head(image()) + b"\0",
        image().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0"),
        image()[132:],
        b"",
        image()[:140],
    ],
    ids=["a name", "cut", "longer", "syntax", "no head", "nothing", "head cut"],
)
def test_a_difference_is_a_difference(other: bytes) -> None:
    assert not same(image(), other)
    assert not same(other, image())


@pytest.mark.django_db
def test_sent_again_by_another_way_it_is_a_duplicate_and_leaves_nothing_behind() -> None:
    Hospital.objects.create(code="ONE", name="ONE", ae_title="ONE")
    data = image()
    (stored,) = bring("ONE", data)
    (again,) = bring("ONE", under_another_head(data))
    (changed,) = bring("ONE", under_another_head(data, StudyDescription="other"))
    fates = [stored.fate, again.fate, changed.fate]
    assert fates == [Fate.STORED, Fate.DUPLICATE, Fate.CONFLICT]
    assert StoreConflict.objects.count() == 1
    assert check(content_store(), read_bytes=True).sound
