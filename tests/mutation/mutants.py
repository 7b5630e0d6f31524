"""Lists of mutants: small changes of an implementation, and the check that detects each.

A mutant names no file. It is found by its lines anywhere in the folder of its implementation, so
that the list remains valid when modules move.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Six times as fast, if PyYAML was built with libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class MutantNotFound(Exception):
    """The lines of a mutant do not exist, or are ambiguous."""


@dataclass(frozen=True)
class Implementation:
    """Implementation that is mutated: its folder, its list, and the command that serves it."""

    folder: str
    list: Path
    command: tuple[str, ...]


_FOLDER = Path(__file__).parent
MOCK = Implementation(
    "mock",
    _FOLDER / "mutants.yaml",
    ("-m", "ringme_mock", "serve", "--port", "0", "--log-level", "error"),
)
SECOND = Implementation(
    "tests/second", _FOLDER / "second.yaml", ("tests/second/server.py", "--port", "0")
)
IMPLEMENTATIONS = {"mock": MOCK, "second": SECOND}


@dataclass
class Mutant:
    """Change of an implementation: the lines `find` become `put`.

    `function` is the qualified name of the function or class around the lines; it decides if they
    occur more than once. `kit` is the check of the kit that fails with the change, `why` the reason
    if there is none.
    """

    id: str
    function: str
    find: str
    put: str
    kit: str | None = None
    why: str | None = None
    implementation: Implementation = MOCK

    def apply(self, root: Path) -> Path:
        """Change the checkout at `root`; return the changed file. Raises Lost."""
        found = [
            (path, lines, start)
            for path, lines in _sources(root / self.implementation.folder)
            for start in _places(lines, self.find)
        ]
        if len(found) > 1:
            found = [one for one in found if self.function in _functions(one[1], one[2])]
        if len(found) != 1:
            raise MutantNotFound(f"{self.id}: its lines were found {len(found)} times")
        path, lines, start = found[0]
        end = start + len(self.find.splitlines())
        indent = min(len(line) - len(line.lstrip()) for line in lines[start:end] if line)
        put = [" " * indent + line if line else line for line in self.put.splitlines()]
        path.write_text("\n".join([*lines[:start], *put, *lines[end:]]), "utf-8")
        return path


def read_mutants(implementation: Implementation = MOCK) -> list[Mutant]:
    """Return all mutants of an implementation, in the order of its list."""
    content = yaml.load(implementation.list.read_text("utf-8"), _LOADER)
    return [
        Mutant(
            node["id"],
            node["in"],
            node["find"],
            node["put"],
            node["killed_by"]["kit"],
            node.get("why"),
            implementation,
        )
        for node in content["mutants"]
    ]


def write_mutants(mutants: list[Mutant]) -> None:
    """Rewrite a list; the comment at its top is kept."""
    path = mutants[0].implementation.list
    head = path.read_text("utf-8").partition("mutants:\n")[0]
    path.write_text(head + "mutants:\n" + "".join(map(_as_yaml, mutants)), "utf-8")


def _as_yaml(mutant: Mutant) -> str:
    node: dict[str, Any] = {
        "id": mutant.id,
        "in": mutant.function,
        "find": mutant.find,
        "put": mutant.put,
        "killed_by": {"kit": mutant.kit},
    }
    if mutant.why:
        node["why"] = mutant.why
    return yaml.dump([node], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


class _Dumper(yaml.SafeDumper):
    """Dumper that writes multi-line texts as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _sources(folder: Path) -> list[tuple[Path, list[str]]]:
    return [(path, path.read_text("utf-8").split("\n")) for path in sorted(folder.rglob("*.py"))]


def _places(lines: list[str], text: str) -> Iterator[int]:
    """Yield the positions of a block of lines, regardless of its indentation."""
    wanted = [line.strip() for line in text.splitlines()]
    for start, line in enumerate(lines):
        if line.strip() == wanted[0]:
            got = [one.strip() for one in lines[start : start + len(wanted)]]
            if got == wanted:
                yield start


def _functions(lines: list[str], start: int) -> list[str]:
    """Return the qualified names of functions and classes around a line, counted from 0."""
    names: list[str] = []
    nodes: list[ast.AST] = [ast.parse("\n".join(lines))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.lineno <= start + 1 <= (node.end_lineno or 0):
                continue
            names.append(f"{names[-1]}.{node.name}" if names else node.name)
        nodes.extend(ast.iter_child_nodes(node))
    return names
