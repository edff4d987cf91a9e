import stat
from pathlib import Path

import pytest

from comity.config.node import DatabaseAccess, Role, SettingsError, django_databases, load


def test_settings_have_defaults_for_a_bare_machine(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert settings.home == tmp_path / ".comity"
    assert (settings.bind_host, settings.bind_port, settings.state) == ("127.0.0.1", 8000, "az")
    assert settings.database_url is None
    assert settings.access_file == tmp_path / ".comity" / "database.json"


def test_settings_read_what_the_environment_says():
    settings = load(
        {
            "COMITY_HOME": "/srv/comity",
            "COMITY_BIND": "[::1]:9000",
            "COMITY_STATE": "ut",
            "COMITY_DATABASE_URL": "postgresql:///postgres?host=/run/postgresql",
        }
    )
    assert settings.home == Path("/srv/comity")
    assert (settings.bind_host, settings.bind_port, settings.state) == ("::1", 9000, "ut")


@pytest.mark.parametrize("bind", ["8000", "127.0.0.1:", ":8000", "127.0.0.1:0", "h:65536", "a:b", "a:-1", "a:²"])
def test_settings_refuse_a_bad_address_and_name_the_variable(bind):
    with pytest.raises(SettingsError, match="COMITY_BIND is"):
        load({"COMITY_BIND": bind})


def test_the_api_answers_to_this_machine_its_address_and_the_names_it_is_given():
    assert load({}).hosts == ("127.0.0.1", "localhost", "[::1]")
    assert load({"COMITY_BIND": "0.0.0.0:80"}).hosts == load({}).hosts
    told = load({"COMITY_BIND": "10.0.0.7:80", "COMITY_ALLOWED_HOSTS": "comity.example.gov, .example.org,"})
    assert told.hosts == (*load({}).hosts, "10.0.0.7", "comity.example.gov", ".example.org")


@pytest.mark.parametrize("text", ["https://comity.example.gov", "a.example:8000", "a b", "*", "-a"])
def test_a_name_of_the_api_that_is_no_host_is_refused_with_the_variable(text):
    with pytest.raises(SettingsError, match="COMITY_ALLOWED_HOSTS"):
        load({"COMITY_ALLOWED_HOSTS": text})


@pytest.mark.parametrize("state", ["AZ", "arizona", "1", "a z"])
def test_settings_refuse_a_bad_state(state):
    with pytest.raises(SettingsError, match="COMITY_STATE"):
        load({"COMITY_STATE": state})


@pytest.mark.parametrize(
    "url", ["mysql://x:secret@h/d", "postgresql://", "h secret", "postgresql://u:secret@h:99999/d"]
)
def test_settings_refuse_a_bad_url_without_repeating_its_password(url):
    with pytest.raises(SettingsError, match="COMITY_DATABASE_URL") as caught:
        load({"COMITY_DATABASE_URL": url})
    assert "secret" not in str(caught.value)


def test_access_is_kept_for_its_owner_alone_and_comes_back_the_same(tmp_path):
    path = tmp_path / "new" / "database.json"
    access = DatabaseAccess.with_new_passwords(host="db.example", port=5432, name="comity", tls={"sslmode": "require"})
    access.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert DatabaseAccess.load(path) == access
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_access_others_can_read_is_refused_with_the_remedy(tmp_path, mode):
    path = tmp_path / "database.json"
    DatabaseAccess.with_new_passwords(host="/run", port=5432, name="comity").save(path)
    path.chmod(mode)
    with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
        DatabaseAccess.load(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": 1}', '{"host": "a", "port": 1, "name": "n", "surplus": 1}'])
def test_damaged_access_is_refused_with_the_remedy(tmp_path, text):
    path = tmp_path / "database.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="damaged; move it away"):
        DatabaseAccess.load(path)


def test_django_gets_one_alias_per_role_and_a_pool_for_those_that_answer_requests():
    access = DatabaseAccess.with_new_passwords(host="/run/x", port=5432, name="comity")
    databases = django_databases(access)
    assert {alias: one["USER"] for alias, one in databases.items()} == {
        "default": "comity_app",
        "owner": "comity_owner",
        "sequencer": "comity_sequencer",
        "verifier": "comity_verifier",
        "public": "comity_public",
        "signin": "comity_signin",
    }
    assert [alias for alias, one in databases.items() if "pool" in one["OPTIONS"]] == ["default", "public", "signin"]
    for one in databases.values():
        assert one["CONN_MAX_AGE"] == 0
        assert one["ATOMIC_REQUESTS"] is False
        assert "statement_timeout" in one["OPTIONS"]["options"]
    assert databases["default"]["PASSWORD"] == access.passwords[Role.APP]
