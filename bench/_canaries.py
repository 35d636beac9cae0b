"""Which values of a realm's people are canaries, and which of them may lie in which other realm?

The columns come from the database's own catalogue, their classes and rules from the data map: a new column is swept
without being named here, and one in which no canary can be is refused unless its reason is among those listed.
What may lie elsewhere is worked out anew, from the rows, the rules of the columns and the list in `deploy/policies`:
what adults show to everybody, and pseudonyms made for that one realm.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import UUID

import psycopg
from psycopg import sql

from bench._search import Value, spell
from reelm.accounts import Via
from reelm.gateway import Naming
from reelm.infra.db.data_map import MappedColumn, draw_data_map
from reelm.kernel.data_classes import RealmRule
from reelm.kernel.ids import AccountId, RealmCode

importlib.import_module("reelm.bootstrap")  # every table of the product is known from here on

CATALOGUE = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name IN
      (SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE')
      AND table_name NOT IN (SELECT relname FROM pg_class WHERE relispartition)
    ORDER BY table_name, column_name
"""
# Text columns that take the words of a closed list: no word of ours can be put there.
CLOSED = {
    "accounts.country": "a code of ISO 3166-1",
    "accounts.region": "a code of ISO 3166-2",
    "accounts.locale": "one of two languages",
    "sessions.device": "one of nine browsers and seven systems",
    "device_history.state": "one of six words",
    "device_states.state": "one of six words",
    "directory_people.locale": "one of two languages",
    "feed_choices.kind": "one of six words",
    "feed_people.mode": "one of two words",
    "impressions.ended": "one of three words",
    "impressions.kind": "one of seven words",
    "managed_devices.enrolment": "one of a few words",
    "managed_devices.ownership": "one of three words",
    "managed_devices.platform": "one of five words",
    "moves.country": "a code of ISO 3166-1",
    "moves.region": "a code of ISO 3166-2",
    "showings.source": "one of ten words",
    "signal_queue.before": "one of two words",
    "signal_queue.now": "one of two words",
    "suspension_tellings.language": "one of two languages",
}
# Columns whose rows come about in no run of minutes. What they point to is swept where it comes from.
RARE = {"counts_abroad.video_id": "filled once a day, from sums over 50 people and more"}
# Columns whose values are everybody's, and so nobody's.
COMMON = {
    "mdm_enrolments.told_hidden": "names of apps that a published decision suspends, the same in every realm here",
    "impressions.day": "today's date, which stands everywhere",
    "showings.day": "today's date, which stands everywhere",
    "showings.features": "what ranking saw of a clip: of a new one the same numbers everywhere",
}
NUMBERS = {
    "boolean": "yes or no",
    "smallint": "a small number",
    "integer": "a small number",
    "bigint": "a small number",
    "real": "a share",
}

# Where what somebody typed in another realm may be met: in memory, and in what is asked of the realm it names.
TYPED = ("memory", "questions")
# A word so long and odd is nobody else's: the canaries that people write, and keys and hashes in text.
_TOKEN = re.compile(r"[A-Za-z0-9+_]{16,}")
_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ADDRESS = re.compile(r"[0-9a-f:]{20,}")

