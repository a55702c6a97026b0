"""The server's log: one JSON object a line, with the id of the request that it is about."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from api.tracing import current_id


class JsonLines(logging.Formatter):
    """Writes time (UTC), level, logger, message, the request and the traceback, where there are such."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = getattr(record, "request", None)
        if isinstance(request, dict):
            line["request"] = request
        elif (name := current_id()) is not None:
            line["request"] = {"id": name}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def write_json(*, requests: bool) -> None:
    """Write what this process logs as JSON to standard error; all `requests`, or only slow and failed ones."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    # uvicorn has set its own up before it loads the application.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("machizu.requests").setLevel(logging.INFO if requests else logging.WARNING)
