"""Places, and the areas applicants may live in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from postings import sanitise
from postings.countries import (
    CITY_STATES,
    Country,
    Ended,
    countries_in,
    country_alone,
    country_at_end,
    country_code,
    country_in_text,
    country_of_subdivision,
    folded,
    is_also_subdivision,
)
from postings.ingest.normalise import coordinates
from postings.ingest.normalise import text as texts
from postings.ingest.normalise.addresses import (
    AREA_PARTS,
    PARTS,
    addresses,
    contained,
    joined,
    kinds,
    one_country,
)
from postings.ingest.normalise.remote import NAMES_NOTHING, beside_remote, is_remote
from postings.ingest.normalise.towns import BETWEEN, Town, is_town, towns_in
from postings.ingest.report import Code, Notes, Sentence, sentence
from postings.schemaorg import MAX_TEXT, Area, AreaType, Place

#: The most places or areas of one posting; the rest stays in the node.
MAX_PLACES = 1000

_EMPTY = Place()

#: What a locality that is more than the name of one town may have.
_ODD = re.compile(rf"{BETWEEN.pattern}|[()\[\]\u2013\u2014]|remote|home|anywhere", re.I)

#: What parts places that each have their country.
_LISTED = re.compile(r"\s*[;|/•]\s*")

#: What applicants are told beside a country.
_ONLY = re.compile(r"(?:the )?(?P<country>.+?)[ -]only", re.IGNORECASE)

#: Parts of the United Kingdom, which are regions of it where an address has them.
_CONSTITUENTS = {"england", "northern ireland", "scotland", "wales"}

#: Places, and whether remote work is said.
_Read = tuple[Sequence[Place], bool]
_NOTHING: _Read = ((), False)


def locations(value: Any, notes: Notes) -> tuple[tuple[Place, ...], bool]:
    """`jobLocation` as places without repeats, and whether remote work is said there.

    That is a VirtualLocation, or wording such as "Anywhere", which is no place;
    "Remote, Germany" is Germany, and remote. "-" and the like are neither. At most
    MAX_PLACES are kept. Cost: 10 µs a place; the first text that may list several
    towns loads the gazetteer.
    """
    found: dict[Place, None] = {}
    virtual = False
    for position, item in enumerate(texts.values(value)):
        where = f"jobLocation/{position}"
        places, remote = _read(item, where, notes)
        if not (places or remote):
            _note_nothing(item, where, notes)
        virtual = virtual or remote
        for place in places:
            found.setdefault(place)
        if len(found) > MAX_PLACES:
            _note_many("jobLocation", notes)
            break
    return tuple(found)[:MAX_PLACES], virtual


def _note_nothing(item: Any, where: str, notes: Notes) -> None:
    """Reports an object that says something and gave no place, if nothing else did."""
    if texts.says_something(item) and not notes.mention(where):
        notes.ignored(Code.BAD_VALUE, where, sentence("This names no place."), item)


def _note_many(where: str, notes: Notes) -> None:
    notes.ignored(
        Code.TOO_LONG,
        where,
        sentence("Only the first {most} were read.", most=MAX_PLACES),
    )


def _read(item: Any, where: str, notes: Notes) -> _Read:
    """What one value of `jobLocation` says."""
    if isinstance(item, str):
        words = texts.text(item, where, notes)
        return _worded(Place(address=words), where, notes)
    if not isinstance(item, Mapping):
        notes.ignored(Code.BAD_VALUE, where, sentence("Expected a place."), item)
        return _NOTHING
    address = item.get("address")
    if (
        type(address) is dict
        and item.get("@type") == "Place"
        and address.get("@type") == "PostalAddress"
        and "address" not in address
    ):
        fields = _point(item, where, notes)
        if (name := item.get("name")) is not None:
            fields["name"] = texts.text(name, f"{where}/name", notes)
        return _structured(address, fields, where, notes)
    return _read_unusual(item, where, notes)


def _read_unusual(item: Mapping[str, Any], where: str, notes: Notes) -> _Read:
    """Places of another type or none, with several addresses, a text or no address."""
    types = kinds(item)
    given = addresses(item, where, notes)
    remote = "VirtualLocation" in types
    if remote and not given:
        return (), True
    known = _point(item, where, notes)
    is_part = bool(types & AREA_PARTS.keys()) and any(
        item.get("name") in address.values()
        for address in given
        if isinstance(address, Mapping)
    )
    name = "" if is_part else texts.text(item.get("name"), f"{where}/name", notes)
    if len(given) > 1:
        message = sentence("Each address was read as a place.")
        if known:
            message = sentence(
                "Each address was read as a place, and the one point as none's."
            )
        known = {}
        notes.repaired(Code.SPLIT_VALUE, f"{where}/address", message)
    found: list[Place] = []
    for address in given or ("",):
        if isinstance(address, str):
            place = Place(name=name, address=address, **known)
            places, said = _worded(place, where, notes)
        else:
            places, said = _structured(address, {**known, "name": name}, where, notes)
        found += places
        remote = remote or said
    return found, remote


def _structured(
    parts: Mapping[str, Any], fields: dict[str, Any], where: str, notes: Notes
) -> _Read:
    """The places of a PostalAddress; `fields` are what its place is known by."""
    nothing: dict[str, str] = {}
    for key, attribute in PARTS.items():
        value = parts.get(key)
        if value is None:
            continue
        words = (
            sanitise.plain(value)
            if type(value) is str and len(value) <= MAX_TEXT
            else joined(value, f"{where}/address/{key}", notes)
        )
        if words.casefold() in NAMES_NOTHING:
            nothing[attribute] = words
        else:
            fields[attribute] = words
    if fields.get("name", "").casefold() in NAMES_NOTHING:
        nothing["name"] = fields.pop("name", "")
    several: Sequence[Country] = ()
    if (value := parts.get("addressCountry")) is not None:
        several = _read_country(value, fields, nothing, f"{where}/address", notes)
    if nothing.get("address_region") == "NA" and fields.get("address_country") == "IT":
        fields["address_region"] = nothing.pop("address_region")  # Naples
    place = Place(**fields)
    remote = False
    if nothing and any(nothing.values()):
        place, remote = _without(place, nothing, where, notes)
    if several:
        return [_in_country(place, *each) for each in several], remote
    if place == _EMPTY:
        return (), remote
    places, said = _looked_into(place, where, notes)
    return places, remote or said


def _read_country(
    value: Any,
    fields: dict[str, Any],
    nothing: dict[str, str],
    where: str,
    notes: Notes,
) -> Sequence[Country]:
    """Put the country among the fields; where it is several and all there is, give them.

    "NA" is Namibia, unless another part of the address says "N/A" that way.
    """
    read: Sequence[Country]
    if type(value) is str and len(value) <= MAX_TEXT:
        words = sanitise.plain(value)
        code = country_code(words)
        read = () if code else countries_in(words)
    else:
        found = (one_country(item, where, notes) for item in texts.values(value))
        read = tuple(dict.fromkeys(each for each in found if each[1]))
        code = read[0][0] if len({code for code, _ in read}) == 1 else ""
        words = ", ".join(words for _, words in read)[:MAX_TEXT]
    if not words and texts.says_something(value):
        message = sentence("There is no name or code of a country in it.")
        notes.ignored(Code.UNKNOWN_COUNTRY, f"{where}/addressCountry", message, value)
    lower = words.casefold()
    if code == "NA" and lower == "na":
        others = {part.casefold() for part in nothing.values()}
        code = "" if words != "NA" or others & {"na", "n/a", "n.a."} else code
    if code:
        fields["address_country"] = code
        fields["address_country_text"] = "" if words.upper() == code else words
        return ()
    if lower in NAMES_NOTHING:
        nothing["address_country_text"] = words
        return ()
    where = f"{where}/addressCountry"
    if len(read) > 1 and all(code for code, _ in read) and not any(fields.values()):
        _note_split(_EACH_COUNTRY, words, where, notes)
        return read
    fields["address_country_text"] = words
    notes.ignored(
        Code.UNKNOWN_COUNTRY,
        where,
        sentence("No country of ISO 3166-1; kept as text."),
        words,
    )
    return ()


def _without(
    place: Place, nothing: Mapping[str, str], where: str, notes: Notes
) -> tuple[Place, bool]:
    """A place without the words that name none, and whether they say remote.

    Beside a town, a street or a point they do not, and are kept.
    """
    remote: dict[str, Any] = {
        field: words for field, words in nothing.items() if is_remote(words)
    }
    if remote and (place.address_locality or _is_anchored(place)):
        return replace(place, **remote), False
    wording = ", ".join(dict.fromkeys(filter(None, nothing.values())))
    if remote:
        _note_remote(wording, where, notes)
    elif place == _EMPTY:
        notes.ignored(Code.BAD_VALUE, where, sentence("This names no place."), wording)
    return place, bool(remote)


_EACH_COUNTRY = sentence("Each country in it was read by itself.")
_EACH_PLACE = sentence("Each place in it was read by itself.")


def _note_split(each: Sentence, words: str, where: str, notes: Notes) -> None:
    notes.repaired(Code.SPLIT_VALUE, where, each, words)


def _note_remote(wording: str, where: str, notes: Notes) -> None:
    notes.repaired(
        Code.UNDERSTOOD_WORDING,
        where,
        sentence("Read as remote work; the rest, if any, is where it may be done."),
        wording,
    )


def _is_anchored(place: Place) -> bool:
    """Whether there is something only one place has."""
    return bool(
        place.latitude is not None
        or place.street_address
        or place.postal_code
        or place.post_office_box_number
    )


def _in_country(place: Place, code: str, words: str) -> Place:
    text = "" if words.upper() == code else words
    return replace(place, address_country=code, address_country_text=text)


def _with(place: Place, field: str, words: str) -> Place:
    changed: dict[str, Any] = {field: words}
    return replace(place, **changed)


def _looked_into(place: Place, where: str, notes: Notes) -> _Read:
    """The places of an address whose parts may hold more than they should."""
    town = place.address_locality
    if town and town.casefold() == place.postal_code.casefold():
        digits = any(char.isdigit() for char in town)
        place = _with(place, "address_locality" if digits else "postal_code", "")
        notes.ignored(
            Code.BAD_VALUE,
            f"{where}/address",
            sentence(
                "The town and the postal code are the same; one of them was dropped."
            ),
            town,
        )
    if not place.address_country and not place.address_country_text:
        place = _country_elsewhere(place, f"{where}/address", notes)
    town = place.address_locality
    if town and not town.isalpha() and _ODD.search(town):
        return _in_words(place, "address_locality", where, notes)
    return (place,), False


def _country_elsewhere(place: Place, where: str, notes: Notes) -> Place:
    """A country that stands in the place of another part, or in a region's code."""
    street, town = place.street_address, place.address_locality
    region = place.address_region
    found, words = place, region or town or street
    if code := country_of_subdivision(region):
        found = replace(place, address_country=code)
    elif region and (code := country_in_text(region)):
        found = _in_country(place, code, region)
        if folded(region) in _CONSTITUENTS:
            found = replace(found, address_country_text="")
        else:
            found = replace(found, address_region="")
    elif town and not region and (code := country_in_text(town)):
        found = _in_country(place, code, town)
        if code not in CITY_STATES:
            found = replace(found, address_locality="")
    elif not (town or region or place.postal_code):
        if code := country_alone(street):
            found = _in_country(replace(place, street_address=""), code, street)
        elif ended := country_at_end(street):
            rest = replace(place, street_address=ended.rest)
            found = _in_country(rest, ended.code, ended.words)
    if found != place:
        notes.repaired(
            Code.UNDERSTOOD_WORDING,
            where,
            sentence("The country was read from another part of the address."),
            words,
        )
    return found


