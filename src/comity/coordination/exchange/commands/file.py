"""Lodge a record, so that asks naming it are decided at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Fault
from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.gather import reference_key
from comity.coordination.exchange.rules import LONGEST_REFERENCE
from comity.kernel.canonical import canonical
from comity.kernel.ids import new_id, random_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import Plain
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import AgencyFacts
from comity.standing.law.catalogue import Catalogue, Source, load_catalogue

RECORD_DAYS = 1825
"""How long a lodged record is kept unless validated again (28 CFR 23.20(h))."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to lodge. `values` maps element codes to text; `origin` is the code of the agency it came from.

    `subject_handle` None: a new random handle is issued; naming one adds to the same subject's accounting.
    """

    category: str
    reference: str
    values: Mapping[str, str]
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    origin: str = ""
    subject_handle: UUID | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A record lodged: its version under the reference and the subject's handle."""

    record_id: UUID
    version: int
    subject_handle: UUID


@dataclass(frozen=True, slots=True)
class NotFiled:
    """Nothing was lodged; each fault names field and remedy."""

    faults: tuple[Fault, ...] = field(default_factory=tuple)


def file_records(
    *, records: tuple[NewRecord, ...], by: Actor, now: datetime, keys: KeyRing
) -> tuple[Filed | NotFiled, ...]:
    """Lodge records of the acting agency; a reference lodged before gets its next version, under the same subject.

    The same record lodged again is answered with the version there is. One durable transaction: a vault item, an
    `exchange_record` row and a ledger entry each. What is wrong with one record does not keep the others back.
    """
    catalogue = load_catalogue()
    batch = Batch(now)
    results: list[Filed | NotFiled] = []
    with acting(by) as cursor:
        sound = [record for record in records if "\0" not in record.reference and "\0" not in record.origin]
        origins = directory.list_agencies_by_code({r.origin for r in sound if r.origin})
        own_handles = _own_handles(cursor, by, sound)
        latest = _latest(cursor, by, keys, sound)
        for record in records:
            faults = _faults(record, catalogue) + _unknown_faults(record, origins, own_handles)
            if faults:
                results.append(NotFiled(faults))
                continue
            origin = origins[record.origin].id if record.origin else None
            results.append(_file(batch, record, by, keys, origin, latest))
        batch.write(cursor, keys)
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Lodged:
    filed: Filed
    content_key: str


def _latest(
    cursor: CursorWrapper, by: Actor, keys: KeyRing, records: Sequence[NewRecord]
) -> dict[tuple[str, str], _Lodged]:
    """Return the newest version under each (category, reference key) of the records."""
    named = [reference_key(keys, holder_id=by.agency_id, category=r.category, reference=r.reference) for r in records]
    cursor.execute(
        "SELECT DISTINCT ON (category, reference_key) category, reference_key, id, version, subject_handle, content_key"
        " FROM exchange_record WHERE holder_id = %s AND reference_key = ANY(%s)"
        " ORDER BY category, reference_key, version DESC",
        (by.agency_id, named),
    )
    return {(row[0], row[1]): _Lodged(Filed(row[2], row[3], row[4]), row[5]) for row in cursor.fetchall()}


def _own_handles(cursor: CursorWrapper, by: Actor, records: Sequence[NewRecord]) -> frozenset[UUID]:
    """Return which of the subject handles named are this agency's own."""
    named = [record.subject_handle for record in records if record.subject_handle is not None]
    if not named:
        return frozenset()
    cursor.execute(
        "SELECT subject_handle FROM exchange_record WHERE holder_id = %(holder)s AND subject_handle = ANY(%(named)s)"
        " UNION SELECT subject_handle FROM exchange_disclosure"
        " WHERE holder_id = %(holder)s AND subject_handle = ANY(%(named)s)",
        {"holder": by.agency_id, "named": named},
    )
    return frozenset(row[0] for row in cursor.fetchall())


