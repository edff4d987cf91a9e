"""Gather what browsers are given into `.static`, hashed and compressed: run by `make`, after `npm ci`."""

import os
import shutil
import sys
from typing import Final

import django

from tools.counties import write_counties
from tools.messages import compile_catalog

LEFT_OUT: Final = (
    "*.scss",
    "material-icons",
    "material-icons-deprecated",
    "uswds.css",
    "uswds.js",
    "ext",
    "*.d.ts",
    "htmx.amd.js",
    "htmx.cjs.js",
    "htmx.esm.js",
    "htmx.js",
)
"""Of packages: what their small forms are made from."""


def main() -> int:
    """Gather everything anew; returns 1 where npm's packages are not there."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - set up first
    from django.core.management import call_command  # noqa: PLC0415 - set up first

    if not (settings.ROOT / "node_modules" / "@uswds" / "uswds").is_dir():
        sys.stderr.write("USWDS is not there: run `make setup`, which fetches it by npm\n")
        return 1
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    compile_catalog()
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(LEFT_OUT))
    atlas = settings.ROOT / "node_modules" / "us-atlas" / "counties-10m.json"
    write_counties(atlas, settings.STATIC_ROOT / "counties")
    return 0


if __name__ == "__main__":
    sys.exit(main())
