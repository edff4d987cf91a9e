"""Agreements of known truth in each way paper comes to us, read back: nothing is lost, nothing is invented."""

from collections import defaultdict

import pytest
from damage_given import DAMAGES, feet, justified, ligatures, line_numbers, marked_up, roman_numbers_misread
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_given import read

from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.synthetic import Synthetic, make_agreement

SEEDS = range(3)


def differences(text: Synthetic, content: str | bytes) -> list[str]:
    """Return where a reading is not the truth of the text it was made from."""
    reading = read(content)
    wanted = set(zip(text.paths, text.headings, strict=True))
    found = {(section.path, section.heading) for section in reading.sections}
    values = defaultdict(list)
    for provision in reading.provisions:
        values[provision.term].append(provision.value)
    told = [f"model {reading.model}"] if reading.model != text.model else []
    told += [f"lost section {path}" for path, _ in sorted(wanted - found)]
    told += [f"added section {path}" for path, _ in sorted(found - wanted)]
    told += [f"{term}: {values[term]}, not {value}" for term, value in text.terms.items() if values[term] != [value]]
    parties = [party.name.replace("\u2019", "'") for party in reading.parties if party.role != "federal"]
    return told if parties == [text.agency] else [*told, f"parties {parties}"]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("model", list(Model))
def test_a_damaged_text_says_what_the_clean_one_says(model, damage):
    for seed in SEEDS:
        text = make_agreement(seed, model=model, dropped=seed % 2)
        assert differences(text, damage(text.text, seed)) == [], seed


@settings(max_examples=20)
@given(
    st.integers(0, 10_000),
    st.sampled_from(list(Model)),
    st.lists(st.sampled_from([ligatures, marked_up, roman_numbers_misread]), unique=True),
    st.sampled_from([feet, justified, line_numbers]),
)
def test_damages_of_different_kinds_together_lose_nothing(seed, model, damages, last):
    text = make_agreement(seed, model=model)
    damaged = text.text
    for damage in (*damages, last):
        damaged = damage(damaged, seed)
    assert differences(text, damaged) == []
