"""Values as TOML text, for files that people go on editing. Pure.

No library of this project writes TOML. A JSON text is a TOML text but for DEL, which TOML wants escaped (toml-1.0).
"""

import json
from collections.abc import Mapping
from datetime import date, datetime

from comity.kernel.time import aware


def toml_lines(values: Mapping[str, object]) -> str:
    """Return `key = value` lines; values are text, whole numbers, instants, days and lists of them."""
    return "\n".join(f"{key} = {_value(value)}" for key, value in values.items())


def toml_block(key: str, text: str) -> str:
    """Return a text of several lines as it reads, ended by a line end."""
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"').replace("\x7f", "\\u007F")
    return f'{key} = """\n{escaped}\n"""'


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case datetime():
            return aware(value).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case _:
            raise TypeError(f"`{type(value).__name__}` is not written as TOML")
