"""The command line, from the commands themselves."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import typer

from comity.host.cli import app
from tools.pages.markdown import table

_HEAD = """# Command line

`comity` is installed in `.venv/bin`. Each command says more with `--help`. Exit codes: 0 done; 1 done or found not
well, or the node is not as it should be; 2 what was given cannot be used.

`comity-verify DIR` checks an export from outside. It is one file without an import of Comity: copy
`src/comity_verify.py` to another machine with Python and the package `cryptography`.
"""


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that does something, by its words, with the command itself."""
    yield from _walk(("comity",), typer.main.get_command(app))


def _walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - click's
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name in sorted(inner):
        yield from _walk((*words, name), inner[name])


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_section(words, command) for words, command in commands())])


def _section(words: tuple[str, ...], command: Any) -> str:  # noqa: ANN401 - as above
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
    usage = " ".join([*words, *(["[OPTIONS]"] if options else []), *(_shown(one) for one in arguments)])
    rows = [(f"`{_shown(one)}`", _help(one)) for one in arguments] + [
        (f"`{_names(one)}`", _help(one)) for one in options
    ]
    told = table(("given", "what it is"), rows) if rows else ""
    return f"## `{' '.join(words)}`\n\n{_text(command.help)}\n\n```text\n{usage}\n```\n\n{told}"


def _shown(argument: Any) -> str:  # noqa: ANN401 - as above
    name = argument.metavar or str(argument.name).upper()
    name = f"{name}…" if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _names(option: Any) -> str:  # noqa: ANN401 - as above
    names = " / ".join([*option.opts, *option.secondary_opts])
    return names if getattr(option, "is_flag", False) else f"{names} {option.metavar or _choices(option)}"


def _choices(option: Any) -> str:  # noqa: ANN401 - as above
    """Return the words an option takes, where they are a closed set, else its name."""
    kind = option.type_descriptor.annotation
    return "|".join(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else str(option.name).upper()


def _help(one: Any) -> str:  # noqa: ANN401 - as above
    default = one.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    return " ".join(
        part
        for part in (
            _text(one.help),
            "Required." if one.required and one.param_type_name == "option" else "",
            f"Default: `{default}`." if plain else "",
        )
        if part
    )


def _text(help_text: str | None) -> str:
    return " ".join((help_text or "").split())
