"""What lies in the way of a page: tasks that are open, and agencies a directory lists. Rows by SQL, as the owner."""

from typing import Final
from uuid import UUID

import psycopg

from comity.host.bench.node import Say
from comity.host.bench.seed_exchange import seeded_id

_CHUNK: Final = 50_000
_SERIES: Final = "FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n"
# Opened one after the other up to now, due ten days later: some thousands overdue, some due today, the rest to come.
_OPENED: Final = "(now() - (%(count)s - n) * interval '13 seconds')"
_TASKS: Final = (
    f"""
INSERT INTO tasks_task (id, kind, agency_id, function, subject_id, digest, excluded_agency_ids, excluded_post_ids,
    opened_at, not_before, due_at, state, closed_at, news_at)
SELECT {seeded_id(30)}, (ARRAY['answer','answer','approval','notice'])[1 + n %% 4], %(holder)s,
    (ARRAY['records_clerk','records_clerk','records_supervisor','liaison'])[1 + n %% 4],
    {seeded_id(0)}, encode(sha256(n::text::bytea), 'hex'), ARRAY[%(asker)s]::uuid[], ARRAY[]::uuid[],
    {_OPENED}, {_OPENED}, {_OPENED} + interval '10 days', 'open', NULL, {_OPENED}
{_SERIES}""",
    f"""
INSERT INTO clocks_clock (id, kind, subject_id, agency_id, calendar, term_count, term_unit, landing, started_at,
    due_at, extensions, state, how)
SELECT {seeded_id(31)}, 'answer', {seeded_id(30)}, %(holder)s, 'az', 10, 'days', 'as_it_falls', {_OPENED},
    {_OPENED} + interval '10 days', '[]', 'running',
    jsonb_build_array(
        jsonb_build_object('step', 'started', 'at', to_char({_OPENED} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'note', '10 days, az'),
        jsonb_build_object('step', 'due', 'at',
            to_char(({_OPENED} + interval '10 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
{_SERIES}""",
)
_AGENCIES: Final = f"""
INSERT INTO directory_agency (id, code, name, kind, state, powers, limits, area, counties, address, hosting, node_url,
    origin, listed_name, listed_type, listed_county)
SELECT {seeded_id(40)}, 'listed-' || n,
    (ARRAY['Springfield','Fairview','Clinton','Greenville','Bristol','Salem','Madison'])[1 + n %% 7] || ' '
        || (ARRAY['Police Department','County Sheriff''s Office','Marshal''s Office'])[1 + n %% 3] || ' ' || n,
    'local', (ARRAY['AZ','UT','CA','NM','NV','CO'])[1 + n %% 6], ARRAY['law_enforcement'], ARRAY['unverified'], '',
    '{{}}', '', 'listed', '', 'made up for measuring', '', '', ''
{_SERIES}"""


def seed_tasks(owner: psycopg.Connection, *, count: int, holder_id: UUID, asker_id: UUID, say: Say) -> None:
    """Insert `count` open tasks of an agency with their clocks: half for its clerks, the rest for two other functions.

    They are about the asks that `seed_disclosures` inserts under the same numbers.
    """
    values = {"count": count, "holder": holder_id, "asker": asker_id}
    for first in range(0, count, _CHUNK):
        last = min(first + _CHUNK, count) - 1
        say(f"seeding tasks up to {last + 1:,} of {count:,}")
        for statement in _TASKS:
            owner.execute(statement, {**values, "first": first, "last": last})


def seed_agencies(owner: psycopg.Connection, *, count: int, say: Say) -> None:
    """Insert `count` agencies as a public list names them."""
    say(f"seeding {count:,} agencies")
    owner.execute(_AGENCIES, {"first": 0, "last": count - 1})
