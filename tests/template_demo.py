"""Run every migration, then load the demo states through the real commands, in COMITY_TEST_DATABASE."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parent / "template_bare.py"))

from comity.config.node import load  # noqa: E402 - Django must be set up first
from comity.host.demonstration.standing import load_standing  # noqa: E402
from comity.host.prepare import make_keys  # noqa: E402
from comity.spine.tenancy.clock import database_now  # noqa: E402

make_keys(load())
load_standing(now=database_now(), say=lambda _: None)
