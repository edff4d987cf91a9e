"""Every address of the console, for every post, at its own agency and at another: what a lawyer can read and sign."""

import csv
import sys
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from pathlib import Path

import pytest
from web_people import new_client, words_of

sys.path.insert(0, str(Path(__file__).parents[2] / "coordination" / "exchange"))  # what an ask is given as
TABLE = list(csv.DictReader((Path(__file__).parent / "matrix.csv").read_text("utf-8").splitlines()))
POSTS = {
    "agency_head": "head",
    "analyst": "analyst",
    "auditor": "auditor",
    "commander": "commander",
    "counsel": "counsel",
    "liaison": "liaison",
    "privacy_officer": "privacy",
    "records_clerk": "records-clerk",
    "records_supervisor": "records-supervisor",
    "security_officer": "security",
    "training_officer": "training",
}


KNOWN = {
    "agreement": "az-ut-interlocal-2025",
    "clause": "cases",
    "account": "01900000-0000-7000-8000-000000000000",
    "decision": "01900000-0000-7000-8000-000000000000",
    "entry": "01900000-0000-7000-8000-000000000000",
    "handover": "01900000-0000-7000-8000-000000000001",
    "sample": "01900000-0000-7000-8000-000000000000",
    "rule": "law-28",
    "agency": "az-dps",
    "template": "mou",
    "force": "az-hidta",
    "ask": "01900000-0000-7000-8000-000000000001",
    "disclosure": "01900000-0000-7000-8000-000000000002",
    "task": "01900000-0000-7000-8000-000000000001",
    "kept": "01900000-0000-7000-8000-000000000002",
    "authority": "F01",
    "table": "law-28",
    "release": "01900000-0000-7000-8000-000000000000",
}


SIGNS = (
    ("<uuid:account_id>", "{account}"),
    ("<uuid:sample_id>", "{sample}"),
    ("<uuid:decision_id>", "{decision}"),
    ("<uuid:entry_id>", "{entry}"),
    ("<uuid:handover_id>", "{handover}"),
    ("<uuid:ask_id>", "{ask}"),
    ("<uuid:disclosure_id>", "{disclosure}"),
    ("<uuid:task_id>", "{task}"),
    ("<uuid:kept_id>", "{kept}"),
    ("<slug:rule_id>", "{rule}"),
    ("agreements/<slug:code>", "agreements/{agreement}"),
    ("<slug:clause_id>", "{clause}"),
    ("<slug:template>", "{template}"),
    ("<slug:authority_code>", "{authority}"),
    ("<slug:table_name>", "{table}"),
    ("<uuid:release_id>", "{release}"),
    ("task-forces/<slug:code>", "task-forces/{force}"),
    ("<slug:code>", "{agency}"),
)


def addresses():
    from django.urls import get_resolver

    [console] = [one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "console"]
    return dict(walk("/console/", console.url_patterns))


def walk(above, patterns):
    for one in patterns:
        here = f"{above}{one.pattern}"
        if hasattr(one, "url_patterns"):
            yield from walk(here, one.url_patterns)
        else:
            yield here, one


def test_every_address_of_the_console_declares_a_permission_and_stands_in_the_table():
    from comity.doors.web.permissions import MAY, Permission

    found = addresses()
    assert {path for path, one in found.items() if not isinstance(one.callback.permission, Permission)} == set()
    assert set(MAY) == set(Permission) == {one.callback.permission for one in found.values()}
    named = {reduce(lambda said, sign: said.replace(*sign), SIGNS, path) for path in found}
    assert named == {row["address"] for row in TABLE}


def test_the_table_names_every_post_a_person_holds():
    from comity.doors.web.permissions import EVERY

    assert set(TABLE[0]) - {"address", "method", "elsewhere"} == set(POSTS) == {one.value for one in EVERY}


def test_every_post_that_a_rule_or_a_clause_may_name_to_approve_has_the_queue_and_the_verdict():
    from comity.doors.web.permissions import MAY, Permission
    from comity.standing.agreements.law_in_force import vocabulary_of
    from comity.standing.law.catalogue import load_catalogue

    named = vocabulary_of(load_catalogue()).approvers
    assert named
    for permission in (Permission.QUEUE_READ, Permission.TASK_READ, Permission.TASK_APPROVE):
        assert named <= MAY[permission], permission


