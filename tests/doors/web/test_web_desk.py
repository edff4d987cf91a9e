"""My desk: what is due, told once when it is new or worse, and left in good order at the end of a shift."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from web_people import words_of

DAY = timedelta(days=1)
DIGEST = "ab" * 32


def actor_of(house, agency, post):
    return house.node.actor(agency, post)


@pytest.fixture
def put(house):
    """Open tasks of az-dps with their clocks, as acts of others do."""
    from comity.kernel.ids import new_id, random_id
    from comity.spine.clocks.rules import Term, Unit
    from comity.spine.clocks.start import Start, start_clocks
    from comity.spine.tasks.open import NewTask, open_tasks
    from comity.spine.tasks.vocabulary import Kind
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import acting

    def open_some(number=1, kind=Kind.APPROVAL, function="records_supervisor", term=None, ago=timedelta(), **changes):
        agency, now = actor_of(house, "az-dps", "liaison").agency_id, database_now() - ago
        first = NewTask(new_id(), kind, agency, random_id(), DIGEST, now, function=function, **changes)
        made = [replace(first, id=new_id(), subject_id=random_id()) for _ in range(number)]
        starts = [
            Start(new_id(), kind.value, one.id, agency, term or Term(2, Unit.BUSINESS_DAYS), "az", now) for one in made
        ]
        with acting(node_actor(Duty.STEWARD)) as cursor:
            due = start_clocks(cursor, starts)
            open_tasks(cursor, [replace(one, due_at=due[s.id].at) for one, s in zip(made, starts, strict=True)])
        return made

    return open_some


def ask_for_accounting(house):
    from comity.coordination.exchange.commands.account import request_accounting
    from comity.spine.tenancy.clock import database_now

    return request_accounting(
        subject_handle=uuid4(), by=actor_of(house, "az-dps", "privacy"), now=database_now(), keys=house.node.keys
    )


def seen_of(answer):
    [mark] = re.findall(r"pulse/\?seen=([0-9a-f]+)", answer.content.decode())
    return mark


def poll(person, mark):
    return person.get(f"/console/pulse/?seen={mark}", headers={"HX-Request": "true"})


def test_an_open_desk_is_told_nothing_until_something_changes_and_then_all_of_it(house):
    person = house.inside("az-dps", "privacy")
    mark = seen_of(person.get("/console/"))
    for _ in range(3):
        answer = poll(person, mark)
        assert (answer.status_code, answer.content) == (204, b"")
    ask_for_accounting(house)
    answer = poll(person, mark)
    assert answer.status_code == 200
    assert "Answer a person's request" in words_of(answer).replace("&#x27;", "'")
    assert "Your desk changed: 1 task is open." in words_of(answer)
    assert poll(person, seen_of(answer)).status_code == 204


def test_a_poll_reads_one_row_beside_who_is_there(house, monkeypatch):
    from test_web_statements import asked

    person = house.inside("az-dps", "privacy")
    mark = seen_of(person.get("/console/"))
    poll(person, mark)
    with asked(monkeypatch) as said:
        assert poll(person, mark).status_code == 204
    # Session and account, directory; BEGIN, who acts, the mark, COMMIT.
    assert len(said) == 6, said
    assert [one for one in said if "tasks_task" in one] == [one for one in said if "agreements_agreement" in one]


def test_a_poll_of_another_post_or_after_the_post_changed_hands_is_answered(house):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.standing.directory.commands import end_holding

    person, other = house.inside("az-dps", "privacy"), house.inside("az-dps", "counsel")
    mark = seen_of(person.get("/console/"))
    assert poll(other, mark).status_code == 200
    end_holding(
        by=node_actor(Duty.STEWARD),
        now=database_now(),
        post_id=actor_of(house, "az-dps", "analyst").post_id,
        ends_at=database_now(),
    )
    assert poll(person, mark).status_code == 200


def test_the_desk_groups_what_is_due_and_says_how_each_date_came_about(house, put):
    from comity.spine.clocks.rules import Term, Unit
    from comity.spine.tasks.vocabulary import Kind

    put(2)
    put(kind=Kind.ANSWER, function="records_clerk", ago=40 * DAY)
    put(kind=Kind.APPROVAL, term=Term(1, Unit.HOURS), is_urgent=True)
    said = words_of(house.inside("az-dps", "records-supervisor").get("/console/"))
    assert "4 tasks are open. 1 is overdue." in said
    assert said.index("Approvals 3") < said.index("Requests to answer 1")
    assert "Other agencies wait for what you find" in said
    assert "has 2 working days by the calendar of Arizona" in said
    assert "and has 1 hour." in said
    assert "How this date came about" in said
    assert "it is due at the midnight that ends it" in said
    assert "by the hour" in said
    assert "4 tasks" not in words_of(house.inside("az-dps", "records-clerk").get("/console/"))


def test_a_desk_beside_hundreds_of_tasks_shows_the_first_due_and_how_many_there_are(house, put):
    put(60)
    person = house.inside("az-dps", "records-supervisor")
    page = person.get("/console/").content.decode()
    assert page.count('<tr><th scope="row"') == 10
    assert "60 tasks are open." in page
    assert "There is more: these are due first." in page


def test_what_is_new_interrupts_five_times_and_once_each(house, put):
    put(7)
    person = house.inside("az-dps", "records-supervisor")
    first = person.get("/console/")
    assert first.content.decode().count('name="interrupt"') == 5
    assert "2 more wait in the digest of the day" in words_of(first)
    ids = re.findall(r'name="interrupt" value="([^"]+)"', first.content.decode())
    assert person.post("/console/seen/", {"interrupt": [*ids, "nonsense"]})["Location"] == "/console/"
    after = person.get("/console/")
    assert 'name="interrupt"' not in after.content.decode()
    assert "2 more wait in the digest of the day" in words_of(after)
    assert words_of(person.get("/console/digest/")).count("Approve what is to leave") >= 7


def test_danger_to_life_interrupts_whatever_the_count(house, put):
    from comity.spine.clocks.rules import Term, Unit

    put(7)
    person = house.inside("az-dps", "records-supervisor")
    mark = seen_of(person.get("/console/"))
    put(term=Term(1, Unit.HOURS), is_urgent=True)
    answer = poll(person, mark)
    assert answer.content.decode().count('name="interrupt"') == 6
    assert "urgent: it runs by the hour" in words_of(answer)
    assert "danger to life always interrupts" in words_of(answer)


def test_looking_at_a_desk_marks_nothing_as_seen(house, put):
    put()
    person = house.inside("az-dps", "records-supervisor")
    for _ in range(2):
        assert person.get("/console/").content.decode().count('name="interrupt"') == 1
    assert house.node.look("SELECT count(*), count(seen_at) FROM tasks_interrupt") == [(1, 0)]


def test_the_digest_says_what_came_and_what_is_next_and_goes_to_a_spreadsheet(house, put):
    put(3)
    put(ago=30 * DAY)
    person = house.inside("az-dps", "records-supervisor")
    said = words_of(person.get("/console/digest/"))
    assert "What came 3" in said
    assert "What was done 0 Nothing was done or withdrawn." in said
    table = person.get("/console/digest/?as=csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "part,kind,what,opened,due,state,closed"
    assert len([line for line in lines if line.startswith("came,approval,")]) == 3
    assert "attachment" in table["Content-Disposition"]
    for day in ("2026-01-05", "nonsense", "9999-12-31"):
        assert person.get(f"/console/digest/?day={day}").status_code == 200
    assert "What came 0" in words_of(person.get("/console/digest/?day=2025-01-05"))


def leave(person, note="Pima calls back about the ask of this morning.", **more):
    return person.post("/console/handover/leave/", {"note": note, "handover": str(uuid4()), **more})


def hand_over(house):
    """Let whoever is the analyst of az-dps hold the post of the records supervisor next; returns them, in that post."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory.commands import hand_over_post
    from comity.standing.directory.selectors import get_holder

    steward, now = node_actor(Duty.STEWARD), database_now()
    post, other = (actor_of(house, "az-dps", name).post_id for name in ("records-supervisor", "analyst"))
    with reading(steward):
        officer = get_holder(other, now).officer_id
    hand_over_post(by=steward, now=now, post_id=post, officer_id=officer, at=now)
    person = house.inside("az-dps", "analyst")
    person.post("/console/post/", {"post": str(post)})
    return person


