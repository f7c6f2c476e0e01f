"""Where a posting is: each of its places as a path, a point and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from postings.models import JobLocation
from postings.search.places.gazetteer import certain_town
from postings.search.places.names import postcode_key
from postings.search.places.regions import region, region_key


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
    """A place as its row has it. Cost: a look in a cache for what is often met."""
    town, named = _name(address_locality), _name(address_region)
    country = address_country
    point = (
        (latitude, longitude)
        if latitude is not None and longitude is not None
        else None
    )
    by_town = False
    if town and (point is None or not country):
        known = certain_town(town, named, country)
        if known is not None:
            country = country or known.country
            if point is None:
                point, by_town = known.point, True
    region = region_code(country, named)
    words = (
        name,
        address,
        street_address,
        postal_code,
        address_locality,
        address_region,
        address_country_text,
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
