"""Lodge a record, so that asks naming it are decided at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Fault
from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.gather import reference_key
from comity.kernel.ids import new_id, random_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import Plain
from comity.standing.directory import selectors as directory
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
    """Lodge records of the acting agency; a reference lodged before gets its next version.

    One durable transaction: a vault item, an `exchange_record` row and a ledger entry each. What is wrong with one
    record does not keep the others back.
    """
    catalogue = load_catalogue()
    batch = Batch(now)
    results: list[Filed | NotFiled] = []
    with acting(by) as cursor:
        origins = directory.list_agencies_by_code({r.origin for r in records if r.origin})
        versions = _versions(cursor, by, keys, records)
        for record in records:
            faults = _faults(record, catalogue, known_origin=not record.origin or record.origin in origins)
            if faults:
                results.append(NotFiled(faults))
                continue
            origin = origins[record.origin].id if record.origin else None
            results.append(_file(batch, record, by, keys, origin, versions))
        batch.write(cursor, keys)
    return tuple(results)


def _versions(
    cursor: CursorWrapper, by: Actor, keys: KeyRing, records: tuple[NewRecord, ...]
) -> dict[tuple[str, str], int]:
    named = [
        (r.category, reference_key(keys, holder_id=by.agency_id, category=r.category, reference=r.reference))
        for r in records
    ]
    cursor.execute(
        "SELECT category, reference_key, max(version) FROM exchange_record"
        " WHERE holder_id = %s AND reference_key = ANY(%s) GROUP BY 1, 2",
        (by.agency_id, [key for _, key in named]),
    )
    return {(category, key): version for category, key, version in cursor.fetchall()}


def _file(
    batch: Batch,
    record: NewRecord,
    by: Actor,
    keys: KeyRing,
    origin_id: UUID | None,
    versions: dict[tuple[str, str], int],
) -> Filed:
    key = reference_key(keys, holder_id=by.agency_id, category=record.category, reference=record.reference)
    version = versions.get((record.category, key), 0) + 1
    versions[record.category, key] = version
    item, record_id, handle = new_id(), new_id(), record.subject_handle or random_id()
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
        id=record_id,
        holder_id=by.agency_id,
        category=record.category,
        reference_key=key,
        version=version,
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
    return Filed(record_id, version, handle)


def _faults(record: NewRecord, catalogue: Catalogue, *, known_origin: bool) -> tuple[Fault, ...]:
    faults = []
    category = catalogue.categories.get(record.category)
    if category is None:
        faults.append(Fault("category", f"`{record.category[:100]}` is not known", "see `comity law categories`"))
    if not record.reference.strip() or "\0" in record.reference:
        faults.append(Fault("reference", "is empty or holds a NUL character", "give the number the record goes by"))
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
    if not known_origin:
        faults.append(Fault("origin", f"no agency `{record.origin[:100]}`", "use its code"))
    return tuple(faults)
