"""Circles on the earth as sets of H3 cells, for an index that knows only equality.

A point is indexed by its cell at each of `RESOLUTIONS`; a circle is a set of cells of
mixed sizes, large inside and small along the edge. A point is taken to be in the
circle if one of its cells is in the set, which is right but for a strip along the
edge half a cell of the smallest size wide.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import h3.api.basic_int as h3

#: The sizes of cells a point is indexed by, coarse to fine: 60 km to 0.2 km an edge.
RESOLUTIONS = (3, 4, 5, 6, 7, 8, 9)

#: No circle is larger, as a bound on the work: its cover has 1,500 cells at most.
MAX_KM = 1000.0

#: The smallest cells of a circle have an edge of its radius divided by this at most.
_FINENESS = 45

#: How far the centre of a cell's smallest descendant may be from its own, in edges:
#: 1.05 on a plane, and cells differ by a quarter from the average edge.
_REACH = 1.5


def haversine(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Kilometres between two points on a sphere."""
    return float(h3.great_circle_distance((lat1, lng1), (lat2, lng2), unit="km"))


def cells(latitude: float, longitude: float) -> tuple[int, ...]:
    """The point's cell at each of `RESOLUTIONS`, as unsigned integers of 64 bits.

    Each is the parent of the next. Cost: 3 µs.
    """
    finest = h3.latlng_to_cell(latitude, longitude, RESOLUTIONS[-1])
    parents = (h3.cell_to_parent(finest, each) for each in RESOLUTIONS[:-1])
    return (*parents, finest)


@lru_cache(maxsize=256)
def cover(latitude: float, longitude: float, km: float) -> tuple[int, ...]:
    """The cells of a circle of `km` around a point, from the coarsest; at most 1,500.

    Of 100 points it takes for inside, or that are, 99 are both, from 10 km on.
    """
    radius = min(max(km, 0.0), MAX_KM)
    circle = _Circle(latitude, longitude, radius, _finest(radius))
    found = [cell for largest in _largest() for cell in circle.inside(largest, 0)]
    return tuple(sorted(found, key=lambda cell: (h3.get_resolution(cell), cell)))


class _Circle(NamedTuple):
    latitude: float
    longitude: float
    km: float
    finest: int

    def inside(self, cell: int, resolution: int) -> list[int]:
        """The cell if all its smallest descendants have their centre in the circle,
        else those of its descendants of which that is true."""
        distance = haversine(self.latitude, self.longitude, *h3.cell_to_latlng(cell))
        reach = _REACH * _edge(resolution)
        if resolution == self.finest:
            return [cell] if distance <= self.km else []
        if distance > self.km + reach:
            return []
        indexed = resolution >= RESOLUTIONS[0]
        if indexed and distance + reach <= self.km:
            return [cell]
        children = h3.cell_to_children(cell)
        found = [
            each for child in children for each in self.inside(child, resolution + 1)
        ]
        return [cell] if indexed and found == children else found


def _finest(km: float) -> int:
    """The coarsest resolution whose cells are small enough for a circle's edge."""
    fine = (each for each in RESOLUTIONS if _edge(each) * _FINENESS <= km)
    return next(fine, RESOLUTIONS[-1])


@cache
def _edge(resolution: int) -> float:
    return float(h3.average_hexagon_edge_length(resolution, unit="km"))


@cache
def _largest() -> tuple[int, ...]:
    return tuple(h3.get_res0_cells())
