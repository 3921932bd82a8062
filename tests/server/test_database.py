"""The embedded database: started once, shared by processes, stopped by the last, even after a kill."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.database import embedded
from server.migrated import migrated_database
from server.settings import SettingsError, load_settings
from storage import health, migrate

HOLDER = """
import sys
from pathlib import Path
from server.database import embedded
with embedded(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="amends-db-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql+asyncpg://")
    return process


def is_running(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


def test_the_database_stops_with_the_block(folder: Path) -> None:
    with embedded(folder) as url:
        assert url.startswith("postgresql+asyncpg://postgres:@/amends?host=/tmp/")
        assert is_running(folder)
    assert not is_running(folder)


def test_one_process_may_start_it_again_after_it_stopped(folder: Path) -> None:
    for _ in range(2):
        with embedded(folder):
            assert is_running(folder)
    assert not is_running(folder)


def test_the_last_process_to_leave_stops_it(folder: Path) -> None:
    first, second = holder(folder), holder(folder)
    first.communicate()
    assert is_running(folder)
    second.communicate()
    assert not is_running(folder)


def test_a_killed_process_does_not_keep_it_running(folder: Path) -> None:
    killed = holder(folder)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert is_running(folder)
    with embedded(folder):
        assert is_running(folder)
    assert not is_running(folder)


def test_a_killed_server_is_started_again_whoever_has_its_process_number_now(folder: Path) -> None:
    left_behind = [folder / "postgres" / name for name in ("postmaster.pid", ".s.PGSQL.5432.lock")]
    with embedded(folder):
        said = [file.read_text().splitlines() for file in left_behind]
    for file, (_, *others) in zip(left_behind, said, strict=True):
        file.write_text("\n".join([str(os.getpid()), *others, ""]))
    with embedded(folder):
        assert is_running(folder)
    assert not is_running(folder)


def test_the_newest_revision_is_told_by_the_files_names() -> None:
    assert health.newest_revision() == migrate.head()


def test_a_new_database_is_migrated_and_a_current_one_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_DATA_DIR", str(folder))
    with migrated_database(load_settings()) as url:
        assert migrate.current(url) == migrate.head()
    monkeypatch.setattr(migrate, "upgrade", None)
    with migrated_database(load_settings()):
        pass


def test_a_database_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with (
        pytest.raises(SettingsError, match=r"^AMENDS_DATABASE_URL: the database cannot be used"),
        migrated_database(load_settings()),
    ):
        pass
