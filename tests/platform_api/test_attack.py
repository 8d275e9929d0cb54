"""A real server under attack, byte by byte: what no honest client would send, over real connections."""

import asyncio
import gzip
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
import uvicorn
from uvicorn.server import ServerState

from platform_api import protocol
from platform_api.examples import SMALL_SCENARIO
from tests.platform_api.serving import Serving

pytestmark = pytest.mark.slow

JSON = "Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("attack"))
    assert serving.client.get("/v1/scenarios/lang-son-2025-03-12").status_code == 200
    yield serving
    serving.close()


@pytest.fixture(autouse=True)
def unharmed(serving: Serving) -> Iterator[None]:
    """It goes on answering at once, as large as before, and its log tells no fault of the program."""
    before = _memory(serving)
    yield
    began = time.monotonic()
    assert serving.client.get("/healthz").json()["status"] == "ok"
    assert time.monotonic() - began < 5
    assert _memory(serving) < before + 60e6
    folder = Path(serving.log.name).parent
    told = (folder / "log").read_text(encoding="utf-8")
    assert "Traceback" not in told
    assert "server fault" not in told
    assert {path.name for path in (folder / "data").iterdir()} <= {
        "runs", "cuakhau.db", "cuakhau.db-wal", "cuakhau.db-shm",
    }  # fmt: skip


def _memory(serving: Serving) -> int:
    status = Path(f"/proc/{serving.process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def connected(serving: Serving) -> socket.socket:
    host, port = serving.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def said_to(serving: Serving, sent: bytes) -> bytes:
    """Everything that is answered until the server closes or is silent for a moment."""
    with connected(serving) as line:
        heard = b""
        try:
            line.sendall(sent)
            line.settimeout(1.5)
            while more := line.recv(1 << 16):
                heard += more
        except (TimeoutError, ConnectionError):
            pass
        return heard


def statuses(heard: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)]


def get(path: str, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n".encode("latin-1")


def post(path: str, headers: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n"
    return head.encode("latin-1") + body


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd", "/static/../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/app.py", "//etc/passwd", "/v1/runs/../../../../etc/passwd",
        "/v1/runs/x/files/../../../../../etc/passwd", "/v1/runs/%2e%2e/files/cuakhau.db",
        "/v1/runs/..%2f/files/cuakhau.db", "/v1/scenarios/..%2f..%2fapp", "/v1/scenarios/\xff\xfe",
        "http://127.0.0.1/v1/runs/../../etc/passwd", "/v1/lessons/..%5c..%5capp", "*", "",
    ],
)  # fmt: skip
def test_no_path_as_it_is_sent_leads_to_a_file(serving: Serving, path: str) -> None:
    heard = said_to(serving, get(path))
    assert b"root:" not in heard
    assert b"SQLite format" not in heard
    assert b"def create_app" not in heard
    assert all(400 <= code < 500 for code in statuses(heard)), heard[:200]


@pytest.mark.parametrize(
    "sent",
    [
        get("/v1/runs?scenario=x%0d%0aSet-Cookie:%20evil=1"),
        get("/v1/scenarios/x%0d%0aSet-Cookie:%20evil=1"),
        get("/v1/runs", "Accept-Language: vi%0d%0aSet-Cookie: evil=1\r\n"),
        get("/v1/runs", "If-None-Match: x\rSet-Cookie: evil=1\r\n"),
        get("/v1/runs", "X-A: b\r\n Set-Cookie: evil=1\r\n"),
        get("/v1/runs?limit=1&x=%0d%0a%0d%0aHTTP/1.1%20200%20OK"),
    ],
)
def test_nobody_puts_a_header_into_an_answer(serving: Serving, sent: bytes) -> None:
    heard = said_to(serving, sent)
    assert len(statuses(heard)) == 1
    head = heard.split(b"\r\n\r\n")[0].lower()
    assert b"set-cookie" not in head


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 4\r\nContent-Length: 60\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: \x0bchunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x10\r\n",
    ],
)
def test_one_request_is_never_taken_for_two(serving: Serving, headers: str) -> None:
    hidden = b"0\r\n\r\nGET /v1/indicators HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    heard = said_to(serving, post("/v1/scenarios:check", JSON + headers, hidden))
    assert all(code >= 400 for code in statuses(heard)), heard[:300]
    assert b"indicators" not in heard


