"""`token`: a bearer token for somebody, and the end of one."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.words import ViewerRole

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # 10,000 of a unit at most: auth.LONGEST_TTL_SECONDS
LONGEST_NAME = 80


def seconds(text: str) -> int:
    """Read a length of time such as 30m, 12h or 7d."""
    number, unit = text[:-1], text[-1:]
    if unit not in SECONDS or not (number.isascii() and number.isdigit()) or not 0 < int(number) <= 10_000:
        raise typer.BadParameter("--ttl takes a whole number and s, m, h or d, such as 12h")
    return int(number) * SECONDS[unit]


def username(name: str | None) -> str:
    """Take what can be an account's name; an empty shell variable names nobody."""
    is_text = name is not None and not any("\ud800" <= letter <= "\udfff" for letter in name)
    if name is None or not is_text or not name.strip() or len(name) > LONGEST_NAME:
        raise typer.BadParameter(f"a name is text of 1 to {LONGEST_NAME} characters")
    return name


def token(
    user: Annotated[str | None, typer.Option(metavar="NAME", help="For a member: buyer and seller.")] = None,
    support: Annotated[
        str | None, typer.Option(metavar="NAME", help="For a Support agent; makes the agent's account.")
    ] = None,
    platform: Annotated[bool, typer.Option("--platform", help="For the platform's own services.")] = False,
    ttl: Annotated[str, typer.Option(metavar="TIME", help="How long it lasts: 30m, 12h, 7d.")] = "1d",
    revoke: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", help="End a token, whole or by its id (jti), within 5 seconds."),
    ] = None,
) -> None:
    """Print a bearer token for a member, a Support agent or the platform; or end one before its time."""
    from domain.words import Scope, ViewerRole
    from server.auth import PLATFORM, issue_token
    from server.migrated import migrated_database
    from server.secret import load_secret
    from server.settings import SettingsError, load_settings

    if [user is not None, support is not None, platform, revoke is not None].count(True) != 1:
        raise typer.BadParameter("name exactly one of --user, --support, --platform and --revoke")
    ttl_seconds = seconds(ttl)
    settings = load_settings()
    if revoke is not None:
        token_id, expires_at = _revocable(revoke)
        with migrated_database(settings) as url:
            asyncio.run(_revoke(url, token_id, expires_at))
        typer.echo(f"Revoked: {token_id}")
        return
    if settings.jwks is not None:
        raise SettingsError("AMENDS_JWKS is set: tokens come from whoever holds its keys.")
    secret = load_secret(settings)
    if platform:
        scopes = frozenset({Scope.PLATFORM_WRITE})
        made = issue_token(secret, PLATFORM, ViewerRole.PLATFORM, ttl_seconds=ttl_seconds, scopes=scopes)
    else:
        role = ViewerRole.SUPPORT if user is None else ViewerRole.MEMBER
        name = username(support if user is None else user)
        with migrated_database(settings) as url:
            asyncio.run(_demand_account(url, name, role))
        made = issue_token(secret, name, role, ttl_seconds=ttl_seconds)
    sys.stdout.write(f"{made}\n")


def _revocable(token_or_id: str) -> tuple[str, datetime]:
    from server.auth import BadToken, what_to_revoke
    from storage.revocations import LONGEST_TOKEN_ID

    try:
        token_id, expires_at = what_to_revoke(token_or_id)
    except BadToken as bad:
        raise typer.BadParameter(str(bad)) from None
    is_text = not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in token_id)
    if not is_text or not token_id.strip() or len(token_id) > LONGEST_TOKEN_ID:
        raise typer.BadParameter(f"a token's id is text of 1 to {LONGEST_TOKEN_ID} characters")
    return token_id, datetime.fromtimestamp(expires_at, UTC)


async def _revoke(url: str, token_id: str, expires_at: datetime) -> None:
    from storage import revocations
    from storage.engine import make_engine

    engine = make_engine(url)
    try:
        async with engine.begin() as connection:
            await revocations.revoke(connection, token_id, expires_at=expires_at)
    finally:
        await engine.dispose()


async def _demand_account(url: str, name: str, role: "ViewerRole") -> None:
    """A token for nobody would only be refused later, so it is refused now."""
    from domain.words import ViewerRole
    from storage import callers, clock
    from storage.engine import make_engine

    engine = make_engine(url)
    try:
        async with engine.begin() as connection:
            if role is ViewerRole.SUPPORT:
                account = await callers.ensure_agent(connection, name, at=await clock.now(connection))
            else:
                found = await callers.by_username(connection, name)
                if found is None:
                    raise typer.BadParameter(f"nobody here is named {name}")
                account = found
            if account.is_agent is not (role is ViewerRole.SUPPORT):
                raise typer.BadParameter(f"{name} is {'a Support agent' if account.is_agent else 'a member'}")
    finally:
        await engine.dispose()
