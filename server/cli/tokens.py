"""`token`: a bearer token for somebody."""

import sys
from typing import Annotated

import typer

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> int:
    """Read a length of time such as 30m, 12h or 7d."""
    number, unit = text[:-1], text[-1:]
    if unit not in SECONDS or not (number.isascii() and number.isdigit()) or not 0 < int(number) <= 10_000:
        raise typer.BadParameter("write a whole number and s, m, h or d, such as 12h")
    return int(number) * SECONDS[unit]


def token(
    user: Annotated[str | None, typer.Option(metavar="NAME", help="For a member: buyer and seller.")] = None,
    support: Annotated[
        str | None, typer.Option(metavar="NAME", help="For a Support agent; makes the agent's account.")
    ] = None,
    platform: Annotated[bool, typer.Option("--platform", help="For the platform's own services.")] = False,
    ttl: Annotated[
        int, typer.Option(parser=seconds, metavar="TIME", help="How long it lasts: 30m, 12h, 7d.")
    ] = 86400,
) -> None:
    """Print a bearer token for a member, a Support agent or the platform."""
    from domain.words import Scope, ViewerRole
    from server.auth import PLATFORM, issue_token
    from server.secret import load_secret
    from server.settings import SettingsError, load_settings

    if [user is not None, support is not None, platform].count(True) != 1:
        raise typer.BadParameter("name exactly one of --user, --support and --platform")
    settings = load_settings()
    if settings.jwks is not None:
        raise SettingsError("AMENDS_JWKS is set: tokens come from whoever holds its keys.")
    secret = load_secret(settings)
    if platform:
        scopes = frozenset({Scope.PLATFORM_WRITE})
        sys.stdout.write(issue_token(secret, PLATFORM, ViewerRole.PLATFORM, ttl_seconds=ttl, scopes=scopes))
    else:
        name, role = (user, ViewerRole.MEMBER) if user else (support, ViewerRole.SUPPORT)
        sys.stdout.write(issue_token(secret, name or "", role, ttl_seconds=ttl))
    sys.stdout.write("\n")