def test_a_post_is_left_with_what_is_open_and_a_note_and_taken_over_by_whoever_comes_next(house, put):
    put(2)
    first = house.inside("az-dps", "records-supervisor")
    assert leave(first)["Location"] == "/console/handover/"
    said = words_of(first.get("/console/"))
    assert "You left this post" in said
    assert "2 tasks were open then" in said
    assert "take over" not in said
    [(item,)] = house.node.look("SELECT note_item FROM directory_handover")
    assert house.node.look("SELECT kind, retain_until < now() + interval '15 days' FROM vault_item WHERE id = %s",
                           (item,)) == [("handover", True)]  # fmt: skip
    columns = house.node.look("SELECT to_jsonb(h)::text FROM directory_handover h")
    assert "Pima" not in str(columns)


def test_the_next_holder_finds_the_note_and_takes_it_over_once(house, put):
    put()
    leave(house.inside("az-dps", "records-supervisor"))
    [(handover,)] = house.node.look("SELECT id FROM directory_handover")
    second = hand_over(house)
    page = second.get("/console/")
    assert "Left for you at the end of the shift before" in words_of(page)
    assert "Pima calls back" in words_of(page)
    mark = seen_of(page)
    assert second.post(f"/console/handover/{handover}/take/")["Location"] == "/console/"
    assert poll(second, mark).status_code == 200
    said = words_of(second.get("/console/"))
    assert "You have taken over what was left." in said
    assert "Left for you" not in said
    assert "taken over on" in words_of(second.get("/console/handover/"))
    second.post(f"/console/handover/{handover}/take/")
    assert "It was taken over before." in words_of(second.get("/console/"))
    acts = house.node.look(
        "SELECT convert_from(body, 'UTF8')::jsonb ->> 'act' FROM ledger_pending ORDER BY enqueued_at"
    )
    assert [one for (one,) in acts if one.startswith("handover.")] == ["handover.left", "handover.taken"]
    assert house.node.verify().is_clean


