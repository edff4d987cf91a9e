"""The security of the doors: sessions, addresses to go on to, forms of other sites, sizes, headers, cookies."""

import json
import os
import re
import subprocess
import sys

import pytest
from web_people import PASSWORD, forget_used_codes, new_client, words_of

EVIL = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example",
    "https://127.0.0.1:9/",
    "javascript:alert(1)",
    " https://evil.example/",
)
BY_OTHER_SITES = {"set_language", "identity_receive"}
"""What takes a form of another site: a language harms nobody, an identity provider's answer is signed."""
SAMPLES = {"uuid": "01900000-0000-7000-8000-000000000000", "int": "1", "slug": "law-28", "str": "x", "path": "x"}


def addresses():
    """Every address of the node but the API's and those of files, with its view and its name."""
    from django.urls import get_resolver

    yield from walk("/", get_resolver().url_patterns)


def walk(above, patterns):
    for one in patterns:
        here = f"{above}{str(one.pattern).lstrip('^')}"
        if here.startswith(("/api/", "/static/")):
            continue
        if hasattr(one, "url_patterns"):
            yield from walk(here, one.url_patterns)
        else:
            here = here.rstrip("$").replace("[0-9x/.p]+", "0/000")  # a tile of the ledger
            yield re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], here), one


def test_every_address_can_be_walked():
    found = [path for path, _ in addresses()]
    assert len(found) > 40
    assert not [path for path in found if {*"<(["} & {*path}]


def test_no_address_takes_a_form_of_another_site_but_two():
    exempt = {one.name for _, one in addresses() if getattr(one.callback, "csrf_exempt", False)}
    assert exempt == BY_OTHER_SITES


@pytest.mark.parametrize("is_inside", [False, True])
def test_a_form_without_its_token_is_refused_everywhere(house, is_inside):
    client = new_client(enforce_csrf_checks=True)
    if is_inside:
        client.cookies = house.inside("az-dps", "security").client.cookies
    taken = []
    for path, one in addresses():
        if one.name not in BY_OTHER_SITES:
            answer = client.post(path, {"act": "close", "next": "/"})
            if answer.status_code != 403 or "The form was not taken" not in words_of(answer):
                taken.append((path, answer.status_code))
    assert taken == []


def session_of(client):
    from django.conf import settings

    found = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else None


def test_the_session_has_another_id_after_the_password_after_the_factor_and_when_it_is_shown_again(house):
    person, seen = house.person(), []
    person.get("/accounts/login/")
    session = person.client.session
    session["set"] = "by somebody else"
    session.save()
    seen.append(session_of(person.client))
    person.give_password()
    seen.append(session_of(person.client))
    forget_used_codes(person.account_id)
    person.post("/accounts/2fa/authenticate/", {"code": person.code()})
    seen.append(session_of(person.client))
    forget_used_codes(person.account_id)
    assert person.post("/accounts/2fa/reauthenticate/", {"code": person.code()}).status_code == 302
    seen.append(session_of(person.client))
    assert None not in seen
    assert len(set(seen)) == 4
    assert person.get("/console/").status_code == 200
    for former in seen[:-1]:
        stranger = new_client()
        stranger.cookies[person.client.cookies.get("comity").key] = former
        assert stranger.get("/console/").status_code == 302
    assert house.node.look("SELECT session_key FROM usersessions_usersession") == [(seen[-1],)]


@pytest.mark.parametrize("evil", EVIL)
def test_nobody_is_sent_on_to_another_site(house, evil):
    from urllib.parse import urlencode

    person, query = house.person(), f"?{urlencode({'next': evil})}"
    answers = [person.give_password(to=evil)]
    forget_used_codes(person.account_id)
    answers += [
        person.post("/accounts/2fa/authenticate/", {"code": person.code(), "next": evil}),
        person.get(f"/accounts/login/{query}"),
        person.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": evil}),
        person.post("/language/", {"language": "es", "next": evil}),
        person.post("/language/", {"language": "es"}, headers={"Referer": evil.strip()}),
        person.post("/console/post/", {"post": "x", "next": evil}),
        person.get("/console/pulse/", headers={"HX-Request": "true", "HX-Current-URL": evil}),
        person.post("/accounts/logout/", {"next": evil}),
        person.get(f"/accounts/signup/{query}"),
        person.get(f"/console/{query}"),
    ]
    for answer in answers:
        there = answer.get("Location", "") or answer.get("HX-Redirect", "")
        assert re.fullmatch(r"|/(?![/\\]).*", there), there
        assert "evil.example" not in re.sub(r"\?.*", "", there)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80"]
)
@pytest.mark.parametrize("path", ["/", "/console/", "/accounts/login/", "/static/comity/comity.css", "/nothing/"])
def test_a_name_that_is_not_this_nodes_is_answered_nowhere(house, host, path):
    for headers in ({"Host": host}, {"Host": "localhost", "X-Forwarded-Host": host}):
        answer = new_client().get(path, headers=headers)
        assert answer.status_code == (400 if headers["Host"] == host else new_client().get(path).status_code)
        assert "evil.example" not in answer.get("Location", "")


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_tells_the_browser_what_it_may_do(house, monkeypatch):
    from comity.doors.web.law import rules as law

    keeper, guest = house.inside("az-dps", "security"), new_client()
    answers = [(path, client.get(path)) for path, _ in addresses() for client in (keeper.client, guest)]
    answers += [
        ("not allowed", keeper.client.delete("/console/law/")),
        ("another host", guest.get("/", headers={"Host": "evil.example"})),
        ("too much", guest.post("/accounts/login/", data="x" * 400_000, content_type="text/plain")),
        ("no token", new_client(enforce_csrf_checks=True).post("/accounts/login/")),
        ("nothing", guest.get("/nothing/at/all")),
        ("a file", guest.get("/static/comity/comity.css")),
        ("no file", guest.get("/static/nothing.css")),
    ]
    monkeypatch.setattr(law, "page_of", lambda *_, **__: 1 / 0)
    answers.append(("fault", keeper.get("/console/law/")))
    lacking = []
    for path, answer in answers:
        lacking += [(path, answer.status_code, name) for name, value in HEADERS.items() if answer.get(name) != value]
        rules = answer.get("Content-Security-Policy", "")
        if "default-src 'none'" not in rules or "frame-ancestors 'none'" not in rules or "unsafe" in rules:
            lacking.append((path, answer.status_code, "Content-Security-Policy"))
        if path.startswith(("/console/", "/accounts/")) and "no-store" not in answer.get("Cache-Control", ""):
            lacking.append((path, answer.status_code, "Cache-Control"))
    assert lacking == []


