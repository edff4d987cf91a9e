"""A form is sent in the post it was opened in, or not at all."""

import re

from web_people import words_of

OTHER = "01900000-0000-7000-8000-0000000000ff"


def acting_in(answer):
    """The posts that the forms of a page were opened in."""
    return set(re.findall(r'name="acting" value="([^"]+)"', answer.content.decode()))


def test_every_form_says_in_which_post_it_was_opened(house):
    keeper = house.inside("az-dps", "security")
    page = keeper.get("/console/accounts/open/")
    assert len(acting_in(page)) == 1
    forms = re.findall(r'(?s)<form[^>]*method="post".*?</form>', page.content.decode())
    assert forms
    assert [one for one in forms if "csrfmiddlewaretoken" in one and 'name="acting"' not in one] == []


def test_a_form_of_another_post_is_not_sent_and_what_was_typed_is_kept(house):
    keeper = house.inside("az-dps", "security")
    given = {"reference": "0006", "username": "typed-before", "acting": OTHER}
    answer = keeper.post("/console/accounts/open/", given)
    assert answer.status_code == 409
    assert "opened in another of your posts" in words_of(answer)
    assert house.node.look("SELECT 1 FROM accounts_account WHERE username = 'typed-before'") == []
    page = keeper.get("/console/accounts/open/")
    assert "typed-before" in page.content.decode()
    [own] = acting_in(page)
    assert keeper.post("/console/accounts/open/", given | {"acting": own}).status_code == 200


def test_choosing_a_post_and_keeping_a_draft_are_done_in_none(house):
    keeper = house.inside("az-dps", "security")
    assert keeper.post("/console/post/", {"post": OTHER, "acting": OTHER}).status_code == 302
    assert keeper.post("/console/draft/", {"draft_of": "/console/may/", "acting": OTHER}).status_code == 204


def test_who_signs_in_or_reads_in_public_acts_in_no_post(house):
    from web_people import new_client

    assert acting_in(new_client().get("/accounts/login/")) == set()
    assert acting_in(house.person().client.get("/")) == set()
