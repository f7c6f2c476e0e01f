"""A text such as "Austin, TX", "10115 Berlin" or "Münih" as the place it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest
from typing import Protocol

from postings.countries import country_code, country_in_text, folded
from postings.search.places import gazetteer
from postings.search.places.cells import haversine
from postings.search.places.gazetteer import Division, Point, Town
from postings.search.places.regions import Region, region, region_key, regions
from postings.wording import countries_named, country_name

#: Nothing longer names a place, and no more words or parts of a text do.
_LONGEST = 100
_MOST_WORDS = 8
_MOST_PARTS = 6

#: So many places of one name are looked at, and so many are offered beside the best.
_MOST_TOWNS = 40
_MOST_ALTERNATIVES = 5

#: As many people as make a town better known than a region of its name.
_LIKE_A_REGION = 400_000

#: What may stand around a place without changing which it is.
_AROUND = re.compile(
    r"(?:(?:in|near|around|greater|metro|raum|gro(?:ß|ss)raum|region|bei|nähe|près de"
    r"|autour de|cerca de|en|à|a) )?(?P<place>.+?)"
    r"(?: (?:(?:metropolitan |metro )?(?:area|region)|und umgebung|et environs"
    r"|y alrededores))?",
    re.IGNORECASE,
)

#: A town known by another name than its own is no match of a name that others have,
#: unless it has so many people.
_WIDELY_KNOWN = 100_000

#: A postal code and the town named beside it are no further apart.
_CODE_KM = 100.0

#: Countries whose towns are said with their region.
WITH_REGION = frozenset(("AU", "BR", "CA", "IN", "US"))

_COMMA = r"\s*[,;|/\u060c\u061b\u3001\uff0c\uff1b]\s*|\s+[\u2013\u2014-]\s+"
_LISTED = re.compile(_COMMA)
_PARTS = re.compile(rf"{_COMMA}|\s*[()]\s*")
_DIGIT = re.compile(r"\d")
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


# --- What a text means ----------------------------------------------------------------


class Kind(StrEnum):
    TOWN = "town"
    REGION = "region"
    COUNTRY = "country"
    POSTCODE = "postcode"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A place to search in. `label` is in the reader's language.

    `query` is a text that means this place again. `region` is a name, to be compared
    by `region_key`; `postcode` is a key. Towns of the gazetteer have a `geonameid`, by
    which they are the same in whatever language they are written.
    """

    kind: Kind
    label: str
    query: str
    country: str = ""
    region: str = ""
    town: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    geonameid: int | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The place meant most likely, and at most five others that may be.

    `left_out` is what of the text is no part of what was chosen: "Paris" of "Paris,
    Germany". What else it names is then among the others.
    """

    chosen: Area | None = None
    alternatives: tuple[Area, ...] = ()
    left_out: str = ""


def resolve(text: str, known: KnownPlaces, language: str) -> Resolution:
    """The place a text means. Never raises; what names no place resolves to None.

    Whole names go before parts, names of countries first, then what postings have by
    their number, then what has most people. Cost: 1 ms and a dozen look-ups in
    `known`; the first loads the gazetteer (see `gazetteer.load`).
    """
    search = _Search(known, language)
    words = " ".join(text.split())
    found = search.read(words)
    if not found:
        return Resolution()
    best = found[0]
    chosen = search.area(best) or search.area(best, query=words)
    others: dict[str, Area] = {}
    pairs = zip_longest(search.named_by(best.left_out), found[1:])
    elsewhere = [
        each
        for pair in pairs
        for each in pair
        if each and each.may_be_meant_beside(best)
    ]
    for each in elsewhere[: 2 * _MOST_ALTERNATIVES]:
        area = search.area(each)
        if area and chosen and area.label != chosen.label:
            others.setdefault(area.label, area)
        if len(others) == _MOST_ALTERNATIVES:
            break
    return Resolution(chosen, tuple(others.values()), ", ".join(best.left_out))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
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

    def may_be_meant_beside(self, best: _Found) -> bool:
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


class _Search:
    """The reading of one text and of the queries that are to mean what it found."""

    def __init__(self, known: KnownPlaces, language: str) -> None:
        self.known = known
        self.language = language
        self._named: dict[str, list[_Found]] = {}
        self._read: dict[str, list[_Found]] = {}

    def read(self, words: str) -> list[_Found]:
        """The places a text may mean, the best first."""
        if words not in self._read:
            fits = len(words) <= _LONGEST and any(map(str.isalnum, words))
            self._read[words] = self._reading(words) if fits else []
        return self._read[words]

    def named_by(self, parts: Sequence[str]) -> list[_Found]:
        """The places that parts of a text may mean for themselves, the best first."""
        return self._placed(", ".join(parts))

    def _reading(self, words: str) -> list[_Found]:
        found = self._placed(words)
        if found or _DIGIT.search(words):
            return found
        return self._countries_called(words)

    def _placed(self, words: str) -> list[_Found]:
        """The places of a name, or of a text read so that little of it is left out."""
        if found := self.named(words):
            return found
        if _DIGIT.search(words):
            return self._with_postcode(words)
        found = self._in(words)
        if found and not found[0].left_out:
            return found
        for form in (_place_in(words), words.replace("-", ",")):
            if form == words:
                continue
            other = self._in(form)
            # "Bay Area" is not around the town of Bay.
            if not other or not (
                other[0].count or other[0].people >= _WIDELY_KNOWN or found
            ):
                continue
            if not found or len(other[0].left_out) <= len(found[0].left_out):
                found = other
        return found

    # --- Words in their order

    def _in(self, words: str) -> list[_Found]:
        parts = [
            part
            for listed in _LISTED.split(words)
            # "Frankfurt (Oder)" is one name, "Berlin (Mitte)" two.
            for part in ([listed] if self.named(listed) else _parts(listed))
        ]
        if len(parts) > _MOST_PARTS:
            return []
        contradicted: list[_Found] = []
        for name, beside, before in self._readings(parts):
            named = self.named(name)
            found, passed = self._narrowed(named, beside)
            if found:
                best = found[:1]
                beyond = [p for p in before if self._narrowed(best, [p]) != (best, [])]
                return _leaving(found, (*beyond, *passed))
            if named and beside and not contradicted:
                # "Paris Germany": there is no such town, but the country.
                rest = self._in(", ".join(beside))
                contradicted = _leaving(rest, (*before, name))
        return contradicted

    def _readings(
        self, parts: Sequence[str]
    ) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
        """Names a text may have, the likeliest first, each with what stands beside it
        to say where it is, and what stands before."""
        if [bool(gazetteer.divisions(part)) for part in parts] == [True, False]:
            yield parts[1], parts[:1], ()  # "Germany, Berlin"
        for position, part in enumerate(parts):
            before, beside = parts[:position], parts[position + 1 :]
            yield part, beside, before
            words = part.split()
            if len(words) > _MOST_WORDS:
                continue
            for end in range(len(words) - 1, 0, -1):
                if (tail := self._qualifiers(words[end:])) is not None:
                    yield " ".join(words[:end]), (*tail, *beside), before

    def _qualifiers(self, words: Sequence[str]) -> tuple[str, ...] | None:
        """Words as names of regions and countries, if they are nothing else."""
        if not words:
            return ()
        for end in range(len(words), 0, -1):
            name = " ".join(words[:end])
            if gazetteer.divisions(name) or self.known.regions(folded(name)):
                rest = self._qualifiers(words[end:])
                if rest is not None:
                    return (name, *rest)
        return None

    def _narrowed(
        self, found: list[_Found], beside: Sequence[str]
    ) -> tuple[list[_Found], list[str]]:
        """Those of places that are where the words beside the name say, and which of
        these words are passed over: those that fit none and are no region or country.
        """
        passed = []
        for words in beside:
            stated = gazetteer.divisions(words)
            form = folded(words)
            fitting = [
                each
                for each in found
                if any(map(each.is_within, stated))
                or (each.region and folded(each.region) == form)
            ]
            if not fitting and not stated:
                around = {
                    Division(town.country, town.region_code)
                    for town in gazetteer.towns(_place_in(words))
                }
                fitting = [e for e in found if any(map(e.is_within, around))]
            if fitting or stated:
                found = fitting
            else:
                passed.append(words)
        if beside:  # "Luxembourg, Luxembourg" is the town
            smaller = [each for each in found if each.kind is not Kind.COUNTRY]
            found = smaller or found
        return found, passed

    # --- Postal codes

    def _with_postcode(self, words: str) -> list[_Found]:
        """A postal code that postings have, and the place the other words name."""
        tokens = _PARTS.sub(" , ", words).split()
        for start, end in _windows(tokens):
            codes = self.known.postcodes(postcode_key(" ".join(tokens[start:end])))
            if not codes:
                continue
            rest = " ".join([*tokens[:start], *tokens[end:]])
            around = self._without_codes(rest)
            found = [_postcode(each) for each in codes]
            if around:
                found = _beside(found, around)
            found.sort(key=lambda each: each.rank)
            if around and found and found[0].point is None and around[0].point:
                return [*around, *found]
            if found:
                left_out = around[0].left_out if around else _parts(rest)
                return [*_leaving(found, left_out), *around]
        return self._without_codes(words)

    def _without_codes(self, words: str) -> list[_Found]:
        """The places of a text without its words that have digits."""
        whole = {_without_digits(part): part for part in _parts(words)}
        found = self._placed(", ".join(filter(None, whole)))
        if not found:
            return []
        others = [whole.get(part, part) for part in found[0].left_out]
        known = [p if p in others else _digits(p) for p in whole.values()]
        left_out = (*filter(None, known), *(p for p in others if p not in known))
        return [replace(each, left_out=left_out) for each in found]

    # --- Names

    def named(self, name: str) -> list[_Found]:
        """The places of a name, the best first."""
        form = folded(name)
        if form not in self._named:
            found = []
            if form and len(form) <= _LONGEST:
                towns = self._towns(form)
                areas = [*self._countries(name), *self._regions(name, form, towns)]
                found = sorted([*areas, *towns], key=lambda each: each.rank)
            self._named[form] = found
        return self._named[form]

    def _countries(self, name: str) -> Iterator[_Found]:
        several = _DIGIT.search(name) or _PARTS.search(name)
        code = country_in_text(name) if several else country_code(name)
        if not code or any(each.country == code for each in regions(name)):
            return
        is_code = len(name) == 2 or (len(name) == 3 and name.isupper())  # noqa: PLR2004
        names = {folded(country_name(code, each)) for each in ("en", self.language)}
        yield _Found(
            kind=Kind.COUNTRY,
            name=code,
            country=code,
            people=_LIKE_A_REGION + 1 if folded(name) in names else 0,
            named=is_code or country_in_text(name) == code,
        )

    def _countries_called(self, words: str) -> list[_Found]:
        """The countries whose names begin with these words: Congo, or South."""
        begin = f"{folded(words)} "
        names = {
            folded(country_name(code, self.language)): code
            for code in countries_named(words)
        }
        return [
            _Found(kind=Kind.COUNTRY, name=code, country=code)
            for name, code in sorted(names.items())
            if name.startswith(begin)
        ]

    def _regions(self, name: str, form: str, towns: list[_Found]) -> Iterator[_Found]:
        """Regions by name; postings in a town of that name in one count as the town's."""
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for each in regions(name):
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
            inside = [t.count for t in towns if (t.country, t.region_key) == key]
            yield _Found(
                kind=Kind.REGION,
                name=label,
                country=key[0],
                region=label,
                count=max(count - sum(inside), 0),
                people=_LIKE_A_REGION,
            )

    def _towns(self, form: str) -> list[_Found]:
        """Towns of the gazetteer and of postings, each once."""
        places = gazetteer.apart(gazetteer.towns(form)[:_MOST_TOWNS])
        own = [town for town in places if gazetteer.is_own_name(town, form)]
        found = [
            _Found(
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
            if not own or town in own or town.population >= _WIDELY_KNOWN
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

    # --- Places as a reader sees them

    def area(self, found: _Found, query: str = "") -> Area | None:
        """A place with a label and a query that means it; None where no query does."""
        for label, coded in self._labels(found):
            means = [query] if query else filter(self._means(found), (label, coded))
            for each in means:
                return _area(found, label, each)
        return None

    def _means(self, found: _Found) -> Callable[[str], bool]:
        def means(query: str) -> bool:
            first = next(iter(self.read(query)), None)
            return (
                first is not None
                and first.identity == found.identity
                and not first.left_out
            )

        return means

    def _labels(self, found: _Found) -> list[tuple[str, str]]:
        """What a place may be called, the best first: with its country in the reader's
        language, and with the country's code."""
        code = found.country
        country = country_name(code, self.language) if code else ""
        if found.kind is Kind.COUNTRY:
            return [(country, code)]
        names = [found.name]
        known = region(code, found.region_key)
        if found.kind is Kind.REGION and known:
            names += [name for name in known.names if name != found.name]
        elif found.kind is Kind.TOWN:
            names = _with_region(found, known)
        if not code:
            return [(name, name) for name in names]
        return [(f"{name}, {country}", f"{name}, {code}") for name in names]


def _with_region(found: _Found, known: Region | None) -> list[str]:
    """A town's name alone and with its region, or with the largest town around it."""
    around = [found.region]
    if known:
        around = [each for each in (known.name, known.iso) if each]
    elif found.town:
        town = found.town
        around.append(gazetteer.principal_town(town.country, town.region_code))
    own = {folded(found.name), folded(found.town.name if found.town else "")}
    wider = [f"{found.name}, {e}" for e in around if e and folded(e) not in own]
    if found.country in WITH_REGION:
        return [*wider, found.name]
    return [found.name, *wider]


def _area(found: _Found, label: str, query: str) -> Area:
    latitude, longitude = found.point or (None, None)
    return Area(
        kind=found.kind,
        label=label,
        query=query,
        country=found.country,
        region=found.region,
        town=found.name if found.kind is Kind.TOWN else "",
        postcode=postcode_key(found.name) if found.kind is Kind.POSTCODE else "",
        latitude=latitude,
        longitude=longitude,
        geonameid=found.town.geonameid if found.town else None,
    )


def _parts(words: str) -> tuple[str, ...]:
    return tuple(filter(None, _PARTS.split(words)))


def _place_in(words: str) -> str:
    """The place in "greater London" or "Munich area"."""
    around = _AROUND.fullmatch(words)
    return around["place"] if around else words


def _leaving(found: Sequence[_Found], parts: Sequence[str]) -> list[_Found]:
    return [replace(each, left_out=(*parts, *each.left_out)) for each in found]


def _without_digits(words: str) -> str:
    return " ".join(word for word in words.split() if not _DIGIT.search(word))


def _digits(words: str) -> str:
    return " ".join(word for word in words.split() if _DIGIT.search(word))


def _windows(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a postal code may stand: one or two words, at least one with a digit."""
    tokens = tokens[: 3 * _MOST_WORDS]
    for length in (2, 1):
        for start in range(len(tokens) - length + 1):
            window = tokens[start : start + length]
            if "," not in window and any(map(_DIGIT.search, window)):
                yield start, start + length


def _postcode(known: KnownPostcode) -> _Found:
    return _Found(
        kind=Kind.POSTCODE,
        name=known.code,
        country=known.country,
        point=_point(known.latitude, known.longitude),
        count=known.count,
    )


def _beside(codes: Sequence[_Found], around: Sequence[_Found]) -> list[_Found]:
    """The postal codes that may be those of the likeliest place that has any."""
    for place in around:
        fitting = [
            code
            for code in codes
            if code.country == place.country
            and (
                code.point is None
                or place.point is None
                or haversine(*code.point, *place.point) <= _CODE_KM
            )
        ]
        if fitting:
            return fitting
    return []


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


def _same(found: Sequence[_Found], known: KnownTown) -> int | None:
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


def _add(found: list[_Found], known: KnownTown) -> None:
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
        _Found(
            kind=Kind.TOWN,
            name=known.name,
            country=known.country,
            region=known.region,
            point=_point(known.latitude, known.longitude),
            count=known.count,
        )
    )