def _worded(place: Place, where: str, notes: Notes) -> _Read:
    """The places of an address that is one text, or of a name without an address."""
    nothing = {
        field: words
        for field in ("name", "address")
        if (words := getattr(place, field)) and words.casefold() in NAMES_NOTHING
    }
    remote = False
    for field in nothing:
        place = _with(place, field, "")
    if nothing:
        place, remote = _without(place, nothing, where, notes)
    if place == _EMPTY:
        return (), remote
    field = "address" if place.address else "name"
    wording = str(getattr(place, field))
    if code := country_alone(wording):
        return (_in_country(place, code, wording),), remote
    places, said = _in_words(place, field, where, notes)
    return places, remote or said


def _in_words(place: Place, field: str, where: str, notes: Notes) -> _Read:
    """The places that the words in one field name: an address, a name or a town.

    Words whose meaning is not certain stay as they are.
    """
    words: str = getattr(place, field)
    several = not _is_anchored(place)
    if several and (areas := _beside_remote(words, field, place)) is not None:
        _note_remote(words, where, notes)
        return areas, True
    if several and (places := _several(place, field)):
        _note_split(_EACH_PLACE, words, where, notes)
        return places, False
    if ended := country_at_end(words):
        place = _ended(place, field, ended, where, notes)
        words = ended.rest if place.address_country == ended.code else words
    if several and (towns := towns_in(words, place.address_country)):
        notes.repaired(
            Code.SPLIT_VALUE,
            where,
            sentence(
                "Each town in it was read as a place, without the region, and with the "
                "country where it is one of its towns."
            ),
            words,
        )
        return [_in_town(place, field, town) for town in towns], False
    return (place,), False


