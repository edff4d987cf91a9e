"""The vocabulary holds together: elements, classes, categories, marks, evidence, texts in both languages."""

from importlib.resources import files

import pytest

from comity.standing.law.catalogue import CatalogueError, Source, load_catalogue, read_catalogue
from comity.standing.law.packs import (
    BrokenTextsError,
    load_rules,
    load_texts,
    read_texts,
    shipped_text_sources,
)
from comity.standing.training.vocabulary import Function

TABLES = ("classes", "elements", "categories", "purposes", "marks", "evidence", "obligations")


def shipped() -> str:
    return files("comity.standing.law").joinpath("catalogue.toml").read_text("utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_every_word_has_a_label_in_both_languages(table):
    for code, word in getattr(load_catalogue(), table).items():
        assert code == word.code
        assert word.label("en")
        assert word.label("es")
        assert code.isascii()
        assert code == code.lower()


def test_every_class_is_asked_in_some_category_and_has_an_element():
    catalogue = load_catalogue()
    askable = {name for category in catalogue.categories.values() for name in category.classes}
    assert {element.sensitivity_class for element in catalogue.elements.values()} == set(catalogue.classes) == askable


def test_elements_are_grouped_by_class_in_a_fixed_order():
    asked = load_catalogue().group(("release_date", "person_name", "birth_date", "person_name"))
    assert asked == (("identity", ("birth_date", "person_name")), ("release", ("release_date",)))


def test_an_unknown_element_is_refused():
    with pytest.raises(KeyError):
        load_catalogue().group(("shoe_size",))


def test_an_element_belongs_in_some_categories_only():
    catalogue = load_catalogue()
    assert catalogue.may_ask("custody", "release_date")
    assert not catalogue.may_ask("status", "release_date")


HIDING = ("protected_1367", "asylum", "tu_visa", "continued_presence", "juvenile_social", "expunged")


@pytest.mark.parametrize("mark", HIDING)
def test_a_mark_that_hides_is_filed_only_where_existence_may_be_hidden(mark):
    catalogue = load_catalogue()
    allowed = {code for code in catalogue.categories if catalogue.may_file(code, frozenset({mark}))}
    assert allowed == {"status", "victim_protected", "asylum", "juvenile", "sealed"}


def test_no_other_mark_hides():
    assert load_catalogue().hiding_marks == set(HIDING)


def test_an_open_mark_is_filed_anywhere():
    catalogue = load_catalogue()
    assert all(catalogue.may_file(code, frozenset({"minor", "shared_in"})) for code in catalogue.categories)


def test_every_approver_a_rule_names_can_be_shown_by_the_system_alone():
    catalogue = load_catalogue()
    for rule in load_rules():
        for function in rule.approvals:
            assert catalogue.evidence[f"approved_{function}"].source is Source.SYSTEM


def test_what_only_the_system_finds_is_never_believed_of_an_asker():
    believed = load_catalogue().evidence_from(Source.ASKER)
    assert not any(code.startswith(("approved_", "trained_")) for code in believed)
    assert not believed & {"counsel_mandate", "originator_consent", "own_legal_basis", "victim_exception"}


def test_training_evidence_names_functions_of_training():
    trained = {code.removeprefix("trained_") for code in load_catalogue().evidence if code.startswith("trained_")}
    assert trained <= {function.value for function in Function}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('class = "release"', 'class = "freedom"'),
        ('classes = ["alpr", "vehicle"]', 'classes = ["alpr", "boats"]'),
        ("[evidence]", '[evidence]\napproved_mayor = { source = "system", en = "a", es = "b" }'),
        (', es = "custodia" }', " }"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(old, new):
    assert old in shipped()
    with pytest.raises(CatalogueError):
        read_catalogue(shipped().replace(old, new, 1))


def test_texts_are_complete_in_both_languages_and_nothing_is_left_over():
    texts = load_texts()
    spoken = {rule.says for rule in load_rules()} | {"clause", "nothing", "error"}
    assert set(texts) == {"en", "es"}
    for language in texts:
        assert set(texts[language]) == spoken
    for key in spoken:
        assert texts["en"][key] != texts["es"][key]


def test_texts_missing_in_one_language_are_refused():
    sources = dict(shipped_text_sources()) | {"es": shipped_text_sources()["es"].split("[error]")[0]}
    with pytest.raises(BrokenTextsError, match=r"texts `es` lack \['error'\]"):
        read_texts(sources)


def test_texts_without_a_way_forward_are_refused():
    with pytest.raises(BrokenTextsError, match="text `a` in `en`"):
        read_texts({"en": '[a]\nsays = "x"\n'})
