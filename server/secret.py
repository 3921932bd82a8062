"""The secret that signs tokens, links and cursors: the operator's own, or one made once and kept.

There is no built-in one. Knows nothing of what is signed with it.
"""

import os
import secrets
from pathlib import Path

from server.settings import Settings, SettingsError


def load_secret(settings: Settings) -> str:
    """Give the secret; make and keep one when the settings name none. SettingsError if it cannot be kept."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    path = settings.data_dir / "secret"
    try:
        if not path.exists():
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"AMENDS_SECRET is not set and {path} cannot be used: {error.strerror}"
        ) from error


def _make(path: Path) -> None:
    """Write it whole under another name first: of two processes at once, one wins and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{os.getpid()}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
