"""Load the demo states, put the 500 shipped asks through the gate, and then everything else an exchange can do once."""

import os
import runpy
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).parent
runpy.run_path(str(HERE / "template_demo.py"))
sys.path[:0] = [str(HERE), str(HERE / "coordination" / "exchange")]

import exchange_given as given  # noqa: E402 - Django is set up by now

from comity.config.node import DatabaseAccess, load  # noqa: E402
from comity.coordination.exchange.commands import account, audit, outside, retention, sample, shadow  # noqa: E402
from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict  # noqa: E402
from comity.host.demonstration.exchange import lodge_records, put_asks  # noqa: E402
from comity.kernel.time import Period  # noqa: E402
from comity.spine.keys.file_ring import FileKeyRing  # noqa: E402
from comity.spine.tenancy.actor import Duty  # noqa: E402
from comity.spine.tenancy.clock import database_now  # noqa: E402
from comity.spine.vault.tombstones import TombstoneFile  # noqa: E402
from conftest import Demo, SteppingClock  # noqa: E402

settings = load()
folder = Path(tempfile.mkdtemp(prefix="comity-run-"))
keys = FileKeyRing(settings.home / "keys.json")
access = DatabaseAccess.load(settings.access_file).named(os.environ["COMITY_TEST_DATABASE"])
demo = Demo(access, settings.home, keys, SteppingClock(database_now()), folder)

lodge_records(clock=demo.clock, keys=keys)
put_asks(clock=demo.clock, keys=keys, progress=lambda _: None)

asks = {
    name: given.put(demo, one, name)
    for name, one in {
        "went": given.DISCLOSED,
        "barred": given.REFUSED,
        "approved": given.NEEDS_APPROVAL,
        "disapproved": given.NEEDS_APPROVAL,
        "waiting": given.NEEDS_APPROVAL,
        "prevailed": given.HELD,
        "full": given.AWAITING,
        "none": given.AWAITING,
        "unanswered": given.AWAITING,
        "hidden": given.HIDDEN,
        "absent": given.ABSENT,
        "protected": given.HIDDEN_APPROVABLE,
        "status": given.STATUS,
    }.items()
}
while given.tick(demo):
    pass


def verdict(name: str, one: given.Situation, post: str, says: Verdict = Verdict.RELEASE) -> None:
    given.decide(demo, given.open_task(demo, one.holder, asks[name].ask_id), one.holder, post, says)


verdict("approved", given.NEEDS_APPROVAL, "records-supervisor")
verdict("disapproved", given.NEEDS_APPROVAL, "records-supervisor", Verdict.REFUSE)
verdict("prevailed", given.HELD, "counsel")
verdict("protected", given.HIDDEN_APPROVABLE, "privacy")
values = {name: given.value_of(name, "full") for name in given.AWAITING.elements}
given.answer(demo, given.AWAITING, asks["full"].ask_id, HolderAnswer(values))
given.answer(demo, given.AWAITING, asks["none"].ask_id, HolderAnswer(None))

told = outside.ToldOutside(
    key="radio",
    recipient="hsi-arizona",
    purpose="criminal_investigation",
    category="case",
    elements=("case_number",),
    reference=given.reference_of("radio"),
    told_at=demo.clock(),
    means=outside.Means.RADIO,
    justification="WHY-radio",
)
recorded = outside.record_outside(told=told, by=demo.actor("az-dps"), now=demo.clock(), keys=keys)
assert not hasattr(recorded, "faults"), recorded
from comity.coordination.exchange.commands.review import ReviewFinding, review_disclosure  # noqa: E402

