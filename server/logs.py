"""How the log reads: lines for people, or one JSON object a line for machines.

The libraries' own loggers go the same way, so that every line of the process has one shape.
"""

import logging
import sys

import structlog

from server.settings import Settings

QUIET = (
    "strawberry.execution",
    "uvicorn.access",
    "uvicorn.error",
    "sqlalchemy.engine",
    "alembic",
)  # told elsewhere, or too often


def configure(settings: Settings) -> None:
    """Set the log up for this process, on standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_writers(settings)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(
            logging.CRITICAL if name.startswith("strawberry") else logging.WARNING
        )


def _writers(settings: Settings) -> list[structlog.typing.Processor]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # a framed traceback with every local costs more than what it tells about, when something fails in a row
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