def _beside_remote(words: str, field: str, place: Place) -> list[Place] | None:
    """The areas beside "Remote", unless they contradict the country stated."""
    found = beside_remote(words)
    stated = place.address_country
    if found is None or (stated and any(code != stated for code, _ in found)):
        return None
    rest = _with(place, field, "")
    if stated or not found:
        return [] if rest == _EMPTY else [rest]
    return [
        _in_country(rest, code, area) if code else replace(rest, address=area)
        for code, area in found
    ]


def _several(place: Place, field: str) -> list[Place]:
    """The places of a list of countries, or of towns each with its country."""
    if place.address_country or place.address_country_text:
        return []
    words: str = getattr(place, field)
    if found := countries_in(words):
        return [_in_country(_with(place, field, ""), *each) for each in found]
    parts = [part for part in _LISTED.split(words) if part]
    ends = [end for part in parts if (end := country_at_end(part))]
    if len(parts) < 2 or len(ends) < len(parts):  # noqa: PLR2004
        return []
    kept = parts if field != "address_locality" else [end.rest for end in ends]
    return [
        _in_country(_with(place, field, each), end.code, end.words)
        for each, end in zip(kept, ends, strict=True)
    ]


def _ended(place: Place, field: str, ended: Ended, where: str, notes: Notes) -> Place:
    """A place whose words end in its country; they stay in a text, not in a town."""
    if place.address_country not in {"", ended.code}:
        return place
    if not place.address_country:
        if place.address_country_text:
            return place
        place = _in_country(place, ended.code, ended.words)
    if field != "address_locality":
        return place
    town, comma, region = ended.rest.partition(",")
    if (
        not comma
        or "," in region
        or not is_town(town, ended.code)
        or is_town(region, ended.code)
    ):
        town, region = ended.rest, ""
    notes.repaired(
        Code.SPLIT_VALUE,
        f"{where}/address/addressLocality",
        sentence("It ends in the country, which was read as such."),
        place.address_locality,
    )
    return replace(
        place,
        address_locality=town,
        address_region=place.address_region or region.strip(),
    )


