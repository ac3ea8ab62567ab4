"""The phantom's probe video: the polyp has the length it says, the scale too, and files open."""

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tongying.consult.room.scale import millimetres_between, spacing_from_scale
from tongying.dicom.phantoms.polyp_us import PolypFilm
from tongying.services.probe_video import ProbeVideoRefused, jpeg_of, write_probe_video


@pytest.fixture(scope="module")
def film() -> PolypFilm:
    return PolypFilm()


def test_ends_measured_over_the_drawn_scale_give_the_polyps_diameter(film):
    first, last, mm = film.scale()
    spacing = spacing_from_scale((first, last), mm, film.columns, film.rows)
    for index in range(0, film.count, 7):
        length = millimetres_between(film.ends(index), film.columns, film.rows, spacing)
        assert length == pytest.approx(15.0, rel=0.005)


def test_pixels_change_from_dark_to_bright_where_the_ends_are_said_to_be(film):
    for index in (0, 12, 37):
        frame = film.frame(index)[:, :, 0].astype(float)
        (x0, y), (x1, _) = film.ends(index)
        row = round(y * film.rows)
        band = frame[row - 12 : row + 13].mean(axis=0)
        for x, inward in ((x0 * film.columns, 1), (x1 * film.columns, -1)):
            outside = band[round(x - inward * 14) : round(x - inward * 4) : inward].mean()
            inside = band[round(x + inward * 2) : round(x + inward * 12) : inward].mean()
            assert inside > outside + 60


def test_centimetre_marks_lie_where_the_scale_says(film):
    frame = film.frame(0)[:, :, 0]
    (x, top), (_, bottom), mm = film.scale()
    column = int(x * film.columns)
    marked = [row for row in range(film.rows) if frame[row, column + 5] == 255]
    starts = [marked[0], *(b for a, b in pairwise(marked) if b != a + 1)]
    assert [start + 1 for start in starts] == [30, 155, 280, 405]
    assert (top * film.rows, bottom * film.rows, mm) == (30.5, 405.5, 30.0)


def test_it_moves_closes_and_is_found_again_in_a_lossy_copy(film):
    assert (film.frame(0) != film.frame(12)).mean() > 0.3
    assert np.array_equal(film.frame(film.count), film.frame(0))
    copy = np.asarray(Image.open(io.BytesIO(jpeg_of(film.frame(31), quality=40))))
    assert film.shown(copy) == 31


def test_files_hold_every_frame(film, tmp_path):
    for ending in ("y4m", "mjpeg", "webm"):
        write_probe_video(tmp_path / f"polyp.{ending}", film, 2)
    y4m = (tmp_path / "polyp.y4m").read_bytes()
    head, _, rest = y4m.partition(b"\n")
    assert head == b"YUV4MPEG2 W640 H480 F25:1 Ip A1:1 C420jpeg"
    assert len(rest) == film.count * (6 + 640 * 480 * 3 // 2)
    mjpeg = (tmp_path / "polyp.mjpeg").read_bytes()
    assert mjpeg.count(b"\xff\xd8\xff\xe0") == film.count
    webm = (tmp_path / "polyp.webm").read_bytes()
    assert webm.startswith(b"\x1a\x45\xdf\xa3")
    assert webm.count(b"\x9d\x01\x2a") >= film.count  # start code of a VP8 key frame


def test_another_ending_is_refused(film, tmp_path):
    with pytest.raises(ProbeVideoRefused):
        write_probe_video(tmp_path / "polyp.avi", film, 1)
