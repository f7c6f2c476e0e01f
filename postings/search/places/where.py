"""A text such as "Austin, TX", "10115 Berlin" or "Münih" as the place it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from postings.countries import folded
from postings.search.places import gazetteer
from postings.search.places.cells import haversine
from postings.search.places.gazetteer import Division
from postings.search.places.names import (
    COMMA,
    DIGIT,
    LONGEST,
    PARTS,
    WIDELY_KNOWN,
    Found,
    Kind,
    KnownPlaces,
    Names,
    of_postcode,
    postcode_key,
)
from postings.search.places.regions import Region, region
from postings.wording import country_name

#: No more words or parts of a text name a place.
_MOST_WORDS = 8
_MOST_PARTS = 6

#: So many places are offered beside the best.
_MOST_ALTERNATIVES = 5

#: What may stand around a place without changing which it is.
_AROUND = re.compile(
    r"(?:(?:in|near|around|greater|metro|raum|gro(?:ß|ss)raum|region|bei|nähe|près de"
    r"|autour de|cerca de|en|à|a) )?(?P<place>.+?)"
    r"(?: (?:(?:metropolitan |metro )?(?:area|region)|und umgebung|et environs"
    r"|y alrededores))?",
    re.IGNORECASE,
)

#: A postal code and the town named beside it are no further apart.
_CODE_KM = 100.0

#: Countries whose towns are said with their region.
WITH_REGION = frozenset(("AU", "BR", "CA", "IN", "US"))

_LISTED = re.compile(COMMA)


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

    @property
    def has_point(self) -> bool:
        """Whether distances can be measured from the chosen place."""
        return self.chosen is not None and self.chosen.latitude is not None


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


class _Search:
    """The reading of one text and of the queries that are to mean what it found."""

    def __init__(self, known: KnownPlaces, language: str) -> None:
        self.known = known
        self.language = language
        self.names = Names(known, language)
        self._read: dict[str, list[Found]] = {}

    def read(self, words: str) -> list[Found]:
        """The places a text may mean, the best first."""
        if words not in self._read:
            fits = len(words) <= LONGEST and any(map(str.isalnum, words))
            self._read[words] = self._reading(words) if fits else []
        return self._read[words]

    def named_by(self, parts: Sequence[str]) -> list[Found]:
        """The places that parts of a text may mean for themselves, the best first."""
        return self._placed(", ".join(parts))

    def _reading(self, words: str) -> list[Found]:
        found = self._placed(words)
        if found or DIGIT.search(words):
            return found
        return self.names.countries_called(words)

    def _placed(self, words: str) -> list[Found]:
        """The places of a name, or of a text read so that little of it is left out."""
        if found := self.names.named(words):
            return found
        if DIGIT.search(words):
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
                other[0].count or other[0].people >= WIDELY_KNOWN or found
            ):
                continue
            if not found or len(other[0].left_out) <= len(found[0].left_out):
                found = other
        return found

    # --- Words in their order

    def _in(self, words: str) -> list[Found]:
        parts = [
            part
            for listed in _LISTED.split(words)
            # "Frankfurt (Oder)" is one name, "Berlin (Mitte)" two.
            for part in ([listed] if self.names.named(listed) else _parts(listed))
        ]
        if len(parts) > _MOST_PARTS:
            return []
        contradicted: list[Found] = []
        for name, beside, before in self._readings(parts):
            named = self.names.named(name)
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
        self, found: list[Found], beside: Sequence[str]
    ) -> tuple[list[Found], list[str]]:
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

    def _with_postcode(self, words: str) -> list[Found]:
        """A postal code that postings have, and the place the other words name."""
        tokens = PARTS.sub(" , ", words).split()
        for start, end in _windows(tokens):
            codes = self.known.postcodes(postcode_key(" ".join(tokens[start:end])))
            if not codes:
                continue
            rest = " ".join([*tokens[:start], *tokens[end:]])
            around = self._without_codes(rest)
            found = [of_postcode(each) for each in codes]
            if around:
                found = _beside(found, around)
            found.sort(key=lambda each: each.rank)
            if around and found and found[0].point is None and around[0].point:
                return [*around, *found]
            if found:
                left_out = around[0].left_out if around else _parts(rest)
                return [*_leaving(found, left_out), *around]
        return self._without_codes(words)

    def _without_codes(self, words: str) -> list[Found]:
        """The places of a text without its words that have digits."""
        whole = {_without_digits(part): part for part in _parts(words)}
        found = self._placed(", ".join(filter(None, whole)))
        if not found:
            return []
        others = [whole.get(part, part) for part in found[0].left_out]
        known = [p if p in others else _digits(p) for p in whole.values()]
        left_out = (*filter(None, known), *(p for p in others if p not in known))
        return [replace(each, left_out=left_out) for each in found]

    # --- Places as a reader sees them

    def area(self, found: Found, query: str = "") -> Area | None:
        """A place with a label and a query that means it; None where no query does."""
        for label, coded in self._labels(found):
            means = [query] if query else filter(self._means(found), (label, coded))
            for each in means:
                return _area(found, label, each)
        return None

    def _means(self, found: Found) -> Callable[[str], bool]:
        def means(query: str) -> bool:
            first = next(iter(self.read(query)), None)
            return (
                first is not None
                and first.identity == found.identity
                and not first.left_out
            )

        return means

    def _labels(self, found: Found) -> list[tuple[str, str]]:
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


def _with_region(found: Found, known: Region | None) -> list[str]:
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


def _area(found: Found, label: str, query: str) -> Area:
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
    return tuple(filter(None, PARTS.split(words)))


def _place_in(words: str) -> str:
    """The place in "greater London" or "Munich area"."""
    around = _AROUND.fullmatch(words)
    return around["place"] if around else words


def _leaving(found: Sequence[Found], parts: Sequence[str]) -> list[Found]:
    return [replace(each, left_out=(*parts, *each.left_out)) for each in found]


def _without_digits(words: str) -> str:
    return " ".join(word for word in words.split() if not DIGIT.search(word))


def _digits(words: str) -> str:
    return " ".join(word for word in words.split() if DIGIT.search(word))


def _windows(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a postal code may stand: one or two words, at least one with a digit."""
    tokens = tokens[: 3 * _MOST_WORDS]
    for length in (2, 1):
        for start in range(len(tokens) - length + 1):
            window = tokens[start : start + length]
            if "," not in window and any(map(DIGIT.search, window)):
                yield start, start + length


def _beside(codes: Sequence[Found], around: Sequence[Found]) -> list[Found]:
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
