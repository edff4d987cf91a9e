"""The outlines that maps are drawn from: read rightly, small, and of the counties the demo speaks of."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tools.counties import write_counties  # noqa: E402 - found there

ATLAS = ROOT / "node_modules" / "us-atlas" / "counties-10m.json"


@pytest.fixture
def folder(tmp_path):
    write_counties(ATLAS, tmp_path)
    return tmp_path


def test_every_county_of_the_demo_has_an_outline(folder):
    from comity.standing.directory.demo import read_demo

    codes = {code for one in read_demo().agencies for code in one.new.counties}
    drawn = {}
    for state in {code[:2] for code in codes}:
        drawn |= json.loads((folder / f"{state}.json").read_text("utf-8"))["counties"]
    assert codes <= set(drawn)
    assert all(drawn[code]["path"].startswith("M") for code in codes)


def test_states_are_whole_and_small(folder):
    arizona = json.loads((folder / "04.json").read_text("utf-8"))
    assert len(arizona["counties"]) == 15
    assert arizona["counties"]["04019"]["name"] == "Pima"
    assert 1.0 < arizona["height"] / arizona["width"] < 1.3
    for one in arizona["counties"].values():
        assert 0 < one["x"] < arizona["width"]
        assert 0 < one["y"] < arizona["height"]
    assert max(path.stat().st_size for path in folder.iterdir()) < 60_000


def test_arcs_are_joined_forwards_and_backwards(tmp_path):
    square = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [[[0, 0], [0, 2]], [[0, 0], [2, 0], [0, 2], [-2, 0]]],
        "objects": {
            "counties": {
                "geometries": [{"type": "Polygon", "arcs": [[0, -2]], "id": "04001", "properties": {"name": "Square"}}]
            }
        },
    }
    atlas = tmp_path / "atlas.json"
    atlas.write_text(json.dumps(square))
    assert write_counties(atlas, tmp_path / "out") == 1
    drawn = json.loads((tmp_path / "out" / "04.json").read_text("utf-8"))
    path = drawn["counties"]["04001"]["path"]
    assert path.count("L") == 4
    assert path.startswith("M4 ")
    assert drawn["counties"]["04001"]["x"] == pytest.approx(drawn["width"] / 2, abs=1)
