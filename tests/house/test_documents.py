"""The documents don't lie: what they name exists, what is made from the code is fresh, what can be run is run."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from starlette.routing import Route
from tests import generated
from tests.house.catalogue import ROOT, SOURCE, list_files

from reelm.cli.__main__ import build_parser
from reelm.feed.events import MOST_EVENTS
from reelm.feed.model import EventKind
from reelm.infra.settings import Settings
from reelm.web import hot, hot_schema
from reelm.web.app import build_app

PAGES = [path for path in list_files() if path.suffix == ".md"]
PAGE_IDS = [path.relative_to(ROOT).as_posix() for path in PAGES]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
# Variables that are no settings: of the tests, and of tools.
OTHER_VARIABLES = {"REELM_DEV_API", "REELM_TEST_PG_BIN"}
TOP_FOLDERS = ("src/", "tests/", "client/", "docs/", "contracts/", "bench/", "deploy/", ".ci/")
NOT_COMMITTED = ("client/dist", "client/node_modules")

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PACKAGE = re.compile(r"^\|\s*`([a-z_0-9/]+)/`", re.MULTILINE)


def read(path: Path) -> str:
    return path.read_text("utf-8")


def without_fences(text: str) -> str:
    return _FENCE.sub("", text)


def heading_names(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", without_fences(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(without_fences(read(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not anchor or anchor in heading_names(read(file)), target


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_file_that_is_named_exists(page: Path) -> None:
    for code in _CODE.findall(without_fences(read(page))):
        name = code.split("::")[0].rstrip("/")
        if code.startswith(TOP_FOLDERS) and not name.startswith(NOT_COMMITTED) and not re.search(r"[<… ]", name):
            assert list(ROOT.glob(name)) or list(page.parent.glob(name)), code


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_variable_that_is_named_exists(page: Path) -> None:
    known = {f"REELM_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    assert set(re.findall(r"\bREELM_[A-Z_]*[A-Z]\b", read(page))) <= known


def commands_of(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Every `make …` and `reelm …` in the page's blocks and code: the program, and its arguments."""
    text = read(page)
    lines = [line for _, block in _FENCE.findall(text) for line in block.splitlines()]
    for line in (*lines, *_CODE.findall(without_fences(text))):
        found = re.match(r"\s*(?:[A-Z_]+=\S* )*(make|(?:\.venv/bin/)?reelm) ([^|<>&;#]+)", line)
        if found:
            yield found[1].removeprefix(".venv/bin/"), shlex.split(found[2])


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    for program, words in commands_of(page):
        if program == "make":
            assert {word for word in words if re.fullmatch(r"[a-z-]+", word)} <= targets, words


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_reelm_command_that_is_named_can_be_parsed(page: Path) -> None:
    prefixes = {parser.prog for parser, _ in generated.list_commands(build_parser())} | {"reelm --help"}
    for program, words in commands_of(page):
        if program == "reelm":
            line = " ".join(("reelm", *words))
            assert any(line == prefix or line.startswith(f"{prefix} ") for prefix in prefixes), line
            options = {word.partition("=")[0] for word in words if word.startswith("--")}
            known = {
                name
                for parser, _ in generated.list_commands(build_parser())
                if line.startswith(parser.prog)
                for option in generated.list_options(parser)
                for name in option.option_strings
            }
            assert options <= known | {"--help", "--version"}, line


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_shell_block_is_run_by_a_test_or_says_why_not(page: Path) -> None:
    """Blocks of kind `sh` are run by tests/integration/docs; others are `text`, or say why: `sh not-run: …`."""
    allowed = re.compile(r"sh|sh not-run: \w.*|text|json|toml|python|svg|sql")
    tests = "\n".join(read(path) for path in (ROOT / "tests" / "integration" / "docs").glob("*.py"))
    for kind, block in _FENCE.findall(read(page)):
        assert allowed.fullmatch(kind), (kind, block)
        if kind == "sh":
            assert page.relative_to(ROOT).as_posix() in tests, block


def test_architecture_names_every_package_and_no_other() -> None:
    packages = {path.parent.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("__init__.py")} - {"."}
    named = _PACKAGE.findall(read(ROOT / "ARCHITECTURE.md"))
    assert len(named) == len(set(named))
    assert set(named) - packages == set(), "named, but not there"
    assert packages - set(named) == set(), "there, but not named"


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=[path.stem for path in DECISIONS])
def test_a_decision_is_short_and_names_what_enforces_it(page: Path) -> None:
    lines = [line for line in read(page).splitlines() if line.strip()]
    assert len(lines) <= 12
    for heading in ("**Decision.**", "**Why.**", "**Over.**", "**Enforced by.**"):
        assert any(line.startswith(heading) for line in lines), heading
    enforced = "\n".join(line for line in lines if "Enforced by" in line)
    for code in _CODE.findall(enforced):
        file, _, test = code.partition("::")
        assert not test or f"def {test}(" in read(ROOT / file), code


@pytest.mark.parametrize("name", sorted(generated.FILES))
def test_what_is_made_from_the_code_is_fresh(name: str) -> None:
    assert (ROOT / name).is_file(), f"Run: {generated.REMAKE}"
    assert read(ROOT / name) == generated.FILES[name](), f"{name} is stale. Run: {generated.REMAKE}"


def test_every_setting_and_option_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    for parser, help_ in generated.list_commands(build_parser()):
        assert help_, parser.prog
        assert [option.dest for option in generated.list_options(parser) if not option.help] == [], parser.prog


def test_every_call_is_in_the_api_document_and_says_what_it_does() -> None:
    paths = build_app(Settings()).openapi()["paths"]
    for route in hot.ROUTES:
        assert isinstance(route, Route)
        assert route.path in paths or not route.path.startswith("/api/"), route.path
    for path, methods in paths.items():
        for method, call in methods.items():
            assert call.get("description"), f"{method} {path} has no docstring"
            texts = [answer["description"] for answer in call["responses"].values()]
            assert "Validation Error" not in texts, f"{method} {path}: 422 is answered as a problem, not as described"


def test_the_hot_routes_take_what_their_description_says() -> None:
    assert set(get_args(hot_schema.EventView.model_fields["kind"].annotation)) == set(EventKind)
    events = hot_schema.EventBatch.model_json_schema()["properties"]["events"]
    assert events["maxItems"] == MOST_EVENTS
