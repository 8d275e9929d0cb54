"""The command line as a process of its own: start-up, pipes, encodings, colours, Ctrl-C, the progress bar."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ANSI = re.compile(r"\x1b\[")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "platform_api", *(str(word) for word in words)]


def environment(**more: str) -> dict[str, str]:
    """Ours without what would colour, translate or encode in another way."""
    ours = {
        k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "CUAKHAU_LANG"}
    }
    root = str(Path(__file__).parents[2])
    return {**ours, "PYTHONPATH": root, "PYTHONWARNINGS": "error", **more}


def cuakhau(*words: object, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(*words), cwd=cwd, env=environment(**more), capture_output=True, check=False)


@pytest.fixture
def small_file(written: dict[str, Any], tmp_path: Path) -> Path:
    file = tmp_path / "one-counter.yaml"
    file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the processor time of a child")
@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["list"], ["list", "--json"]])
def test_it_starts_at_once(words: list[str], tmp_path: Path) -> None:
    """Processor time, which other programs on the machine do not change; a quarter of a second is usual."""
    timed = "import resource, subprocess, sys; "
    timed += "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    timed += "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"
    timing = [sys.executable, "-c", timed, *command(*words)]
    done = subprocess.run(timing, cwd=tmp_path, env=environment(), capture_output=True, check=True)
    assert float(done.stdout) < 0.8


def test_json_is_all_there_is_on_standard_output(small_file: Path) -> None:
    done = cuakhau("run", small_file.name, "--replications", 2, "--seed", 1, "--json", cwd=small_file.parent)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode())["scenario"] == "one-counter"


def test_no_colours_and_no_bar_in_a_pipe(small_file: Path) -> None:
    done = cuakhau("run", small_file, "--replications", 2, "--seed", 1)
    assert done.returncode == 0, done.stderr.decode()
    assert not ANSI.search(done.stdout.decode() + done.stderr.decode())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_pipe_gets_utf_8_whatever_the_machine_prefers(encoding: str) -> None:
    done = cuakhau("list", PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr.decode()
    assert "Lạng Sơn, ngày 12/3/2025" in done.stdout.decode("utf-8")


def test_a_reader_who_leaves_is_no_error() -> None:
    process = subprocess.Popen(
        command("schema"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert (process.wait(30), process.stderr.read()) == (0, b"")
    process.stderr.close()


def test_a_scenario_that_cannot_be_read_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    done = cuakhau("check", "picture.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


# ---- stopping -------------------------------------------------------------------------------------------


def start_endless(
    written: dict[str, Any], folder: Path, *words: str, start_new_session: bool = False
) -> subprocess.Popen[bytes]:
    file = folder / "endless.yaml"
    file.write_text(json.dumps(written), encoding="utf-8")
    arguments = command("run", file, "--seed", 1, *words, "--out", folder / "kept")
    return subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=start_new_session,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers no SIGINT to a process of its own")
@pytest.mark.parametrize("how", [["--replications", "1"], ["--replications", "2", "--jobs", "2"]])
def test_ctrl_c_says_one_line_and_leaves_nothing(
    endless: dict[str, Any], tmp_path: Path, how: list[str]
) -> None:
    process = simulating(endless, tmp_path, *how)
    process.send_signal(signal.SIGINT)
    assert_stopped(process, 130, "Ctrl-C", how[1], tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("how", [["--replications", "1"], ["--replications", "2", "--jobs", "2"]])
def test_sigterm_ends_like_ctrl_c(endless: dict[str, Any], tmp_path: Path, how: list[str]) -> None:
    process = simulating(endless, tmp_path, *how)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert_stopped(process, 143, "SIGTERM", how[1], tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to signal")
def test_sigterm_to_the_workers_too_ends_like_ctrl_c(endless: dict[str, Any], tmp_path: Path) -> None:
    """As `timeout` sends it: to the command, then to all that it started."""
    process = simulating(endless, tmp_path, "--replications", "2", "--jobs", "2", start_new_session=True)
    process.send_signal(signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    assert_stopped(process, 143, "SIGTERM", "2", tmp_path)


def simulating(
    written: dict[str, Any], folder: Path, *how: str, start_new_session: bool = False
) -> subprocess.Popen[bytes]:
    """A run in the midst of its work."""
    process = start_endless(written, folder, *how, start_new_session=start_new_session)
    deadline = time.monotonic() + 60
    while not any(path.name.endswith(".partial") for path in folder.iterdir()):  # until it simulates
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1.0)
    return process


def assert_stopped(
    process: subprocess.Popen[bytes], code: int, told: str, replications: str, folder: Path
) -> None:
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == code, stderr.decode()
    assert stdout == b""
    (line,) = [line for line in stderr.decode().splitlines() if not line.startswith(("!", " ", "có"))]
    assert line.startswith(f"Đã dừng theo yêu cầu ({told}): 0/{replications} lần lặp đã xong")
    assert line.endswith("chưa đủ nên không ghi kết quả nào.")
    assert [path.name for path in folder.iterdir()] == ["endless.yaml"]


def test_ctrl_c_while_a_library_compiles_a_text_leaves_with_the_same_code(tmp_path: Path) -> None:
    """A Ctrl-C out of a string given to exec is remembered by Python, which would die of it in the end."""
    program = "import click\n"
    program += "from platform_api.cli import main\n"
    program += "click.Group.main = lambda *given, **more: exec('raise KeyboardInterrupt')\n"
    program += "main()\n"
    (tmp_path / "interrupted.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "interrupted", "list"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, b""), done.stderr.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_screen_gets_colours_and_after_two_seconds_a_bar(endless: dict[str, Any], tmp_path: Path) -> None:
    shown = on_a_screen(endless, tmp_path)
    assert ANSI.search(shown)
    assert "ước tính" in shown.split("còn")[0].lower()  # before it simulates
    assert re.search(r"\d % .*0/1 lần lặp · [\d.]+ lượt/giây · còn \d+\xa0(giây|phút)", shown), shown


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_no_color_is_heeded_on_a_screen(endless: dict[str, Any], tmp_path: Path) -> None:
    shown = on_a_screen(endless, tmp_path, NO_COLOR="1")
    assert "lần lặp" in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def on_a_screen(written: dict[str, Any], folder: Path, **more: str) -> str:
    """What a run of some seconds writes to a pseudo-terminal, up to its progress bar."""
    import pty

    file = folder / "endless.yaml"
    file.write_text(json.dumps(written), encoding="utf-8")
    ours, theirs = pty.openpty()
    extra = {"TERM": "xterm-256color", "COLUMNS": "120", **more}
    arguments = command("run", file, "--seed", 1, "--replications", 1)
    process = subprocess.Popen(
        arguments, env=environment(**extra), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        return read_until(ours, "còn", 60)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        os.close(ours)


def read_until(descriptor: int, words: str, seconds: float) -> str:
    read, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        read += os.read(descriptor, 4096)
        shown = read.decode("utf-8", "replace")
        if re.search(words + r".*\d+\xa0\w+", shown):
            return shown
    raise AssertionError(read.decode("utf-8", "replace"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers no SIGINT to a process of its own")
def test_the_service_says_where_it_is_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    extra = environment(CUAKHAU_DATA_DIR=str(tmp_path))
    process = subprocess.Popen(command("serve", "--port", 0), env=extra, stderr=subprocess.PIPE)
    assert process.stderr is not None
    ready = process.stderr.readline().decode("utf-8")
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=30)
    assert re.fullmatch(r"Dịch vụ chạy ở http://127\.0\.0\.1:\d+\n", ready)
    assert rest.decode("utf-8").splitlines()[-1] == "Dịch vụ đã dừng."
    assert process.returncode == 130


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = cuakhau("serve", "--port", port, CUAKHAU_DATA_DIR=str(tmp_path))
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr.decode()
    assert "--port" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
