"""Circles as sets of cells: who is in them, wherever on earth they are."""

import math
import random
from collections.abc import Callable, Iterator

import pytest

from postings.search.places.cells import RESOLUTIONS, cells, cover, haversine
from postings.search.places.gazetteer import towns

Point = tuple[float, float]

RADII = (10, 15, 20, 25, 30, 50, 75, 100, 150, 200)


def away(origin: Point, km: float, bearing: float) -> Point:
    """The point so far away in a direction, on a sphere."""
    lat, lng, arc = math.radians(origin[0]), math.radians(origin[1]), km / 6371.0072
    sine = math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(
        bearing
    )
    east = math.sin(bearing) * math.sin(arc) * math.cos(lat)
    turned = lng + math.atan2(east, math.cos(arc) - math.sin(lat) * sine)
    return math.degrees(math.asin(sine)), (math.degrees(turned) + 540) % 360 - 180


def spread(rnd: random.Random, origin: Point, km: float) -> Iterator[Point]:
    """Points evenly around the circle, half of them inside."""
    for _ in range(400):
        distance = km * math.sqrt(2 * rnd.random())
        yield away(origin, distance, rnd.random() * math.tau)


def clustered(rnd: random.Random, origin: Point, km: float) -> Iterator[Point]:
    """Points in towns of some kilometres around the circle, most in the middle."""
    for _ in range(40):
        town = away(origin, km * math.sqrt(2 * rnd.random()), rnd.random() * math.tau)
        for _ in range(10):
            yield away(town, abs(rnd.gauss(0, 2)), rnd.random() * math.tau)


@pytest.mark.parametrize("points", [spread, clustered])
@pytest.mark.parametrize("km", RADII)
def test_cells_and_distance_agree_on_99_of_100_points(
    km: int, points: Callable[[random.Random, Point, float], Iterator[Point]]
) -> None:
    rnd = random.Random(km)
    both = cells_only = distance_only = 0
    for _ in range(20):
        origin = (math.degrees(math.asin(rnd.uniform(-1, 1))), rnd.uniform(-180, 180))
        covering = set(cover(*origin, km))
        for point in points(rnd, origin, km):
            inside = haversine(*origin, *point) <= km
            found = not covering.isdisjoint(cells(*point))
            both += inside and found
            cells_only += found and not inside
            distance_only += inside and not found
    assert both > 1000
    assert both / (both + cells_only) >= 0.985
    assert both / (both + distance_only) >= 0.985


@pytest.mark.parametrize(
    "origin",
    [
        (90.0, 0.0),
        (-90.0, 0.0),
        (89.95, 120.0),
        (0.0, 180.0),
        (-16.5, 179.99),  # Fiji
        (65.0, -179.9),
        (58.40, 10.54),  # near the middle of a pentagon
        (-39.1, 122.3),  # and of another
    ],
)
@pytest.mark.parametrize("km", [10, 200])
def test_circles_are_whole_at_poles_the_date_line_and_pentagons(
    origin: Point, km: int
) -> None:
    rnd = random.Random(1)
    covering = set(cover(*origin, km))
    points = list(spread(rnd, origin, km))
    wrong = [
        point
        for point in points
        if (haversine(*origin, *point) <= km) == covering.isdisjoint(cells(*point))
    ]
    assert len(wrong) / len(points) <= 0.02


@pytest.mark.parametrize("km", [0, 1, *RADII, 1000, 10_000])
def test_a_circle_takes_few_cells(km: int) -> None:
    for origin in ((52.52, 13.405), (0.0, 0.0), (90.0, 0.0)):
        covering = cover(*origin, km)
        assert len(covering) == len(set(covering)) <= 1500
        assert all(0 < cell < 2**64 for cell in covering)


def test_a_point_has_a_cell_of_each_size_from_the_largest() -> None:
    found = cells(52.52, 13.405)
    assert len(set(found)) == len(RESOLUTIONS)
    near, far = cells(52.521, 13.406), cells(48.1, 11.6)
    assert near[:4] == found[:4]
    assert not set(far) & set(found)


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [("Berlin", "Munich", 504), ("London", "Paris", 344), ("Suva", "Apia", 1140)],
)
def test_distances_are_those_of_the_atlas(start: str, end: str, km: float) -> None:
    origin, target = towns(start)[0], towns(end)[0]
    distance = haversine(*origin.point, *target.point)
    assert distance == pytest.approx(km, rel=0.02)