# What everybody is shown of adults: the columns of the rows that are public, and the condition.
ADULTS = "SELECT id FROM accounts WHERE birth_date <= current_date - interval '18 years'"
PUBLIC_CLIPS = (
    f"SELECT id FROM videos WHERE state = 'published' AND visibility = 'public' AND author_id IN ({ADULTS})"
)
PUBLIC_ASSETS = f"FROM assets WHERE id IN (SELECT asset_id FROM videos WHERE id IN ({PUBLIC_CLIPS}))"
WATCHED = f"{PUBLIC_CLIPS} UNION SELECT id FROM clips WHERE realm IS NOT NULL"
PUBLIC: tuple[tuple[str, str, LiteralString], ...] = (
    ("accounts", "handle", f"SELECT handle FROM accounts WHERE id IN ({ADULTS})"),
    ("accounts", "display_name", f"SELECT display_name FROM accounts WHERE id IN ({ADULTS})"),
    ("accounts", "bio", f"SELECT bio FROM accounts WHERE id IN ({ADULTS})"),
    ("accounts", "avatar_key", f"SELECT substring(avatar_key from '[^/]*$') FROM accounts WHERE id IN ({ADULTS})"),
    ("videos", "id", PUBLIC_CLIPS),
    ("videos", "caption", f"SELECT caption FROM videos WHERE id IN ({PUBLIC_CLIPS})"),
    ("videos", "created_at", f"SELECT created_at FROM videos WHERE id IN ({PUBLIC_CLIPS})"),
    ("videos", "published_at", f"SELECT published_at FROM videos WHERE id IN ({PUBLIC_CLIPS})"),
    ("assets", "placeholder", f"SELECT placeholder, encode(placeholder, 'base64') {PUBLIC_ASSETS}"),
    *(
        (
            "comments",
            column,
            f"SELECT {column} FROM comments WHERE author_id IN ({ADULTS}) AND video_id IN ({WATCHED})",
        )
        for column in ("id", "text", "created_at")
    ),
)
# What each realm works out by itself of the public clips that it has, and comes to the same.
DERIVED: tuple[tuple[str, LiteralString], ...] = tuple(
    (f"feed_content.{column}", f"SELECT {column} FROM feed_content WHERE video_id IN ({PUBLIC_CLIPS})")
    for column in ("words", "looks")
)
# What a column holds that the public log names too: the digest of all that came with somebody.
LOGGED: LiteralString = "SELECT told->>'digest' FROM moves WHERE told ? 'digest'"
# What an act tells the realm that it is towards, beside what is public: when it was done.
ACTS: tuple[tuple[str, str, LiteralString], ...] = (
    (
        "follows",
        "at",
        "SELECT at FROM follows JOIN people ON people.id = followed_id WHERE people.realm = %(to)s",
    ),
    ("gateway_outbox", "fields", "SELECT (fields->>'at')::timestamptz FROM gateway_outbox WHERE realm = %(to)s"),
)


@dataclass
class Column:
    """A personal column: what the map says of it, how many canaries it has, or why none is possible."""

    name: str
    data_class: str
    rule: RealmRule
    type: str
    canaries: int = 0
    reason: str = ""


@dataclass
class Canaries:
    """What one realm's people have, by value: in which columns it lies, and in which other realms it may lie."""

    realm: str
    where: dict[Value, set[str]] = field(default_factory=dict[Value, set[str]])
    may_be_in: dict[Value, set[str]] = field(default_factory=dict[Value, set[str]])
    typed_in: dict[Value, set[str]] = field(default_factory=dict[Value, set[str]])
    columns: dict[str, Column] = field(default_factory=dict[str, Column])
    faults: set[str] = field(default_factory=set[str])

    def add(self, column: str, value: Value) -> None:
        self.where.setdefault(value, set()).add(column)

    def type_in(self, column: str, text: str, realms: Iterable[str]) -> None:
        """Somebody gave this to other realms themselves, which may remember it in memory and write it nowhere."""
        for value in leaves(text):
            self.add(column, value)
            self.typed_in.setdefault(value, set()).update(realms)

    def let(self, value: Value, realms: Iterable[str]) -> None:
        self.may_be_in.setdefault(value, set()).update(realms)

    def read(self, database: psycopg.Connection[Any], others: Iterable[str], secret: bytes) -> None:
        """Take note of what the database holds now. May be called again: what was there stays noted."""
        mapped = {f"{table.name}.{column.name}": column for table in draw_data_map() for column in table.columns}
        for table, name, kind in database.execute(CATALOGUE).fetchall():
            column = mapped.get(f"{table}.{name}")
            if column is None:
                self.faults.add(f"{table}.{name} is not in the data map")
            elif column.data_class.is_personal:
                self._read_column(database, table, column, kind)
        self._let_public(database, mapped, tuple(others))
        self._let_pseudonyms(database, tuple(others), secret)

    def _read_column(self, database: psycopg.Connection[Any], table: str, column: MappedColumn, kind: str) -> None:
        name = f"{table}.{column.name}"
        known = self.columns.setdefault(name, Column(name, column.data_class, column.realm_rule, kind))
        if name in COMMON:
            known.reason = COMMON[name]
            return
        query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL").format(
            sql.Identifier(column.name), sql.Identifier(table)
        )
        for (given,) in database.execute(query).fetchall():
            for value in leaves(given):
                if spell(value):
                    self.add(name, value)
        known.canaries = sum(name in places for places in self.where.values())
        known.reason = "" if known.canaries else CLOSED.get(name) or RARE.get(name) or NUMBERS.get(kind, "")

    def _let_public(
        self, database: psycopg.Connection[Any], mapped: dict[str, MappedColumn], others: tuple[str, ...]
    ) -> None:
        for table, column, query in PUBLIC:
            if mapped[f"{table}.{column}"].realm_rule is not RealmRule.PUBLIC_COPY_MAY_CROSS:
                self.faults.add(f"{table}.{column} is public, and its realm rule says that no copy may cross")
            self._let(database.execute(query).fetchall(), others, f"{table}.{column}")
        for column, query in DERIVED:
            self._let(database.execute(query).fetchall(), others, column)
        for (digest,) in database.execute(LOGGED).fetchall():
            self.let(digest, others)
        for to in others:
            for table, column, query in ACTS:
                self._let(database.execute(query, {"to": to}).fetchall(), (to,), f"{table}.{column}")

    def _let(self, rows: list[Any], realms: tuple[str, ...], column: str) -> None:
        for given in (one for row in rows for one in row):
            for value in leaves(given):
                self.let(value, realms)
                if spell(value):
                    self.add(column, value)

    def _let_pseudonyms(self, database: psycopg.Connection[Any], others: tuple[str, ...], secret: bytes) -> None:
        """Every name that everybody here has in each other realm, whether it was used or not."""
        naming = Naming(secret)
        people = "SELECT id FROM people UNION SELECT account_id FROM canaries"
        for (person,) in database.execute(people).fetchall():
            for to in others:
                for via in Via:
                    pseudonym = naming.towards(RealmCode(to), via).name(AccountId(person))
                    self.add(f"pseudonym for {via}", pseudonym)
                    self.let(pseudonym, (to,))

    @property
    def unswept(self) -> list[str]:
        return sorted(one.name for one in self.columns.values() if not one.canaries and not one.reason)


