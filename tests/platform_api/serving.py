"""A server process of this program on a free port of this machine, and a client of it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx2

SERVE = """
import sys
from pathlib import Path
from platform_api.app import serve
if __name__ == "__main__":
    serve(port=int(sys.argv[2]), data_dir=Path(sys.argv[1]), ready=lambda address: print(address, flush=True))
"""


class Serving:
    """A server process and a client of it, on a free port unless `CUAKHAU_PORT` says which."""

    def __init__(self, folder: Path, **settings: str) -> None:
        program = folder / "serve.py"
        program.write_text(SERVE, encoding="utf-8")
        self.log = (folder / "log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", program, folder / "data", settings.get("CUAKHAU_PORT", "0")],
            stdout=subprocess.PIPE,
            stderr=self.log,
            encoding="utf-8",
            cwd=Path(__file__).parents[2],
            env=os.environ | settings,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.client = httpx2.Client(base_url=self.address, timeout=20)

    def stop(self) -> float:
        """Ask the server to stop; how long it took [s]."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def close(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
