"""The listener answers DCMTK's programs: echo, store, find, get, move."""

from __future__ import annotations

from pathlib import Path

import pytest
from dimse_peer import MISSING, SHARED, listening, series_of, storescp
from pydicom import dcmread
from pydicom.uid import ImplicitVRLittleEndian

pytestmark = [
    pytest.mark.server,
    pytest.mark.peer,
    pytest.mark.skipif(bool(MISSING), reason=f"DCMTK lacks {', '.join(MISSING)}"),
]

NAME = "Wang^XiaoDong=王^小东"
STUDY = "0020,000d"
PIXELS = 0x7FE00010


@pytest.fixture(scope="module")
def listener(tmp_path_factory):
    with listening(tmp_path_factory.mktemp("archive") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def study(listener, tmp_path_factory) -> list[Path]:
    files = series_of(tmp_path_factory.mktemp("wang"), 5, NAME, "H-1")
    done = listener.dcmtk("storescu", *files)
    assert done.returncode == 0, done.stderr
    return files


def uid_of(files: list[Path]) -> str:
    return str(dcmread(files[0]).StudyInstanceUID)


def test_echo(listener):
    assert listener.dcmtk("echoscu").returncode == 0


def test_an_unknown_called_ae_title_is_rejected(listener):
    done = listener.dcmtk("echoscu", called="NOBODY")
    assert done.returncode != 0
    assert b"Called AE Title Not Recognized" in done.stderr


def test_a_study_is_found_as_it_was_sent(listener, study):
    found = listener.find(
        "QueryRetrieveLevel=STUDY",
        f"StudyInstanceUID={uid_of(study)}",
        "PatientName",
        "StudyDescription",
        "ModalitiesInStudy",
        "NumberOfStudyRelatedInstances",
        "StudyDate",
        "0010,1000",
    )
    assert found == [
        {
            "0008,0005": "ISO_IR 192",
            "0008,0020": "20260301",
            "0008,0052": "STUDY",
            "0008,0054": "TONGYING",
            "0008,0061": "CT",
            "0008,1030": "胸部平扫",
            "0010,0010": NAME,
            "0010,1000": "",
            STUDY: uid_of(study),
            "0020,1208": "5",
        }
    ]


@pytest.mark.parametrize(
    "key",
    [
        "PatientName=Wang^XiaoDong",
        "PatientName=wang*",
        "PatientName=*XiaoD?ng",
        "PatientName=王^小东",
        "PatientName=*小东*",
        "PatientName=*=王*",
        "PatientID=H-1",
        "StudyDate=20260201-20260401",
        "ModalitiesInStudy=CT",
    ],
)
def test_keys_that_match(listener, study, key):
    found = listener.find(
        "QueryRetrieveLevel=STUDY", "0008,0005=ISO_IR 192", "StudyInstanceUID", key
    )
    assert uid_of(study) in [row[STUDY] for row in found]


@pytest.mark.parametrize(
    "key",
    ["PatientName=Li*", "PatientName=李*", "PatientID=H-2", "StudyDate=-20251231", "StudyID=2"],
)
def test_keys_that_do_not_match(listener, study, key):
    found = listener.find(
        "QueryRetrieveLevel=STUDY", "0008,0005=ISO_IR 192", "StudyInstanceUID", key
    )
    assert uid_of(study) not in [row[STUDY] for row in found]


def test_series_images_and_patients(listener, study):
    uid = uid_of(study)
    series = listener.find(
        "QueryRetrieveLevel=SERIES", f"StudyInstanceUID={uid}", "SeriesInstanceUID", "Modality"
    )
    assert [row["0008,0060"] for row in series] == ["CT"]
    images = listener.find(
        "QueryRetrieveLevel=IMAGE",
        f"StudyInstanceUID={uid}",
        f"SeriesInstanceUID={series[0]['0020,000e']}",
        "SOPInstanceUID",
        "InstanceNumber",
    )
    assert [row["0020,0013"] for row in images] == ["1", "2", "3", "4", "5"]
    patients = listener.find(
        "QueryRetrieveLevel=PATIENT", "PatientID=H-1", "PatientName", "StudyDate", model="-P"
    )
    assert [(row["0010,0020"], row["0010,0010"]) for row in patients] == [("H-1", NAME)]


@pytest.mark.parametrize("keys", [("PatientID",), ("QueryRetrieveLevel=FRAME",)])
def test_a_query_without_a_level_is_refused(listener, keys):
    done = listener.dcmtk("findscu", "-v", "-S", *[word for key in keys for word in ("-k", key)])
    assert b"DataSetDoesNotMatchSOPClass" in done.stdout + done.stderr


def test_a_malformed_date_is_refused(listener):
    done = listener.dcmtk(
        "findscu", "-v", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyDate=yesterday"
    )
    assert b"DataSetDoesNotMatchSOPClass" in done.stdout + done.stderr


def test_another_hospital_finds_and_gets_nothing(listener, study, tmp_path):
    uid = uid_of(study)
    keys = ("QueryRetrieveLevel=STUDY", f"StudyInstanceUID={uid}")
    assert listener.find(*keys, called="OTHER") == []
    done = listener.dcmtk(
        "getscu", "-S", "-od", str(tmp_path), "-k", keys[0], "-k", keys[1], called="OTHER"
    )
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_get_returns_the_bytes_that_were_sent(listener, study, tmp_path):
    uid = uid_of(study)
    done = listener.dcmtk(
        "getscu",
        *("-S", "-od", str(tmp_path)),
        *("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}"),
    )
    assert done.returncode == 0, done.stderr
    got = {str(dcmread(path).SOPInstanceUID): dcmread(path) for path in tmp_path.iterdir()}
    sent = {str(dcmread(path).SOPInstanceUID): dcmread(path) for path in study}
    assert got == sent


def test_move_to_a_registered_node(listener, study, tmp_path):
    with storescp(tmp_path) as port:
        listener.command(f"peer COUNTY ARCHIVE {port}")
        done = listener.dcmtk(
            "movescu",
            *("-S", "-aem", "ARCHIVE"),
            *("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid_of(study)}"),
        )
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == len(study)


def test_move_to_a_node_that_takes_implicit_vr_only(listener, study, tmp_path):
    with storescp(tmp_path, "+xi") as port:
        listener.command(f"peer COUNTY OLDNODE {port}")
        done = listener.dcmtk(
            "movescu",
            *("-S", "-aem", "OLDNODE"),
            *("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid_of(study)}"),
        )
    assert done.returncode == 0, done.stderr
    got = [dcmread(path) for path in tmp_path.iterdir()]
    assert {image.file_meta.TransferSyntaxUID for image in got} == {ImplicitVRLittleEndian}
    pixels = {image.SOPInstanceUID: image.PixelData for image in got}
    sent = [dcmread(path) for path in study]
    assert pixels == {image.SOPInstanceUID: image.PixelData for image in sent}


@pytest.mark.parametrize("destination", ["UNKNOWN", "SILENT"])
def test_move_to_an_unknown_or_silent_node_fails(listener, study, destination):
    listener.command("peer COUNTY SILENT 1")
    done = listener.dcmtk(
        "movescu",
        *("-S", "-aem", destination),
        *("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid_of(study)}"),
    )
    assert b"MoveDestinationUnknown" in done.stdout + done.stderr


@pytest.mark.parametrize("tool", ["getscu", "movescu"])
def test_retrieving_nothing_in_particular_is_refused(listener, study, tool, tmp_path):
    target = ("-od", str(tmp_path)) if tool == "getscu" else ("-aem", "ARCHIVE")
    done = listener.dcmtk(tool, "-S", *target, "-k", "QueryRetrieveLevel=STUDY")
    assert b"DataSetDoesNotMatchSOPClass" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_compressed_slices_are_kept_as_sent_and_decoded_for_who_cannot(listener, tmp_path):
    source = SHARED / "ct_lung_nsclc_LUNG1-001" / "ct_jpegls"
    files = sorted(source.glob("*.dcm"))[:20]
    if not files:
        pytest.skip("the real CT series is not here")
    done = listener.dcmtk("storescu", "-xt", *files)
    assert done.returncode == 0, done.stderr
    uid = uid_of(files)
    rows = listener.find(
        "QueryRetrieveLevel=IMAGE",
        f"StudyInstanceUID={uid}",
        "SOPInstanceUID",
        "AvailableTransferSyntaxUID",
    )
    assert {row["0008,3002"] for row in rows} == {"=JPEGLSLossless"}
    assert len(rows) == 20
    done = listener.dcmtk(
        "getscu",
        *("-S", "-od", str(tmp_path)),
        *("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}"),
    )
    assert done.returncode == 0, done.stderr
    got = {dcmread(path).SOPInstanceUID: dcmread(path) for path in tmp_path.iterdir()}
    assert len(got) == 20
    for path in files[:3]:
        sent = dcmread(path)
        assert (got[sent.SOPInstanceUID].pixel_array == sent.pixel_array).all()
