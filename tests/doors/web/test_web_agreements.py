"""Agreements at the console: found, read in words and as rules, compared; nobody else's."""

from contextlib import ExitStack

import pytest
from agreements_pages import CODE, offer_second
from web_people import words_of

LIST = "/console/agreements/"
ONE = f"{LIST}{CODE}/"
NOT_SIGN_IN = ("agreements_", "hosting, node_url FROM directory_agency")
"""What a reading of the list itself names: signing in reads other tables."""


def statements(person, path):
    """What is read for a page, of agreements and of what parties are called."""
    from django.db import connections

    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for one in connections.all():
            stack.enter_context(one.execute_wrapper(note))
        assert person.get(path).status_code == 200
    return [sql for sql in seen if any(name in sql for name in NOT_SIGN_IN)]


@pytest.mark.parametrize(
    ("query", "first", "total"),
    [
        ("", "Arizona and Utah Interlocal", 3),
        ("q=utah", "Arizona and Utah Interlocal", 1),
        ("q=cbp-bp-tucson", "Arizona Information Sharing", 1),
        ("state=in_force&kind=sharing_mou&sort=-title", "California and Arizona", 2),
        ("q=mohave+county", "Arizona and Utah Interlocal", 1),
        ("partner=kane-so", "Arizona and Utah Interlocal", 1),
        ("state=expired", "Nothing matches", 0),
        ("q=100%25", "Nothing matches", 0),
        ("state=nonsense&kind=1&sort=x&page=999999&partner=%00", "", 3),
    ],
)
def test_agreements_are_found_filtered_and_sorted(house, query, first, total):
    answer = house.inside().get(f"{LIST}?{query}")
    assert answer.status_code == 200
    page = words_of(answer)
    assert first in page
    if total and first:
        assert f"1 to {total} of {total}" in page


def test_the_list_says_how_each_stands_what_is_due_next_and_who_is_party(house):
    page = words_of(house.inside().get(LIST))
    assert "in force" in page
    assert "07/01/2030: its period ends" in page
    assert "az-dps, kane-so, mohave-so and 3 others" in page


