"""What is kept out of the log."""

from __future__ import annotations

import logging


def is_no_probe(record: logging.LogRecord) -> bool:
    """Whether an entry is about anything but a readiness probe."""
    return getattr(getattr(record, "request", None), "path_info", "") != "/readyz"
