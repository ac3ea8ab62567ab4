"""The upload page, its fragments, and unpacking a zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import archive_world as world
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tongying.web.jobs.models import OutboxRow
from tongying.web.records.models import Instance, StoreConflict
from tongying.web.uploads import parts, store, unpack
from tongying.web.uploads.intake import take_in_form
from tongying.web.uploads.models import UploadFile, UploadOutcome
from tongying.web.uploads.names import clean_name, member_name

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()


def zipped(fill: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return buffer.getvalue()


def bring(data: bytes, name: str = "a.zip", login: str = "requester") -> tuple[str, str]:
    """Bring a file in by the form; return the codes of upload and file."""
    upload = store.begin(world.viewer(login))
    take_in_form(world.viewer(login), upload, SimpleUploadedFile(name, data))
    return upload, UploadFile.objects.get(upload__code=upload).code


def fates() -> dict[str, str]:
    return dict(UploadOutcome.objects.values_list("name", "fate"))


def nothing(done: int, total: int, note: str) -> None:
    """Take progress and forget it."""


PAGES = ["/upload/", "/upload/{}/", "/upload/{}/state/", "/upload/{}/summary/", "/upload/{}/files/"]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_is_sent_to_log_in(page: str) -> None:
    answer = world.client().get(page.format("X"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=/upload/")


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_stranger_and_a_bad_code_find_nothing(page: str) -> None:
    upload, _ = bring(world.instance(), "1.dcm")
    for login in ("stranger", "technologist"):
        assert world.client(login).get(page.format(upload)).status_code == 404
    assert world.client("requester").get(page.format("NOTHERE")).status_code == 404
    assert world.client("requester").get(page.format(upload)).status_code == 200


def test_a_trainee_is_refused_with_a_reason() -> None:
    answer = world.client("trainee").get("/upload/")
    assert answer.status_code == 403
    assert world.client("trainee").post("/upload/new/").status_code == 403


def test_the_form_works_without_javascript() -> None:
    browser = world.client("requester")
    files = [SimpleUploadedFile("ct/1.dcm", world.instance()), SimpleUploadedFile("x.txt", b"hi")]
    answer = browser.post("/upload/", {"files": files}, follow=True)
    assert "王小明" in answer.content.decode()
    assert Instance.objects.count() == 1
    assert sorted(fates().values()) == ["passed-over", "stored"]


def test_the_form_without_a_file_says_so() -> None:
    answer = world.client("requester").post("/upload/")
    assert answer.status_code == 422
    assert "Choose files or a zip first." in answer.content.decode()


def test_the_summary_names_problems_and_asks() -> None:
    upload, _ = bring(world.instance()[:200], "cut.dcm")
    text = world.client("requester").get(f"/upload/{upload}/summary/").content.decode()
    assert "cut.dcm" in text
    assert "refused" in text
    upload, _ = bring(world.instance(), "1.dcm")
    text = world.client("requester").get(f"/upload/{upload}/summary/").content.decode()
    assert f"/cases/new/?study={world.STUDY}" in text


def test_the_state_tells_what_has_arrived() -> None:
    upload, code = bring(world.instance(), "a/1.dcm")
    (file,) = world.client("requester").get(f"/upload/{upload}/state/").json()["files"]
    assert file["done"] is True
    assert file["url"] == f"/uploads/tus/{code}"


def test_a_zip_goes_to_the_worker_once_and_each_member_has_an_outcome() -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        archive.writestr("CT/1.dcm", world.instance(1))
        archive.writestr("CT/again.dcm", world.instance(1))
        archive.writestr("CT/other.dcm", world.instance(1, fill=9))
        archive.writestr("cut.dcm", world.instance(2)[:300])
        archive.writestr("autorun.inf", b"[autorun]")
        archive.writestr("inner.zip", b"PK\x03\x04")
        archive.writestr("empty/", b"")

    upload, code = bring(zipped(fill))
    assert OutboxRow.objects.get(kind="unpack").payload == {"upload_file": code}
    text = world.client("requester").get(f"/upload/{upload}/summary/").content.decode()
    assert 'data-busy="1"' in text
    seen: list[tuple[int, int]] = []
    unpack.unpack(code, lambda done, total, note: seen.append((done, total)))
    assert fates() == {
        "a.zip/CT/1.dcm": "stored",
        "a.zip/CT/again.dcm": "duplicate",
        "a.zip/CT/other.dcm": "conflict",
        "a.zip/cut.dcm": "refused",
        "a.zip/autorun.inf": "passed-over",
        "a.zip/inner.zip": "refused",
    }
    assert StoreConflict.objects.count() == 1
    assert seen == [(6, 6)]
    assert not list(parts.codes())


def test_unpacking_twice_comes_to_the_same() -> None:
    _, code = bring(zipped(lambda archive: archive.writestr("1.dcm", world.instance())))
    unpack.unpack(code, nothing)
    unpack.unpack(code, nothing)
    assert UploadOutcome.objects.count() == 1
    assert not list(parts.codes())


def test_a_worker_that_died_goes_on_where_it_was() -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        for number in range(1, 46):
            archive.writestr(f"{number}.dcm", world.instance(number))

    _, code = bring(zipped(fill))

    class Died(Exception):
        pass

    def die(done: int, total: int, note: str) -> None:
        if done == 40:
            raise Died

    with pytest.raises(Died):
        unpack.unpack(code, die)
    assert UploadOutcome.objects.count() == 40
    unpack.unpack(code, nothing)
    assert UploadOutcome.objects.filter(fate="stored").count() == 45


def test_a_damaged_member_takes_no_other_along() -> None:
    data = bytearray(
        zipped(lambda a: [a.writestr(f"{n}.dcm", world.instance(n)) for n in (1, 2)])  # type: ignore[func-returns-value]
    )
    data[80:90] = b"\xff" * 10
    _, code = bring(bytes(data))
    unpack.unpack(code, nothing)
    assert fates() == {"a.zip/1.dcm": "refused", "a.zip/2.dcm": "stored"}


def test_a_locked_member_is_refused() -> None:
    data = bytearray(zipped(lambda archive: archive.writestr("1.dcm", world.instance())))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    _, code = bring(bytes(data))
    unpack.unpack(code, nothing)
    assert "password" in UploadOutcome.objects.get().reason


@pytest.mark.parametrize("keep", [30, 200])
def test_a_zip_that_was_cut_off_is_refused(keep: int) -> None:
    whole = zipped(lambda archive: archive.writestr("1.dcm", world.instance()))
    _, code = bring(whole[:keep])
    unpack.unpack(code, nothing)
    assert UploadOutcome.objects.get().code == "upload.zip-unreadable"
    assert not list(parts.codes())


def test_a_bomb_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "RATIO_FREE_BYTES", 10_000)
    monkeypatch.setattr(unpack, "LARGEST_RATIO", 20)

    def fill(archive: zipfile.ZipFile) -> None:
        archive.writestr("bomb.dcm", bytes(5_000_000))
        archive.writestr("after.dcm", world.instance())

    _, code = bring(zipped(fill))
    unpack.unpack(code, nothing)
    assert set(UploadOutcome.objects.values_list("code", flat=True)) == {"upload.zip-too-large"}
    assert not Instance.objects.exists()


def test_names_of_chinese_zips() -> None:
    raw = "头颅/一.dcm".encode("gb18030").decode("cp437")
    assert member_name(raw, 0, b"") == "头颅/一.dcm"
    assert member_name("头颅/一.dcm".encode().decode("cp437"), 0, b"") == "头颅/一.dcm"
    assert member_name("头/一.dcm", 0x800, b"") == "头/一.dcm"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "etc/passwd"), ("C:\\a\\..\\b", "C:/a/b"), ("\x00\x1b", "?"), ("/", "?")],
)
def test_names_never_climb(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_long_names_keep_their_end() -> None:
    name = clean_name("长" * 900 + ".dcm")
    assert len(name) == 500
    assert name.endswith("长.dcm")


def test_every_file_is_listed_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongying.web.uploads import summary

    monkeypatch.setattr(summary, "WINDOW", 2)
    files = [(f"{n}.dcm", world.instance(n)) for n in range(1, 6)]
    upload, code = bring(zipped(lambda a: [a.writestr(*one) for one in files]))  # type: ignore[func-returns-value]
    unpack.unpack(code, nothing)
    url, seen = f"/upload/{upload}/files/", []
    while url:
        text = world.client("requester").get(url).content.decode()
        seen += [name for name, _ in files if f">a.zip/{name}<" in text]
        more = text.partition('hx-get="?after=')[2].partition('"')[0]
        url = f"/upload/{upload}/files/?after={more}" if more else ""
    assert seen == [name for name, _ in files]