def test_what_each_post_gets_at_each_address(house):
    """`elsewhere`: the post that may, of another agency, at what is this agency's."""
    about = house.person("az-dps", "interface")
    [(entry_id,)] = house.node.look("SELECT entry_id FROM ledger_pending ORDER BY seq DESC LIMIT 1")
    ask_id = house.ask("az-dps", "hsi-arizona")
    sample_id, decision_id = a_sample(house.node)
    [(release,)] = house.node.look("SELECT id FROM law_release")
    named = KNOWN | {
        "account": str(about.account_id), "entry": str(entry_id), "ask": str(ask_id),
        "sample": str(sample_id), "decision": str(decision_id), "release": str(release),
    }  # fmt: skip
    people = {function: house.inside("az-dps", post) for function, post in POSTS.items()}
    others = {function: house.inside("pima-so", post) for function, post in POSTS.items() if post in OF_SHERIFFS}
    others["auditor"] = house.inside("az-mvd", "auditor")
    wrong = []
    for row in TABLE:
        path = row["address"].format(**named)
        for function, person in people.items():
            wrong += differing(person, row, path, row[function], function)
        may = [one for one in others if row[one] != "403"]
        wrong += differing(others[may[0]], row, path, row["elsewhere"], f"{may[0]} elsewhere")
    assert wrong == []


def a_sample(node):
    """A sample of the one decision of az-dps, kept by its auditor: (sample, decision)."""
    from exchange_given import DISCLOSED, put

    from comity.coordination.exchange.commands.sample import keep_sample
    from comity.kernel.time import Period
    from comity.spine.tenancy.actor import Duty

    put(node, DISCLOSED)
    by = replace(node.actor("az-dps", "auditor"), duty=Duty.AUDITOR)
    period = Period(node.clock.now - timedelta(days=1), node.clock())
    sample_id = keep_sample(
        objective="who may see it", seed="1", period=period, stratum="", size=1, by=by, now=node.clock(), keys=node.keys
    )
    [(decision_id,)] = node.look("SELECT decisions[1] FROM exchange_sample")
    return sample_id, decision_id


OF_SHERIFFS = {"head", "liaison", "counsel", "privacy", "security", "records-supervisor", "commander", "training"}


def differing(person, row, path, meant, who):
    answer = person.client.generic(row["method"], path)
    return [] if str(answer.status_code) == meant else [(row["method"], path, who, answer.status_code, meant)]


def test_nobody_gets_in_without_signing_in(house):
    guest = new_client()
    for row in TABLE:
        path = row["address"].format(**KNOWN)
        answer = guest.generic(row["method"], path)
        assert (answer.status_code, path) == (302, path)
        assert answer["Location"].startswith("/accounts/login/"), path


def test_another_method_is_not_taken(house):
    people = {}
    for row in TABLE:
        may = next(function for function in POSTS if row[function] != "403")
        person = people.setdefault(may, None) or house.inside("az-dps", POSTS[may])
        people[may] = person
        path = row["address"].format(**KNOWN)
        assert (person.client.generic("DELETE", path).status_code, path) == (405, path)


@pytest.mark.parametrize(
    "path", ["/console/", "/console/law/", "/console/nothing/", "/accounts/login/", "/accounts/2fa/"]
)
def test_a_page_tells_the_browser_what_it_may_do(house, path):
    answer = house.inside().get(path)
    rules = answer["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in rules
    assert "unsafe" not in rules
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_page_holds_no_script_and_no_style_of_its_own(house):
    keeper = house.inside("az-dps", "security")
    for path in ("/console/", "/console/law/", "/console/law/law-28/", "/console/accounts/", "/accounts/2fa/"):
        page = keeper.get(path).content.decode()
        assert " style=" not in page, path
        assert not [tag for tag in page.split("<script")[1:] if 'type="application/json"' not in tag.partition(">")[0]
                    and "src=" not in tag.partition(">")[0]], path  # fmt: skip
        assert " onclick=" not in page


def test_a_name_that_is_not_this_nodes_is_refused(house):
    assert new_client().get("/accounts/login/", headers={"Host": "evil.example"}).status_code == 400


def test_markup_typed_into_a_form_comes_out_as_text(house):
    keeper = house.inside("az-dps", "security")
    bad = "<script>alert(1)</script>"
    for answer in (
        keeper.post("/console/accounts/open/", {"reference": bad, "username": bad}),
        keeper.get("/console/law/", data={"q": bad}),
        keeper.get("/console/accounts/", data={"q": bad, "sort": bad, "page": bad, "state": bad}),
        new_client().post("/accounts/join/", {"secret": bad, "password": bad, "again": bad}),
        new_client().post("/accounts/login/", {"login": bad, "password": bad}),
    ):
        assert bad not in answer.content.decode()


def test_the_answer_of_a_page_nobody_foresaw_says_nothing_of_what_failed(house, monkeypatch):
    from comity.doors.web.law import rules

    person = house.inside()
    monkeypatch.setattr(rules, "page_of", lambda *_, **__: 1 / 0)
    answer = person.get("/console/law/")
    assert answer.status_code == 500
    assert "Something failed here" in words_of(answer)
    assert "ZeroDivision" not in answer.content.decode()
