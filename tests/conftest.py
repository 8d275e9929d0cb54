"""Nothing a test does may depend on what this machine's user keeps, or change it."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The service's data folder, for tests and the processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUAKHAU_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield
