"""How much one client may ask of live connections, and how long each side waits for the other.

Decides the numbers alone. How big a frame may be at all is the wire's (`server.wire`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """The limits of sockets and event streams; times are in seconds of the process's own clock."""

    init_seconds: float = 10
    """Within which a socket's `connection_init` must come."""
    quiet_seconds: float = 15
    """After which a socket that sent nothing is sent a ping."""
    unanswered_pings: int = 2
    """After which a socket that is still quiet, as long again, is closed: 45 s without a frame."""
    keep_alive_seconds: float = 12
    """After which an event stream without news is sent a comment."""
    send_seconds: float = 30
    """Within which a connection must take what it is sent."""
    close_seconds: float = 5
    """Within which a socket must take its close frame."""
    finish_seconds: float = 8
    """For which a restart waits for the mutations under way."""
    spread_seconds: float = 3
    """Over which a restart closes at most what is open, so that not all come back at once."""
    operations_per_socket: int = 50
    connections_per_viewer: int = 30
    """Sockets and event streams together, in one process; for nobody, those from one address."""
    frames_per_second: int = 100
    """Of one socket, for any length of time; twice as many may come at once."""
    frame_characters: int = 1_000_000
    id_characters: int = 200
    """Of the id that a client gives an operation: it comes back with each answer."""
