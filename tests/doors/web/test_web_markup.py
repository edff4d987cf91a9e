"""Markup typed into any text field of any form comes out as text: every form of every page, found by walking them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from web_pages import INSIDE, by_person
from web_people import new_client

BAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}"
OUTSIDE = ("/", "/agreements/", "/agreements/az-sharing-2026/", "/ledger/", "/accounts/login/", "/accounts/join/")
PEOPLE = by_person(INSIDE)
TYPING = {("az-dps", post) for post in ("auditor", "counsel", "records-supervisor", "security")}
TYPED = {"text", "search", "url", "tel", "email", "number", "date", "datetime-local", "time", ""}


@dataclass
class Form:
    """A form as a browser sees it."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    button: tuple[str, str] | None = None


class Forms(HTMLParser):
    """Finds the forms of a page: what is typed into, and what a browser would send beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        if self.form is None:
            return
        self.take(tag, given)

    def take(self, tag, given):
        name, kind = given.get("name", ""), given.get("type", "").lower()
        if tag == "textarea" or (tag == "input" and kind in TYPED):
            if name:
                self.form.typed.append(name)
        elif tag == "input" and name and (kind not in {"checkbox", "radio"} or name not in self.form.fields):
            if kind not in {"file", "submit", "image"}:
                self.form.fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            value = given.get("value", "")
            if value and (self.select not in self.form.fields or "selected" in given):
                self.form.fields[self.select] = [value]
        elif tag == "button" and kind in {"", "submit"} and name and self.form.button is None:
            self.form.button = (name, given.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""


def forms_of(answer):
    found = Forms()
    found.feed(answer.content.decode())
    return [one for one in found.forms if one.typed]


def typed_into(client, path, form):
    """Send a form with markup in every text field; return the answer and the page it was on, looked at again."""
    given = {name: values for name, values in form.fields.items() if name != "csrfmiddlewaretoken"}
    given |= {name: [BAD] for name in form.typed}
    if form.button:
        given[form.button[0]] = [form.button[1]]
    there = form.action or path
    if form.method == "post":
        answer = client.post(there, given)
    else:
        answer = client.get(urlsplit(there).path or path, data=given)
    pages = [answer]
    for _ in range(3):
        if pages[-1].status_code not in {301, 302, 303}:
            break
        pages.append(client.get(pages[-1]["Location"]))
    return [*pages, client.get(path)]


def marked(page):
    text = page.content.decode(errors="replace") if not page.streaming else ""
    return [bad for bad in ("<script>alert(1)", "<img src=x", "14{{", "\"'><") if bad in text]


def walk(client, paths):
    wrong, sent = [], 0
    for path in paths:
        page = client.get(path)
        for form in forms_of(page) if "html" in page.get("Content-Type", "") else []:
            sent += 1
            answers = typed_into(client, path, form)
            bad = [one for one in answers if marked(one) or one.status_code >= 500]
            wrong += [(path, form.action, form.typed, one.status_code) for one in bad]
    return wrong, sent


@pytest.mark.parametrize(("who", "pages"), PEOPLE, ids=["-".join(who) for who, _ in PEOPLE])
def test_what_staff_type_is_text(house, scene, who, pages):
    person = house.inside(*who)
    wrong, sent = walk(person.client, [page.at(scene) for page in pages])
    assert wrong == []
    assert sent > 0 or who not in TYPING


def test_what_anybody_types_is_text(house):
    wrong, sent = walk(new_client(), OUTSIDE)
    assert wrong == []
    assert sent > 2


def test_the_walk_sees_markup_that_comes_out_as_markup(house, monkeypatch):
    from django.http import HttpResponse

    from comity.doors.web.law import rules as law

    person = house.inside()
    shown = law.show

    def careless(request, template, context, *rest):
        answer = shown(request, template, context, *rest)
        return HttpResponse(answer.content + request.GET.get("q", "").encode())

    monkeypatch.setattr(law, "show", careless)
    wrong, _ = walk(person.client, ["/console/law/"])
    assert wrong
