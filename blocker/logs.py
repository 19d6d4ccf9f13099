"""The operational log: how structlog writes it. One line per call, on standard error; never the evidence."""

import logging
import sys

import structlog


def configure(log_format: str, level: str) -> None:
    """Set up logging for this process.

    Args:
        log_format: `console`, `json`, or `auto`: `console` on a terminal, else `json`.
        level: the least important level that is written: `debug`, `info`, `warning` or `error`.
    """
    for_people = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor
    if for_people:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not for_people:
        processors.append(structlog.processors.format_exc_info)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what a job does, `jobs.py` says itself
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
