"""Which of the house rules can be read off the source? Each lint takes text and says what is wrong where."""

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
VAGUE_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "handler", "impl", "misc"}
)
# Packages whose insides are their own; `infra` and `kernel` are shelves of packages that are imported one by one.
CLOSED = frozenset(
    {"access", "accounts", "bootstrap", "feed", "ledger", "media", "moving", "realms", "social", "videos", "worker"}
)
# Packages inside these with a front door of their own.
INNER_DOORS = frozenset({"feed.training"})
TALKS_ABROAD = frozenset({"urllib.request", "http.client", "ftplib", "smtplib", "xmlrpc", "telnetlib"})

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Put together from parts, so that this file does not name what it looks for.
_REGISTRIES = (
    *("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npmm" + "irror.com", "yarn" + "pkg.com"),
    *("crates" + ".io", "proxy.gol" + "ang.org", "docker" + ".io", "gh" + "cr.io", "qu" + "ay.io"),
    *("deb.deb" + "ian.org", "archive.ubu" + "ntu.com", "security.deb" + "ian.org"),
)
_REGISTRY = re.compile("|".join(map(re.escape, _REGISTRIES)))
_MACHINE_PATH = re.compile(r"(?<![\w.$}*-])/(?:work|root|farm|home/\w+|Users/\w+|tmp/spec)/")
_LEFT_FOR_LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
_FIXED_PORT = re.compile(r"(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1\]):[1-9]\d{2,4}\b|\bport ?= ?[1-9]\d{2,4}\b")


@dataclass(frozen=True)
class Module:
    """A Python file: `name` dotted for the product's, else its path."""

    name: str
    text: str
    is_package: bool = False

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def find_long_files(name: str, text: str) -> Iterator[str]:
    """A file is holdable: at most `MOST_LINES` lines."""
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{name}: {lines} lines, more than {MOST_LINES}; split it by the questions it answers"


def find_long_functions(module: Module) -> Iterator[str]:
    """A function is holdable: at most `MOST_LINES_OF_A_FUNCTION` lines, its docstring not counted."""
    for node in ast.walk(module.tree):
        if not isinstance(node, _FUNCTIONS):
            continue
        first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
        head = node.body[0].lineno - node.lineno
        lines = head + (node.end_lineno or first.lineno) - first.lineno + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            yield f"{module.name}:{node.lineno}: {node.name} has {lines} lines, more than {MOST_LINES_OF_A_FUNCTION}"


def find_vague_names(name: str, parts: Collection[str]) -> Iterator[str]:
    """A module is named after what it answers."""
    words = {word for part in parts for word in part.strip("_").split("_")}
    for word in sorted(VAGUE_NAMES & words):
        yield f"{name}: '{word}' says nothing; name the file after the question it answers"


def find_reaches_inside(module: Module, surfaces: dict[str, frozenset[str]]) -> Iterator[str]:
    """From another package only what its `__init__` offers: `surfaces` maps each package to its `__all__`."""
    own = module.name.split(".")[1] if "." in module.name else ""
    tree = module.tree
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            reached = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = _home_of(node, module)
            reached = [f"{home}.{alias.name}" for alias in node.names]
            if home == "reelm":
                names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in CLOSED}
        else:
            continue
        for target in reached:
            if not _is_offered(target, own, surfaces):
                yield f"{module.name}:{node.lineno}: imports {target}, which its package does not offer"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        package = names.get(node.value.id)
        if package and package != own and node.attr not in surfaces[package]:
            yield f"{module.name}:{node.lineno}: uses {package}.{node.attr}, which {package} does not offer"


def _home_of(node: ast.ImportFrom, module: Module) -> str:
    """The module that `from … import` names, `from ..accounts import` among them."""
    if not node.level:
        return node.module or ""
    above = module.name.split(".")[: -node.level or None]
    if module.is_package:
        above = module.name.split(".")[: 1 - node.level or None]
    return ".".join((*above, node.module) if node.module else above)


def _is_offered(target: str, own: str, surfaces: dict[str, frozenset[str]]) -> bool:
    parts = target.split(".")
    if parts[0] != "reelm" or len(parts) < 3 or parts[1] == own or parts[1] not in CLOSED:
        return True
    inner = ".".join(parts[1:3])
    if inner in INNER_DOORS:
        return len(parts) == 3 or (len(parts) == 4 and parts[3] in surfaces[inner])
    return len(parts) == 3 and parts[2] in surfaces[parts[1]]


def find_calls_abroad(module: Module) -> Iterator[str]:
    """Only infra talks to other machines; these modules of the standard library do."""
    if module.name.startswith("reelm.infra"):
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        for name in sorted(TALKS_ABROAD.intersection(names)):
            yield f"{module.name}:{node.lineno}: imports {name}; only infra talks to other machines"


def find_undocumented(package: Module, modules: dict[str, Module]) -> Iterator[str]:
    """What a package offers says what it promises: it, and every function and class of its `__all__`."""
    if not ast.get_docstring(package.tree):
        yield f"{package.name}: no docstring saying what it owns"
    for node in package.tree.body:
        if not isinstance(node, ast.ImportFrom) or node.module not in modules:
            continue
        home = modules[node.module]
        offered = {alias.name for alias in node.names}
        for made in home.tree.body:
            if not isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            if made.name in offered and not ast.get_docstring(made):
                yield f"{home.name}:{made.lineno}: {made.name} is offered by {package.name} without a docstring"


def find_tests_that_cannot_fail(modules: Sequence[Module]) -> Iterator[str]:
    """A test asserts, expects a refusal, or calls something in `modules` that does."""
    functions: dict[str, list[ast.AST]] = {}
    tests: list[tuple[Module, ast.AST, str, int]] = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, _FUNCTIONS):
                functions.setdefault(node.name, []).append(node)
                if node.name.startswith("test_"):
                    tests.append((module, node, node.name, node.lineno))
    for module, node, name, line in tests:
        if not _can_fail(node, functions, {name}):
            yield f"{module.name}:{line}: {name} asserts nothing"


def _can_fail(node: ast.AST, functions: dict[str, list[ast.AST]], seen: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Assert) or (isinstance(part, ast.Raise) and "AssertionError" in ast.dump(part)):
            return True
        if not isinstance(part, ast.Call):
            continue
        called = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
        if called in ("raises", "fail", "warns", "expect"):
            return True
        if called in functions and called not in seen:
            seen.add(called)
            if any(_can_fail(function, functions, seen) for function in functions[called]):
                return True
    return False


def find_fixed_ports(name: str, text: str) -> Iterator[str]:
    """A test takes a free port: another cell may hold any fixed one."""
    for line in _matches(_FIXED_PORT, text):
        yield f"{name}:{line}: a fixed port; ask for a free one"


def find_registries(name: str, text: str) -> Iterator[str]:
    """Where packages come from is the operator's business: no registry is named, no `resolved` address kept."""
    for line in _matches(_REGISTRY, text):
        yield f"{name}:{line}: names a package registry"
    if name.endswith("package-lock.json") and '"resolved"' in text:
        yield f"{name}: holds 'resolved' addresses"


def find_machine_paths(name: str, text: str) -> Iterator[str]:
    """Nothing names a folder of the machine it was written on."""
    for line in _matches(_MACHINE_PATH, text):
        yield f"{name}:{line}: names a folder of one machine"


def find_left_for_later(name: str, text: str) -> Iterator[str]:
    """What is to do is an issue, not a remark."""
    for line in _matches(_LEFT_FOR_LATER, text):
        yield f"{name}:{line}: left for later; file an issue or do it"


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1
