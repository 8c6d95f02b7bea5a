"""The benchmark: that it measures and draws everything, at its smallest, and refuses what is not true."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.samples import Spread, distribution, percentile
from benchmarks.verdict import Audited, NotTrueError
from tests.servers import ROOT


@pytest.mark.once
@pytest.mark.slow
def test_the_smallest_run_measures_audits_compares_and_draws(tmp_path: Path) -> None:
    # Without the peers, which only `make bench` installs.
    command = [sys.executable, "-m", "benchmarks", "tiny", "--without-peers", "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr

    report = json.loads((tmp_path / "latest.json").read_text())
    assert set(report["figures"]) == {"fanout", "lag", "posting", "memory", "growth", "reading"}
    fanout = report["figures"]["fanout"]
    assert {entrant["database"] for entrant in fanout} == {"PostgreSQL", "SQLite"}
    assert all((entrant["missing"], entrant["extra"]) == (0, 0) for entrant in fanout)
    assert all(entrant["rows_per_second"]["least"] > 0 for entrant in fanout)
    assert report["machine"]["versions"]["PostgreSQL"][0].isdigit()
    assert "Trellis : the same statements alone" in [ratio["name"] for ratio in report["ratios"]]

    pictures = sorted(tmp_path.glob("*.svg"))
    assert len(pictures) == 7
    for path in pictures:
        assert ElementTree.fromstring(path.read_text()).tag.endswith("svg")


def test_a_run_whose_timelines_are_not_right_does_not_count() -> None:
    Audited(entries=10, missing=0, extra=0).insist("right")
    for wrong in (Audited(10, 1, 0), Audited(10, 0, 1), Audited(0, 0, 0)):
        with pytest.raises(NotTrueError):
            wrong.insist("wrong")


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7
    assert distribution([3.0, 1.0, 2.0]) == {"count": 3, "p50": 2, "p95": 3, "p99": 3, "max": 3}
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2, 1, 3)
