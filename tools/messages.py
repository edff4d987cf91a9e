"""The words of pages in Spanish: which there are, which are missing, and the form the framework reads.

`python -m tools.messages` brings the catalog up to date with the code; `--check` names what is not translated.
"""

import argparse
import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import django
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
DOORS: Final = ROOT / "src" / "comity" / "doors"
CATALOG: Final = DOORS / "web" / "locale" / "es" / "LC_MESSAGES" / "django.po"
_CALLS: Final = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
_UNSAID: Final = (
    "# ", "#\n", '"POT-Creation', '"PO-Revision', '"Generated-By', '"Report-', '"Last-', '"Language-Team', '"Project-',
)  # fmt: skip
"""Lines of the head that would name persons or change by themselves."""
Key = str | tuple[str, str]
"""A message, or one with its plural."""


def wanted() -> dict[Key, set[str]]:
    """Return every message of code, configuration and templates, and the files it stands in."""
    found: dict[Key, set[str]] = {}
    for path in sorted([*DOORS.glob("web/**/*.py"), *DOORS.glob("portal/**/*.py")]):
        for key in _of_code(ast.parse(path.read_text("utf-8"))):
            found.setdefault(key, set()).add(path.relative_to(ROOT).as_posix())
    for path in sorted(DOORS.glob("*/templates/**/*.html")):
        for key in _of_template(path.read_text("utf-8")):
            found.setdefault(key, set()).add(path.relative_to(ROOT).as_posix())
    return found


def missing() -> list[str]:
    """Return what the catalog does not translate, and what it translates though nothing says it."""
    catalog, keys = _read(), wanted()
    told = {_key(message.id): message for message in catalog if message.id}
    lacking = [f"not translated: {key!r}" for key in keys if key not in told or not _is_whole(told[key].string)]
    fuzzy = [f"not looked over: {key!r}" for key, message in told.items() if message.fuzzy]
    return [*lacking, *fuzzy, *(f"said nowhere: {key!r}" for key in told.keys() - keys.keys())]


def compile_catalog() -> None:
    """Write the form the framework reads beside the catalog."""
    with CATALOG.with_suffix(".mo").open("wb") as file:
        write_mo(file, _read())


def update() -> None:
    """Write the catalog anew: what is said, with the translations there are."""
    before = {_key(message.id): message.string for message in _read() if message.id}
    catalog = Catalog(locale="es", project="Comity", charset="utf-8", fuzzy=False)
    for key, files in sorted(wanted().items(), key=lambda item: str(item[0])):
        catalog.add(key, before.get(key), locations=[(name, None) for name in sorted(files)])  # type: ignore[arg-type]
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, include_lineno=False, sort_output=False)
    kept = [line for line in CATALOG.read_text("utf-8").splitlines() if not line.startswith(_UNSAID)]
    CATALOG.write_text("\n".join(kept) + "\n", "utf-8")


def _read() -> Catalog:
    if not CATALOG.exists():
        return Catalog(locale="es")
    with CATALOG.open("rb") as file:
        return read_po(file, locale="es")


def _key(given: object) -> Key:
    return (str(given[0]), str(given[1])) if isinstance(given, tuple | list) else str(given)


def _is_whole(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


def _of_code(tree: ast.Module) -> Iterator[Key]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            texts = [one.value for one in node.args[: _CALLS[node.func.id]] if isinstance(one, ast.Constant)]
            if len(texts) == _CALLS[node.func.id]:
                yield _key(tuple(texts) if len(texts) > 1 else texts[0])


def _of_template(source: str) -> Iterator[Key]:
    from django.template import engines  # noqa: PLC0415 - set up first
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode  # noqa: PLC0415 - set up first

    nodes = engines["django"].from_string(source).template.nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        yield str(node.filter_expression.var)[1:-1]  # a variable that stands for a quoted text
    for block in nodes.get_nodes_by_type(BlockTranslateNode):
        single = block.render_token_list(block.singular)[0]
        yield (single, block.render_token_list(block.plural)[0]) if block.plural else single


def main() -> int:
    """Bring the catalog up to date, or with `--check` say what is missing (1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    django.setup()
    if not asked.check:
        update()
    found = missing()
    sys.stderr.write("".join(f"{line}\n" for line in found))
    compile_catalog()
    return int(bool(found) and asked.check)


if __name__ == "__main__":
    sys.exit(main())
