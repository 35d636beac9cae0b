"""What do the sheets of a pack say, row by row? CSV (RFC 4180) that a spreadsheet opens and does not run. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from reelm.devices.auditing.checklist import status_of
from reelm.devices.auditing.model import Facts
from reelm.devices.model import InWords
from reelm.devices.register.telling import choose_language
from reelm.kernel.ids import public_id

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def make_states(facts: Facts) -> bytes:
    """Devices: how each stands at the pack's moment, and what the log tells of it, since when and by which entry."""
    head = ("device", "platform", "enrolment", "state", "state_in_log", "since", "reported_at", "source", "log_entry")
    rows = (
        (
            one.device,
            one.platform,
            one.enrolment,
            state,
            one.state,
            one.since,
            one.reported_at,
            one.source,
            one.entry,
        )
        for one, state in zip(facts.standings, facts.states, strict=True)
    )
    return write_sheet(head, rows)


def make_exceptions(facts: Facts, language: str) -> bytes:
    """Exceptions, whatever became of them. `in_log` is how entries of the log name each."""
    head = ("exception", "in_log", "status", "device", "person", "purpose", "mitigations", "asked_by", "asked_at")
    listed = facts.filed.decision.exceptions.mitigations
    rows = (
        (
            *(one.id, public_id(one.id), status_of(one, facts), one.device, one.person, one.purpose),
            "; ".join(in_words(listed[place], language) for place in one.mitigations if place < len(listed)),
            *(one.asked_by, one.asked_at, one.decided_by, one.decided_at, one.until, one.revoked_at),
        )
        for one in facts.exceptions
    )
    return write_sheet((*head, "decided_by", "decided_at", "until", "revoked_at"), rows)


def make_told(facts: Facts) -> bytes:
    """People whom the decision binds, by the directory's id, and when each was told and said so."""
    rows = (
        (
            one.id,
            "not-told" if one.told_at is None else "told" if one.acknowledged_at is None else "acknowledged",
            one.language,
            one.told_at,
            one.acknowledged_at,
        )
        for one in facts.people
    )
    return write_sheet(("person", "status", "language", "told_at", "acknowledged_at"), rows)


def write_sheet(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    r"""UTF-8 with lines that end as RFC 4180 has it.

    >>> write_sheet(("a", "b"), [("=1+1", None), (-2, "x,y")])
    b'a,b\r\n\'=1+1,\r\n\'-2,"x,y"\r\n'
    """
    written = io.StringIO(newline="")
    sheet = csv.writer(written)
    sheet.writerow(head)
    sheet.writerows([[_cell(one) for one in row] for row in rows])
    return written.getvalue().encode()


def in_words(words: InWords, language: str) -> str:
    """A text of a decision in the language asked for, or the nearest there is."""
    return words[choose_language(words, language)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