def _in_town(place: Place, field: str, town: Town) -> Place:
    """A place of a list: a region is not known to be that of each town."""
    if place.address_country not in town.countries:
        place = replace(place, address_country="", address_country_text="")
    return replace(_with(place, field, town.name), address_region="")


def _point(item: Mapping[str, Any], where: str, notes: Notes) -> dict[str, Any]:
    """The coordinates of a place as its attributes; impossible ones are reported."""
    if (raw := coordinates.given(item)) is None:
        return {}
    if (point := coordinates.point(*raw)) is None:
        shown = ", ".join(map(str, (raw[0], raw[1]))) if raw[1] is not None else raw[0]
        notes.ignored(
            Code.BAD_VALUE, f"{where}/geo", sentence("No point on earth."), shown
        )
        return {}
    return {"latitude": point[0], "longitude": point[1]}


def areas(value: Any, notes: Notes) -> tuple[Area, ...]:
    """`applicantLocationRequirements` without repeats, at most MAX_PLACES.

    What names a country is one, if its type is not State or City; what may name one
    or something else ("Georgia", "DE" by itself) has no code unless its type is
    Country. "Anywhere" is no requirement.
    """
    found: dict[Area, None] = {}
    items = list(texts.values(value))
    codes = any(isinstance(item, str) and _is_code(item) for item in items)
    for position, item in enumerate(items):
        where = f"applicantLocationRequirements/{position}"
        given = _areas(item, where, notes, codes=codes)
        if not given:
            _note_nothing(item, where, notes)
        found |= dict.fromkeys(given)
        if len(found) > MAX_PLACES:
            _note_many("applicantLocationRequirements", notes)
            break
    return tuple(found)[:MAX_PLACES]