[(ask_id,)] = demo.look("SELECT id FROM exchange_ask WHERE path = 'outside'")
task = given.open_task(demo, "az-dps", ask_id)
privacy = demo.actor("az-dps", "privacy")
review_disclosure(
    task_id=task.id, finding=ReviewFinding.PROPER, digest=task.digest, by=privacy, now=demo.clock(), keys=keys
)
past = [replace(given.ask_for(one, name)) for name, one in {"past": given.DISCLOSED, "dark": given.STATUS}.items()]
shadow.shadow_requests(asks=past, by=demo.actor("ice-ero-phoenix"), now=demo.clock(), keys=keys)
given.tick(demo)

given.deliver(demo)
for name in ("went", "full"):
    [disclosure_id] = given.disclosures_of(demo, asks[name].ask_id)
    given.receive(demo, "hsi-arizona", disclosure_id)

by = demo.actor("az-dps", "privacy")
task_id = account.request_accounting(
    subject_handle=recorded.subject_handle, by=demo.actor("az-dps"), now=demo.clock(), keys=keys
)
account.open_accounting(task_id=task_id, by=by, now=demo.clock(), keys=keys)
auditor = replace(demo.actor("az-dps", "auditor"), duty=Duty.AUDITOR)
period = Period(demo.clock() - timedelta(days=1), demo.clock())
audit.draw_sample(seed="1", period=period, size=5, by=auditor, now=demo.clock(), keys=keys)
for who in (auditor, replace(demo.actor("az-ombudsman", "auditor"), duty=Duty.AUDITOR)):
    drawn = sample.keep_sample(
        objective="the run", seed="1", period=period, stratum="", size=5, by=who, now=demo.clock(), keys=keys
    )
    [decision_id] = demo.look("SELECT decisions[1] FROM exchange_sample WHERE id = %s", (drawn,))[0]
    given_mark = {"mark": "tested", "note": "", "by": who, "now": demo.clock(), "keys": keys}
    sample.mark_sampled(sample_id=drawn, decision_id=decision_id, **given_mark)

lodged = given.lodge(demo, given.DISCLOSED, "kept", "held", "gone")
kept, held, gone = (
    demo.look("SELECT payload_item FROM exchange_record WHERE id = %s", (one.record_id,))[0][0] for one in lodged
)
holder = demo.actor("az-dps", "records-supervisor")
retention.validate_kept(item_id=kept, reason=retention.SHORT_REASONS[0], by=holder, now=demo.clock(), keys=keys)
hold_id = retention.hold_item(item_id=held, reason="lawsuit", by=holder, now=demo.clock(), keys=keys)
passing = retention.hold_item(item_id=kept, reason="lawsuit", by=holder, now=demo.clock(), keys=keys)
retention.release_item(hold_id=passing, item_id=kept, by=holder, now=demo.clock(), keys=keys)

from comity.spine.tenancy.transaction import acting  # noqa: E402
from comity.spine.vault.retention import set_retention  # noqa: E402

with acting(holder) as cursor:
    set_retention(cursor, item_id=gone, retain_until=demo.clock())
courier = demo.node("retention")
retention.purge_due(by=courier, now=demo.clock(), keys=keys, file=TombstoneFile(folder / "tombstones.ndjson"))

from comity.kernel.ids import new_id  # noqa: E402
from comity.spine.tasks.desk import Desk, list_desk  # noqa: E402
from comity.spine.tasks.interrupts import tell  # noqa: E402
from comity.standing.directory.commands.handovers import leave_post  # noqa: E402
from comity.standing.directory.selectors import get_holder  # noqa: E402

for agency in ("az-dps", "pima-so"):
    by, now = demo.actor(agency, "records-supervisor"), demo.clock()
    functions = ("records_supervisor", "records_clerk")
    with acting(by) as cursor:
        waiting = list_desk(cursor, Desk(by.agency_id, by.post_id, functions, now), each=9)
        tell(cursor, waiting, by=by, now=now, day=now.date())
        officer = get_holder(by.post_id, now).officer_id
    leave_post(
        by=by, now=now, handover_id=new_id(), officer_id=officer, functions=functions, note="WHY-shift", keys=keys
    )
shutil.rmtree(folder)
