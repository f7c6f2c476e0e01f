"""Towns: whether a text is a list of several, and nothing else."""

from __future__ import annotations

import re
from typing import NamedTuple

from postings.countries import CITY_STATES, country_in_text, folded
from postings.search.places import gazetteer
from postings.search.places.gazetteer import Division

#: What parts the towns of a list.
BETWEEN = re.compile(
    r"\s*[,;/|•·]\s*"
    r"|\s(?:[&+]|and|und|et|en|e|y|i|a|og|och|ja|és|și|si|or|oder|ou|o|oppure|nebo|lub"
    r"|alebo)\s",
    re.IGNORECASE,
)

#: Regions and words for a part of a town that are somewhere a town's name too, and so
#: would pass for one. Those named by their own capital are told by `towns_in`.
_REGIONS = frozenset(
    """
    acre|africa|airport|alabama|alaska|andalucia|antrim|apac|arizona|arkansas|asia|avon
    bahia|bihar|brandenburg|california|canterbury|castilla|ceara|center|central|centre
    centro|centrum|cher|cheshire|chiapas|colorado|connecticut|cornwall|cumberland
    cumbria|delaware|district of columbia|downtown|durham|espirito santo|essex|florida
    fyn|georgia|goa|hawaii|hidalgo|highland|holland|idaho|illinois|indiana|iowa|jalisco
    jura|kansas|kanto|kent|kentucky|la rioja|latam|limburg|london greater|long island
    lot|louisiana|louth|madeira|maine|maranhao|marche|marlborough|maryland
    massachusetts|michigan|middlesex|midlothian|minnesota|mississippi|missouri|montana
    morelos|munster|nayarit|nebraska|nevada|new brunswick|new hampshire|new jersey
    new mexico|norfolk|north|north carolina|north dakota|ohio|oklahoma|ontario|oregon
    ost|para|paraiba|parana|pennsylvania|pernambuco|quebec|rhode island
    rio grande do sul|rutland|santa catarina|selangor|somerset|south carolina
    south dakota|suffolk|surrey|tenerife|tennessee|texas|tocantins|tuscany|utah|var
    vermont|vestland|victoria|virginia|west virginia|wisconsin|wyoming|yukon
    """.replace("\n    ", "|").strip("|").split("|")
)  # fmt: skip

#: Towns whose name is that of a region around or far from them: "La Plata, Buenos
#: Aires" is one town, and so is "Buffalo, New York".
_REGIONS_TOO = frozenset((
    "buenos aires", "kiev", "kyiv", "lagos", "minsk", "moscow", "moskau", "moskva",
    "new york", "saint petersburg", "sofia", "st petersburg", "washington",
    folded("Москва"), folded("Минск"), folded("Київ"), folded("София"),
))  # fmt: skip

#: Lists of at least so many towns may cross borders: region and country are no town.
_CROSSING = 3


class Town(NamedTuple):
    name: str
    countries: frozenset[str]


def towns_in(words: str, country: str) -> tuple[Town, ...]:
    """The towns that a text lists, if it is certain that it does, else nothing.

    All parts are towns, and none a region, a country or an abbreviation. They share
    a country, that of `country` if one is given; three or more may have none in
    common, as a town, its region and its country have. Parted by commas alone they
    are not all in one region: "Getafe, Madrid" is a town and its region.
    """
    names = [name for name in BETWEEN.split(words.strip(" ,;/|.")) if name]
    if len(names) < 2 or len({*map(folded, names)}) < len(names):  # noqa: PLR2004
        return ()
    states = {country_in_text(name) for name in names} - {""}
    if not states <= CITY_STATES or any(map(_is_no_town, names)) or _regions(words):
        return ()
    found = [_regions(name) for name in names]
    if not all(found):
        return ()
    towns = tuple(
        Town(name, frozenset(region.country for region in regions))
        for name, regions in zip(names, found, strict=True)
    )
    shared = frozenset.intersection(*(town.countries for town in towns))
    if not shared:
        return towns if len(towns) >= _CROSSING else ()
    only_commas = words.strip(" ,;/|.").count(",") == len(names) - 1
    nested = {
        region.country
        for region in frozenset.intersection(*found)
        if only_commas and region.country in {country or region.country}
    }
    if len(names) == 2 and only_commas and folded(names[1]) in _REGIONS_TOO:  # noqa: PLR2004
        nested |= shared
    return () if nested or states or country not in {"", *shared} else towns


def is_town(words: str, country: str) -> bool:
    """Whether a country has a town of that name."""
    return any(region.country == country for region in _regions(words))


def _is_no_town(name: str) -> bool:
    return (
        (len(name) <= 3 and name.isupper())  # noqa: PLR2004
        or folded(name) in _REGIONS
        or any(map(str.isdigit, name))
    )


def _regions(name: str) -> frozenset[Division]:
    """The regions that have a town of that name."""
    return frozenset(
        Division(town.country, town.region_code) for town in gazetteer.towns(name)
    )
