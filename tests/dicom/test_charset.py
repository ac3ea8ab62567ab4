from __future__ import annotations

import json

import pytest
from dicom_bytes import codes, element, file_with, read, shared
from hypothesis import given
from hypothesis import strategies as st

from tongying.dicom.charset import choose_charset
from tongying.dicom.reading import read_instance

NAME, HOSPITAL, LABEL = 0x00100010, 0x00080080, 0x00080005
ESCAPE = b"\x1b$)A"


def gb_escaped(text: str) -> bytes:
    return ESCAPE + text.encode("gb2312")


CASES = [
    (b"GB18030", "gb18030", set()),
    (b"ISO_IR 192", "utf-8", set()),
    (b"GBK", "gbk", {"dicom.charset-illegal"}),
    (b"gbk", "gbk", {"dicom.charset-illegal"}),
    (b"GB2312", "gb2312", {"dicom.charset-illegal"}),
    (b"CP936", "gbk", {"dicom.charset-illegal"}),
    (None, "utf-8", {"dicom.charset-guessed"}),
    (None, "gb18030", {"dicom.charset-guessed"}),
    (b"", "gb18030", {"dicom.charset-guessed"}),
    (b"ISO_IR 100", "gb18030", {"dicom.charset-guessed"}),
    (b"ISO_IR 100", "utf-8", {"dicom.charset-guessed"}),
    (b"ISO_IR 192", "gb18030", {"dicom.charset-guessed"}),
    (b"GB18030", "utf-8", {"dicom.charset-guessed"}),
    (b"NO SUCH SET", "gb18030", {"dicom.charset-guessed"}),
    (b"ISO 2022 IR 58", "gb2312", set()),
]


@pytest.mark.parametrize(("label", "encoding", "caveats"), CASES)
def test_chinese_comes_out_right(label: bytes | None, encoding: str, caveats: set[str]) -> None:
    elements = {
        NAME: ("PN", "Wang^XiaoMing=王^小明".encode(encoding)),
        HOSPITAL: ("LO", "县人民医院".encode(encoding)),
    }
    if label is not None:
        elements[LABEL] = ("CS", label)
    record = read(file_with(elements))
    assert record.patient.name.display == "王小明"
    assert record.patient.name.alphabetic == "Wang^XiaoMing"
    assert record.study.institution == "县人民医院"
    assert codes(record) == caveats
    body = json.loads(record.metadata)
    assert body["00080005"]["Value"] == ["ISO_IR 192"]
    assert body["00100010"]["Value"] == [{"Alphabetic": "Wang^XiaoMing", "Ideographic": "王^小明"}]


@pytest.mark.parametrize("label", [rb"\ISO 2022 IR 58", rb"ISO 2022 IR 6\ISO 2022 IR 58"])
@pytest.mark.parametrize("again", [b"", ESCAPE], ids=["escape once", "escape per component"])
def test_iso_2022_ir_58_without_escape_bytes(label: bytes, again: bytes) -> None:
    name = b"Wang^XiaoMing=" + gb_escaped("王") + b"^" + again + "小明".encode("gb2312")
    record = read(file_with({LABEL: ("CS", label), NAME: ("PN", name)}))
    assert record.patient.name.ideographic == "王^小明"
    assert "\x1b" not in record.metadata.decode()
    assert codes(record) == set()


def test_a_single_byte_first_term_keeps_its_upper_half() -> None:
    name = "Grüße^A".encode("latin-1") + b"=" + gb_escaped("王^") + gb_escaped("小明")
    label = rb"ISO 2022 IR 100\ISO 2022 IR 58"
    record = read(file_with({LABEL: ("CS", label), NAME: ("PN", name)}))
    assert record.patient.name.alphabetic == "Grüße^A"
    assert record.patient.name.ideographic == "王^小明"


@pytest.mark.parametrize("text", ["Grüße", "Müller^Jörg", "François", "Åse^Bjørn"])
def test_latin_names_stay_latin(text: str) -> None:
    record = read(file_with({LABEL: ("CS", b"ISO_IR 100"), NAME: ("PN", text.encode("latin-1"))}))
    assert record.patient.name.alphabetic == text
    assert codes(record) == set()


def test_backslash_inside_a_gb18030_character_does_not_split() -> None:
    text = "俓小明"  # its second byte in GBK is a backslash
    assert b"\\" in text.encode("gb18030")
    record = read(file_with({LABEL: ("CS", b"GB18030"), HOSPITAL: ("LO", text.encode("gb18030"))}))
    assert record.study.institution == text


def test_text_cut_inside_a_character() -> None:
    cut = "县人民医院".encode("gb18030")[:-1]
    record = read(file_with({LABEL: ("CS", b"GB18030"), HOSPITAL: ("LO", cut)}))
    assert record.study.institution == "县人民医"
    assert codes(record) == {"dicom.text-cut"}


def test_an_item_with_a_charset_of_its_own() -> None:
    item = element(LABEL, "CS", b"GB18030") + element(0x00081030, "LO", "胸部".encode("gb18030"))
    sequence = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    record = read(
        file_with(
            {
                LABEL: ("CS", b"ISO_IR 192"),
                HOSPITAL: ("LO", "县人民医院".encode()),
                0x00081115: ("SQ", sequence),
            }
        )
    )
    nested = json.loads(record.metadata)["00081115"]["Value"][0]
    assert nested["00081030"]["Value"] == ["胸部"]
    assert record.study.institution == "县人民医院"


@given(st.none() | st.binary(max_size=40), st.lists(st.binary(max_size=30), max_size=4))
def test_decoding_never_fails(label: bytes | None, texts: list[bytes]) -> None:
    charset = choose_charset(label, texts)
    for text in texts:
        assert isinstance(charset.decode(text), str)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pydicom/chrX2.dcm", "王^小东"),
        ("pydicom/chrX1.dcm", "王^小東"),
        ("fo-dicom/chrGB2312.dcm", "张^小东"),
        ("pydicom/chrH31.dcm", "山田^太郎"),
        ("pydicom/chrH32.dcm", "山田^太郎"),
        ("pydicom/chrI2.dcm", "洪^吉洞"),
    ],
)
def test_the_standards_examples(file: str, name: str) -> None:
    path = shared("charsets") / file
    with path.open("rb") as source:
        record = read_instance(source, size=path.stat().st_size)
    assert b"\x1b" not in record.metadata and b"\\u001b" not in record.metadata
    assert record.patient.name.ideographic == name
