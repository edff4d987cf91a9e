"""State diagrams, one page for each `states.py`."""

from importlib import import_module
from pathlib import Path

from comity.kernel.states import StateTable
from tools.pages.markdown import first_paragraph, modules, replace_between

_START, _END = "```mermaid\n", "```\n"


def tables() -> dict[str, tuple[str, StateTable]]:
    """Return each page's file name with the module the table stands in and the table."""
    found: dict[str, tuple[str, StateTable]] = {}
    for name, _ in modules("**/states.py"):
        if name == "comity.kernel.states":
            continue
        for value in vars(import_module(name)).values():
            if isinstance(value, StateTable):
                found[f"{value.name.split()[0]}.md"] = (name, value)
    return dict(sorted(found.items()))


def page(path: Path, made: tuple[str, StateTable]) -> str:
    """Return the page: its own words where it has some, the diagram as the table draws it."""
    module, table = made
    if path.exists():
        words = path.read_text("utf-8")
    else:
        article = "an" if table.name[0] in "aeiou" else "a"
        told = first_paragraph(import_module(module).__doc__)
        words = f"# States of {article} {table.name}\n\nDrawn from `{module}`; a test compares the two. {told}\n\n"
        words += _START + _END
    return replace_between(words, _START, _END, table.as_mermaid())
