"""Models in processes of their own: kept warm, held to their limits, gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from pack_making import card_for, card_text, make_pack, request_for, threshold_network, write_study

from tongying.ai.answer_files import AnswerBroken, answer_digest, read_answer
from tongying.ai.backends.protocol import PackBroken
from tongying.kernel.errors import TongyingError
from tongying.services import ai_pool, ai_warm
from tongying.services.ai_memory import processes_of, session_mb
from tongying.services.ai_pool import ModelPool
from tongying.services.ai_warm import MemoryExceeded, TimeExceeded
from tongying.services.fusion_run import ComputationCancelled, Watching

MODELS = """
import os, signal, subprocess, sys, time
import numpy as np
from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import RunRefused
from tongying.ai.answer import Told
from tongying.norms.method import MeasuringMethod


class Session:
    def __init__(self, card, folder):
        self.how = card.running.entry
        self.asked = 0
        if self.how == "no-load":
            raise RunRefused("It cannot be loaded.", "ai.test-no-load")

    def run(self, request, folder, progress):
        self.asked += 1
        how = request.given.get("how", "answer")
        progress(0.5, "half")
        if how == "refuse":
            raise RunRefused("It will not.", "ai.test-refused")
        if how == "break":
            raise ValueError("a header with a name in it")
        if how == "crash":
            os._exit(3)
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "long":
            (folder / "half.txt").write_text("half")
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            time.sleep(600)
        if how == "hungry":
            kept = []
            while True:
                kept.append(np.ones(4_000_000))
                time.sleep(0.005)
        if how == "hungry child":
            code = "import numpy, time; kept = numpy.ones(60_000_000); time.sleep(600)"
            subprocess.run([sys.executable, "-c", code])
        if how == "no memory":
            raise MemoryError
        if how == "nan":
            method = MeasuringMethod()
            return Answer(values=(Told("brain-volume", float("nan"), "cm3", "", method),))
        if how == "noisy":
            print("noise on stdout", flush=True)
            os.write(1, b"more noise\\n")
            assert sys.stdin.read() == ""
        secret = [name for name in os.environ if "SECRET" in name]
        return Answer(
            flags=(
                Flag("bright", Level.NONE, f"{os.getpid()} {self.asked} {secret}", "", None),
                Flag("bright", Level.NONE, os.environ["OMP_NUM_THREADS"], os.getcwd(), None),
            )
        )

    def close(self):
        pass
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Install a package with models where processes of this test find it."""
    place = tmp_path_factory.mktemp("packages")
    (place / "made_models.py").write_text(MODELS)
    info = place / "made_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made-models\nVersion: 1.0\n")
    names = "\n".join(f"{name} = made_models:Session" for name in ("plain", "other", "no-load"))
    (info / "entry_points.txt").write_text(f"[tongying.models]\n{names}\n")
    return place


@pytest.fixture(scope="module")
def warm(models):
    """One pool for all: a process takes most of a second to begin."""
    made = ModelPool()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(models))
        patch.setenv("TONGYING_SECRET_KEY", "secret")
        yield made
    made.close()


@pytest.fixture
def pool(warm):
    return warm


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"))


class Told(list):
    """Listens; asks to end after so many looks."""

    def __init__(self, looks: float = float("inf")) -> None:
        super().__init__()
        self.looks = looks

    def watching(self) -> Watching:
        return Watching(lambda *told: self.append(told), self.cancelled)

    def cancelled(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def ask(pool, study, folder, how="answer", card=None, told=None):
    return pool.run(
        card or card_for("plain"),
        None,
        request_for(study, given={"how": how}),
        folder,
        (Told() if told is None else told).watching(),
    )


def who(done) -> tuple[int, int]:
    """The process that answered, and how often it had been asked."""
    words = read_answer(done.folder).flags[0].english.split()
    return int(words[0]), int(words[1])


def is_gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def nothing_left(folder) -> bool:
    return list(folder.iterdir()) == []


def test_a_model_stays_warm_and_its_answer_lies_whole(pool, study, tmp_path):
    one = ask(pool, study, tmp_path / "a/one")
    two = ask(pool, study, tmp_path / "a/two")
    assert who(one)[0] == who(two)[0] != os.getpid()
    assert who(two)[1] == who(one)[1] + 1
    assert one.digest == answer_digest(one.folder)
    assert 20 < one.peak_mb < 4000
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["one", "two"]
    # It may not know the platform's secrets, and has as many threads as its card says.
    assert read_answer(one.folder).flags[0].english.endswith("[]")
    assert read_answer(one.folder).flags[1].english == "1"


def test_the_same_run_is_not_made_twice_but_another_is(pool, study, tmp_path):
    one = ask(pool, study, tmp_path / "one")
    asked = who(one)[1]
    assert ask(pool, study, tmp_path / "one") == one
    assert who(ask(pool, study, tmp_path / "two"))[1] == asked + 1
    assert who(ask(pool, study, tmp_path / "one", "noisy"))[1] == asked + 2
    (tmp_path / "one/answer.json").write_text("{}")
    assert who(ask(pool, study, tmp_path / "one", "noisy"))[1] == asked + 3


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("refuse", "ai.test-refused"),
        ("break", "ai.process-failed"),
        pytest.param("crash", "ai.process-failed", marks=pytest.mark.long),
        ("killed", "ai.process-failed"),
        ("no memory", "ai.memory-exceeded"),
        ("nan", "ai.answer-broken"),
    ],
)
def test_what_cannot_finish_says_why_and_leaves_nothing(pool, study, tmp_path, how, code):
    with pytest.raises(TongyingError) as refusal:
        ask(pool, study, tmp_path / "runs/one", how)
    assert refusal.value.error_code == code
    assert "header" not in refusal.value.sentence
    assert nothing_left(tmp_path / "runs")
    assert who(ask(pool, study, tmp_path / "runs/one"))[0] > 0


def test_a_model_that_cannot_be_loaded_is_asked_anew(pool, study, tmp_path):
    for _ in range(2):
        with pytest.raises(TongyingError) as refusal:
            ask(pool, study, tmp_path / "runs/one", card=card_for("no-load"))
        assert refusal.value.error_code == "ai.test-no-load"
    assert nothing_left(tmp_path / "runs")


@pytest.mark.parametrize("how", ["hungry child", pytest.param("hungry", marks=pytest.mark.long)])
def test_a_model_that_takes_more_memory_is_ended_and_says_so(pool, study, tmp_path, how):
    card = card_for("plain", limits=(400, 60))
    before = set(all_processes())
    with pytest.raises(MemoryExceeded, match="400 MB"):
        ask(pool, study, tmp_path / "runs/one", how, card)
    assert nothing_left(tmp_path / "runs")
    assert children_of_mine() - before == set()


def test_a_model_that_takes_longer_is_ended_with_its_children(pool, study, tmp_path):
    before = set(all_processes())
    with pytest.raises(TimeExceeded, match="2 s"):
        ask(pool, study, tmp_path / "runs/one", "long", card_for("plain", limits=(4000, 2)))
    assert nothing_left(tmp_path / "runs")
    assert children_of_mine() - before == set()


def test_somebody_ends_it(pool, study, tmp_path):
    before = set(all_processes())
    told = Told(4)
    with pytest.raises(ComputationCancelled):
        ask(pool, study, tmp_path / "runs/one", "long", told=told)
    assert nothing_left(tmp_path / "runs")
    assert (told[-1][0], told[-1][1]) == (0.5, "half")
    assert children_of_mine() - before == set()


@pytest.mark.long
def test_a_watch_that_breaks_leaves_no_process(pool, study, tmp_path):
    def broken() -> bool:
        raise OSError("the database is gone")

    before = set(all_processes())
    with pytest.raises(OSError, match="database"):
        pool.run(
            card_for("plain"),
            None,
            request_for(study, given={"how": "long"}),
            tmp_path / "runs/one",
            Watching(lambda *told: None, broken),
        )
    assert nothing_left(tmp_path / "runs")
    assert children_of_mine() - before == set()


def test_noise_of_a_library_is_no_message(pool, study, tmp_path):
    assert who(ask(pool, study, tmp_path / "one", "noisy"))[1] > 0


def test_an_idle_process_ends_by_itself_and_another_takes_its_place(
    models, study, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", str(models))
    pool = ModelPool(idle_seconds=0.2)
    try:
        first, _ = who(ask(pool, study, tmp_path / "one"))
        (process,) = pool._idle.values()
        process._process.wait(20)
        second, asked = who(ask(pool, study, tmp_path / "two"))
        assert (second != first, asked) == (True, 1)
    finally:
        pool.close()


def test_a_process_that_went_idle_in_this_moment_is_replaced(pool, study, tmp_path, monkeypatch):
    first, _ = who(ask(pool, study, tmp_path / "one"))
    process = next(one for one in pool._idle.values() if one._process.pid == first)
    process._process.stdin.close()
    process._process.wait(20)
    # The pool looked a moment before.
    monkeypatch.setattr(type(process), "alive", property(lambda one: not one._ended))
    assert who(ask(pool, study, tmp_path / "two"))[1] == 1


@pytest.mark.long
def test_few_processes_are_kept(pool, study, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "_most_warm", 1)
    first, _ = who(ask(pool, study, tmp_path / "one"))
    second, _ = who(ask(pool, study, tmp_path / "two", card=card_for("other")))
    assert is_gone(first)
    assert not is_gone(second)


@pytest.mark.long
def test_idle_models_give_their_memory_to_the_one_that_runs(pool, study, tmp_path, monkeypatch):
    monkeypatch.setattr(ai_pool, "KEPT_WARM_MB", 1.0)
    first, _ = who(ask(pool, study, tmp_path / "one"))
    ask(pool, study, tmp_path / "two", card=card_for("other"))
    assert is_gone(first)


def test_left_by_a_program_that_died(pool, study, tmp_path):
    left = tmp_path / ".one.part-abc"
    left.mkdir()
    (left / "half").write_text("x")
    ask(pool, study, tmp_path / "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_broken_pack_is_refused_through_the_process(pool, study, tmp_path):
    files = {"net.onnx": threshold_network()}
    card = make_pack(tmp_path / "pack", card_text("net.onnx", runtime="onnx", files=files), files)
    (tmp_path / "pack/net.onnx").write_bytes(b"others")
    with pytest.raises(TongyingError) as refusal:
        pool.run(card, tmp_path / "pack", request_for(study), tmp_path / "one", Told().watching())
    assert refusal.value.error_code == PackBroken.code


def test_what_a_process_wrote_is_read_before_it_counts(pool, study, tmp_path, monkeypatch):
    def unreadable(folder):
        raise AnswerBroken("It was cut off.")

    monkeypatch.setattr(ai_pool, "read_answer", unreadable)
    with pytest.raises(AnswerBroken):
        ask(pool, study, tmp_path / "runs/one")
    assert nothing_left(tmp_path / "runs")


def test_the_memory_of_a_session_is_that_of_all_its_processes(tmp_path):
    code = (
        "import numpy, subprocess, sys, time\n"
        "kept = numpy.ones(5_000_000)\n"
        "if len(sys.argv) < 2: subprocess.Popen([sys.executable, __file__, 'child'])\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    path = tmp_path / "session.py"
    path.write_text(code)
    process = subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        for _ in range(2):
            assert process.stdout.readline() == b"ready\n"
        assert len(processes_of(process.pid)) == 2
        assert 80 < session_mb(process.pid) < 400
        assert session_mb(2**22 + 5) == 0
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_the_same_input_gives_the_same_bytes_also_in_a_fresh_process(study, tmp_path):
    files = {"net.onnx": threshold_network()}
    settings = {
        "task": "segmentation", "axes": "RIA", "spacing-mm": "1.3 1.1 0.9", "shape": "native",
        "values": "percentiles 1 99", "window": "5 6 7", "activation": "softmax",
        "labels": "1 box | Box | 盒", "measures": "box=brain-volume", "map": "box",
    }  # fmt: skip
    text = card_text("net.onnx", runtime="onnx", files=files, settings=settings)
    card = make_pack(tmp_path / "pack", text, files)
    folders = []
    for number in range(2):
        pool = ModelPool()
        for again in range(2 - number):
            folder = tmp_path / f"run{number}{again}"
            pool.run(card, tmp_path / "pack", request_for(study), folder, Told().watching())
            folders.append(folder)
        pool.close()
    contents = [
        {path.name: path.read_bytes() for path in one.iterdir() if path.name != ai_pool.RUN}
        for one in folders
    ]
    assert contents[0] == contents[1] == contents[2]
    assert set(contents[0]) == {"answer.json", "mask-0001.bits.z", "map-0001.f4.z"}
    assert np.count_nonzero(read_answer(folders[0]).masks[0].mask) > 10
    assert json.loads((folders[0] / ai_pool.RUN).read_text())["peak_mb"] > 0


def test_a_process_ends_with_its_parent(models, study, tmp_path):
    """The program that holds the pool is killed in the middle of a run."""
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from pack_making import card_for, request_for\n"
        "from tongying.services.ai_pool import run_in_pool\n"
        "from tongying.services.fusion_run import Watching\n"
        "def tell(*told): print(*told, flush=True)\n"
        f"files = tuple(Path(one) for one in {[str(one) for one in study]!r})\n"
        "run_in_pool(card_for('plain'), None, request_for(files, given={'how': 'long'}),\n"
        f"    Path({str(tmp_path)!r}) / 'one', Watching(tell, lambda: False))\n"
    )
    before = set(all_processes())
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(models)},
    )
    while b"half" not in parent.stdout.readline():
        pass
    (model,) = {one for one in all_processes() if parent_of(one) == parent.pid}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while not is_gone(model) and time.monotonic() < deadline:
        os.sched_yield()
    assert processes_of(model) == []
    ai_warm._sweep()
    assert not list(Path(tempfile.gettempdir()).glob(f"tongying-model-{parent.pid}-*"))
    assert not (tmp_path / "one").exists()
    assert before


def all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent_of(process: int) -> int:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def children_of_mine() -> set[int]:
    """Processes that run models and are not gone, whoever is their parent by now."""
    found = set()
    for process in all_processes():
        try:
            words = Path(f"/proc/{process}/environ").read_bytes()
        except OSError:
            continue
        if f"TONGYING_PARENT={os.getpid()}\0".encode() in words + b"\0":
            found.add(process)
    return found
