"""What a name may mean: countries, regions, towns of the world and of postings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from postings.countries import country_code, country_in_text, folded
from postings.search.places import gazetteer
from postings.search.places.gazetteer import Division, Point, Town
from postings.search.places.regions import region, region_key, regions
from postings.wording import countries_named, country_name

#: Nothing longer names a place.
LONGEST = 100

#: So many places of one name are looked at.
_MOST_TOWNS = 40

#: As many people as make a town better known than a region of its name.
_LIKE_A_REGION = 400_000

#: A town known by another name than its own is no match of a name that others have,
#: unless it has so many people.
WIDELY_KNOWN = 100_000

#: Countries in which the letters of a region stand for it by themselves, as TX and ZH
#: do. Elsewhere two letters that are a country's mean a region only where postings are.
_WRITE_LETTERS = frozenset(("AU", "BR", "CA", "CH", "US"))

#: Where a text may be parted into names.
COMMA = r"\s*[,;|/\u060c\u061b\u3001\uff0c\uff1b]\s*|\s+[\u2013\u2014-]\s+"
PARTS = re.compile(rf"{COMMA}|\s*[()]\s*")
DIGIT = re.compile(r"\d")

_ZIP_AND_FOUR = re.compile(r"(\d{5})-\d{4}")
_COUNTRY_BEFORE = re.compile(r"[A-Z]{1,3}-(?=\d)")
_NOT_CODE = re.compile(r"[\W_]+")


# --- What postings have ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownTown:
    """A town as postings have it: any part but the name may be empty."""

    country: str
    region: str
    name: str
    count: int
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class KnownRegion:
    country: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class KnownPostcode:
    country: str
    code: str
    count: int
    latitude: float | None = None
    longitude: float | None = None


class KnownPlaces(Protocol):
    """The places of postings; `count` is how many postings have one.

    Names come as `postings.countries.folded` gives them, codes as `postcode_key` does.
    A town is found by the name postings have and, where `gazetteer.certain_town` knows
    it, by its name there: whoever asks for Munich means postings in "München" too.
    """

    def towns(self, name: str, /) -> Sequence[KnownTown]: ...

    def regions(self, name: str, /) -> Sequence[KnownRegion]: ...

    def postcodes(self, code: str, country: str = "", /) -> Sequence[KnownPostcode]: ...


def postcode_key(code: str) -> str:
    """What a postal code is looked up by: letters and digits without a country's.

    "SW1A 1AA" is "SW1A1AA", "D-10115" is "10115", and "94105-1234" is "94105".
    """
    code = code.strip().upper()
    if match := _ZIP_AND_FOUR.fullmatch(code):
        return match[1]
    return _NOT_CODE.sub("", _COUNTRY_BEFORE.sub("", code, count=1))


# --- What a name means ----------------------------------------------------------------


class Kind(StrEnum):
    TOWN = "town"
    REGION = "region"
    COUNTRY = "country"
    POSTCODE = "postcode"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A place a name may mean; `named` if the name is that of a country for certain.

    `called` says that the name is the one it has now, or begins it; `left_out` are
    the parts of the text that are not about it.
    """

    kind: Kind
    name: str
    country: str
    region: str = ""
    point: Point | None = None
    town: Town | None = None
    count: int = 0
    people: int = 0
    named: bool = False
    called: bool = True
    left_out: tuple[str, ...] = ()

    def may_be_meant_beside(self, best: Found) -> bool:
        """Whether it is worth offering: it has postings, or is called what was typed.

        The region around the best, a town, is not, where it has no postings but those.
        """
        if self.count:
            return True
        is_around = (self.kind, best.kind) == (Kind.REGION, Kind.TOWN) and (
            self.country == best.country and self.region_key == best.region_key
        )
        return self.called and not is_around

    @property
    def region_key(self) -> str:
        if self.town:
            return self.town.region_code
        return region_key(self.country, self.region) if self.region else ""

    @property
    def identity(self) -> tuple[str, ...]:
        if self.town:
            return (self.kind, str(self.town.geonameid))
        name = "" if self.kind is Kind.REGION else folded(self.name)
        return (self.kind, self.country, self.region_key, name)

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        return (not self.named, self.count == 0, -self.count, -self.people)

    def is_within(self, division: Division) -> bool:
        key = "" if self.kind is Kind.COUNTRY else self.region_key
        return self.country == division.country and division.region_code in {"", key}


