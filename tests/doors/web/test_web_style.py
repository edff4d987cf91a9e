"""The sheet of styles: what a class looks like stands in one place, so that no page changes another's."""

import re
from collections import Counter
from pathlib import Path

SHEET = Path(__file__).parents[3] / "src" / "comity" / "doors" / "web" / "static" / "comity" / "comity.css"


def test_what_a_class_looks_like_stands_in_one_place():
    text = re.sub(r"(?s)@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", SHEET.read_text("utf-8"))
    selectors = [one.strip() for one in re.findall(r"([^{}]+)\{", text)]
    alone = Counter(one for one in selectors if re.fullmatch(r"\.comity-[\w-]+", one))
    assert {one: number for one, number in alone.items() if number > 1} == {}
    assert len(alone) > 50
