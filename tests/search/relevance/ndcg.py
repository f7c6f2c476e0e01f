"""How good a ranking is, from 0 to 1.

nDCG as Järvelin and Kekäläinen defined it (Cumulated gain-based evaluation of IR
techniques, 2002), with the gain 2^grade - 1 of Burges et al. (2005).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

CUTOFF = 10


def dcg(grades: Iterable[int], *, cutoff: int = CUTOFF) -> float:
    """The discounted gain of grades in the order of their ranks."""
    return sum(
        (2.0**grade - 1) / math.log2(rank + 1)
        for rank, grade in zip(range(1, cutoff + 1), grades, strict=False)
    )


def ndcg(
    ranked: Sequence[int], grades: Mapping[int, int], *, cutoff: int = CUTOFF
) -> float:
    """The gain of ranked ids, over that of the best order there is.

    `grades` holds the ids that are worth something; every other is worth nothing.
    Raises ValueError where an id is ranked twice among those that count, or where
    nothing is worth anything.
    """
    first = ranked[:cutoff]
    if len(set(first)) < len(first):
        raise ValueError("an id is ranked twice")
    best = dcg(sorted(grades.values(), reverse=True), cutoff=cutoff)
    if not best:
        raise ValueError("no id is worth anything")
    return dcg((grades.get(pk, 0) for pk in first), cutoff=cutoff) / best