class Names:
    """The places of names, in the reader's language; each name is looked up once."""

    def __init__(self, known: KnownPlaces, language: str) -> None:
        self.known = known
        self.language = language
        self._named: dict[str, list[Found]] = {}

    def named(self, name: str) -> list[Found]:
        """The places of a name, the best first."""
        form = folded(name)
        if form not in self._named:
            found = []
            if form and len(form) <= LONGEST:
                towns = self._towns(form)
                areas = [*self._countries(name), *self._regions(name, form, towns)]
                found = sorted([*areas, *towns], key=lambda each: each.rank)
            self._named[form] = found
        return self._named[form]

    def _countries(self, name: str) -> Iterator[Found]:
        several = DIGIT.search(name) or PARTS.search(name)
        code = country_in_text(name) if several else country_code(name)
        if not code or any(each.country == code for each in regions(name)):
            return
        is_code = len(name) == 2 or (len(name) == 3 and name.isupper())  # noqa: PLR2004
        names = {folded(country_name(code, each)) for each in ("en", self.language)}
        yield Found(
            kind=Kind.COUNTRY,
            name=code,
            country=code,
            people=_LIKE_A_REGION + 1 if folded(name) in names else 0,
            named=is_code or country_in_text(name) == code,
        )

    def countries_called(self, words: str) -> list[Found]:
        """The countries whose names begin with these words: Congo, or South."""
        begin = f"{folded(words)} "
        names = {
            folded(country_name(code, self.language)): code
            for code in countries_named(words)
        }
        return [
            Found(kind=Kind.COUNTRY, name=code, country=code)
            for name, code in sorted(names.items())
            if name.startswith(begin)
        ]

    def _regions(self, name: str, form: str, towns: list[Found]) -> Iterator[Found]:
        """Regions by name; postings in a town of that name in one count as the town's.

        Where it has any, those of other towns do not make the region likelier.
        """
        letters = name.replace(".", "").strip().upper()
        is_country = len(letters) == 2 and bool(country_code(letters))  # noqa: PLR2004
        # UK is a name of its country, and nobody's for Uttarakhand.
        named = () if is_country and country_in_text(letters) else regions(name)
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for each in named:
            spelt = [
                known.count
                for spelling in each.spellings
                for known in self.known.regions(spelling)
                if known.country == each.country
            ]
            found[each.country, each.code] = (each.name, sum(spelt))
        for known in self.known.regions(form):
            key = (known.country, region_key(known.country, known.name))
            if region(*key) is None:
                label, count = found.get(key, (known.name, 0))
                found[key] = (label, count + known.count)
        for key, (label, count) in found.items():
            inside = sum(t.count for t in towns if (t.country, t.region_key) == key)
            others = max(count - inside, 0)
            yield Found(
                kind=Kind.REGION,
                name=label,
                country=key[0],
                region=label,
                count=min(others, inside) if inside else others,
                people=_LIKE_A_REGION,
                called=not is_country or key[0] in _WRITE_LETTERS,
            )

    def _towns(self, form: str) -> list[Found]:
        """Towns of the gazetteer and of postings, each once."""
        places = gazetteer.apart(gazetteer.towns(form)[:_MOST_TOWNS])
        own = [town for town in places if gazetteer.is_own_name(town, form)]
        found = [
            Found(
                kind=Kind.TOWN,
                name=town.name,
                country=town.country,
                region=_region_name(town),
                point=town.point,
                town=town,
                people=_people(town, form),
                called=gazetteer.is_called(town, form),
            )
            for town in places
            if not own or town in own or town.population >= WIDELY_KNOWN
        ]
        known = sorted(self.known.towns(form), key=lambda each: -each.count)
        for each in known[:_MOST_TOWNS]:
            _add(found, each)
        # What postings call by another name than the one that was typed.
        for town in places[:3]:
            if (other := folded(town.name)) != form:
                for each in self.known.towns(other):
                    if each not in known and _same(found, each) is not None:
                        _add(found, each)
        return found


def of_postcode(known: KnownPostcode) -> Found:
    return Found(
        kind=Kind.POSTCODE,
        name=known.code,
        country=known.country,
        point=_point(known.latitude, known.longitude),
        count=known.count,
    )


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def _people(town: Town, form: str) -> int:
    """How well a town is known by a name: better than its region of the same name if it
    is the largest town there, as Bern is, and not called after it, as Oklahoma City."""
    people = gazetteer.weight(town, form)
    if folded(town.name).startswith(f"{form} "):
        return people // 2 if regions(form) else people
    known = region(town.country, town.region_code)
    principal = gazetteer.principal_town(town.country, town.region_code)
    if known and form in known.spellings and principal == town.name:
        return max(people, _LIKE_A_REGION + 1)
    return people


def _region_name(town: Town) -> str:
    known = region(town.country, town.region_code)
    return known.name if known else ""


def _same(found: Sequence[Found], known: KnownTown) -> int | None:
    """Which of some towns postings mean, by where it is or by what its address says."""
    point = _point(known.latitude, known.longitude)
    stated = [
        position
        for position, each in enumerate(found)
        if known.country in {"", each.country}
    ]
    if point:
        near = (
            p for p in stated if (at := found[p].point) and gazetteer.near(at, point)
        )
        return next(near, None)
    certain = gazetteer.certain_town(known.name, known.region, known.country)
    key = region_key(known.country, known.region) if known.region else ""
    for position in stated:
        each = found[position]
        if certain and each.town and each.town.geonameid == certain.geonameid:
            return position
        if not each.town and (each.country, each.region_key) == (known.country, key):
            return position
    return None


def _add(found: list[Found], known: KnownTown) -> None:
    """Count a town of postings with the one it is, or as one more."""
    position = _same(found, known)
    if position is not None:
        same = found[position]
        point = same.point or _point(known.latitude, known.longitude)
        name = same.name if same.count else known.name
        found[position] = replace(
            same, name=name, count=same.count + known.count, point=point
        )
        return
    found.append(
        Found(
            kind=Kind.TOWN,
            name=known.name,
            country=known.country,
            region=known.region,
            point=_point(known.latitude, known.longitude),
            count=known.count,
        )
    )
