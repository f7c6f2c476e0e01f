"""How far postings are from a point, and the nearest of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import NamedTuple, TypeAlias

from postings.search.criteria import RADIUS, Criteria
from postings.search.located import places_of
from postings.search.places.cells import cover, haversine
from postings.search.places.where import Area

#: Rings around a point, by their outer radius in kilometres.
_RINGS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 35, 50, 70, 100, 140, 200)

#: Of a ring with more postings than these, the others follow by age.
_SORTED = 2_000

#: Gives how many are in a ring and the ids of the newest: cells of the outer circle,
#: of the inner, and how many ids.
Ring: TypeAlias = Callable[
    [Sequence[int], Sequence[int], int], tuple[int, tuple[int, ...]]
]


class Distance(NamedTuple):
    """Kilometres to the nearest place of a posting; `about` where its town's is meant."""

    km: float
    about: bool


def of(ids: Iterable[int], area: Area) -> dict[int, Distance]:
    """The distances of those postings that have a point. Cost: one query, or none."""
    if area.latitude is None or area.longitude is None:
        return {}
    found: dict[int, Distance] = {}
    for pk, place in places_of(ids):
        if place.point is None:
            continue
        km = haversine(area.latitude, area.longitude, *place.point)
        if pk not in found or km < found[pk].km:
            found[pk] = Distance(km, place.by_town)
    return found


def nearest(
    area: Area, criteria: Criteria, ring: Ring, start: int, length: int
) -> tuple[int, ...]:
    """The ids from `start` on, nearest first, the newer of equals first.

    Of more than `_SORTED`, those at the edge of a ring may stand in the next: a cell is
    in one of them or the other. Cost: a search and a query; of more than `_SORTED` a
    search for each ring up to the one asked for, and a query for each shown.
    """
    if area.latitude is None or area.longitude is None:
        return ()
    point = (area.latitude, area.longitude)
    within = criteria.within or RADIUS
    whole = cover(*point, float(within))
    if ring(whole, (), 0)[0] <= _SORTED:
        _count, newest = ring(whole, (), _SORTED)
        return _by_distance(newest, area)[start : start + length]
    found: list[int] = []
    inner: tuple[int, ...] = ()
    for outer in (*(km for km in _RINGS if km < within), within):
        cells = cover(*point, float(outer))
        count, newest = ring(cells, inner, 0)
        if start >= count:
            start -= count
        else:
            count, newest = ring(cells, inner, max(_SORTED, start + length))
            ranked = (*_by_distance(newest[:_SORTED], area), *newest[_SORTED:])
            found += ranked[start : start + length - len(found)]
            start = 0
        if len(found) >= length:
            break
        inner = cells
    return tuple(found)


def _by_distance(newest: Sequence[int], area: Area) -> tuple[int, ...]:
    distances = of(newest, area)
    far = Distance(inf, about=False)
    return tuple(sorted(newest, key=lambda pk: distances.get(pk, far).km))
