"""Cards, packs, small networks and a small study, made by the tests that need them."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from tongying.ai.backends.protocol import Request, SeriesInput
from tongying.ai.card.definition import ModelCard
from tongying.ai.card.reading import read_card
from tongying.dicom.acquisition.facts import ChildFacts, StudyFacts

STUDY, SERIES = "1.2.826.0.1.50", "1.2.826.0.1.60"
SHAPE = (6, 8, 10)
SPACING = (3.0, 2.0, 1.5)
"""Between slices, rows, columns."""

CARD = """\
card: {id}
version: 1.0.0
name: {{en: A test, zh: 测试}}
vendor: Tests
step: {step}
method: classical
intended-use: {{en: To test., zh: 用于测试。}}
not-for: {{en: Anything else., zh: 其他用途。}}
scope:
  ages: {{to: 18 years}}
  weight-kg: any
  sexes: any
  modality: MR
  body-parts: any
  sequences: any
  planes: any
  kernels: any
  slice-thickness-mm: any
  slice-spacing-mm: any
  pixel-mm: any
  field-strength-t: any
  kvp: any
  images: any
  manufacturers: any
  contrasts: any
outputs: [segmentation, values, flags, findings]
run:
  runtime: {runtime}
  entry: "{entry}"
  memory-mb: {memory_mb}
  seconds: {seconds}
{files}{settings}training: none
evidence:
  - claim: {{en: It is a test., zh: 这是测试。}}
    metric: dice
    value: 1.0
    interval: none
    n: 1
    population: {{en: Made by code, zh: 由代码生成}}
    synthetic: yes
    source: tests
registration: {{registered: no}}
licence: Apache-2.0
bundled: no
findings:
  - {{id: bright, words: {{en: Something bright, zh: 高信号}}}}
"""


def card_text(
    entry: str,
    *,
    runtime: str = "python",
    settings: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
    limits: tuple[int, int] = (4000, 60),
    step: str = "segmentation",
    name: str = "test-model",
) -> str:
    rows = [
        f"    - {{name: {one}, sha256: {sha256(content).hexdigest()}}}\n"
        for one, content in (files or {}).items()
    ]
    words = [f'    {key}: "{value}"\n' for key, value in (settings or {}).items()]
    return CARD.format(
        id=name,
        step=step,
        runtime=runtime,
        entry=entry,
        memory_mb=limits[0],
        seconds=limits[1],
        files="".join(["  files:\n", *rows]) if rows else "",
        settings="".join(["  settings:\n", *words]) if words else "",
    )


def card_for(entry: str, **how) -> ModelCard:
    return read_card(card_text(entry, **how), name="test")


def make_pack(folder: Path, text: str, files: dict[str, bytes]) -> ModelCard:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return read_card(text, name="test")


def block() -> np.ndarray:
    """A bright box in a dim volume, on `SHAPE`."""
    array = np.full(SHAPE, 100, dtype=np.int16)
    array[2:5, 3:6, 4:8] = 1000
    return array


def write_study(folder: Path, array: np.ndarray | None = None, **headers) -> tuple[Path, ...]:
    """Axial slices of one series, upwards."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = block() if array is None else array
    files = []
    for k, pixels in enumerate(stored):
        image = Dataset()
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = MRImageStorage
        image.SOPInstanceUID = f"{SERIES}.{k + 1}"
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        image.StudyInstanceUID, image.SeriesInstanceUID = STUDY, SERIES
        image.FrameOfReferenceUID = "1.2.826.0.1.8"
        image.Modality, image.PatientID, image.PatientName = "MR", "T1", "Test^Child"
        image.PatientBirthDate, image.StudyDate, image.PatientSex = "20200101", "20260101", "F"
        image.PatientAge = "006Y"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        image.SeriesNumber, image.InstanceNumber = 1, k + 1
        image.ImagePositionPatient = [-7.0, -8.0, SPACING[0] * k]
        image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        image.PixelSpacing = [SPACING[1], SPACING[2]]
        image.SliceThickness = SPACING[0]
        image.Rows, image.Columns = pixels.shape
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated = image.BitsStored = 16
        image.HighBit, image.PixelRepresentation = 15, 1
        image.PixelData = pixels.astype("<i2").tobytes()
        for name, value in headers.items():
            setattr(image, name, value)
        path = folder / f"{k:03d}.dcm"
        image.save_as(path, enforce_file_format=True)
        files.append(path)
    return tuple(files)


def request_for(files: tuple[Path, ...], **more) -> Request:
    facts = StudyFacts(STUDY, None, ChildFacts(), ())
    return Request(facts, (SeriesInput(SERIES, files),), **more)


def threshold_network(*, classes: int = 2, dimensions: int = 3) -> bytes:
    """A network whose class 1 wins where the value is above 0.5: logits (0.5 - v, v - 0.5)."""
    ones = (1,) * dimensions
    weight = np.array([-1.0, 1.0][:classes], np.float32).reshape(classes, 1, *ones)
    bias = np.array([0.5, -0.5][:classes], np.float32)
    node = helper.make_node("Conv", ["image", "weight", "bias"], ["said"])
    return _model(node, [("weight", weight), ("bias", bias)], 2 + dimensions, 2 + dimensions)


def brightness_network() -> bytes:
    """A network that says (0, mean) of a slice."""
    zero = numpy_helper.from_array(np.array([0.0, 1.0], np.float32), "scale")
    axes = numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes")
    nodes = [
        helper.make_node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "last"], ["column"]),
        helper.make_node("Mul", ["column", "scale"], ["said"]),
    ]
    last = numpy_helper.from_array(np.array([1], np.int64), "last")
    return _graph(nodes, [zero, axes, last], 4, 2)


def _model(node, weights, taken: int, given: int) -> bytes:
    arrays = [numpy_helper.from_array(array, name) for name, array in weights]
    return _graph([node], arrays, taken, given)


def _graph(nodes, arrays, taken: int, given: int) -> bytes:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [None] * taken)],
        [helper.make_tensor_value_info("said", TensorProto.FLOAT, [None] * given)],
        arrays,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    opened = io.BytesIO()
    onnx.save(model, opened)
    return opened.getvalue()
