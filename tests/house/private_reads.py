"""Where is private data read? Only through `Eyes`, and in few decisions of the machine that are listed with a reason.

A lint over stores: it follows tables' columns by name into what a function selects, through constants, local names
and functions of the same module that build statements, and looks for their names in SQL that is written as text.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.house.lints import Module

# Each table's private columns.
Private = Mapping[str, frozenset[str]]

EYES = frozenset({"Eyes", "OwnEyes", "StaffEyes"})
_CHOOSES = frozenset({"select", "returning", "add_columns", "with_only_columns", "column"})
_HANDLES = re.compile(r"Unit|Pool|Database|Connection")
_READS_TEXT = re.compile(r"\b(?:SELECT|RETURNING)\b")
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef

# What may be made where: eyes only where somebody was recognised or an access is looked at.
_MADE_IN = {
    "OwnEyes": {"reelm.access.eyes"},
    "StaffEyes": {"reelm.access.eyes"},
    "access.own_eyes": {"reelm.accounts.sessions"},
    "Viewer": {"reelm.accounts.store", "reelm.accounts.model"},
}


@dataclass
class _Reading:
    """What one module reads."""

    module: Module
    private: Private
    _known: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What is assigned in the module, and what is imported under another name."""
        renamed = {
            alias.asname: ast.Name(alias.name)
            for node in self.module.tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.asname
        }
        return {**renamed, **dict(_assigned(self.module.tree.body))}

    @cached_property
    def functions(self) -> dict[str, tuple[Function, bool]]:
        """Every function by name, and whether it is a method."""
        found: dict[str, tuple[Function, bool]] = {}
        for node in self.module.tree.body:
            if isinstance(node, _FUNCTIONS):
                found[node.name] = (node, False)
            elif isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{one.name}": (one, True) for one in node.body if isinstance(one, _FUNCTIONS)}
        return found

    def of_function(self, name: str) -> set[str]:
        """The private columns a function selects, those of the statements it takes from elsewhere among them."""
        if name not in self._known:
            self._known[name] = set()  # for functions that call each other
            node, _ = self.functions[name]
            self._known[name] = self._of(node, dict(_assigned(ast.walk(node))))
        return self._known[name]

    def _of(self, node: ast.AST, names: Mapping[str, ast.expr]) -> set[str]:
        found: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and _name_of(part.func) in _CHOOSES:
                for given in part.args:
                    found |= self._columns(given, names, set())
            elif isinstance(part, ast.Name) and part.id in self.constants:
                found |= self._of(self.constants[part.id], {})
            elif isinstance(part, ast.Name) and part.id in self.functions and is_builder(self.functions[part.id][0]):
                found |= self.of_function(part.id)
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                found |= self._in_text(part.value)
        return found

    def _columns(self, node: ast.expr, names: Mapping[str, ast.expr], seen: set[str]) -> set[str]:
        """The private columns that an expression names."""
        found: set[str] = set()
        attributes = [part for part in ast.walk(node) if isinstance(part, ast.Attribute)]
        for part in attributes:
            table = self._table_of(part.value, names)
            if table and part.attr in self.private[table]:
                found.add(f"{table}.{part.attr}")
        qualified = {id(part.value) for part in attributes}
        for part in ast.walk(node):
            if not isinstance(part, ast.Name) or id(part) in qualified:
                continue
            if part.id in self.private:
                found |= {f"{part.id}.{column}" for column in self.private[part.id]}
            elif part.id not in seen and (value := names.get(part.id) or self.constants.get(part.id)) is not None:
                found |= self._columns(value, names, seen | {part.id})
        return found

    def _table_of(self, node: ast.expr, names: Mapping[str, ast.expr]) -> str | None:
        """The table whose columns `node` is: `accounts.c`, or another name for it or for the table."""
        known = {**self.constants, **names}
        if isinstance(node, ast.Name):
            node = known.get(node.id, node)
        if not isinstance(node, ast.Attribute) or node.attr != "c":
            return None
        table = node.value
        while isinstance(table, ast.Name) and table.id in known and table.id not in self.private:
            table = known.pop(table.id)
            if isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute):
                table = table.func.value  # accounts.alias()
        return table.id if isinstance(table, ast.Name) and table.id in self.private else None

    def _in_text(self, text: str) -> set[str]:
        if not _READS_TEXT.search(text):
            return set()
        words, tables = set(re.findall(r"\w+", text)), set(_TABLE.findall(text))
        return {f"{table}.{one}" for table in tables & self.private.keys() for one in self.private[table] & words}


def _assigned(nodes: object) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_builder(node: Function) -> bool:
    """Whether a function has nothing to run a statement with."""
    return not any(one.annotation and _HANDLES.search(ast.unparse(one.annotation)) for one in _parameters(node))


def _parameters(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _takes_eyes(node: Function) -> bool:
    first = _parameters(node)[:1]
    return bool(first and first[0].annotation and _name_of(first[0].annotation) in EYES)


def find_private_reads(module: Module, private: Private) -> dict[str, set[str]]:
    """The functions that select private columns without `Eyes` as their first parameter, and which columns."""
    reading = _Reading(module, private)
    found: dict[str, set[str]] = {}
    for name, (node, is_method) in reading.functions.items():
        if _takes_eyes(node) or (is_builder(node) and not is_method):
            continue
        if columns := reading.of_function(name):
            found[f"{module.name}.{name}"] = columns
    return found


def find_made_eyes(module: Module) -> Iterator[str]:
    """Eyes are made, and what they are made from, in few places; a statement leaves its collection nowhere else."""
    inside = module.name.startswith("reelm.access.")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            made = _made(node, module)
            if made and module.name not in _MADE_IN[made]:
                yield f"{module.name}:{node.lineno}: calls {made}; only {', '.join(sorted(_MADE_IN[made]))} may"
        elif isinstance(node, ast.ClassDef) and not inside:
            for one in EYES & {_name_of(parent) for parent in node.bases}:
                yield f"{module.name}:{node.lineno}: makes another kind of {one}"
        elif isinstance(node, ast.Attribute) and node.attr == "statement" and not inside:
            yield f"{module.name}:{node.lineno}: takes the statement out of a collection; look at it with eyes"


def _made(call: ast.Call, module: Module) -> str | None:
    name = _name_of(call.func)
    if name == "own_eyes":
        of = _name_of(call.func.value) if isinstance(call.func, ast.Attribute) else _home_of("own_eyes", module)
        return "access.own_eyes" if of.endswith("access") or ".access." in of else None
    return name if name in _MADE_IN else None


def _home_of(name: str, module: Module) -> str:
    """Where an imported name comes from."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return f"{node.module or ''}."
    return ""
