"""The demonstration's API keys: one for each post a reader may want to speak for, in a private file."""

from datetime import UTC, datetime, timedelta

from comity.host.demonstration.api_keys import DAYS, write_api_keys
from comity.standing.directory.facts import ApiKeyFacts
from comity.standing.directory.selectors import find_api_key
from comity.standing.directory.vocabulary import Scope


def test_each_line_is_a_post_and_a_key_that_opens_for_it(demo, tmp_path):
    now = datetime.now(UTC)
    path = write_api_keys(tmp_path, now=now)
    assert path.stat().st_mode & 0o777 == 0o600
    lines = dict(line.split(" ") for line in path.read_text("utf-8").splitlines())
    for place, secret in lines.items():
        found = find_api_key(secret, now)
        assert isinstance(found, ApiKeyFacts)
        assert found.post_id == demo.actor(*place.split("/")).post_id
        assert found.scopes == set(Scope)
    deciding = {f"{agency}/{post}" for agency in ("pima-so", "az-dps", "tucson-pd")
                for post in ("records-clerk", "records-supervisor", "privacy", "counsel")}  # fmt: skip
    assert deciding | {"hsi-arizona/interface"} <= lines.keys()
    assert {"az-ag/auditor", "az-ag/counsel", "pima-so/head"} <= lines.keys()


def test_keys_that_open_are_kept_and_others_made_anew(demo, tmp_path):
    now = datetime.now(UTC)
    path = write_api_keys(tmp_path, now=now)
    kept = path.read_bytes()
    assert write_api_keys(tmp_path, now=now).read_bytes() == kept
    assert write_api_keys(tmp_path, now=now + timedelta(days=DAYS)).read_bytes() != kept
    path.write_text("pima-so/interface comity_of_another_node\n")
    assert len(write_api_keys(tmp_path, now=now).read_text("utf-8").splitlines()) == kept.count(b"\n")
