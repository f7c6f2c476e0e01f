"""The addresses of a place, in whatever shape the node has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from postings.countries import Country, country_code
from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes, sentence
from postings.schemaorg import MAX_TEXT

#: How deep addresses inside addresses and places inside places are followed.
_DEEP = 5

#: The parts of a PostalAddress and the attributes of Place that hold them.
PARTS = {
    "streetAddress": "street_address",
    "addressLocality": "address_locality",
    "addressRegion": "address_region",
    "postalCode": "postal_code",
    "extendedAddress": "extended_address",
    "postOfficeBoxNumber": "post_office_box_number",
}
ADDRESS_KEYS = {*PARTS, "addressCountry"}

#: Types of places that are a part of an address, and which.
AREA_PARTS = {
    "City": "addressLocality", "State": "addressRegion", "Country": "addressCountry",
}  # fmt: skip


def kinds(item: Mapping[str, Any]) -> set[str]:
    """The names of a node's types."""
    return {
        re.split("[/:#]", kind)[-1]
        for kind in texts.values(item.get("@type"))
        if isinstance(kind, str)
    }


def addresses(
    item: Mapping[str, Any], where: str, notes: Notes
) -> list[Mapping[str, Any] | str]:
    """The addresses of a place: texts, and mappings with parts of an address."""
    around = contained(item)
    found: list[Mapping[str, Any] | str] = []
    for value in texts.values(item.get("address")):
        address: Any = value
        for _ in range(_DEEP):
            if not isinstance(address, Mapping) or address.keys() & ADDRESS_KEYS:
                break
            inner = texts.first(address.get("address"))
            address = inner if inner is not None else contained(address) or address
        if isinstance(address, Mapping) and address.keys() & ADDRESS_KEYS:
            given = {key: part for key, part in address.items() if part}
            found.append({**around, **given} if around else address)
        elif words := texts.text(address, f"{where}/address", notes):
            found.append({**around, "streetAddress": words} if around else words)
        elif not isinstance(address, Mapping | str):
            notes.ignored(
                Code.BAD_VALUE,
                f"{where}/address",
                sentence("Expected an address."),
                address,
            )
    if not found:
        own = {key: item[key] for key in ADDRESS_KEYS if key in item}
        found = [own] if own else [around] if around else []
    pieces = [address for address in found if isinstance(address, Mapping)]
    if 1 < len(found) == len(pieces):
        keys = [key for piece in pieces for key in piece if key in ADDRESS_KEYS]
        if len(set(keys)) == len(keys):
            return [{key: piece[key] for piece in pieces for key in piece}]
    return found


def contained(item: Mapping[str, Any]) -> dict[str, Any]:
    """Parts of an address from a City, State or Country and what contains it."""
    found: dict[str, Any] = {}
    place: Any = item
    for _ in range(_DEEP):
        if not isinstance(place, Mapping):
            break
        for kind in kinds(place) & AREA_PARTS.keys():
            if name := place.get("name"):
                found.setdefault(AREA_PARTS[kind], name)
        place = texts.first(place.get("containedInPlace") or place.get("containedIn"))
    return found


def joined(value: Any, where: str, notes: Notes) -> str:
    """All texts of a part, parted by commas; a Thing gives its name."""
    words = ", ".join(texts.named(value, where, notes))
    if len(words) <= MAX_TEXT:
        return words
    notes.ignored(
        Code.TOO_LONG, where, sentence("The text is too long and was cut."), words
    )
    return words[: MAX_TEXT - 1] + "…"


def one_country(item: Any, where: str, notes: Notes) -> Country:
    """The code of a Country or text, if all it says agrees, and its first wording."""
    found: Iterable[Any] = (item,)
    if isinstance(item, Mapping):
        keys = ("name", "identifier", "alternateName", "addressCountry")
        found = map(item.get, keys)
    read = [texts.text(each, f"{where}/addressCountry", notes) for each in found]
    wordings = [words for words in read if words]
    codes = {code for words in wordings if (code := country_code(words))}
    return codes.pop() if len(codes) == 1 else "", wordings[0] if wordings else ""
