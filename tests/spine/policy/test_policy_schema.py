"""The facts handed to the engine are exactly those its schema names."""

import json
import re
from importlib.resources import files

import cedarpy

from comity.spine.policy.decide import attributes_of
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.slices import SCHEMA

NOBODY = Party("", "", "", frozenset())
FACTS = Facts("disclose", NOBODY, NOBODY, "", "", ())


def test_every_attribute_of_the_schema_is_given_with_its_type_and_no_other() -> None:
    text = files("comity.spine.policy").joinpath("gate.cedarschema").read_text()
    named = dict(re.findall(r"^        (\w+): ([\w<>]+),$", text, re.MULTILINE))
    given = {name: "Set<String>" if isinstance(v, frozenset) else "String" for name, v in attributes_of(FACTS).items()}
    assert given == named


def test_the_engine_itself_takes_the_attributes_under_the_schema() -> None:
    attrs = {name: sorted(v) if isinstance(v, frozenset) else v for name, v in attributes_of(FACTS).items()}
    entity = {"uid": {"type": "Comity::Ask", "id": "it"}, "attrs": attrs, "parents": []}
    assert len(cedarpy.Entities.from_json_str(json.dumps([entity]), schema=SCHEMA)) >= 1