def test_cookies_are_kept_from_scripts_other_sites_and_the_open_line():
    said = (
        "import json; from comity.config import settings as s; print(json.dumps({n: getattr(s, n) for n in dir(s)"
        " if n.endswith(('_SECURE', '_HTTPONLY', '_SAMESITE', 'COOKIE_NAME')) or 'HSTS' in n}))"
    )
    environment = {**os.environ, "COMITY_URL": "https://comity.example.gov", "PYTHONPATH": os.pathsep.join(sys.path)}
    found = json.loads(subprocess.check_output([sys.executable, "-c", said], env=environment))  # noqa: S603 - this test's own
    for cookie in ("SESSION_COOKIE", "CSRF_COOKIE"):
        assert found[f"{cookie}_NAME"].startswith("__Host-")
        assert found[f"{cookie}_SECURE"] is found[f"{cookie}_HTTPONLY"] is True
        assert found[f"{cookie}_SAMESITE"] == "Lax"
    assert found["LANGUAGE_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] > 0


def test_every_cookie_that_is_set_is_kept_from_scripts(house):
    person = house.inside()
    person.post("/language/", {"language": "es", "next": "/"})
    lax = {name: one["samesite"] for name, one in person.client.cookies.items()}
    assert set(lax.values()) == {"Lax"}
    assert {name for name, one in person.client.cookies.items() if not one["httponly"]} <= {"django_language"}


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [
        ("/accounts/login/", "application/x-www-form-urlencoded", 300_000),
        ("/accounts/identity/dps/acs/", "application/x-www-form-urlencoded", 300_000),
        ("/language/", "multipart/form-data; boundary=x", 300_000),
        ("/console/accounts/open/", "application/x-www-form-urlencoded", 2_000_000),
        ("/console/accounts/open/", "multipart/form-data; boundary=x", 2_000_000),
        ("/console/agreements/import/", "multipart/form-data; boundary=x", 20 * 1024 * 1024 + 100_000),
    ],
)
def test_a_body_over_the_limit_is_answered_before_it_is_read(house, path, kind, most):
    class Unread:
        def read(self, *_):
            raise AssertionError("the body was read")

        readline = read

    person = house.inside("az-dps", "security")
    given = {"CONTENT_LENGTH": str(most + 1), "CONTENT_TYPE": kind, "wsgi.input": Unread()}
    answer = person.client.generic("POST", path, **given)
    assert answer.status_code == 413
    assert "Too much at once" in words_of(answer)


def test_a_length_that_is_no_number_is_too_much(house):
    for length in ("-1", "1e9", "x", "9" * 30):
        answer = new_client().generic("POST", "/accounts/login/", CONTENT_LENGTH=length)
        assert answer.status_code in {400, 413}, length


def test_too_many_fields_and_files_are_refused(house):
    from django.core.files.uploadedfile import SimpleUploadedFile

    person = house.inside("az-dps", "security")
    many = {f"field{number}": "x" for number in range(2_100)}
    assert person.post("/console/accounts/open/", many).status_code == 400
    files = {f"file{number}": SimpleUploadedFile("x.txt", b"x") for number in range(11)}
    assert person.post("/console/accounts/open/", files).status_code == 400


def test_a_provider_is_not_asked_without_end_and_strangers_leave_no_session(house, monkeypatch):
    from django.conf import settings

    from comity.config.identity import SamlProvider

    made = SamlProvider("dps", "az-dps", "DPS", "urn:x", "https://login.example.gov/", "-")
    monkeypatch.setattr(settings, "IDENTITY_PROVIDERS", (made,))
    guest, there = new_client(), "/accounts/identity/dps/acs/"
    for sent in (
        "",
        "nonsense",
        "PHNhbWw+",
        "PD94bWwgdmVyc2lvbj0iMS4wIj8+PCFET0NUWVBFIHggWzwhRU5USVRZIGUgInkiPl0+PHg+JmU7PC94Pg==",
    ):
        assert guest.post(there, {"SAMLResponse": sent}).status_code == 403
        assert guest.get("/accounts/identity/dps/finish/").status_code == 403
    assert house.node.look("SELECT count(*) FROM django_session") == [(0,)]
    assert {guest.post(there, {"SAMLResponse": "x"}).status_code for _ in range(60)} == {403, 429}
    for path in ("/accounts/identity/nobody/", "/accounts/identity/dps/callback/", "/accounts/identity/nobody/acs/"):
        assert guest.get(path).status_code in {404, 405}
