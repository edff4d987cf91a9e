"""What the tests of the exchange start from: asks and records between demo agencies, each outcome by name."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from faults_given import Started

from comity.coordination.exchange.ask import Answered, Ask, AskResult
from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict, answer_request, decide_waiting
from comity.coordination.exchange.commands.deliver import Received, receive_disclosure
from comity.coordination.exchange.commands.file import Filed, NewRecord, NotFiled, file_records
from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.commands.shadow import decide_shadow_asks
from comity.coordination.exchange.commands.tick import answer_hidden_asks
from comity.coordination.exchange.rules import TICK_SECONDS
from comity.coordination.exchange.selectors import get_answer
from comity.doors.worker.deliveries import sweep
from comity.spine.tasks.selectors import TaskView, list_tasks
from comity.spine.tenancy.transaction import reading

PLANTED = r"(REF|WHY|CASENO|VALUE)-"
"""What every personal text of these tests begins with, so that a search finds it wherever it went."""

CASE = ("person_name", "birth_date", "case_number", "warrant")


@dataclass(frozen=True)
class Situation:
    """Who asks whom for what, and the record that is lodged for it (None: none)."""

    asker: str
    holder: str
    category: str
    purpose: str
    elements: tuple[str, ...]
    lodged: tuple[str, ...] | None
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    origin: str = ""
    claims: Mapping[str, bool] = field(default_factory=dict)


DISCLOSED = Situation(
    "hsi-arizona", "az-dps", "case", "criminal_investigation", CASE, (*CASE, "vehicle_description", "home_address")
)
LIMITED = replace(DISCLOSED, holder="tucson-pd", category="alpr", elements=("plate_read",), lodged=("plate_read",))
"""What goes at once under a clause with a daily quota of 50."""
REFUSED = Situation(
    "hsi-arizona", "tohono-oodham-pd", "tribal", "criminal_investigation", ("tribal_record",), ("tribal_record",)
)
NEEDS_APPROVAL = Situation(
    "hsi-arizona", "az-dps", "case", "criminal_investigation", ("home_address",), ("home_address", "person_name")
)
HELD = Situation(
    "ice-ero-phoenix",
    "cochise-so",
    "custody",
    "civil_immigration",
    ("release_date",),
    ("release_date", "person_name"),
    marks=("onward_free",),
    origin="ca-cdcr",
)
AWAITING = Situation("hsi-arizona", "pima-so", "case", "criminal_investigation", CASE, None)
HIDDEN = Situation(
    "ice-ero-phoenix",
    "pima-so",
    "victim_protected",
    "civil_immigration",
    ("person_name", "victim_statement"),
    ("person_name", "victim_statement"),
    marks=("protected_1367",),
)
ABSENT = replace(HIDDEN, lodged=None)
HIDDEN_APPROVABLE = replace(HIDDEN, holder="maricopa-so", evidence=("victim_exception", "exception_reason"))
STATUS = Situation(
    "ice-ero-phoenix",
    "santa-cruz-so",
    "status",
    "civil_immigration",
    ("immigration_status",),
    ("immigration_status", "person_name"),
)


def reference_of(key: str) -> str:
    """Return the reference of the record that goes with a key."""
    return f"REF-{key}"


def ask_for(one: Situation, key: str, **changes: Any) -> Ask:
    """Return the ask of a situation under a key."""
    ask = Ask(
        ask_key=key,
        holder=one.holder,
        purpose=one.purpose,
        category=one.category,
        elements=one.elements,
        reference=reference_of(key),
        claims=one.claims,
        justification=f"WHY-{key}",
        case_number=f"CASENO-{key}",
    )
    return replace(ask, **changes)


def value_of(element: str, key: str) -> str:
    """Return what a lodged record says under an element."""
    return f"VALUE-{element}-{key}"


def lodge(demo: Any, one: Situation, *keys: str) -> list[Filed | NotFiled]:
    """Lodge the records that go with these keys; nothing for a situation without one."""
    if one.lodged is None:
        return []
    records = tuple(
        NewRecord(
            category=one.category,
            reference=reference_of(key),
            values={element: value_of(element, key) for element in one.lodged},
            marks=one.marks,
            evidence=one.evidence,
            origin=one.origin,
        )
        for key in keys
    )
    return list(file_records(records=records, by=demo.actor(one.holder), now=demo.clock(), keys=demo.keys))


def request(demo: Any, asker: str, *asks: Ask) -> list[AskResult]:
    """Send asks as one chunk."""
    return request_disclosures(asks=asks, by=demo.actor(asker), now=demo.clock(), keys=demo.keys)


def put(demo: Any, one: Situation, key: str = "k1", **changes: Any) -> Answered:
    """Lodge the record of a situation and ask for it; return the answer."""
    assert all(isinstance(result, Filed) for result in lodge(demo, one, key))
    [result] = request(demo, one.asker, ask_for(one, key, **changes))
    assert isinstance(result, Answered), result
    return result


def tick(demo: Any) -> int:
    """Let the next tick come and answer what it promised."""
    demo.clock.advance(seconds=TICK_SECONDS)
    answered = answer_hidden_asks(by=demo.node("courier"), now=demo.clock(), keys=demo.keys)
    return answered + decide_shadow_asks(by=demo.node("courier"), now=demo.clock(), keys=demo.keys)


def deliver(demo: Any) -> int:
    """Let the worker sweep the outbox; return how many messages were done."""
    return sweep(clock=demo.clock, keys=demo.keys)


def status_of(demo: Any, asker: str, ask_id: UUID) -> str:
    """Return what the asker sees of an ask now."""
    with reading(demo.actor(asker)) as cursor:
        answer = get_answer(cursor, ask_id)
    assert answer is not None
    return answer.status


def tasks_of(demo: Any, holder: str, ask_id: UUID) -> list[TaskView]:
    """Return the tasks about an ask as the holder sees them, oldest first."""
    with reading(demo.actor(holder)) as cursor:
        return list_tasks(cursor, [ask_id])


def open_task(demo: Any, holder: str, ask_id: UUID) -> TaskView:
    """Return the one open task about an ask."""
    [task] = [task for task in tasks_of(demo, holder, ask_id) if task.state == "open"]
    return task


def decide(
    demo: Any, task: TaskView, holder: str, post: str, verdict: Verdict = Verdict.RELEASE, **changes: Any
) -> str:
    """Give a verdict on a waiting ask, bound to the task's digest."""
    given: dict[str, Any] = {"digest": task.digest, "by": demo.actor(holder, post)}
    return decide_waiting(task_id=task.id, verdict=verdict, now=demo.clock(), keys=demo.keys, **given | changes)


