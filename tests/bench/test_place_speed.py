"""What it costs to know where: circles as cells, towns of addresses, texts as places."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from postings.search.places import gazetteer
from postings.search.places.cells import cells, cover, haversine
from postings.search.places.gazetteer import certain_town
from postings.search.places.where import resolve
from tests.bench.conftest import Show
from tests.search.test_cells import RADII, spread
from tests.search.test_where import AMBIGUOUS, SOME

CIRCLES = 60


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def test_circles(show: Show) -> None:
    rows = [("km", "cells", "at most", "ms", "precision", "recall", "least")]
    for km in RADII:
        rnd = random.Random(km)
        counts, times, shares = [], [], []
        both = found = inside = 0
        for _ in range(CIRCLES):
            origin = (rnd.uniform(-60, 75), rnd.uniform(-180, 180))
            cover.cache_clear()
            began = time.perf_counter()
            covering = set(cover(*origin, km))
            times.append((time.perf_counter() - began) * 1000)
            counts.append(len(covering))
            points = [point for _ in range(5) for point in spread(rnd, origin, km)]
            in_cells = {p for p in points if not covering.isdisjoint(cells(*p))}
            in_circle = {p for p in points if haversine(*origin, *p) <= km}
            right = len(in_cells & in_circle)
            both, found = both + right, found + len(in_cells)
            inside += len(in_circle)
            shares.append(right / max(len(in_cells), len(in_circle)))
        rows.append(
            (
                str(km),
                f"{median(counts):.0f}",
                str(max(counts)),
                f"{median(times):.1f}",
                f"{both / found:.4f}",
                f"{both / inside:.4f}",
                f"{min(shares):.3f}",
            )
        )
    show("Circles as cells", rows)


def test_towns_and_texts(show: Show) -> None:
    rows = [
        ("what", "ms"),
        ("loading the gazetteer", f"{milliseconds(gazetteer.load):.0f}"),
    ]
    localities = [(text, "", code) for text in AMBIGUOUS for code in ("", "DE", "US")]
    for name in ("a town of an address", "the same again"):
        spent = milliseconds(lambda: [certain_town(*each) for each in localities])
        rows.append((name, f"{spent / len(localities):.4f}"))
    times = [milliseconds(partial(resolve, text, SOME, "en")) for text in AMBIGUOUS]
    rows.append(("a text of several meanings", f"{median(times):.2f}"))
    show("Towns and texts", rows)