def test_the_csv_holds_every_agreement_with_its_next_date(house):
    answer = house.inside().get(f"{LIST}?as=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "title,code,kind,standing,starts_at,ends_at,parties,next_due_at,next_due"
    assert len(lines) == 4
    assert answer["Content-Disposition"] == 'attachment; filename="agreements.csv"'


def test_the_list_reads_as_often_for_many_agreements_as_for_three(house):
    from comity.kernel.time import Period
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.agreements.commands import draft_agreement
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    person = house.inside()
    few = statements(person, LIST)
    now = house.node.clock()
    for number in range(40):
        draft_agreement(
            by=node_actor(Duty.STEWARD), now=now, code=f"many-{number}", title=f"Many {number}", kind=AgreementKind.MOU,
            parties={"az-dps": PartyRole.STATE, "pima-so": PartyRole.LOCAL}, text="One.\n", terms={},
            period=Period(now),
        )  # fmt: skip
    assert len(statements(person, LIST)) == len(few) == 2
    page = words_of(person.get(f"{LIST}?page=2"))
    assert "26 to 43 of 43" in page


def test_what_falls_due_is_listed_with_a_drawing_and_filtered_by_kind(house):
    person = house.inside()
    page = words_of(person.get(f"{LIST}due/"))
    assert "Jan. 1, 2030" in page
    assert "1 to 3 of 3" in page
    assert "Nothing falls due in the coming year" in page
    assert "Nothing matches" in words_of(person.get(f"{LIST}due/?kind=meeting"))
    assert person.get(f"{LIST}due/?as=csv").content.decode("utf-8-sig").splitlines()[0] == "at,title,code,kind"


def test_the_bars_of_the_coming_year_count_by_month(house):
    from datetime import UTC, datetime

    from comity.doors.web.agreements.listing import DueRow, bars_of
    from comity.standing.agreements.due import DueKind

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    days = [datetime(2027, 1, 5, tzinfo=UTC), datetime(2027, 1, 9, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)]
    bars = bars_of([DueRow(day, "x", "X", DueKind.MEETING) for day in days], now)
    assert [bar.count for bar in bars] == [0, 0, 2, 0, 1, *[0] * 7]
    assert [bar.height for bar in bars][2:5] == [80, 0, 40]
    assert bars[2].month.month == 1


def test_an_agreement_is_told_in_words_beside_its_rules(house):
    answer = house.inside().get(ONE)
    page = words_of(answer)
    for said in (
        "In force . It binds its parties now.",
        "Kane County Sheriff",
        "keep what came from",
        "agr-az-ut-interlocal-2025-1-cases",
        "17 rules come of it",
        "It counts within the rules of the clauses that it names.",
        "verifies",
        "Its page for the public",
        "put in force",
        "a review was recorded",
        "satisfied",
        "Read version 1 as it was offered",
    ):
        assert said in page, said
    assert "permit (principal" in answer.content.decode()


def test_every_act_of_the_history_names_its_entry_of_the_ledger(house):
    page = house.inside().get(ONE).content.decode()
    entries = house.node.look(
        "SELECT entry_id::text FROM agreements_event e JOIN agreements_agreement a ON a.id = e.agreement_id"
        " WHERE a.code = %s",
        (CODE,),
    )
    assert entries
    assert not [entry for (entry,) in entries if entry not in page]


def test_a_clause_shows_every_rule_it_becomes(house):
    person = house.inside()
    page = words_of(person.get(f"{ONE}clauses/cases/"))
    assert "1 to 17 of 17" in page
    assert "agr-az-ut-interlocal-2025-1-cases.az-dps.kane-so" in page
    assert person.get(f"{ONE}clauses/nothing/").status_code == 404
    assert person.get(f"{ONE}clauses/cases/?version=9").status_code == 404


def test_what_the_law_keeps_back_names_the_rules_and_what_the_holder_records(house):
    page = words_of(house.inside().get(f"{LIST}az-sharing-2026/law/"))
    assert "stays unless the holder has recorded" in page
    assert "law-53" in page


def test_two_versions_are_laid_side_by_side_with_marks_that_need_no_color(house):
    offer_second(house)
    person = house.inside()
    answer = person.get(f"{ONE}compare/")
    page, html = words_of(answer), answer.content.decode()
    assert "keeping : changed" in page
    assert "custody : taken out" in page
    assert "no longer than [taken out: 1095 end]" in page
    assert "no longer than [added: 730 end]" in page
    assert html.count("<del>") > 1
    assert html.count("<ins>") > 1
    assert "words were taken out" in page
    assert "paragraphs as they were" in page
    assert "paragraphs as they were" not in words_of(person.get(f"{ONE}compare/?all=1"))
    assert "Nothing changed between them" in words_of(person.get(f"{ONE}compare/?from=1&to=1"))
    back = words_of(person.get(f"{ONE}compare/?from=2&to=1"))
    assert "custody : added" in back
    assert "Version 2 was offered on" in words_of(person.get(ONE))
    assert "Nobody has signed this version yet" in words_of(person.get(f"{ONE}?version=2"))


def test_a_version_that_is_not_there_is_not_found_and_nonsense_is_left_out(house):
    person = house.inside()
    for query in ("from=9", "to=9", "from=1&to=77"):
        assert person.get(f"{ONE}compare/?{query}").status_code == 404, query
    for query in ("from=x&to=-1", "to=1", "from=%00", "from=99999999999999999999"):
        assert person.get(f"{ONE}compare/?{query}").status_code == 200, query
    assert person.get(f"{ONE}?version=9").status_code == 404
    assert person.get(f"{ONE}who-brought/?version=9").status_code == 404


def test_who_brought_which_words_is_told_by_version(house):
    offer_second(house)
    page = words_of(house.inside().get(f"{ONE}who-brought/?version=2"))
    assert "Version 2, the node" in page
    assert "Two" in page


def test_markup_in_a_text_comes_out_as_text(house):
    bad = "<script>alert(1)</script> <b>bold</b>"
    offer_second(house, text=f"1 Purpose. {bad}\n\n2 Nothing else.\n")
    person = house.inside()
    for path in (f"{ONE}?version=2", f"{ONE}compare/", f"{ONE}who-brought/?version=2"):
        page = person.get(path).content.decode()
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;" in page, path
        assert "<b>bold" not in page, path


def test_an_agreement_of_others_is_not_there(house):
    person = house.inside("pima-so", "counsel")
    for page in ("", "clauses/cases/", "law/", "compare/", "who-brought/"):
        assert person.get(f"{ONE}{page}").status_code == 404, page
    assert "Interlocal" not in words_of(person.get(LIST))
    assert "kane-so" not in person.get(LIST).content.decode()


def test_a_version_that_was_altered_is_said_to_be(house, monkeypatch):
    from comity.doors.web.agreements import one

    monkeypatch.setattr(one, "is_as_offered", lambda *_: False)
    monkeypatch.setattr(one, "list_unproven_signatures", lambda _: [_unproven()])
    page = words_of(house.inside().get(ONE))
    assert "What is stored is not what was offered and signed" in page
    assert "does not verify: it binds nobody" in page


def _unproven():
    from comity.standing.agreements.audit import Unproven

    return Unproven(CODE, 1, "az-dps", "no such key")


def test_an_agreement_that_nobody_offered_yet_shows_that(house):
    from comity.kernel.time import Period
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.agreements.commands import draft_agreement
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    draft_agreement(
        by=node_actor(Duty.STEWARD), now=house.node.clock(), code="bare", title="Bare", kind=AgreementKind.MOU,
        parties={"az-dps": PartyRole.STATE, "pima-so": PartyRole.LOCAL}, text="One.\n", terms={},
        period=Period(house.node.clock()),
    )  # fmt: skip
    person = house.inside()
    page = words_of(person.get(f"{LIST}bare/"))
    assert "No text was offered yet: nobody is bound." in page
    assert "Nothing: an agreement becomes public" in page
    assert "There are not two versions yet" in words_of(person.get(f"{LIST}bare/compare/"))
    assert person.get(f"{LIST}bare/clauses/x/").status_code == 404
    assert "no terms to weigh" in words_of(person.get(f"{LIST}bare/law/"))
    assert "No text was offered yet" in words_of(person.get(f"{LIST}bare/who-brought/"))
