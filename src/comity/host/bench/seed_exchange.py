"""Disclosures that were made before: rows by SQL, as the owner, of the shape and size that the commands write.

They are there to be in the way: indexes as high, tables as long as after years. Their digests are not meant to verify.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import psycopg

from comity.host.bench.node import Say

_CHUNK: Final = 100_000


def seeded_id(kind: int) -> str:
    """Return SQL for a UUIDv7 of 2025, in the order of `n`; `kind` keeps the ids of different tables apart."""
    at = "lpad(to_hex(1735689600000 + n * 20), 12, '0')"
    return f"({at} || '7{kind:03x}8' || lpad(to_hex(n), 15, '0'))::uuid"


_AT: Final = "timestamptz '2025-01-01 00:00Z' + n * interval '20 milliseconds'"
_SERIES: Final = "FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n"
_CLASSES: Final = """jsonb_build_object(
    'case', jsonb_build_object('outcome', 'disclosed', 'elements', ARRAY['case_number','incident_report','warrant'],
        'rules', ARRAY['agr-az-sharing-2026-1-cases.case.az-dps.hsi-arizona', 'law-50']),
    'identity', jsonb_build_object('outcome', 'disclosed', 'elements', ARRAY['birth_date','person_name'],
        'rules', ARRAY['agr-az-sharing-2026-1-cases.identity.az-dps.hsi-arizona', 'law-50']),
    'vehicle', jsonb_build_object('outcome', 'disclosed', 'elements', ARRAY['vehicle_description'],
        'rules', ARRAY['agr-az-sharing-2026-1-cases.vehicle.az-dps.hsi-arizona']))"""
_HEX: Final = "encode(sha256((n::text || 'x')::bytea), 'hex')"


def _vault(kind: str, number: int, size: int, every: str = "") -> str:
    """Return the statement that inserts sealed items of about `size` bytes; `number` as in `seeded_id`."""
    return f"""
INSERT INTO vault_item
    (id, kind, owner_id, reader_ids, nonce, ciphertext, wrapped_key, key_id, retain_until, created_at)
