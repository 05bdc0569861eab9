"""How every process of Aegis writes its log: one JSON object a line."""

import logging
import sys

import structlog


def configure_logging(level: str) -> None:
    """Event name and fields to standard error, from this level on; call it once in a process.

    Tracebacks carry no local variables, for those may hold keys and pictures.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Not the printing kind: Serve replaces `print` in its replicas and spoils the line.
        logger_factory=structlog.WriteLoggerFactory(sys.__stderr__),
    )