def leaves(given: object) -> Iterator[Value]:
    """The single values in what a column holds; of JSON every one in it, of a text each long word.

    >>> list(leaves({"fields": ["a canary9aizoh3ahph1ooch", {"two": 2}], "none": None}))
    ['canary9aizoh3ahph1ooch', 2]
    """
    match given:
        case dict():
            for one in cast("dict[str, object]", given).values():
                yield from leaves(one)
        case list():
            for one in cast("list[object]", given):
                yield from leaves(one)
        case bool() | float() | None:
            return
        case memoryview():
            yield bytes(cast("memoryview[int]", given))
        case str():
            yield from _leaves_of_text(given)
        case bytes() | int() | UUID() | datetime() | date():
            yield given
        case _:
            raise TypeError(f"a column holds {type(given).__name__}, which is not swept yet")


def _leaves_of_text(text: str) -> Iterator[Value]:
    if _ID.fullmatch(text):
        yield UUID(text)
    elif _ADDRESS.fullmatch(text):
        yield text
    else:
        yield from _TOKEN.findall(text)


def read_keys(folder: Path) -> Iterator[tuple[str, Value]]:
    """Each secret of a realm that lies in a file: by the name of the file. The cards of other realms are none."""
    for path in sorted(path for name in ("keys", "signer") for path in (folder / name).rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if path.suffix == ".pem" or path.name.endswith((".vkey", ".pub")) or path.parent.name == "pinned":
            continue
        try:
            lines = content.decode("ascii").splitlines()
        except UnicodeDecodeError:
            yield name, content
            continue
        for line in lines:
            if len(line) >= 32 and not line.startswith("-----"):
                yield name, line


@dataclass(frozen=True)
class Whole:
    """All canaries of all realms: what is looked for, and the verdict on what was found."""

    realms: tuple[Canaries, ...]

    @property
    def values(self) -> list[Value]:
        return sorted({value for one in self.realms for value in one.where}, key=lambda v: (type(v).__name__, str(v)))

    def homes(self, value: Value) -> list[Canaries]:
        """Whose a value is. A realm that another one lets hold it is not its home, only has a copy."""
        holders = [one for one in self.realms if value in one.where]
        givers = [one for one in holders if value in one.may_be_in]
        return givers or holders

    def is_leak(self, value: Value, realm: str, area: str) -> bool:
        """Whether a value that was found in an area of a realm may not be there.

        One that two realms hold and neither lets the other have is a leak in both. `realm` may be no realm: then it
        is a place of all of them.
        """
        others = [one for one in self.homes(value) if one.realm != realm]
        if area in TYPED:
            others = [one for one in others if realm not in one.typed_in.get(value, set())]
        return not all(realm in one.may_be_in.get(value, set()) for one in others)

    def describe(self, value: Value) -> str:
        home = self.homes(value)[0]
        return f"{home.realm} {', '.join(sorted(home.where[value]))} ({str(value)[:24]})"
