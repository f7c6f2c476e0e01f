"""What the costliest texts of full length cost to tidy and sanitise."""

from __future__ import annotations

import time

from postings.sanitise import clean
from tests.bench.conftest import Show
from tests.test_sanitise import SHAPES

SHOWN = 5


def test_texts_of_every_shape(show: Show) -> None:
    spent: dict[str, float] = {}
    for name, text in SHAPES.items():
        began = time.process_time()
        clean(text)
        spent[name] = time.process_time() - began
    slowest = sorted(spent.items(), key=lambda item: -item[1])[:SHOWN]
    show(
        f"The slowest of {len(SHAPES)} shapes of 256 KB of text",
        [("shape", "CPU seconds"), *((name, f"{cpu:.2f}") for name, cpu in slowest)],
    )
