"""The settings: what an operator may decide, by environment variables that start with AMENDS_.

Decides the defaults and refuses what cannot work, in one line that names the variable. Opens no file and no
socket.
"""

import difflib
import os
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "AMENDS_"
ROOT_HOME = Path("/root")


class SettingsError(Exception):
    """A variable holds what cannot work; the message is one line that begins with its name."""


def default_data_dir() -> Path:
    """Give the user's own data folder; root's is below /var/lib, as the database never runs as root."""
    if os.geteuid() == 0:
        return Path("/var/lib/amends")
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "amends"


class Settings(BaseSettings):
    """Every setting of Amends. The field's name in capitals, after AMENDS_, is its variable."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    database_url: str | None = Field(
        default=None,
        description="PostgreSQL (15 or newer) to use, as `postgresql://user:password@host/name`. "
        "Unset: an embedded one in the data folder.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded database, the uploads and the made secret. "
        "Default: `~/.local/share/amends`, for root `/var/lib/amends`.",
    )
    sandbox: bool | None = Field(
        default=None,
        description="Test clock, introspection without a token, GraphiQL and own return labels. "
        "Default: on with the embedded database, off with any other.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Signs tokens (HS256), links and cursors; at least 32 characters. "
        "Unset: a random one, made once and kept in the data folder for its owner alone.",
    )
    jwks: str | None = Field(
        default=None,
        description="File or https address of a JSON Web Key Set (RS256, ES256). "
        "When set, only tokens signed by its keys are taken.",
    )
    storage_url: str | None = Field(
        default=None,
        description="Where uploads are kept: `file:///folder` or `s3://bucket/prefix` (with the usual "
        "`AWS_…` variables). Default: `uploads` in the data folder.",
    )
    broadcast_url: str | None = Field(
        default=None,
        description="How processes tell each other that there is news: `memory://` for one process, "
        "`postgres://` (the database itself) for several, `redis://host:port/0` for a fleet. "
        "Default: `memory://` with one worker, `postgres://` with several.",
    )
    public_url: str | None = Field(
        default=None,
        description="The address clients reach Amends under, for the links it gives out. "
        "Default: `http://` and the host and port served on.",
    )
    cors_origins: str = Field(
        default="",
        description="Browser origins that may call the graph, separated by commas; `*` for any.",
    )
    pool_size: int = Field(
        default=10,
        ge=2,
        le=500,
        description="Database connections of each process to read by, and as many to write by.",
    )
    compiled: bool = Field(
        default=True,
        description="Answer queries and events through the compiled executor. Off: through the plain one "
        "alone, which says the same, slower.",
    )
    answer_cache: bool = Field(
        default=True,
        description="Serve an unchanged answer from the bytes it was sent as; the database is asked each "
        "time whether it still holds. Off: every answer is made anew.",
    )
    answer_cache_mb: int = Field(
        default=64, ge=1, le=100_000, description="Memory of each process for answers, in MiB."
    )
    body_limit_bytes: int = Field(
        default=5_000_000, ge=10_000, description="The largest GraphQL request that is read, in bytes."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Opens `/metrics`, for Prometheus, to whoever sends it as a bearer token; at least 16 "
        "characters. Unset: there is no such page.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="`console` for people, `json` for machines: one object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe lines that are written."
    )

    @field_validator("database_url")
    @classmethod
    def _speak_asyncpg(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
            raise ValueError("must start with postgresql://")
        return f"postgresql+asyncpg://{rest}"

    @field_validator("secret")
    @classmethod
    def _be_hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _be_no_word(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _be_an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("storage_url")
    @classmethod
    def _be_a_store(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("file:///", "s3://", "gs://", "az://")):
            raise ValueError("must start with file:///, s3://, gs:// or az://")
        return value

    @field_validator("broadcast_url")
    @classmethod
    def _be_a_broker(cls, value: str | None) -> str | None:
        if value is not None and not _names_a_broker(value):
            raise ValueError("must be memory://, postgres://, postgres://host/name or redis://host:port/0")
        return value

    @field_validator("data_dir")
    @classmethod
    def _be_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _let_the_embedded_database_live(self) -> Self:
        if self.is_embedded and any(letter.isspace() for letter in str(self.data_dir)):
            raise ValueError(
                "DATA_DIR: the embedded database cannot live in a folder with a space in its name"
            )
        if self.is_embedded and os.geteuid() == 0 and self.data_dir.is_relative_to(ROOT_HOME):
            raise ValueError(
                "DATA_DIR: the embedded database does not run as root and cannot live below /root"
            )
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether Amends brings its own database."""
        return self.database_url is None

    @property
    def is_sandbox(self) -> bool:
        """Whether the test clock and the other conveniences of the sandbox are on."""
        return self.is_embedded if self.sandbox is None else self.sandbox


def _names_a_broker(url: str) -> bool:
    """Whether a doorbell can be made of it; a broker that is away is no reason to refuse it."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises if it is no number
    except ValueError:
        return False
    if parts.scheme in ("redis", "rediss"):
        return bool(parts.hostname) and (parts.path.strip("/") or "0").isdecimal()
    if parts.scheme in ("postgres", "postgresql", "postgresql+asyncpg"):
        return "://" in url
    return url == "memory://"


def load_settings(**overrides: object) -> Settings:
    """Read the environment; `overrides` are the command line's own options. Raises SettingsError."""
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None


def _refuse_unknown_variables() -> None:
    """A misspelt variable would silently do nothing: it is named instead."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            raise SettingsError(
                f"{name} is no setting" + (f"; did you mean {nearest[0]}?" if nearest else ".")
            )


def _one_line(error: ValidationError) -> str:
    first, *more = error.errors(include_url=False, include_input=False)
    sentence = first["msg"].removeprefix("Value error, ")
    name = "".join(str(part) for part in first["loc"]).upper()
    line = f"{PREFIX}{name}: {sentence}" if name else f"{PREFIX}{sentence}"
    return line + (f" (and {len(more)} more)" if more else "")
