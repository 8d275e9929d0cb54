"""What holds for every test: it depends on nothing that this machine's user keeps, nor on chance or haste."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "everywhere",
    deadline=None,  # the first call compiles, and others may hold the processor
    derandomize=True,  # the same examples on every machine: what fails was broken by a change
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("everywhere")


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The service's data folder, for tests and the processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUAKHAU_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield
