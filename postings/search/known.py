"""What the index knows of places and languages, as whoever reads a query asks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median

from tantivy import Occur, Query, Searcher

from postings.countries import folded
from postings.search import schema
from postings.search.analysis import STEMMERS
from postings.search.index import ids, number
from postings.search.located import Located, places_of, region_name
from postings.search.places.gazetteer import Point
from postings.search.places.names import KnownPostcode, KnownRegion, KnownTown
from postings.search.schema import SCHEMA

#: Postings of a place that are looked at for where it is.
_SAMPLE = 40


class Known:
    """A searcher's places, as `postings.search.places.names` asks for them.

    Counts are of postings that are shown, open or not.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._regions: dict[str, Sequence[KnownRegion]] = {}

    def stemmers(self) -> tuple[str, ...]:
        """The stemmers some posting's words went through."""
        name = schema.LANGUAGE
        return tuple(
            code
            for code in STEMMERS
            if any(
                self._searcher.doc_freq(name, spelling)
                for spelling in _SPELLINGS.get(code, (code,))
            )
        )

    def towns(self, name: str, /) -> Sequence[KnownTown]:
        return [
            KnownTown(country, place.region_words, place.town, count, *_at(points))
            for (country, _region), place, count, points in self._grouped(
                schema.TOWN, name, lambda place: folded(place.town) == name
            )
        ]

    def regions(self, name: str, /) -> Sequence[KnownRegion]:
        if name not in self._regions:  # each is asked for twice
            self._regions[name] = self._regions_called(name)
        return self._regions[name]

    def _regions_called(self, name: str) -> Sequence[KnownRegion]:
        return [
            KnownRegion(country, place.region_words, count)
            for (country, _region), place, count, _points in self._grouped(
                schema.REGION,
                name,
                lambda place: (
                    name
                    in {
                        folded(place.region_words),
                        folded(region_name(place.country, place.region)),
                    }
                ),
            )
        ]

    def postcodes(self, code: str, country: str = "", /) -> Sequence[KnownPostcode]:
        found: dict[str, list[tuple[Located, int, list[Point]]]] = defaultdict(list)
        for (each, _region), place, count, points in self._grouped(
            schema.POSTCODE, code, lambda place: place.postcode == code
        ):
            if country in {"", each}:
                found[each].append((place, count, points))
        return [
            KnownPostcode(
                each,
                code,
                sum(count for _place, count, _points in several),
                *_at([point for _p, _c, points in several for point in points]),
            )
            for each, several in found.items()
        ]

    def _grouped(
        self, name: str, value: str, fits: Callable[[Located], bool]
    ) -> list[tuple[tuple[str, str], Located, int, list[Point]]]:
        """The places of a value by country and region: one, how many, and points.

        Of the newest postings that have it; their number stands for that of all.
        """
        if not value or not self._searcher.doc_freq(name, value):
            return []
        query = Query.boolean_query(
            [
                (Occur.Must, Query.term_query(SCHEMA, name, value)),
                (Occur.Must, Query.term_query(SCHEMA, schema.SHOWN, field_value=True)),
            ]
        )
        hits = self._searcher.search(
            query, _SAMPLE, count=True, order_by_field=schema.NEWEST
        )
        if not (found := ids(self._searcher, hits)):
            return []
        places: dict[tuple[str, str], Located] = {}
        seen: dict[tuple[str, str], set[int]] = defaultdict(set)
        points: dict[tuple[str, str], list[Point]] = defaultdict(list)
        for pk, place in places_of(found):
            if not fits(place):
                continue
            key = (place.country, place.region)
            places.setdefault(key, place)
            seen[key].add(pk)
            if place.point is not None and not place.by_town:
                points[key].append(place.point)
        share = number(hits) / len(found)
        return [
            (key, place, round(len(seen[key]) * share), points[key])
            for key, place in places.items()
        ]


def _at(points: Sequence[Point]) -> tuple[float | None, float | None]:
    """The middle of the points, not moved by a few wrong ones."""
    if not points:
        return (None, None)
    return (median(lat for lat, _lng in points), median(lng for _lat, lng in points))


#: How postings may name the language of a stemmer.
_SPELLINGS = {"no": ("no", "nb", "nn")}
