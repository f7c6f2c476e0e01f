"""Places, countries and the areas applicants may live in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes
from postings.schemaorg import Area, AreaType, Place

_POLE, _DATE_LINE = 90, 180

#: Texts that stand where a place should but name none.
_NOWHERE = {
    "", "-", "--", "n/a", "na", "none", "null", "undefined", "anywhere", "worldwide",
    "remote", "world", "global", "various", "tbd", "unknown",
}  # fmt: skip


def locations(value: Any, notes: Notes) -> tuple[tuple[Place, ...], bool]:
    """`jobLocation` as places without repeats, and whether a VirtualLocation stood there.

    "Anywhere", "-" and the like are no places.
    """
    found: dict[Place, None] = {}
    virtual = False
    for position, item in enumerate(texts.values(value)):
        where = f"jobLocation/{position}"
        if isinstance(item, Mapping) and _is_type(item, "VirtualLocation"):
            virtual = True
            continue
        place = _place(item, where, notes)
        if place == Place():
            continue
        if _names_nothing(place):
            virtual = virtual or _says_remote(place)
            notes.ignored(
                Code.BAD_VALUE, where, "This names no place.", _wording(place)
            )
            continue
        found.setdefault(place)
    return tuple(found), virtual


def areas(value: Any, notes: Notes) -> tuple[Area, ...]:
    """`applicantLocationRequirements` without repeats."""
    found: dict[Area, None] = {}
    for position, item in enumerate(texts.values(value)):
        where = f"applicantLocationRequirements/{position}"
        kind = AreaType.ADMINISTRATIVE_AREA
        if isinstance(item, Mapping):
            kind = next(
                (known for known in AreaType if _is_type(item, known.value)), kind
            )
            address = texts.first(item.get("address"))
            name = texts.text(item.get("name"), where, notes)
            if not name and isinstance(address, Mapping):
                name = texts.text(
                    address.get("addressCountry") or address.get("addressRegion"),
                    where,
                    notes,
                )
        else:
            name = texts.text(item, where, notes)
        if not name or name.casefold() in _NOWHERE:
            continue
        code = country_code(name) if kind is not AreaType.CITY else ""
        if kind is AreaType.STATE:
            code = ""
        if code:
            kind = AreaType.COUNTRY
            name = "" if name.upper() == code else name
        found.setdefault(Area(type=kind, name=name, address_country=code))
    return tuple(found)


def _place(item: Any, where: str, notes: Notes) -> Place:
    if not isinstance(item, Mapping):
        return Place(address=texts.text(item, where, notes))
    address = texts.first(item.get("address"))
    if address is None and any(
        key in item for key in ("addressLocality", "addressCountry", "addressRegion")
    ):
        address = item
    parts = address if isinstance(address, Mapping) else {}
    country_words = _country_words(parts.get("addressCountry"), where, notes)
    code = next((c for words in country_words if (c := country_code(words))), "")
    written = country_words[0] if country_words else ""
    if written and not code:
        notes.ignored(
            Code.UNKNOWN_COUNTRY,
            f"{where}/address/addressCountry",
            "No country of ISO 3166-1; kept as text.",
            written,
        )
    latitude, longitude = _coordinates(item, where, notes)
    name = texts.text(item.get("name"), where, notes)

    def part(key: str) -> str:
        words = texts.text(parts.get(key), f"{where}/address/{key}", notes)
        return "" if words.casefold() in _NOWHERE and not _is_remote(words) else words

    return Place(
        name=name,
        address="" if parts else texts.text(address, f"{where}/address", notes),
        street_address=part("streetAddress"),
        extended_address=part("extendedAddress"),
        post_office_box_number=part("postOfficeBoxNumber"),
        postal_code=part("postalCode"),
        address_locality=part("addressLocality"),
        address_region=part("addressRegion"),
        address_country=code,
        address_country_text="" if written.upper() == code else written,
        latitude=latitude,
        longitude=longitude,
    )


def _country_words(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    item = texts.first(value)
    if isinstance(item, Mapping):
        found = (
            texts.text(item.get(key), where, notes)
            for key in ("name", "identifier", "alternateName")
        )
        return tuple(words for words in found if words)
    words = texts.text(item, where, notes)
    return (words,) if words and words.casefold() not in _NOWHERE else ()


def _coordinates(
    item: Mapping[str, Any], where: str, notes: Notes
) -> tuple[float | None, float | None]:
    """WGS 84 degrees from `geo`, else from the Place itself; both or neither.

    Impossible ones, and the (0, 0) of empty forms, are reported and dropped.
    """
    geo = texts.first(item.get("geo"))
    holder = geo if isinstance(geo, Mapping) else item
    raw = texts.first(holder.get("latitude")), texts.first(holder.get("longitude"))
    if raw == (None, None):
        return None, None
    latitude, longitude = _degrees(raw[0]), _degrees(raw[1])
    if (
        latitude is None
        or longitude is None
        or abs(latitude) > _POLE
        or abs(longitude) > _DATE_LINE
        or (latitude == 0 and longitude == 0)
    ):
        notes.ignored(
            Code.BAD_VALUE, f"{where}/geo", "No point on earth.", f"{raw[0]}, {raw[1]}"
        )
        return None, None
    return latitude, longitude


def _degrees(value: Any) -> float | None:
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([+-]?\d{1,3}(?:[.,]\d{1,20})?)\s*°?\s*", value)
        value = float(match[1].replace(",", ".")) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _is_type(item: Mapping[str, Any], name: str) -> bool:
    return any(
        isinstance(kind, str) and re.split(r"[/:#]", kind)[-1] == name
        for kind in texts.values(item.get("@type"))
    )


def _wording(place: Place) -> str:
    return ", ".join(
        words
        for words in (
            place.name,
            place.address,
            place.address_locality,
            place.address_region,
            place.address_country_text,
        )
        if words
    )


def _names_nothing(place: Place) -> bool:
    """Whether every word given for a place is one of those that name none."""
    if place.latitude is not None or place.address_country or place.postal_code:
        return False
    words = [
        place.name, place.address, place.street_address, place.address_locality,
        place.address_region, place.address_country_text,
    ]  # fmt: skip
    return all(part.casefold().strip(" .") in _NOWHERE for part in words)


def _is_remote(words: str) -> bool:
    return words.casefold() in {"anywhere", "worldwide", "remote", "world", "global"}


def _says_remote(place: Place) -> bool:
    return any(_is_remote(part) for part in _wording(place).split(", "))


#: Languages whose names of countries are understood.
_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "sv",
    "da",
    "nb",
    "fi",
    "is",
    "pl",
    "cs",
    "sk",
    "sl",
    "hu",
    "hr",
    "ro",
    "bg",
    "el",
    "tr",
    "ru",
    "uk",
    "ar",
    "he",
    "hi",
    "ja",
    "zh",
    "ko",
    "vi",
    "id",
]

_SPOKEN = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "u.s.": "US", "u.s.a.": "US",
    "united states of america": "US", "america": "US", "holland": "NL",
    "the netherlands": "NL", "czech republic": "CZ", "republic of ireland": "IE",
    "korea": "KR", "turkey": "TR", "russian federation": "RU", "viet nam": "VN",
}  # fmt: skip

#: Codes CLDR names territories by that are no countries of ISO 3166-1.
_NO_COUNTRY = {
    "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ",
}  # fmt: skip


def country_code(words: str) -> str:
    """ISO 3166-1 alpha-2 for a code or a name in any common language, or "".

    Source of codes and names: CLDR, as Babel carries it. Cost: the first name that
    is no code loads the names of some thirty languages, a tenth of a second.
    """
    words = words.strip()
    upper = words.upper()
    if upper in countries():
        return upper
    alias = get_global("territory_aliases").get(upper)
    if alias and len(alias) == 1 and alias[0] in countries():
        return str(alias[0])
    return _names_of_countries().get(words.casefold(), "")


@cache
def countries() -> frozenset[str]:
    territories = Locale.parse("en").territories
    return frozenset(
        code
        for code in map(str, territories)
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY
    )


@cache
def _names_of_countries() -> dict[str, str]:
    return dict(_names()) | _SPOKEN


def _names() -> Iterator[tuple[str, str]]:
    for language in reversed(_LANGUAGES):
        for code, name in Locale.parse(language).territories.items():
            if code in countries():
                yield str(name).casefold(), str(code)
