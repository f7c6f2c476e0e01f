"""What reading and normalising take, beside `json.loads` on the same lines."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import pytest
from django.utils import timezone
from pyld import jsonld

from postings.ingest import normalise
from postings.ingest.read import Document, Node, nodes
from tests.bench.conftest import Show
from tests.bench.generator import lines
from tests.conftest import CORPUS

COUNT, ROUNDS = 10_000, 5


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def own() -> list[bytes]:
    return list(lines(range(COUNT), today=timezone.localdate()))


def collected() -> list[bytes]:
    """Records shaped like those of a large network, by a program beside the corpus."""
    program = CORPUS.parent / "bench" / "generate.py"
    if not program.is_file():
        pytest.skip(f"there is no {program}")
    command = [sys.executable, str(program), str(COUNT), "0", "2026-11-01"]
    return subprocess.run(command, capture_output=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("made", [own, collected])
def test_reading_beside_json_loads(
    show: Show, monkeypatch: pytest.MonkeyPatch, made: Callable[[], list[bytes]]
) -> None:
    """Without descriptions: what telling which posting a record is takes."""
    records = made()
    document = Document(name="bench", content=b"\n".join(records))

    def parse() -> None:
        for record in records:
            json.loads(record)

    def read() -> None:
        assert all(isinstance(entry, Node) for entry in nodes(document))

    def make() -> None:
        for entry in nodes(document):
            assert isinstance(entry, Node)
            made = normalise.posting(entry, long_texts=False)
            assert made.posting is not None

    def never(*_arguments: object) -> None:
        pytest.fail("a plain line was given to PyLD")

    monkeypatch.setattr(jsonld, "expand", never)
    steps = {"json.loads": parse, "read": read, "read and normalise": make}
    taken: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(ROUNDS):
        for step, work in steps.items():
            taken[step].append(seconds(work))
    middle = {step: median(times) for step, times in taken.items()}
    rows = [
        [step, f"{time_ / COUNT * 1e6:.1f}", f"{time_ / middle['json.loads']:.1f}"]
        for step, time_ in middle.items()
    ]
    show(
        f"Reading {COUNT:,} lines ({made.__name__}), descriptions left out",
        [["step", "µs a record", ": json.loads"], *rows],
    )
