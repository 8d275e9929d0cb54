"""Settings: safe by default, told plainly when wrong."""

from pathlib import Path

import pytest

from platform_api import app
from platform_api.settings import SettingsError, load_settings, require_keys_elsewhere, user_data_folder


def test_defaults_stay_on_this_machine() -> None:
    assert load_settings().host == "127.0.0.1"


def test_the_environment_sets_and_what_is_given_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUAKHAU_PORT", "9000")
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path))
    assert (load_settings().port, load_settings().data_dir) == (9000, tmp_path)
    assert load_settings(port=9001, host=None).port == 9001


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("PORT", "70000"), ("MAX_QUEUED", "0"), ("RUNS_AT_ONCE", "1.5")]
)
def test_a_wrong_variable_is_told_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CUAKHAU_{name}", value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    (problem,) = told.value.problems
    assert (problem.place, problem.value) == (f"CUAKHAU_{name}", value)
    assert problem.remedy.vi


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_other_machines_are_not_served_without_keys(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no access key"):
        require_keys_elsewhere(host, some_key_holds=False)
    require_keys_elsewhere(host, some_key_holds=True)
    with pytest.raises(SettingsError):
        app.serve(host, 0, tmp_path)


def test_data_lie_where_the_system_wants_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_data_folder() == tmp_path / "cuakhau"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert user_data_folder() == tmp_path / "local" / "cuakhau"
    monkeypatch.setattr("sys.platform", "darwin")
    assert user_data_folder().parts[-3:] == ("Library", "Application Support", "cuakhau")