def _content_key(keys: KeyRing, record: NewRecord, by: Actor) -> str:
    content = {
        "evidence": sorted(record.evidence),
        "marks": sorted(record.marks),
        "origin": record.origin,
        "subject_handle": record.subject_handle,
        "values": dict(record.values),
    }
    return keys.blind(f"exchange/content/{by.agency_id}", canonical(content).decode()).hex()


def _file(
    batch: Batch,
    record: NewRecord,
    by: Actor,
    keys: KeyRing,
    origin_id: UUID | None,
    latest: dict[tuple[str, str], _Lodged],
) -> Filed:
    key = reference_key(keys, holder_id=by.agency_id, category=record.category, reference=record.reference)
    content_key = _content_key(keys, record, by)
    known = latest.get((record.category, key))
    if known is not None and known.content_key == content_key:
        return known.filed
    handle = record.subject_handle or (known.filed.subject_handle if known else random_id())
    filed = Filed(new_id(), known.filed.version + 1 if known else 1, handle)
    latest[record.category, key] = _Lodged(filed, content_key)
    item = new_id()
    batch.sealed.append(
        Plain(
            id=item,
            kind="record",
            owner_id=by.agency_id,
            value={"reference": record.reference.strip(), "values": dict(record.values)},
            retain_until=batch.now + timedelta(days=RECORD_DAYS),
        )
    )
    row = act_row(
        "exchange_record",
        id=filed.record_id,
        holder_id=by.agency_id,
        category=record.category,
        reference_key=key,
        version=filed.version,
        content_key=content_key,
        subject_handle=handle,
        origin_id=origin_id,
        marks=sorted(record.marks),
        evidence=sorted(record.evidence),
        elements=sorted(record.values),
        payload_item=item,
        validated_at=batch.now,
        lodged_at=batch.now,
        lodged_by=by.post_id,
    )
    batch.acts.append(Act("record.filed", by, (row,), items=(item,)))
    return filed


def _unknown_faults(
    record: NewRecord, origins: Mapping[str, AgencyFacts], own_handles: frozenset[UUID]
) -> tuple[Fault, ...]:
    faults = []
    if record.origin and record.origin not in origins:
        faults.append(Fault("origin", f"no agency `{record.origin[:100]}`", "use its code", code="unknown"))
    if record.subject_handle is not None and record.subject_handle not in own_handles:
        faults.append(Fault("subject_handle", "is none of yours", "leave it out: a new one is issued", code="unknown"))
    return tuple(faults)


def _faults(record: NewRecord, catalogue: Catalogue) -> tuple[Fault, ...]:
    faults = []
    category = catalogue.categories.get(record.category)
    if category is None:
        faults.append(Fault("category", f"`{record.category[:100]}` is not known", "see `comity law categories`"))
    if not record.reference.strip() or "\0" in record.reference:
        faults.append(Fault("reference", "is empty or holds a NUL character", "give the number the record goes by"))
    elif len(record.reference) > LONGEST_REFERENCE:
        faults.append(Fault("reference", f"has more than {LONGEST_REFERENCE} characters", "shorten it"))
    if not record.values:
        faults.append(Fault("values", "is empty", "give at least one element"))
    faults += [
        Fault("values", f"`{code[:100]}` is not an element", "see `comity law elements`")
        for code in record.values
        if code not in catalogue.elements
    ]
    for code in record.marks:
        mark = catalogue.marks.get(code)
        if mark is None:
            faults.append(Fault("marks", f"`{code[:100]}` is not known", "see `comity law marks`"))
        elif mark.hides and category is not None and not category.may_hide:
            remedy = "file it under a category that may hide: " + ", ".join(
                sorted(c.code for c in catalogue.categories.values() if c.may_hide)
            )
            faults.append(Fault("marks", f"`{code}` hides that a record exists, `{record.category}` does not", remedy))
    faults += [
        Fault("evidence", f"`{code[:100]}` is not what a holder attests of a record", "see `comity law evidence`")
        for code in record.evidence
        if code not in catalogue.evidence or catalogue.evidence[code].source not in {Source.HOLDER, Source.RECORD}
    ]
    return tuple(faults)