SELECT {seeded_id(number)}, '{kind}', %(holder)s, '{{}}', substr(sha256(n::text::bytea), 1, 12),
    decode(repeat({_HEX}, {size // 32}), 'hex'), decode(repeat(substr({_HEX}, 1, 60), 2), 'hex'), 'm-0000000000000000',
    {_AT} + interval '5 years', {_AT}
{_SERIES} {every}"""


_STATEMENTS: Final = (
    f"""
INSERT INTO exchange_record (id, entry_id, holder_id, category, reference_key, version, content_key,
    subject_handle, origin_id, marks, evidence, elements, payload_item, validated_at, lodged_at, lodged_by)
SELECT {seeded_id(20)}, {seeded_id(21)}, %(holder)s, 'case', {_HEX}, 1, {_HEX},
    md5(n::text || 'subject')::uuid, NULL, '{{}}', '{{}}', ARRAY['person_name','birth_date','case_number','warrant'],
    {seeded_id(4)}, {_AT}, {_AT}, %(post)s
{_SERIES} WHERE n %% 2 = 0""",
    f"""
INSERT INTO exchange_ask (id, entry_id, asker_id, holder_id, post_id, ask_key, body_digest, path, agreement, purpose,
    category, elements, shown, denied, reference_key, private_item, tick_at, asked_at)
SELECT {seeded_id(0)}, {seeded_id(9)}, %(asker)s, %(holder)s, %(post)s, 'seeded-' || n, {_HEX}, 'live',
    NULL, 'criminal_investigation', 'case',
    ARRAY['person_name','birth_date','case_number','warrant','vehicle_description','incident_report'], '{{}}', '{{}}',
    {_HEX}, {seeded_id(1)}, NULL, {_AT}
{_SERIES}""",
    f"""
INSERT INTO exchange_decision (id, entry_id, ask_id, asker_id, holder_id, number, stage, headline, outcomes, duties,
    warnings, ruleset, engine, facts_item, decided_by, decided_at)
SELECT {seeded_id(5)}, {seeded_id(9)}, {seeded_id(0)}, %(asker)s, %(holder)s, 1, 'record',
    'disclosed', {_CLASSES}, ARRAY['law-45','law-46'], '{{}}', {_HEX}, 'cedar-4/cedarpy-4', {seeded_id(2)},
    %(post)s, {_AT}
{_SERIES}""",
    f"""
INSERT INTO exchange_answer
    (id, entry_id, ask_id, asker_id, holder_id, number, status, classes, visible_at, answered_at)
SELECT {seeded_id(6)}, {seeded_id(9)}, {seeded_id(0)}, %(asker)s, %(holder)s, 1, 'disclosed',
    {_CLASSES}, {_AT}, {_AT}
{_SERIES}""",
    f"""
INSERT INTO exchange_disclosure (id, entry_id, ask_id, holder_id, recipient_id, recipient_name, recipient_address,
    subject_handle, purpose, category, nature, basis, path, labels, payload_item, elements_root, disclosed_at)
SELECT {seeded_id(7)}, {seeded_id(9)}, {seeded_id(0)}, %(holder)s, %(asker)s,
    'Homeland Security Investigations, Arizona', 'Headquarters, Phoenix', md5((n / 2 * 2)::text || 'subject')::uuid,
    'criminal_investigation', 'case',
    ARRAY['birth_date','case_number','incident_report','person_name','vehicle_description','warrant'],
    ARRAY['agr-az-sharing-2026-1-cases.case.az-dps.hsi-arizona','law-50'], 'gate', ARRAY[]::text[],
    {seeded_id(3)}, {_HEX}, {_AT}
{_SERIES}""",
    _vault("ask", 1, 192),
    _vault("facts", 2, 960),
    _vault("payload", 3, 1280),
    _vault("record", 4, 768, "WHERE n %% 2 = 0"),
    f"""
INSERT INTO ledger_pending (entry_id, agency_id, body, enqueued_at)
SELECT {seeded_id(9)}, %(asker)s, convert_to(json_build_object('act', 'disclosure.disclosed',
    'agency', %(asker)s::text, 'at', '2025-01-01T00:00:00.000000Z', 'id', {seeded_id(9)}, 'facts', {_HEX},
    'payloads', jsonb_build_object({seeded_id(1)}::text, {_HEX}, {seeded_id(2)}::text, {_HEX},
        {seeded_id(3)}::text, {_HEX}), 'post', %(post)s::text,
    'rows', jsonb_build_object('exchange_answer/' || {seeded_id(6)}, {_HEX},
        'exchange_ask/' || {seeded_id(0)}, {_HEX}, 'exchange_decision/' || {seeded_id(5)}, {_HEX},
        'exchange_disclosure/' || {seeded_id(7)}, {_HEX}),
    'ruleset', {_HEX}, 'salt', substr({_HEX}, 1, 32), 'schema', 'comity/entry/1')::text, 'UTF8'), {_AT}
{_SERIES}""",
)


def seed_disclosures(
    owner: psycopg.Connection, *, count: int, asker_id: UUID, holder_id: UUID, post_id: UUID, say: Say
) -> None:
    """Insert `count` disclosures with asks, decisions, answers, sealed items, half as many records, pending entries.

    `owner`: a connection in autocommit as the owner; each chunk of each table is a transaction.
    """
    owner.execute("SET statement_timeout = 0")
    ids: Mapping[str, object] = {"asker": asker_id, "holder": holder_id, "post": post_id}
    for first in range(0, count, _CHUNK):
        last = min(first + _CHUNK, count) - 1
        say(f"seeding disclosures up to {last + 1:,} of {count:,}")
        for statement in _STATEMENTS:
            owner.execute(statement, {**ids, "first": first, "last": last})
