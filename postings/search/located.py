"""Where a posting is: each of its places as a path, a point and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from django.conf import settings

from postings.countries import country_in_text, folded
from postings.models import JobLocation
from postings.search.places.gazetteer import Town, certain_town, divisions, near
from postings.search.places.names import DIGIT as _DIGIT
from postings.search.places.names import PARTS as _PARTS
from postings.search.places.names import postcode_key
from postings.search.places.regions import region, region_key, regions
from postings.wording import country_name


class Located(NamedTuple):
    """A place of a posting.

    `paths` lead to it from its country, or are empty: `DE`, `DE/02`, `DE/02/München`,
    with a region's code where it has one, else its name (see `region_name`). `point` is
    latitude and longitude; `by_town` says that they are those of the town, as the
    posting gives none. `postcode` is as `postcode_key` gives it.
    """

    country: str
    region: str
    region_words: str
    town: str
    paths: tuple[str, ...]
    point: tuple[float, float] | None
    by_town: bool
    postcode: str
    words: str


_COLUMNS = (
    "name", "address", "street_address", "postal_code", "address_locality",
    "address_region", "address_country", "address_country_text", "latitude",
    "longitude",
)  # fmt: skip


def places_of(ids: Iterable[int]) -> Iterator[tuple[int, Located]]:
    """The places of postings, each with its posting's id. Cost: one query."""
    rows = JobLocation.objects.filter(posting__among=list(ids)).order_by(
        "position", "id"
    )
    for posting, *values in rows.values_list("posting", *_COLUMNS):
        yield posting, located(**dict(zip(_COLUMNS, values, strict=True)))


def located(  # noqa: PLR0913 - the columns of a row
    *,
    name: str,
    address: str,
    street_address: str,
    postal_code: str,
    address_locality: str,
    address_region: str,
    address_country: str,
    address_country_text: str,
    latitude: float | None,
    longitude: float | None,
) -> Located:
    """A place as its row has it. Cost: a look in a cache for what is often met.

    An address that is one text says where it is as far as that is certain, so does a
    name that is all there is; and a town says which region it is in.
    """
    stated = _Stated(address_locality, address_region, address_country)
    if not any(stated):
        bare = not (street_address or postal_code)
        stated = _stated(address or (name if bare else ""))
    town, named = _name(stated.town), _name(stated.region)
    country = stated.country
    point = (
        (latitude, longitude)
        if latitude is not None and longitude is not None
        else None
    )
    by_town = False
    if town:
        known = certain_town(town, named, country)
        if known is not None:
            country = country or known.country
            if point is None:
                point, by_town = known.point, True
            # A region that bears the town's name says no more than the town.
            unsaid = not named or folded(named) == folded(town)
            if unsaid and country == known.country and near(point, known.point):
                named = _region_around(known) or named
    if country and named.upper() == country and not regions(named):
        named = ""  # the country again
    region = region_code(country, named)
    words = (
        name,
        address,
        street_address,
        postal_code,
        address_locality,
        address_region,
        address_country_text,
        *_country_words(country),
    )
    return Located(
        country=country,
        region=region,
        region_words=named,
        town=town,
        paths=paths(country, region, town),
        point=point,
        by_town=by_town,
        postcode=postcode_key(postal_code),
        words=" ".join(filter(None, words)),
    )


def _region_around(town: Town) -> str:
    known = region(town.country, town.region_code)
    return known.name if known else ""


class _Stated(NamedTuple):
    town: str
    region: str
    country: str


_NOWHERE = _Stated("", "", "")

#: No longer text is an address, and none has more parts.
_LONGEST, _MOST_PARTS = 120, 4


@lru_cache(maxsize=4096)
def _stated(address: str) -> _Stated:
    """What a text says of its town, region and country: "Stockholm", "Graz, Austria".

    A town has to be one of the world's for certain, a region to be the only one of its
    name, so that no name of a house or an office is taken for one.
    """
    if len(address) > _LONGEST:
        return _NOWHERE
    parts = [
        " ".join(word for word in part.split() if not _DIGIT.search(word))
        for part in _PARTS.split(address)
    ]
    parts = list(filter(None, parts))
    if not parts or len(parts) > _MOST_PARTS:
        return _NOWHERE
    country = country_in_text(parts[-1])
    if country:
        parts.pop()
    for position in range(len(parts) - 1, -1, -1):
        region = parts[position + 1] if position + 1 < len(parts) else ""
        town = certain_town(parts[position], region, country)
        if town is not None:
            return _Stated(parts[position], region, country or town.country)
    if len(parts) == 1 and (read := _unparted(parts[0], country)):
        return read
    meant = divisions(parts[-1]) if parts else ()
    if len(meant) == 1 and country in {"", meant[0].country}:
        return _Stated("", parts[-1], meant[0].country)
    return _Stated("", "", country)


def _unparted(words: str, country: str) -> _Stated | None:
    """A town and what it is in, in any order: "Austin TX", "Skåne län Lund"."""
    several = words.split()
    for end in range(len(several) - 1, 0, -1):
        head, tail = " ".join(several[:end]), " ".join(several[end:])
        for name, around in ((head, tail), (tail, head)):
            if divisions(around) and (town := certain_town(name, around, country)):
                within = around if regions(around) else ""
                return _Stated(name, within, country or town.country)
    return None


#: What people call a country besides its names.
_ALSO = {"GB": "UK", "US": "USA"}


@cache
def _country_words(country: str) -> tuple[str, ...]:
    """The names of a country in the languages of the pages, for whoever types one."""
    if not country:
        return ()
    names = [country_name(country, code) for code, _name in settings.LANGUAGES]
    return tuple(dict.fromkeys([*names, _ALSO.get(country, "")]))


def paths(country: str, region: str, town: str) -> tuple[str, ...]:
    """From the country inwards; a town without a region has an empty one."""
    if not country:
        return ()
    found = [country]
    if region:
        found.append(f"{country}/{region}")
    if town:
        found.append(f"{country}/{region}/{town}")
    return tuple(found)


def region_code(country: str, named: str) -> str:
    """The region's part of a path: GeoNames' code where it is known, else its name."""
    code = region_key(country, named) if named else ""
    return code if region(country, code) else named


def region_name(country: str, code: str) -> str:
    """The region of a path in words."""
    known = region(country, code)
    return known.name if known else code


def label(path: str) -> str:
    """The last name of a path of a region or town; a country has its own names."""
    country, *inner = path.split("/")
    return region_name(country, inner[0]) if len(inner) == 1 else inner[-1]


def _name(text: str) -> str:
    """A name as it stands in a path: one spelling for all its cases."""
    plain = " ".join(text.replace("/", "-").split())
    return plain.title() if plain.isupper() and len(plain) > 3 else plain  # noqa: PLR2004