def test_nobody_takes_over_from_oneself_or_from_another_post(house, put):
    first, other = house.inside("az-dps", "records-supervisor"), house.inside("az-dps", "liaison")
    leave(first)
    [(handover,)] = house.node.look("SELECT id FROM directory_handover")
    first.post(f"/console/handover/{handover}/take/")
    assert "You left it yourself." in words_of(first.get("/console/"))
    assert other.post(f"/console/handover/{handover}/take/").status_code == 404
    assert "Pima" not in words_of(other.get("/console/handover/"))
    assert house.node.look("SELECT count(*) FROM directory_handover") == [(1,)]


def test_a_form_sent_twice_leaves_once_and_a_note_too_long_stays_to_be_shortened(house):
    person, same = house.inside("az-dps", "records-supervisor"), str(uuid4())
    for _ in range(2):
        leave(person, handover=same)
    assert house.node.look("SELECT count(*) FROM directory_handover") == [(1,)]
    answer = leave(person, "x" * 1001)
    assert answer.status_code == 422
    assert "The note is too long" in words_of(answer)
    assert "x" * 1001 in answer.content.decode()


def test_the_id_of_another_posts_handover_leaves_nothing_and_is_answered(house):
    person, other = house.inside("az-dps", "records-supervisor"), house.inside("az-dps", "liaison")
    same = str(uuid4())
    leave(person, handover=same)
    assert leave(other, handover=same)["Location"] == "/console/"
    assert "Nothing was left: open the page again" in words_of(other.get("/console/"))
    assert house.node.look("SELECT count(*) FROM directory_handover") == [(1,)]


def test_markup_in_a_note_comes_out_as_text(house):
    leave(house.inside("az-dps", "records-supervisor"), "<script>alert(1)</script>")
    second = hand_over(house)
    page = second.get("/console/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_note_is_purged_with_its_term_and_the_page_says_so(house):
    from comity.coordination.exchange.commands.retention import purge_due
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.spine.vault.tombstones import TombstoneFile

    person = house.inside("az-dps", "records-supervisor")
    leave(person)
    purge_due(
        by=node_actor(Duty.RETENTION),
        now=database_now() + timedelta(days=15),
        keys=house.node.keys,
        file=TombstoneFile(house.node.home / "tombstones.ndjson"),
    )
    said = words_of(person.get("/console/handover/"))
    assert "Its note was kept for two weeks and is gone." in said
    assert "Pima" not in said
