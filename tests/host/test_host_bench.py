import json
import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from comity.host.bench import gate
from comity.host.bench.classifier import Sample, auc, tell_apart
from comity.host.bench.command import bench_command
from comity.host.bench.figures import BARS, Measured, as_plain, as_table
from comity.host.bench.gate_asks import ELEMENTS, make_asks
from comity.host.bench.gate_rulebook import make_rulebook
from comity.host.bench.ledger import seeded_uuid
from comity.host.bench.node import DiskTooSmallError, require_disk
from comity.host.bench.samples import quantile, seeded

KEYS = {
    "gate": ["p99_us", "of_bare", "growth", "cold_us", "crowded_us"],
    "exchange": ["bulk_per_s", "single_per_s", "p95_ms", "of_pgbench", "growth"],
    "ledger": ["of_plain", "integrated_per_s", "lag_p99_s", "verify_s", "proof_p99_ms"],
    "accounting": ["p95_ms_100"],
    "law": ["import_s", "redline_ms", "replay_per_s", "compile_s"],
    "web": ["list_p95_ms", "list_queries", "desk_p95_ms", "page_kb"],
    "hiding": ["auc"],
}
NEEDS = {"law": ("reading.reading", "redline")}
TINY = {
    "exchange": "ExchangeSize(records=4, bulk=20, single=16, steady=20, commits_seconds=1, there=200, gigabytes=1)",
    "ledger": "LedgerSize(each=3, entries=600, with_rows=100, proofs=5, gigabytes=1)",
    "accounting": "AccountingSize(rows=20_000, many=1_000, subjects=2, gigabytes=1)",
    "law": "LawSize(decisions=40, distinct=20, pairs=2, clauses=30, words=400, gigabytes=1)",
    "web": "WebSize(rows=200, agencies=20, times=1, gigabytes=1)",
    "hiding": "HidingSize(pairs=10, gigabytes=1)",
}


def test_each_benchmark_has_the_keys_it_promised():
    assert {name: [bar.key for bar in bars] for name, bars in BARS.items()} == KEYS


@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_measures_every_key_on_a_node_of_its_own(name, tmp_path):
    for module in NEEDS.get(name, ()):
        pytest.importorskip(f"comity.standing.agreements.{module}")
    script = (
        f"import json; from comity.host.bench.{name} import *; from comity.host.bench.figures import as_plain\n"
        f"if __name__ == '__main__':\n"
        f"    print(json.dumps(as_plain(measure_{name}(size={TINY[name]}, runs=1, say=lambda word: None))))\n"
    )
    (tmp_path / "tiny.py").write_text(script)
    environment = os.environ | {"COMITY_HOME": str(tmp_path / "home")}
    command = [sys.executable, tmp_path / "tiny.py"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert found.returncode == 0, found.stderr
    plain = json.loads(found.stdout)
    assert [key for key in plain if key not in {"bench", "met", "details"}] == KEYS[name]
    assert plain["details"]["postgresql"]["fsync"] == "on"
    assert not (tmp_path / "home" / "bench" / name).exists()


def test_the_gate_is_measured_beside_the_same_calls_bare():
    size = gate.GateSize(asks=20, few=100, many=150, crowd=10, cold=2)
    plain = as_plain(gate.measure_gate(size=size, runs=1, say=lambda _: None))
    assert 0 < plain["of_bare"] < 1
    assert plain["details"]["cedar_questions"] >= 1


def test_gate_asks_are_distinct_of_several_classes_and_two_in_five_permitted():
    asks = make_asks(make_rulebook(rules=100, edition="t"), count=40, seed=1)
    facts = [facts for _, facts in asks]
    assert len(set(facts)) == 40
    assert {sum(len(elements) for _, elements in one.asked) for one in facts} == {ELEMENTS}
    assert min(len(one.asked) for one in facts) >= 3


def test_a_rulebook_has_about_the_size_it_should():
    assert abs(make_rulebook(rules=1_000, edition="t").rules - 1_000) < 20


def test_a_figure_below_its_bar_is_shown_as_missed():
    plain = as_plain(Measured("hiding", {"auc": 0.6}, {}))
    assert plain["met"] == {"auc": False}
    assert "missed" in str(list(as_table(plain).columns[3].cells))


def test_a_figure_on_its_bar_is_met():
    assert as_plain(Measured("accounting", {"p95_ms_100": 200.0}, {}))["met"] == {"p95_ms_100": True}


def test_auc_counts_pairs_and_ties_half():
    assert auc([1, 2, 3, 4], [False, False, True, True]) == 1.0
    assert auc([1, 1, 1, 1], [False, True, False, True]) == 0.5
    assert auc([1, 2, 3, 4], [True, False, True, False]) == 0.25


def test_the_classifier_finds_what_tells_and_nothing_where_nothing_does():
    luck = seeded(3)
    labels = [luck.random() < 0.5 for _ in range(4_000)]
    silent = [Sample(label, {"time": luck.random()}, b"same") for label in labels]
    slower = [Sample(label, {"time": luck.random() + 0.3 * label}, b"same") for label in labels]
    longer = [Sample(label, {"time": luck.random()}, b"yes" if label else b"no") for label in labels]
    assert tell_apart(silent, seed=1).auc < 0.55
    assert tell_apart(slower, seed=1).each["time"] > 0.7
    assert tell_apart(slower, seed=1).together > 0.7
    assert tell_apart(longer, seed=1).each["text"] == 1.0


def test_the_quantile_is_one_of_the_values():
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([1, 2, 3], 0.99) == 3


def test_seeded_ids_are_those_the_database_makes():
    assert str(seeded_uuid(9, 5)) == "01941f29-7c64-7009-8000-000000000005"


def test_a_benchmark_that_does_not_fit_on_the_disk_says_what_it_needs(tmp_path):
    with pytest.raises(DiskTooSmallError, match="needs 1000000 GB"):
        require_disk(tmp_path / "not" / "yet", 1_000_000)


def test_an_unknown_benchmark_is_refused():
    app = typer.Typer()
    app.command()(bench_command)
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2