def test_what_is_too_large_is_refused_before_it_is_read(serving: Serving) -> None:
    began = time.monotonic()
    announced = said_to(serving, post("/v1/runs", JSON + "Content-Length: 99999999999\r\n", b"{"))
    assert statuses(announced) == [413]
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    endless = said_to(serving, post("/v1/runs", JSON + "Transfer-Encoding: chunked\r\n", chunk * 40))
    assert statuses(endless) in ([413], [])  # or cut off while it still sends
    for sent in (get("/v1/runs?" + "x" * 300_000), get("/v1/runs", f"X-A: {'y' * 300_000}\r\n")):
        assert all(400 <= code < 500 for code in statuses(said_to(serving, sent)))
    bomb = gzip.compress(b" " * 50_000_000)
    headers = f"{JSON}Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n"
    assert all(code >= 400 for code in statuses(said_to(serving, post("/v1/runs", headers, bomb))))
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [" + ",".join("x" * 9) + "]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghijkl")),
        "!!python/object/apply:os.system ['touch /tmp/owned']",
        "&a [*a]",
        "[" * 100_000,
        "a: " + "9" * 200_000,
        "based_on: http://169.254.0.1/x\nname: x\n",
    ],
    ids=["laughs", "tag", "itself", "deep", "number", "address"],
)  # fmt: skip
def test_no_text_explodes(serving: Serving, text: str) -> None:
    began = time.monotonic()
    for path in ("/v1/scenarios:check", "/v1/scenarios"):
        answer = serving.client.post(path, content=text, headers={"Content-Type": "application/yaml"})
        assert answer.status_code in (400, 422), answer.text[:200]
    assert time.monotonic() - began < 15


def test_no_address_in_a_scenario_is_ever_called(serving: Serving) -> None:
    """Sources have addresses: they are told, never fetched."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/x"
        text = json.dumps(SMALL_SCENARIO)
        sources = {"s": {"text": "a", "url": address}}
        orders = [
            {"scenario": address},
            {"scenario": SMALL_SCENARIO | {"based_on": address}},
            {"scenario": SMALL_SCENARIO | {"sources": sources}},
            {"scenario": json.loads(text.replace("assumption", address))},
        ]
        for order in orders:
            for path in ("/v1/scenarios:check", "/v1/runs", "/v1/sessions"):
                assert serving.client.post(path, json=order).status_code < 500
        for name in (address, "file:///etc/passwd", f"\\\\{address}"):
            assert serving.client.get(f"/v1/scenarios/{name}").status_code in (404, 405)
        with pytest.raises(TimeoutError):
            trap.accept()


def test_a_head_that_does_not_end_is_cut_off(serving: Serving) -> None:
    with connected(serving) as line:
        line.settimeout(20)
        line.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        with pytest.raises(ConnectionError):
            line.sendall(b"y" * 250_000_000)  # if anybody took it


def test_a_slow_head_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock of its own: the loop is told when to look, and the time is not waited for."""

    async def slowly() -> bytes:
        monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.05)
        config = uvicorn.Config(lambda *_: None, http=protocol.Bounded, log_config=None)
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: protocol.Bounded(config, state, {}), "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a")
        heard = await asyncio.wait_for(reader.read(), 20)  # until it is closed
        writer.close()
        server.close()
        return heard

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have a loop in this thread
        assert apart.submit(asyncio.run, slowly()).result() == b""


def test_who_never_finishes_a_request_keeps_nobody_waiting(serving: Serving) -> None:
    with ExitStack() as held:
        lines = [held.enter_context(connected(serving)) for _ in range(200)]
        for number, line in enumerate(lines):
            body = post("/v1/runs", JSON + "Content-Length: 100\r\n", b"{")
            half = get("/v1/runs") if number % 2 else body
            line.sendall(half[: len(half) - 1 - number % 7])
        times = []
        for _ in range(20):
            began = time.monotonic()
            assert serving.client.get("/v1/runs?limit=5").status_code == 200
            times.append(time.monotonic() - began)
        assert sorted(times)[10] < 1