def answer(demo: Any, one: Situation, ask_id: UUID, found: HolderAnswer, post: str = "records-clerk") -> str:
    """Answer an ask from the holder's queue."""
    task = open_task(demo, one.holder, ask_id)
    return answer_request(
        task_id=task.id, answer=found, by=demo.actor(one.holder, post), now=demo.clock(), keys=demo.keys
    )


def disclosures_of(demo: Any, ask_id: UUID) -> list[UUID]:
    """Return the ids of everything disclosed on an ask."""
    return [row[0] for row in demo.look("SELECT id FROM exchange_disclosure WHERE ask_id = %s ORDER BY id", (ask_id,))]


def receive(demo: Any, asker: str, disclosure_id: UUID) -> Received:
    """Fetch a disclosure as its recipient."""
    return receive_disclosure(disclosure_id=disclosure_id, by=demo.actor(asker), now=demo.clock(), keys=demo.keys)


def counts(demo: Any) -> dict[str, int]:
    """Return how many rows every table has but those of the wake-ups, which follow a commit and may be lost."""
    tables = [
        row[0]
        for row in demo.look(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'procrastinate%%' AND relname NOT LIKE 'django%%' ORDER BY 1"
        )
    ]
    question = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    return dict(demo.look(question))


def together(*works):
    """Run works at the same moment, each in a thread with its own connection; return results or errors."""
    barrier = threading.Barrier(len(works))

    def at_once(work):
        barrier.wait()
        return work()

    return [one.join() for one in [Started(partial(at_once, work)) for work in works]]
