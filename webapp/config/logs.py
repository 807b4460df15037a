"""Logs: one JSON object a line on stdout, with the request id of the request that wrote it."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# What stands behind these in an address is the token of a link for a new password.
_TOKEN = re.compile(r"(/(?:reset/key|confirm-email|reset)/)(?!(?:key|done|sent)/)[^/?\s\"']+")
# PostgreSQL shows the whole row that a constraint refused: names, prices, hashes of passwords.
_ROW = re.compile(r"(Failing row contains ).*")


def without_secrets(text: str) -> str:
    """A line, or an address, without what lets one in and without the content of rows."""
    return _ROW.sub(r"\1***", _TOKEN.sub(r"\1***", text))


def hide_secrets(
    logger: object, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The last step before a line is written, whoever writes it."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = without_secrets(value)
    return line


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]


def logging_config(*, json: bool) -> dict[str, Any]:
    """The LOGGING setting; also configures structlog itself."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    hide_secrets,
                    renderer,
                ],
                "foreign_pre_chain": [*SHARED_PROCESSORS, structlog.processors.format_exc_info],
            },
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "formatter": "structured",
                "stream": "ext://sys.stdout",
            }
        },
        # Refused requests stand in the access log; what remains are failures, with their stack.
        # Failed sign-ins stand in the audit log, by whom and from where.
        "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
        "root": {"handlers": ["stdout"], "level": logging.getLevelName(logging.INFO)},
    }
