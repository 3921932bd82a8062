"""Settings come from the environment alone, and what cannot work is one clear line."""

import stat
from pathlib import Path

import pytest

from server.secret import load_secret
from server.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AMENDS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("POOL_SIZE", "many", "AMENDS_POOL_SIZE: Input should be a valid integer"),
        ("POOL_SIZE", "0", "AMENDS_POOL_SIZE: Input should be greater than or equal to 2"),
        ("DATABASE_URL", "mysql://x", "AMENDS_DATABASE_URL: must start with postgresql://"),
        ("SECRET", "short", "AMENDS_SECRET: must have at least 32 characters"),
        ("STORAGE_URL", "ftp://x", "AMENDS_STORAGE_URL: must start with file:///, s3://, gs:// or az://"),
        ("PUBLIC_URL", "example.com", "AMENDS_PUBLIC_URL: must start with http:// or https://"),
        ("DATA_DIR", "/var/my data", "AMENDS_DATA_DIR: the embedded database cannot live in a folder with a"),
        ("LOG_FORMAT", "xml", "AMENDS_LOG_FORMAT: Input should be 'console' or 'json'"),
        ("POOL_SISE", "5", "AMENDS_POOL_SISE is no setting; did you mean AMENDS_POOL_SIZE?"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(f"AMENDS_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_the_sandbox_is_on_with_the_embedded_database_and_off_with_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().is_sandbox
    monkeypatch.setenv("AMENDS_DATABASE_URL", "postgres://someone@example.com/amends")
    assert not load_settings().is_sandbox
    assert load_settings().database_url == "postgresql+asyncpg://someone@example.com/amends"
    monkeypatch.setenv("AMENDS_SANDBOX", "true")
    assert load_settings().is_sandbox


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(data_dir: Path) -> None:
    secret = load_secret(load_settings())
    assert len(secret) >= 32
    assert load_secret(load_settings()) == secret
    assert stat.S_IMODE((data_dir / "secret").stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == ["secret"]


def test_a_secret_of_the_operators_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    monkeypatch.setenv("AMENDS_SECRET", "s" * 32)
    assert load_secret(load_settings()) == "s" * 32
    assert not data_dir.exists()
