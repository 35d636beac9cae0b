"""What goes into the log: never the words of an exception."""

import json
import logging

from reelm.infra.telemetry import JsonLines, describe_failure
from reelm.kernel.words import say


def _failure() -> ValueError:
    try:
        try:
            say("nothing-of-this-name", {}, "en")
        except KeyError as cause:
            raise ValueError("Key (handle)=(ana) already exists") from cause
    except ValueError as failure:
        return failure
    raise AssertionError


def test_a_failure_is_told_by_its_types_and_places() -> None:
    failure = _failure()
    told = describe_failure(failure)
    record = logging.LogRecord("reelm", logging.ERROR, __file__, 1, "broken", (), (ValueError, failure, None))
    assert told[0] == "builtins.KeyError"
    assert told[1].endswith(" say")
    assert "builtins.ValueError" in told
    assert "ana" not in str(told).replace(__file__, "")
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["level"], line["exception"]) == ("broken", "error", told)


def test_facts_stand_beside_the_event() -> None:
    record = logging.LogRecord("reelm", logging.INFO, __file__, 1, "refused", (), None)
    record.facts = {"problem": "too-young", "status": 422}
    line = json.loads(JsonLines().format(record))
    assert line.keys() == {"at", "level", "logger", "event", "problem", "status"}
