"""The law as callers read it: releases and what changed between them."""

import uuid

import pytest

from comity.standing.law.packs import load_rules


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def loaded(shared_office):
    """A release beside the one in force, in which California's rules are gone."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.law.commands import load_release
    from comity.standing.law.rules import Release, shipped_release

    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    return str(load_release(by=node_actor(Duty.STEWARD), now=shared_office.now(), release=release))


def test_releases_say_how_they_stand_and_that_nobody_read_the_demos_as_counsel(asker, loaded):
    current, waiting = asker.get("/law/releases").json()["releases"]
    assert (current["state"], waiting["state"], waiting["id"]) == ("current", "draft", loaded)
    assert (current["approval"], current["takes_out"]) == ("demo approval", [])
    assert (waiting["approval"], waiting["unapproved"]) == ("none", [])
    assert waiting["takes_out"] == sorted(rule.id for rule in load_rules() if rule.jurisdiction == "us-ca")
    assert current["demo_approvals"] == len(asker.get("/law/rules").json()["rules"])
    assert {rule["approval"] for rule in asker.get("/law/rules").json()["rules"]} == {"demo approval"}


def test_a_release_is_compared_with_the_one_in_force_or_another(asker, loaded):
    current = asker.get("/law/releases").json()["releases"][0]["id"]
    found = asker.get(f"/law/releases/{loaded}/difference").json()
    assert (found["release"], found["against"]) == (loaded, current)
    assert {one["how"] for one in found["rules"]} == {"removed"}
    back = asker.get(f"/law/releases/{current}/difference", against=loaded).json()
    assert [one["name"] for one in back["rules"]] == [one["name"] for one in found["rules"]]
    assert {one["how"] for one in back["rules"]} == {"added"}
    parts = {part["part"]: part for part in back["rules"][0]["parts"]}
    assert (parts["cite"]["before"], bool(parts["cite"]["after"])) == ("", True)


@pytest.mark.parametrize("release", [uuid.uuid4(), "none", "00000000-0000-0000-0000-000000000000"])
def test_a_release_that_is_none_leads_nowhere(asker, release):
    assert asker.get(f"/law/releases/{release}/difference").status_code == 404


def test_a_comparison_with_what_is_no_id_is_refused_by_name(asker, loaded):
    assert asker.get(f"/law/releases/{loaded}/difference", against=uuid.uuid4()).status_code == 404
    refused = asker.get(f"/law/releases/{loaded}/difference", against="none")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "against")


def test_a_key_without_the_scope_reads_no_release(office):
    assert office.caller(scopes=["ledger:read"]).get("/law/releases").status_code == 403


def test_settings_say_what_counsel_chose_and_else_the_default(asker, office, monkeypatch):
    from dataclasses import replace
    from types import SimpleNamespace

    from comity.doors.api import law
    from comity.spine.tenancy.actor import Duty
    from comity.standing.law.commands import set_setting

    known = {
        name: SimpleNamespace(id=name, en="says", es="dice", values=("off", "on"), default="off")
        for name in ("plates", "records")
    }
    monkeypatch.setattr(law, "load_known", lambda: known)
    by = replace(office.node.actor("az-ag", "counsel"), duty=Duty.STEWARD)
    set_setting(by=by, now=office.now(), setting="plates", value="on", reason="I-26", known=known)
    plates, records = asker.get("/law/settings", language="es").json()["settings"]
    assert (plates["value"], plates["reason"], plates["says"], bool(plates["since"])) == ("on", "I-26", "dice", True)
    assert (records["value"], records["since"]) == ("off", None)


MAY = {"holder": "az-dps", "purpose": "criminal_investigation", "category": "case", "elements": "case_number"}


def test_may_i_now_is_answered_by_type_as_the_preview_answers_it(asker, ask, office):
    found = asker.get("/law/may", **MAY).json()
    assert (found["may"], found["holder"], found["asker"]) == ("yes", "az-dps", "hsi-arizona")
    body = {"holder": "az-dps", "purpose": MAY["purpose"], "category": "case", "elements": ["case_number"]}
    preview = asker.post("/asks/preview", body).json()
    assert {name: found[name] for name in preview} == preview
    spanish = asker.get("/law/may", **MAY, language="es").json()
    assert spanish["says"].startswith("Sí: ")


def test_the_holder_is_told_the_same_and_writes_nothing(asker, office):
    holder = office.caller("az-dps", "records-supervisor", scopes=["law:read"])
    stored = office.stored()
    own, theirs = asker.get("/law/may", **MAY).json(), holder.get("/law/may", **MAY, asker="hsi-arizona").json()
    assert (own.pop("counts_on"), theirs.pop("counts_on")) == ([], ["Counts on: training of who receives."])
    assert theirs == own
    assert office.stored() == stored


def test_nothing_is_told_of_who_is_trained_at_another_agency(office):
    """A post that nobody holds is trained for nothing: its own agency is told so, no other."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.directory.commands import end_holding

    words = {"holder": "az-dps", "purpose": "criminal_investigation", "category": "criminal_history"}
    words |= {"elements": "criminal_history_record", "claims": ["cji_purpose_code"]}
    own = office.caller("pima-so", "interface")
    post, now = own.actor.post_id, office.now()
    end_holding(by=node_actor(Duty.STEWARD), now=now, post_id=post, ends_at=now)
    assert "trained_receive" in own.get("/law/may", **words).content.decode()
    holder = office.caller("az-dps", "records-supervisor", scopes=["law:read"])
    theirs = holder.get("/law/may", **words, asker="pima-so")
    assert (theirs.status_code, "trained_receive" in theirs.content.decode()) == (200, False)
    assert theirs.json()["counts_on"]
    for name in ("pima-so/interface", "pima-so/liaison", "pima-so/none"):
        refused = holder.get("/law/may", **words, asker=name)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["field"]) == (422, "asker")
        assert "names a post of another agency" in error["message"]


def test_a_key_asks_for_its_own_post_and_for_no_other_of_its_agency(asker):
    other = asker.get("/law/may", **MAY, asker="hsi-arizona/liaison")
    assert (other.status_code, "your key speaks for" in other.json()["errors"][0]["message"]) == (422, True)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"holder": "nobody"}, 422, "holder"),
        ({"holder": "hsi-arizona"}, 422, "holder"),
        ({"asker": "nobody"}, 422, "asker"),
        ({"asker": "ut-dps-bci"}, 422, "asker"),
        ({"asker": "az-dps/none"}, 422, "asker"),
        ({"asker": "\x00"}, 422, "asker"),
        ({"purpose": "gossip"}, 422, "purpose"),
        ({"category": "x"}, 422, "category"),
        ({"elements": "shoe_size"}, 422, "elements"),
        ({"elements": []}, 422, "elements"),
        ({"claims": "magic"}, 422, "claims"),
        ({"language": "de"}, 400, "language"),
        ({"reference": "C-1"}, 422, "reference"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(asker, changes, status, field):
    refused = asker.get("/law/may", **MAY | changes)
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (status, [field])


def test_a_third_agency_is_told_nothing_of_two_others(office):
    third = office.caller("ut-dps-bci")
    refused = third.get("/law/may", **MAY, asker="hsi-arizona")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "asker")
    assert "az-dps" not in refused.content.decode()
