"""What it costs to decode, tidy and sanitise, beside bleach alone and at its worst."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from html import unescape
from pathlib import Path
from statistics import median
from typing import Any

import bleach
from bleach.linkifier import LinkifyFilter

from postings.sanitise import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_PROTOCOLS,
    ALLOWED_TAGS,
    clean,
    sanitise,
)
from tests.bench.conftest import Show
from tests.test_sanitise_cost import SHAPES
from tests.test_sanitise_words import long_texts

RUNS = 5
SHOWN = 8


def spent(work: Callable[[str], object], texts: Iterable[str]) -> float:
    began = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - began


def test_cleaning_beside_bleach_alone(corpus_dir: Path, show: Show) -> None:
    """One reused Cleaner with the same allow-list, texts unescaped for it before.

    Once with linkify as its filter, which is what cleaning does, and with less.
    """
    script = corpus_dir.parent / "bench" / "generate.py"
    command = [sys.executable, str(script), "1000", "0", "2026-11-01"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    texts = {
        "1,000 generated": [
            json.loads(line)["description"] for line in lines.split("\n")[:-1]
        ],
        "the corpus": sorted(set(long_texts(corpus_dir))),
    }
    filters: dict[str, list[Any]] = {
        "bleach, linkify with e-mail": [partial(LinkifyFilter, parse_email=True)],
        "bleach, linkify": [LinkifyFilter],
        "bleach without linkify": [],
    }
    rows = [("texts", "beside", "ms a text", "ms by bleach", "ratio")]
    for name, given in texts.items():
        unescaped = [unescape(text) for text in given]
        for beside, chosen in filters.items():
            cleaner = bleach.Cleaner(
                tags=ALLOWED_TAGS,
                attributes={tag: list(of) for tag, of in ALLOWED_ATTRIBUTES.items()},
                protocols=ALLOWED_PROTOCOLS,
                strip=True,
                filters=chosen,
            )
            alone, ours = zip(
                *(
                    (spent(cleaner.clean, unescaped), spent(clean, given))
                    for _ in range(RUNS)
                ),
                strict=True,
            )
            ratio = median(our / bare for our, bare in zip(ours, alone, strict=True))
            each = 1000 / len(given)
            rows.append(
                (
                    name,
                    beside,
                    f"{median(ours) * each:.2f}",
                    f"{median(alone) * each:.2f}",
                    f"{ratio:.2f}",
                )
            )
    show("Decoding, tidying and sanitising beside bleach alone", rows)


def test_texts_of_every_shape(show: Show) -> None:
    rows = sorted(
        (
            (spent(clean, [text]), spent(sanitise, [text]), name)
            for name, text in SHAPES.items()
        ),
        reverse=True,
    )
    show(
        f"The slowest of {len(SHAPES)} shapes of 256 KB of text, in seconds of CPU",
        [
            ("shape", "arriving", "typed"),
            *(
                (name, f"{one:.2f}", f"{other:.2f}")
                for one, other, name in rows[:SHOWN]
            ),
        ],
    )
