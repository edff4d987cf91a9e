"""The house as the import contracts have it: floors, packages, and what may import what."""

import re
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tools.pages.markdown import SOURCE, first_paragraph, modules, replace_between, table

_START: Final = "<!-- made: house -->\n"
_END: Final = "<!-- end: house -->\n"
_FLOORS: Final = "floors"


def contracts() -> list[Mapping[str, Any]]:
    """Return the contracts of `pyproject.toml` in the order written."""
    text = (SOURCE.parents[1] / "pyproject.toml").read_text("utf-8")
    found: list[Mapping[str, Any]] = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return found


def page(path: Path) -> str:
    """Return the page with the diagram, the packages and the contracts as they are now."""
    return replace_between(path.read_text("utf-8"), _START, _END, f"\n{_diagram()}\n{_packages()}\n{_contracts()}\n")


def _layers(contract: Mapping[str, Any]) -> list[list[str]]:
    """Return the layers of a contract from the top down, without what does not exist yet."""
    folder = SOURCE.joinpath(*contract["containers"][0].split(".")[1:])
    found: list[list[str]] = []
    for layer in contract["layers"]:
        names = [name.strip(" ()") for name in re.split(r"[|:]", layer)]
        there = [name for name in names if _exists(folder.joinpath(*name.split(".")))]
        if there:
            found.append(there)
    return found


def _exists(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").is_file()


def _inner() -> dict[str, list[list[str]]]:
    """Return the inner layers of each floor that has some."""
    return {
        contract["containers"][0].partition(".")[2]: _layers(contract)
        for contract in contracts()
        if contract["type"] == "layers" and contract["id"] != _FLOORS
    }


def _diagram() -> str:
    floors = [floor for contract in contracts() if contract["id"] == _FLOORS for floor in _layers(contract)]
    inner = _inner()
    lines = ["```mermaid", "flowchart TB"]
    edges: list[str] = []
    above: list[str] = []
    for floor in floors:
        for name in floor:
            if name in inner:
                lines += _subgraph(name, inner[name], edges)
            else:
                lines.append(f'    {_id(name)}["{name}"]')
        edges += [f"    {_id(upper)} --> {_id(name)}" for upper in above for name in floor if name != "config.node"]
        above = floor
    edges.append(f"    {_id('host')} --> {_id('config.node')}")
    edges.append(f"    {_id('config.settings')} --> {_id('config.node')}")
    return "\n".join([*lines, *edges, "```", ""])


def _subgraph(floor: str, layers: list[list[str]], edges: list[str]) -> list[str]:
    """Return the box of a floor; a layer of several packages is a box of its own, so that one arrow does for all."""
    lines = [f"    subgraph {_id(floor)}[{floor}]"]
    ends: list[str] = []
    for number, layer in enumerate(layers):
        boxed = len(layer) > 1 and len(layers) > 1
        nodes = [f'{_id(floor + "." + name)}["{name}"]' for name in layer]
        if boxed:
            lines += [
                f'        subgraph {_id(floor)}_{number}[" "]',
                *(f"            {n}" for n in nodes),
                "        end",
            ]
        else:
            lines += [f"        {node}" for node in nodes]
        ends.append(f"{_id(floor)}_{number}" if boxed else _id(f"{floor}.{layer[0]}"))
    lines.append("    end")
    edges += [f"    {upper} --> {lower}" for upper, lower in pairwise(ends)]
    return lines


def _id(name: str) -> str:
    return name.replace(".", "_")


def _packages() -> str:
    inner = _inner()
    names = [
        package
        for contract in contracts()
        if contract["id"] == _FLOORS
        for floor in _layers(contract)
        for name in floor
        for package in ([f"{name}.{one}" for layer in inner[name] for one in layer] if name in inner else [name])
    ]
    documented = dict(modules())
    rows = []
    for name in names:
        docstring = documented[f"comity.{name}"].body[0] if f"comity.{name}" in documented else None
        told = getattr(getattr(docstring, "value", None), "value", None)
        readme = SOURCE.joinpath(*name.split("."), "README.md")
        text = _opening(readme) if readme.exists() else told
        rows.append((f"`{name}`", first_paragraph(text)))
    return "From the top floor down:\n\n" + table(("package", "what it is"), rows)


def _opening(readme: Path) -> str:
    """Return the first paragraph after the heading."""
    return readme.read_text("utf-8").partition("\n\n")[2]


def _contracts() -> str:
    rows = [(f"`{contract['id']}`", contract["name"]) for contract in contracts()]
    return "What `lint-imports` holds, from `pyproject.toml`:\n\n" + table(("contract", "in words"), rows)
