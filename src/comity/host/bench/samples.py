"""Samples to figures."""

import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """Return the middle of the runs."""
    return float(statistics.median(values))


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, least and most of the runs, for the details."""
    return {"median": round(median(values), 4), "min": round(min(values), 4), "max": round(max(values), 4)}


def machine() -> Mapping[str, object]:
    """Return what a reader must know of the machine to compare: processors and how busy it was."""
    load = Path("/proc/loadavg").read_text("utf-8").split()[:3] if Path("/proc/loadavg").exists() else []
    return {"processors": os.cpu_count(), "load_average": [float(one) for one in load]}


def seeded(seed: int) -> Random:
    """Return a generator that makes the same material every time."""
    return Random(seed)  # noqa: S311 - material for measuring, no secret
