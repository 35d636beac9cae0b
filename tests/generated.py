"""Which files of this repository are made from the code, and are they fresh?

`python -m tests.generated` writes them; with `--check` it only compares, names the stale ones and exits 1.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from tests import data_map, permitted
from tests.house.catalogue import ROOT, list_problems, list_tables
from tests.markdown import REMAKE, page, row, table
from tests.vectors import entries, notes

from reelm.cli.__main__ import build_parser
from reelm.devices import COVERAGE, Cell, Control, decision_schema
from reelm.infra.db import metadata
from reelm.infra.settings import Settings
from reelm.kernel.words import catalogue
from reelm.web.app import build_app

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

Parser = argparse.ArgumentParser


def make_openapi() -> str:
    """The HTTP API as OpenAPI, in an order that does not change."""
    document = build_app(Settings()).openapi()
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def make_schema() -> str:
    """The DDL of every table and index, as PostgreSQL takes it."""
    list_tables()
    dialect = cast("Any", postgresql).dialect()
    statements: list[str] = []
    for one in metadata.sorted_tables:
        indexes = sorted(one.indexes, key=lambda index: str(index.name))
        for statement in (CreateTable(one), *map(CreateIndex, indexes)):
            lines = str(statement.compile(dialect=dialect)).strip().replace("\t", "    ").splitlines()
            statements.append("\n".join(line.rstrip() for line in lines) + ";")
    note = "-- Made from the tables in src/reelm/*/tables.py. Jobs live in tables of Procrastinate beside these."
    return f"{note}\n\n" + "\n\n".join(statements) + "\n"


def list_commands(parser: Parser, help_: str = "") -> Iterator[tuple[Parser, str]]:
    """Every command that does something, with its one line of help."""
    groups: list[Any] = [action for action in parser._actions if action.nargs == argparse.PARSER]
    if not groups:
        yield parser, help_
    for group in groups:
        lines = {choice.dest: choice.help or "" for choice in group._choices_actions}
        for name, child in group.choices.items():
            yield from list_commands(child, lines.get(name, ""))


def list_options(parser: Parser) -> list[argparse.Action]:
    """What a command takes, `--help` left out."""
    return [action for action in parser._actions if action.dest != "help"]


def _option(action: argparse.Action) -> str:
    if action.choices and (action.nargs != 0 or not action.option_strings):
        value = "\\|".join(map(str, action.choices))
    else:
        value = str(action.metavar or action.dest.upper()) if action.nargs != 0 else ""
    name = ", ".join(action.option_strings)
    return f"`{' '.join(part for part in (name, value.replace(chr(92), '')) if part)}`"


def make_cli_page() -> str:
    """docs/reference/cli.md."""
    body: list[str] = []
    for parser, help_ in list_commands(build_parser()):
        body += [f"## `{parser.prog}`", "", help_[:1].upper() + help_[1:] + ".", ""]
        options = list_options(parser)
        if options:
            body += table("option", "needed", "means")
            body += [row(_option(action), "yes" if action.required else "", action.help or "") for action in options]
            body.append("")
    intro = "Run it as `.venv/bin/reelm`. A refusal is one line on standard error and exit status 1."
    return page("Command line", intro, body)


def make_settings_page() -> str:
    """docs/reference/settings.md."""
    body = table("variable", "default", "means")
    for name, field in Settings.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        body.append(row(f"`REELM_{name.upper()}`", f"`{default}`" if default else "", field.description or ""))
    intro = "Environment variables, read when a process starts. `reelm doctor --settings` lists the same."
    return page("Settings", intro, body)


def make_http_page() -> str:
    """docs/reference/http.md."""
    document = build_app(Settings()).openapi()
    groups: dict[str, list[str]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method in (name for name in _METHODS if name in methods):
            call = methods[method]
            answers: dict[str, Any] = call["responses"]
            good = ", ".join(status for status in answers if status < "400")
            refusals = (f"{s}: {answers[s]['description']}" for s in sorted(answers) if s >= "400")
            what = call.get("description") or call["summary"]
            line = row(f"`{method.upper()} {path}`", what, good, "<br>".join(refusals))
            groups.setdefault(call.get("tags", ["other"])[0], []).append(line)
    body: list[str] = []
    for tag, lines in sorted(groups.items()):
        body += [f"## {tag}", "", *table("call", "does", "answers", "refuses"), *lines, ""]
    intro = (
        "Shapes of bodies and answers: `contracts/openapi.json`, served at `/api/openapi.json` and, to read, at"
        " `/api/docs`. Calls that need an account take `Authorization: Bearer TOKEN` or the session cookie. A refusal"
        " is problem+json ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); its words are in"
        " [problems.md](problems.md)."
    )
    return page("HTTP calls", intro, body)


def make_problems_page() -> str:
    """docs/reference/problems.md."""
    body = table("type", "status", "English", "français")
    english, french = catalogue("en"), catalogue("fr-CA")
    for problem in sorted(list_problems(), key=lambda problem: problem.slug()):
        words = [f"**{w.title}.** {w.detail}" for w in (english[problem.slug()], french[problem.slug()])]
        body.append(row(f"`/problems/{problem.slug()}`", str(problem.status), *words))
    intro = "Every way Reelm says no. Names in braces are facts, which stand in the answer beside the words."
    return page("Refusals", intro, body)


def make_decision_schema() -> str:
    """contracts/devices/decision-1.json: what a decision to suspend an app has to say."""
    return json.dumps(decision_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def make_coverage_page() -> str:
    """docs/reference/coverage.md."""
    body = table("device", *(control.replace("-", " ") for control in Control))
    for (platform, enrolment), cells in COVERAGE.items():
        told = (f"{cell.reach.replace('-', ' ')}{_by(cell)}" for cell in cells.values())
        body.append(row(f"{platform}, {enrolment.replace('-', ' ')}", *told))
    intro = (
        "What one decision to suspend an app comes to on each kind of device, and by which target of"
        " `reelm devices compile`. In our tests programs of others act on files of the **bold** targets."
        " Those of the others were not exercised live: no vendor's tenant, push service or supervised phone is at"
        " hand there. `mobileconfig`, `ddm`, `android` and `intune` are checked against what their vendors publish,"
        " `firefox`, `hosts` and `scim` by nobody but us. `partly` is a part of the device, or only while it is on"
        " the organisation's network; `not possible` nobody can do there, `not built` Reelm does not do yet. An app"
        " that is hidden and kept from being opened counts as removed. `mdm` is our server for Apple's own"
        " protocol: it hands `mobileconfig` over by a declaration where a device acknowledges that, and else by a"
        " command, tried on simulated devices only; `agent` is `reelm devices agent`."
    )
    return page("What a suspension reaches", intro, body)


def _by(cell: Cell) -> str:
    named = [f"**{target}**" if target in cell.exercised_live else target for target in cell.by]
    return f" ({', '.join(named)})" if named else ""


FILES: dict[str, Callable[[], str]] = {
    "contracts/openapi.json": make_openapi,
    "contracts/sql/schema.sql": make_schema,
    "contracts/devices/decision-1.json": make_decision_schema,
    "docs/reference/cli.md": make_cli_page,
    "docs/reference/coverage.md": make_coverage_page,
    "docs/reference/settings.md": make_settings_page,
    "docs/reference/http.md": make_http_page,
    "docs/reference/problems.md": make_problems_page,
    **data_map.FILES,
    permitted.TABLE: permitted.make_table,
    **notes.FILES,
    **entries.FILES,
}


def list_stale() -> list[str]:
    """The generated files that are not what the code makes now."""
    return [
        name
        for name, make in FILES.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text("utf-8") != make()
    ]


def main() -> int:
    """Write the files, or with `--check` say which are stale."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    stale = list_stale()
    if parser.parse_args().check:
        for name in stale:
            print(f"{name} is stale. Run: {REMAKE}", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name](), "utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
