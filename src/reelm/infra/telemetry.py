"""What do the processes say of themselves? One JSON object a line on standard error, never personal data."""

import hashlib
import logging
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import orjson

_TAGS = secrets.token_bytes(16)
_OURS = str(Path(__file__).parents[1])


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; what was passed as `extra={"facts": {...}}` goes in beside it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        facts: object = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line |= facts
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe_failure(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def describe_failure(failure: BaseException) -> list[str]:
    """Each exception of a chain, the first cause first: its type and where in Reelm it passed, never its message.

    Messages may quote what people wrote: PostgreSQL's name the values of a row.
    """
    before = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    kind = type(failure)
    frames = traceback.extract_tb(failure.__traceback__)
    shown = [frame for frame in frames if frame.filename.startswith(_OURS)] or frames[-1:]
    places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in shown]
    return [*(describe_failure(before) if before else ()), f"{kind.__module__}.{kind.__qualname__}", *places]


def tag(id: object) -> str:
    """By what lines of one process about the same thing are read together; it doesn't tell anybody which thing.

    >>> tag("a clip") == tag("a clip") != tag("another")
    True
    """
    return hashlib.blake2b(str(id).encode(), key=_TAGS, digest_size=4).hexdigest()


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger's records to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("procrastinate", "alembic", "_granian", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