def _is_code(words: str) -> bool:
    """Whether this is a code of two letters that can be no State of America."""
    return (
        len(words) == 2  # noqa: PLR2004
        and bool(country_code(words))
        and not is_also_subdivision(words.upper())
    )


_KINDS = {kind.value: kind for kind in AreaType}


def _areas(item: Any, where: str, notes: Notes, *, codes: bool) -> Sequence[Area]:
    """The areas one value names; `codes` if others beside it are codes of countries."""
    kind, name, country = _area_words(item, where, notes)
    is_country = kind is AreaType.COUNTRY
    if not name or (is_country and country_code(name)):
        code = country_code(name or country)
        return (_country_area(code, name or country),) if name or country else ()
    if name.casefold() in NAMES_NOTHING and not (codes and name == "NA"):
        notes.ignored(Code.BAD_VALUE, where, sentence("This names no area."), name)
        return ()
    stated = country_code(country)
    if kind in {AreaType.STATE, AreaType.CITY} or stated:
        return (_part_of(kind, name, stated),)
    if several := _countries_of(name, where, notes, codes=codes):
        return [_country_area(*each) for each in several]
    if is_country:
        notes.ignored(
            Code.UNKNOWN_COUNTRY,
            where,
            sentence("No country of ISO 3166-1; kept as text."),
            name,
        )
        return (Area(type=kind, name=name),)
    return (_part_of(kind, name, ""),)


def _countries_of(
    name: str, where: str, notes: Notes, *, codes: bool
) -> Sequence[Country]:
    """The countries an area is or lists, "Remote" and "only" being taken off."""
    code = country_alone(name)
    if not code and codes and len(name) == 2:  # noqa: PLR2004
        code = country_code(name)
    if code:
        return ((code, name),)
    if (beside := beside_remote(name)) is not None:
        _note_remote(name, where, notes)
        return beside
    if several := countries_in(name):
        _note_split(_EACH_COUNTRY, name, where, notes)
        return several
    only = _ONLY.fullmatch(name)
    if only and (code := country_in_text(only["country"])):
        notes.repaired(
            Code.UNDERSTOOD_WORDING,
            where,
            sentence("Read as the country it names."),
            name,
        )
        return ((code, only["country"]),)
    return ()


def _area_words(item: Any, where: str, notes: Notes) -> tuple[AreaType, str, str]:
    """The type of an area, its name, and the words for the country it is in."""
    kind = AreaType.ADMINISTRATIVE_AREA
    if not isinstance(item, Mapping):
        if isinstance(item, str):
            return kind, texts.text(item, where, notes), ""
        notes.ignored(Code.BAD_VALUE, where, sentence("Expected an area."), item)
        return kind, "", ""
    stated = item.get("@type")
    if stated == "Country" and "address" not in item:
        return AreaType.COUNTRY, texts.text(item.get("name"), where, notes), ""
    kind = next((_KINDS[each] for each in sorted(kinds(item)) if each in _KINDS), kind)
    address = texts.first(item.get("address"))
    parts = address if isinstance(address, Mapping) else item
    around = contained(item)
    words = one_country(
        parts.get("addressCountry") or around.get("addressCountry"), where, notes
    )[1]
    name = texts.text(item.get("name"), where, notes)
    for key, found in _NAMED.items():
        if not name and (part := texts.text(parts.get(key), where, notes)):
            return found if kind is AreaType.ADMINISTRATIVE_AREA else kind, part, words
    if not name and isinstance(address, str):
        name = texts.text(address, where, notes)
    return kind, name, words


#: The parts of an address that name an area, the smallest first, and its type.
_NAMED = {"addressLocality": AreaType.CITY, "addressRegion": AreaType.STATE}


def _country_area(code: str, words: str) -> Area:
    if not code:
        return Area(name=words)
    name = "" if words.upper() == code else words
    return Area(type=AreaType.COUNTRY, name=name, address_country=code)


def _part_of(kind: AreaType, name: str, country: str) -> Area:
    """A State, town or other area, with its country if that is known.

    Google writes "Michigan, USA".
    """
    if not country and (ended := country_at_end(name)):
        return Area(type=kind, name=ended.rest, address_country=ended.code)
    country = country or country_of_subdivision(name)
    return Area(type=kind, name=name, address_country=country)
