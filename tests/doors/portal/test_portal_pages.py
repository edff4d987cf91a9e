"""What the public reads: every page without an account, in both languages, and nothing that was not made public."""

import re

import psycopg
import pytest

from comity.config.node import Role

PUBLISHED = {
    "ledger_checkpoint",
    "ledger_tile",
    "publication_agency",
    "publication_agreement",
    "publication_change",
    "publication_directory",
    "publication_law",
    "publication_task_force",
    "publication_version",
}
PAGES = (
    "/",
    "/agreements/",
    "/agreements/?how=in_force&sort=-until",
    "/agreements/?as=csv",
    "/agreements/az-sharing-2026/",
    "/agreements/tfm-demo-2025/versions/1/",
    "/agreements/nothing/",
    "/law/",
    "/law/?of=us-az&sort=-id",
    "/law/?as=csv",
    "/law/rules/law-28/",
    "/law/rules/nothing/",
    "/law/authorities/",
    "/law/authorities/F02/",
    "/law/tables/",
    "/law/tables/law-30/",
    "/law/tables/nothing/",
    "/agencies/",
    "/agencies/?county=04019&kind=local",
    "/agencies/?as=csv",
    "/agencies/map/counties/",
    "/agencies/pima-so/",
    "/agencies/nothing/",
    "/task-forces/az-hidta/",
    "/task-forces/nothing/",
    "/protocols/",
    "/ledger/",
    "/rights/",
    "/nothing/",
    "/api/v1/public/agreements",
    "/api/v1/public/agreements/az-sharing-2026",
    "/api/v1/health",
)


@pytest.fixture
def public(demo):
    from django.test import Client

    demo.sequence()
    return Client(raise_request_exception=False, SERVER_NAME="localhost")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_agreement_is_shown_with_its_parties_words_and_history(public):
    page = text_of(public.get("/agreements/az-sharing-2026/"))
    for said in ("Arizona Information Sharing Memorandum", "in force", "Pima County Sheriff", "put in force"):
        assert said in page


def test_the_list_is_searched_filtered_and_exported(public):
    assert "1 to 6 of 6" in text_of(public.get("/agreements/"))
    assert "1 to 1 of 1" in text_of(public.get("/agreements/?q=warrant"))
    assert "Nothing matches" in text_of(public.get("/agreements/?how=suspended"))
    sheet = public.get("/agreements/?as=csv")
    assert sheet["Content-Type"] == "text/csv; charset=utf-8"
    assert len(sheet.content.decode().splitlines()) == 7


def test_a_suspended_agreement_says_so_once_the_public_was_told(demo, public):
    from comity.doors.worker.deliveries import sweep
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements.commands import suspend_agreement
    from comity.standing.agreements.selectors import get_agreement_by_code
    from comity.standing.agreements.vocabulary import SuspensionReason

    with reading(node_actor(Duty.STEWARD)):
        found = get_agreement_by_code("az-sharing-2026")
    suspend_agreement(
        by=demo.actor("pima-so", "privacy"),
        now=demo.clock(),
        agreement_id=found.id,
        reason=SuspensionReason.LEGAL_REVIEW,
    )
    sweep(clock=demo.clock, keys=demo.keys)
    assert "suspended: nothing is done under it" in text_of(public.get("/agreements/az-sharing-2026/"))


