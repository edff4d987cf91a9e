"""Run every migration, then load the demo states through the real commands, in COMITY_TEST_DATABASE."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parent / "template_bare.py"))

from comity.config.node import load  # noqa: E402 - Django must be set up first
from comity.doors.worker.deliveries import sweep  # noqa: E402
from comity.host.demonstration.standing import load_standing  # noqa: E402
from comity.host.prepare import make_keys  # noqa: E402
from comity.spine.keys.file_ring import FileKeyRing  # noqa: E402
from comity.spine.outbox.upkeep import prune_done  # noqa: E402
from comity.spine.tenancy.actor import Duty, node_actor  # noqa: E402
from comity.spine.tenancy.clock import database_now  # noqa: E402
from comity.spine.tenancy.transaction import acting  # noqa: E402

make_keys(load())
load_standing(now=database_now(), say=lambda _: None)

# What loading told the public is done and forgotten, as on a node that has run for a while.
keys = FileKeyRing(load().home / "keys.json")
sweep(clock=database_now, keys=keys)
with acting(node_actor(Duty.RETENTION)) as cursor:
    prune_done(cursor, before=database_now(), limit=1_000)
