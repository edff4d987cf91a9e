"""Outlines of counties for the pages' maps: read from `us-atlas` (TopoJSON), one small file for each state.

A state is drawn flat, as seen from above its middle: degrees of longitude shrink by the cosine of its mean latitude.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 600
"""How wide a state is drawn, in the units of its outlines; as high as it then is."""
MARGIN: Final = 4
_ACROSS_THE_DATE_LINE: Final = "02"
"""Alaska: its far islands lie east of the line and are drawn west of the others."""

Point = tuple[float, float]
Ring = Sequence[Point]


def write_counties(atlas: Path, folder: Path) -> int:
    """Write `<state FIPS>.json` for every state of the atlas into `folder`; return how many.

    Each holds `width`, `height` and `counties`: FIPS code to `name`, `path` (SVG), `x`, `y` (its middle).
    """
    topology = json.loads(atlas.read_text("utf-8"))
    arcs = _arcs(topology)
    states: dict[str, dict[str, Any]] = {}
    for shape in topology["objects"]["counties"]["geometries"]:
        code = str(shape["id"])
        rings = [[_ring(refs, arcs) for refs in polygon] for polygon in _polygons(shape)]
        states.setdefault(code[:2], {})[code] = (shape["properties"]["name"], rings)
    folder.mkdir(parents=True, exist_ok=True)
    for state, counties in states.items():
        said = json.dumps(_drawn(state, counties), separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        (folder / f"{state}.json").write_text(said, "utf-8")
    return len(states)


def _arcs(topology: Mapping[str, Any]) -> list[list[Point]]:
    """Return the arcs in degrees: each point is stored as its distance from the one before."""
    (wide, high), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * wide + west, y * high + south))
        found.append(points)
    return found


def _polygons(shape: Mapping[str, Any]) -> list[list[list[int]]]:
    return [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]


def _ring(refs: Iterable[int], arcs: Sequence[Sequence[Point]]) -> list[Point]:
    """Join arcs into a ring; `~n` is arc `n` backwards, and each begins where the one before ended."""
    points: list[Point] = []
    for ref in refs:
        arc = arcs[ref] if ref >= 0 else arcs[~ref][::-1]
        points += arc[1:] if points else arc
    return points


def _drawn(state: str, counties: Mapping[str, tuple[str, list[list[Ring]]]]) -> dict[str, Any]:
    points = [point for _, polygons in counties.values() for rings in polygons for ring in rings for point in ring]
    longitudes = [_west(state, x) for x, _ in points]
    west, east = min(longitudes), max(longitudes)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * shrink)

    def placed(point: Point) -> Point:
        return (_west(state, point[0]) - west) * shrink * scale + MARGIN, (north - point[1]) * scale + MARGIN

    drawn = {}
    for code, (name, polygons) in counties.items():
        flat = [[[placed(point) for point in ring] for ring in rings] for rings in polygons]
        x, y = _middle(max((rings[0] for rings in flat), key=lambda ring: abs(_area(ring))))
        path = "".join(_path(ring) for rings in flat for ring in rings)
        drawn[code] = {"name": name, "path": path, "x": round(x), "y": round(y)}
    return {"width": WIDTH + 2 * MARGIN, "height": round((north - south) * scale) + 2 * MARGIN, "counties": drawn}


def _west(state: str, longitude: float) -> float:
    return longitude - 360 if state == _ACROSS_THE_DATE_LINE and longitude > 0 else longitude


def _path(ring: Ring) -> str:
    """Return a ring as an SVG path in whole units; points that fall together are one."""
    whole = [(round(x), round(y)) for x, y in ring]
    kept = [point for number, point in enumerate(whole) if number == 0 or point != whole[number - 1]]
    if len(kept) < 3:  # noqa: PLR2004 - fewer corners than a triangle: too small to be drawn
        return ""
    return "M" + "L".join(f"{x} {y}" for x, y in kept) + "Z"


def _area(ring: Ring) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Ring) -> Point:
    """Return the centroid of a ring."""
    area = _area(ring)
    if not area:
        return ring[0]
    x = y = 0.0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        x, y = x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return x / (6 * area), y / (6 * area)