def test_the_last_checkpoint_is_shown_as_it_was_signed(demo, public):
    [(note,)] = demo.look("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    assert note.splitlines()[2] in public.get("/ledger/").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_who_they_are_and_leaves_nothing_behind(public, path):
    answer = public.get(path)
    assert answer.status_code == (404 if "nothing" in path else 200)
    assert not answer.cookies
    if not path.startswith("/api/"):
        assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("path", [page for page in PAGES if not page.startswith("/api/") and "csv" not in page])
def test_a_page_is_spanish_for_who_reads_spanish(public, path):
    answer = public.get(path, headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert '<html lang="es">' in answer.content.decode()


def test_nothing_is_sent_to_the_portal(public):
    for path in ("/", "/agreements/", "/rights/"):
        assert public.post(path, {"a": "b"}).status_code == 405


def plant(run):
    """Write a word of its own into every text of a row of every private table; returns the words by where they are."""
    planted = {}
    columns = run.look(
        "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = 'public' AND c.data_type IN ('text', 'character varying')"
        " AND t.table_type = 'BASE TABLE'"
    )
    with psycopg.connect(run.access.conninfo(Role.BOOTSTRAP)) as admin:
        admin.execute("SET session_replication_role = replica")
        for number, (table, column) in enumerate(columns):
            if table in PUBLISHED or table == "django_migrations":
                continue
            word = f"canary{number:04d}"
            try:
                with admin.transaction():
                    done = admin.execute(
                        f'UPDATE {table} SET "{column}" = %s WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)', (word,)
                    )
            except psycopg.Error:
                continue
            if done.rowcount:
                planted[word] = f"{table}.{column}"
    return planted


def test_no_word_of_a_private_table_is_in_a_public_answer(run):
    from django.test import Client

    run.sequence()
    planted = plant(run)
    assert len(planted) > 60
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    seen = set()
    for path in PAGES:
        for language in ("en", "es"):
            said = client.get(path, headers={"Accept-Language": language}).content.decode()
            seen |= {where for word, where in planted.items() if word in said}
    assert seen == set()


def test_the_law_is_read_in_plain_words_with_its_authority(public):
    page = text_of(public.get("/law/rules/law-28/"))
    assert "8 U.S.C. 1373" in page
    assert "No government may bar exchange" in page
    spanish = text_of(public.get("/law/rules/law-28/", headers={"Accept-Language": "es"}))
    assert "Ley de" in spanish
    assert "1 to 25 of" in text_of(public.get("/law/"))
    assert public.get("/law/tables/law-28/").status_code == 200


def test_an_agency_is_public_with_its_counties_and_agreements_and_without_posts_or_telephone(demo, public):
    answer = public.get("/agencies/pima-so/")
    page = text_of(answer)
    for said in ("Pima, AZ", "Arizona Information Sharing Memorandum", "Counter Narcotics Alliance"):
        assert said in page
    private = demo.look("SELECT DISTINCT title FROM directory_post UNION SELECT value FROM directory_contact_point")
    assert not [one for (one,) in private if one in page]
    assert answer.content.decode().count("comity-county--marked") == 1


def test_every_agency_is_reached_from_the_map(public):
    page = public.get("/agencies/map/counties/?state=UT&kind=tribal").content.decode()
    assert 'href="/agencies/?kind=tribal&amp;county=49037"' in page
    assert "1 to 3 of 3" in text_of(public.get("/agencies/?kind=tribal&county=49037"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small_and_may_be_kept(public, path):
    answer = public.get(path)
    assert len(answer.content) < 200_000
    if answer.status_code == 200 and "csv" not in path and not path.startswith("/api/"):
        assert answer["Cache-Control"] == "public, max-age=60"
        assert "hx-" not in answer.content.decode()


VOWELS = re.compile(r"[aeiouyáéíóúü]+", re.IGNORECASE)


def measured(answer):
    """Words in a sentence, and syllables in a word, of what stands in paragraphs."""
    told = " ".join(re.findall(r"(?s)<p(?: class=\"usa-intro\")?>(.*?)</p>", answer.content.decode()))
    sentences = [one for one in re.split(r"[.:?!]", re.sub(r"<[^>]+>", " ", told)) if one.strip()]
    words = [word for one in sentences for word in re.findall(r"[^\W\d_]+", one)]
    syllables = sum(max(1, len(VOWELS.findall(re.sub(r"e$", "", word) or word))) for word in words)
    return len(words) / len(sentences), syllables / len(words)


def test_rights_are_read_by_who_left_school_early(public):
    """English by Flesch and Kincaid (a grade), Spanish by Fernández Huerta (70 and more: for grades 6 to 8)."""
    length, syllables = measured(public.get("/rights/"))
    assert 0.39 * length + 11.8 * syllables - 15.59 <= 8
    length, syllables = measured(public.get("/rights/", headers={"Accept-Language": "es"}))
    assert 206.84 - 60 * syllables - 1.02 * length >= 70


def test_who_keeps_a_page_for_others_keeps_it_apart_by_the_language_that_was_chosen(public):
    for path in ("/", "/law/", "/agencies/", "/rights/"):
        told = {one.strip().lower() for one in public.get(path)["Vary"].split(",")}
        assert {"cookie", "accept-language"} <= told, path
