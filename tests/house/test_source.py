"""The house rules that can be read off the source, over every file of this repository."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house import lints
from tests.house.catalogue import ROOT, SOURCE, list_files, list_python, list_texts

MODULES = {".py", ".ts", ".svelte", ".mjs"}
WRITTEN_BY_HAND = MODULES | {".css", ".sh"}
# Not ours, or made by a tool.
NOT_OURS = ("src/reelm/infra/db/migrations/procrastinate-", "client/package-lock.json", "LICENSE", "requirements")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def read_modules() -> dict[str, lints.Module]:
    """The product's modules by dotted name."""
    modules: dict[str, lints.Module] = {}
    for path in list_python("src"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        modules[name] = lints.Module(name, path.read_text("utf-8"), is_package)
    return modules


@cache
def read_packages() -> dict[str, lints.Module]:
    """Those of them that are packages."""
    names = (path.parent.relative_to(SOURCE.parent) for path in list_python("src") if path.name == "__init__.py")
    return {".".join(name.parts): read_modules()[".".join(name.parts)] for name in names}


@cache
def read_tests() -> list[lints.Module]:
    return [lints.Module(name_of(path), path.read_text("utf-8")) for path in list_python("tests")]


def offered_by(package: lints.Module) -> frozenset[str]:
    for node in package.tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def our_texts() -> Iterator[tuple[str, str]]:
    for path, text in list_texts():
        if not name_of(path).startswith(NOT_OURS):
            yield name_of(path), text


def refuse(complaints: Iterator[str]) -> None:
    """Fail with every complaint on its own line."""
    found = sorted(complaints)
    assert not found, "\n" + "\n".join(found)


def test_files_are_holdable() -> None:
    texts = ((name, text) for name, text in our_texts() if Path(name).suffix in WRITTEN_BY_HAND)
    refuse(line for name, text in texts for line in lints.find_long_files(name, text))


def test_functions_are_holdable() -> None:
    """Migrations are lists of statements, made once and never read again."""
    paths = (path for path in list_python("src", "tests", "bench") if "migrations" not in path.parts)
    modules = (lints.Module(name_of(path), path.read_text("utf-8")) for path in paths)
    refuse(line for module in modules for line in lints.find_long_functions(module))


def test_files_are_named_after_what_they_answer() -> None:
    paths = [path for path in list_files() if path.suffix in MODULES]
    names = ((name_of(path), [*path.relative_to(ROOT).parts[:-1], path.name.split(".")[0]]) for path in paths)
    refuse(line for name, parts in names for line in lints.find_vague_names(name, parts))


def test_packages_are_used_by_their_front_door() -> None:
    surfaces = {name.removeprefix("reelm."): offered_by(package) for name, package in read_packages().items()}
    modules = read_modules().values()
    refuse(line for module in modules for line in lints.find_reaches_inside(module, surfaces))


def test_only_infra_talks_to_other_machines() -> None:
    refuse(line for module in read_modules().values() for line in lints.find_calls_abroad(module))


def test_what_a_package_offers_is_documented() -> None:
    modules = read_modules()
    refuse(line for package in read_packages().values() for line in lints.find_undocumented(package, modules))


def test_every_test_can_fail() -> None:
    refuse(lints.find_tests_that_cannot_fail(read_tests()))


def test_no_test_holds_a_fixed_port() -> None:
    texts = ((module.name, module.text) for module in read_tests() if "/house/" not in module.name)
    refuse(line for name, text in texts for line in lints.find_fixed_ports(name, text))


def test_no_file_names_a_registry() -> None:
    refuse(line for path, text in list_texts() for line in lints.find_registries(name_of(path), text))


def test_no_file_names_a_folder_of_one_machine() -> None:
    refuse(line for name, text in our_texts() for line in lints.find_machine_paths(name, text))


def test_nothing_is_left_for_later() -> None:
    refuse(line for name, text in our_texts() for line in lints.find_left_for_later(name, text))
