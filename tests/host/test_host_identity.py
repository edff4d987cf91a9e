"""The file of identity providers: what it may say, and what is refused with a word about it."""

import pytest

from comity.config.identity import OidcProvider, SamlProvider, load_providers
from comity.config.node import SettingsError, load

OIDC = {
    "code": "dps", "agency": "az-dps", "name": "Department", "kind": "oidc", "issuer": "https://login.example.gov",
    "client_id": "comity", "secret_file": "secret",
}  # fmt: skip
SAML = {
    "code": "pima", "agency": "pima-so", "name": "Sheriff", "kind": "saml", "issuer": "urn:x",
    "sign_in_url": "https://login.example.gov/sso", "certificate_file": "certificate",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret").write_text("hidden\n")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "certificate").write_text("-----BEGIN CERTIFICATE-----\n")
    return tmp_path


def written(folder, *tables):
    def line(name, value):
        return f"{name} = {value if isinstance(value, list) else repr(value)}"

    text = "\n".join("[[provider]]\n" + "\n".join(line(*one) for one in table.items()) for table in tables)
    (folder / "identity.toml").write_text(text)
    (folder / "identity.toml").chmod(0o644)
    return load_providers(folder / "identity.toml")


def test_most_nodes_have_no_file(tmp_path):
    assert load_providers(tmp_path / "identity.toml") == ()


def test_a_provider_of_each_kind_is_read_and_no_secret_is_shown(folder):
    oidc, saml = written(folder, OIDC | {"second_factor": ["mfa"]}, SAML)
    assert isinstance(oidc, OidcProvider)
    assert isinstance(saml, SamlProvider)
    assert (oidc.secret, oidc.subject, oidc.second_factor) == ("hidden", "sub", frozenset({"mfa"}))
    assert "hidden" not in repr(oidc)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "Dps"}, "small letters"),
        ({"code": "link"}, "small letters"),
        ({"kind": "ldap"}, "`oidc` or `saml`"),
        ({"issuer": "http://login.example.gov"}, "over https"),
        ({"issuer": "ftp://localhost"}, "over https"),
        ({"agency": ""}, "`agency` is missing"),
        ({"password": "x"}, "`password` is unknown"),
        ({"second_factor": "mfa"}, "list of texts"),
        ({"secret_file": "nowhere"}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_named(folder, changed, said):
    with pytest.raises(SettingsError, match=said):
        written(folder, OIDC | changed)


def test_a_code_names_one_provider(folder):
    with pytest.raises(SettingsError, match="twice"):
        written(folder, OIDC, SAML | {"code": "dps"})


def test_a_secret_that_others_read_and_a_file_that_others_write_are_refused(folder):
    written(folder, OIDC)
    (folder / "secret").chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_providers(folder / "identity.toml")
    (folder / "identity.toml").chmod(0o666)
    with pytest.raises(SettingsError, match="chmod 644"):
        load_providers(folder / "identity.toml")


def test_a_list_of_bad_passwords_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match="COMITY_BAD_PASSWORDS"):
        load({"COMITY_BAD_PASSWORDS": "/nowhere/at/all"})
