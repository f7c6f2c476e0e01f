"""Countries: names in any language and codes of every kind as ISO 3166-1 alpha-2.

Source of names and codes: CLDR, as Babel carries it, with Kosovo as XK.
"""

from __future__ import annotations

import pickle
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale, localedata
from babel.core import get_global

_LONGEST = 100

#: The code of a country, or "", and the words it was read from.
Country = tuple[str, str]

#: Names and codes people write that CLDR has in none of its languages, or in a form
#: nobody writes; folded as `folded` does.
_SPOKEN = {
    "BA": "bosnia|bosna i hercegovina|bosnien und herzegowina|bosnie herzegovine",
    "BO": "plurinational state of bolivia|bolivia plurinational state of",
    "BS": "the bahamas",
    "CD": "dr congo|drc|democratic republic of the congo|democratic republic of congo|"
        "congo the democratic republic of the|congo democratic republic of the|zaire",
    "CF": "car",
    "CG": "republic of the congo|republic of congo|congo republic of the",
    "CI": "cote d ivoire|republic of cote d ivoire",
    "CN": "peoples republic of china|people s republic of china|pr china|prc|"
        "mainland china|volksrepublik china",
    "CV": "cabo verde",
    "CZ": "czech republic|the czech republic|czech rep|tschechische republik|cr|"
        "republique tcheque|republica checa|repubblica ceca|republika czeska|"
        "tjeckiska republiken|tsjechische republiek|ceska republika",
    "DE": "federal republic of germany|bundesrepublik deutschland|brd|"
        "deutschland bundesrepublik|germany federal republic of",
    "FM": "federated states of micronesia|micronesia federated states of",
    "FR": "french republic|france metropolitaine|metropolitan france",
    "GB": "great britain|britain|england|scotland|wales|northern ireland|"
        "united kingdom of great britain and northern ireland|grossbritannien|"
        "velka britanie|velka britania|"
        "grossbritannien und nordirland|grande bretagne|gran bretana|gran bretagna|"
        "groot brittannie|royaume uni|schottland|ecosse|angleterre|uk|u k",
    "GR": "hellas|hellenic republic",
    "HK": "hong kong|hong kong sar|hongkong|hong kong s a r",
    "HR": "republic of croatia|republika hrvatska",
    "IE": "republic of ireland|ireland republic of|eire|southern ireland",
    "IR": "islamic republic of iran|iran islamic republic of|persia",
    "KG": "kyrgyz republic",
    "KP": "dprk|democratic people s republic of korea|"
        "korea democratic people s republic of",
    "KR": "korea|republic of korea|korea republic of|korea south|s korea",
    "LA": "lao|lao pdr|lao people s democratic republic",
    "LU": "grand duchy of luxembourg",
    "MD": "republic of moldova|moldova republic of",
    "MO": "macao|macau",
    "MK": "fyrom|macedonia the former yugoslav republic of|republic of north macedonia|"
        "the former yugoslav republic of macedonia|republic of macedonia|macedonia",
    "MM": "burma|myanmar",
    "NL": "holland|kingdom of the netherlands|die niederlande|pays bas|los paises bajos",
    "PL": "republic of poland|rzeczpospolita polska",
    "PS": "palestine|state of palestine|palestine state of|palestinian territory",
    "PT": "portuguese republic",
    "RU": "russian federation|the russian federation",
    "SA": "kingdom of saudi arabia|ksa",
    "SI": "republic of slovenia|republika slovenija",
    "SK": "slovak republic|the slovak republic|slovenska republika|"
        "slowakische republik|republique slovaque|slovak rep",
    "ST": "sao tome",
    "SY": "syrian arab republic",
    "SZ": "swaziland",
    "TL": "east timor",
    "TR": "turkey|republic of turkey|turkiye cumhuriyeti",
    "TT": "trinidad",
    "TW": "taiwan r o c|taiwan province of china|republic of china|chinese taipei",
    "TZ": "united republic of tanzania|tanzania united republic of",
    "AE": "uae|u a e|emirates|the emirates|vae|eau",
    "US": "usa|u s|u s a|united states of america|the united states of america|"
        "vereinigte staaten von amerika|etats unis d amerique|"
        "estados unidos de america|stati uniti d america|america|spojene staty|"
        "verenigde staten van amerika|stany zjednoczone ameryki|eeuu|ee uu",
    "VA": "holy see|holy see vatican city state|vatican",
    "VE": "bolivarian republic of venezuela|venezuela bolivarian republic of",
    "VG": "virgin islands british",
    "VI": "virgin islands u s|us virgin islands",
    "VN": "viet nam|socialist republic of viet nam",
    "ZA": "republic of south africa|rsa",
}  # fmt: skip

#: Countries whose name is that of a town in them.
CITY_STATES = {
    "DJ", "GI", "GT", "HK", "KW", "LU", "MC", "MO", "MX", "PA", "SG", "SM", "VA",
}  # fmt: skip

#: Codes CLDR names territories by that are no countries of ISO 3166-1.
_NO_COUNTRY = {
    "AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ",
}  # fmt: skip

#: Codes of two letters that ISO 3166-1 has given up or keeps for others. CLDR has
#: more of them, but CT, MI and NH are States of America far more often.
_FORMER = {
    "UK": "GB", "BU": "MM", "DD": "DE", "FX": "FR", "TP": "TL", "ZR": "CD",
}  # fmt: skip

#: Languages whose names of countries are taken wherever they stand, as CLDR calls
#: them ("no" holds Bokmål). Those of others are taken only in a country's own place.
_LANGUAGES = [
    "af",
    "ar",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fil",
    "fr",
    "ga",
    "gl",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "ko",
    "lb",
    "lt",
    "lv",
    "mk",
    "ms",
    "mt",
    "nl",
    "nn",
    "no",
    "pl",
    "pt",
    "pt_PT",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sr_Latn",
    "sv",
    "sw",
    "ta",
    "th",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "zh",
    "zh_Hant",
]

#: Names that two countries share, in one language or another.
_SHARED = {"congo", "kongo", "guiana", "norfolk"}

#: Names in rare languages of one country that are better known for something else.
_KNOWN_OTHERWISE = {
    "cameron", "columbia", "fuji", "granata", "helena", "hindi", "lasa", "marawi",
    "poole", "san mariano", "suria", "toki", "turk",
}  # fmt: skip

#: Names of countries that in a text may as well be a region's, a town's or a word.
_ALSO_REGIONS = {
    "brd", "britain", "car", "cr", "dr congo", "drc", "eau", "georgia", "georgie",
    "granada", "grenade", "guadalupe", "jersey", "ksa", "lao", "macedonia", "niger",
    "palestina", "prc", "rsa", "salvador", "san bartolome", "san martin", "santa elena",
    "santa helena", "santa lucia", "trinidad", "vae",
}  # fmt: skip

#: Codes of two letters that in a text mean a State or province at least as often.
_SUBDIVISIONS = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "DC",
        "PR",
        "GU",
        "AS",
        "VI",
        "MP",
        "AB",
        "BC",
        "MB",
        "NB",
        "NL",
        "NS",
        "NT",
        "NU",
        "ON",
        "PE",
        "QC",
        "SK",
        "YT",
        "SA",
        "WA",
    ]
)

_ACCENTS = re.compile("[\u0300-\u036f]+")

#: Letters that Unicode takes for others than those people type for them.
_LETTERS = str.maketrans(
    {
        "\u0131": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_NO_WORD = re.compile(
    "[\\s!-/:-@\\[-`{-~\u00a1-\u00bf\u055a-\u055f\u2000-\u206f\u3000-\u303f\u30fb]+"
)
_SUBDIVISION = re.compile(r"([A-Za-z]{2})-[A-Za-z0-9]{1,3}")
_JOINTS = re.compile(r"\s*[,;/|()\[\]\u2013\u2014-]\s*")
_LIST = re.compile(r"\s*(?:[,;/|•&]|\s(?:and|und|et|y|e|a|i|og|och|en)\s)\s*")
_END = re.compile(
    r"(?P<rest>.*[^\s,;|(])(?:\s*[,;|(]\s*|\s+[\u2013\u2014-]\s+)(?P<end>[^,;|()]+)\)?"
)


def folded(words: str) -> str:
    """Words without case, accents and punctuation, one blank between them.

    "ß" is "ss", "ø" is "o", and "i" without a dot is "i". U+0000 stays, so that
    many names can be folded as one text.
    """
    words = words.casefold()
    if not words.isascii():
        letters = words.translate(_LETTERS)
        words = _ACCENTS.sub("", unicodedata.normalize("NFKD", letters))
    return _NO_WORD.sub(" ", words.replace("&", " and ")).strip()


@lru_cache(maxsize=4096)
def country_code(words: str) -> str:
    """ISO 3166-1 alpha-2 for what stands where a country belongs, or "".

    Codes (alpha-2, alpha-3, numeric with its three digits, ISO 3166-2) and names in
    any language of CLDR that only one country has; "Germany (DE)" and the like where
    all parts agree. Cost: the first name loads the languages spoken most, the first
    that is not among them all others, 0.05 and 0.4 s.
    """
    words = words.strip()
    if code := _codes().get(words) or _codes().get(words.upper()):
        return code
    if not words or len(words) > _LONGEST:
        return ""
    if code := _named(words):
        return code
    if match := _SUBDIVISION.fullmatch(words):
        return _codes().get(match[1].upper(), "")
    parts = [part for part in _JOINTS.split(words) if part]
    if len(parts) > 1 and parts != [words]:
        found = {_codes().get(part.upper()) or _named(part) for part in parts}
        if len(found) == 1:
            return found.pop()
    return ""


@lru_cache(maxsize=4096)
def country_in_text(words: str) -> str:
    """As `country_code`, for words that need not mean a country: only if they must.

    Names in languages spoken widely that no region or town is known by, codes of
    three letters, US and UK. Georgia, CA and DE may be States of America.
    """
    words = words.strip(" .")
    if len(words) > _LONGEST:
        return ""
    letters = words.replace(".", "")
    is_code = letters in {"US", "UK"} or (len(letters) == 3 and letters.isupper())  # noqa: PLR2004
    if is_code and (code := _codes().get(letters)):
        return code
    name = folded(words)
    return "" if name in _ALSO_REGIONS else _usual_names().get(_article(name), "")


def country_alone(words: str) -> str:
    """As `country_in_text`, for a text that says nothing else: "CZ" too, not "DE"."""
    if len(words) == 2 and words.isupper() and words not in _SUBDIVISIONS:  # noqa: PLR2004
        return _codes().get(words, "")
    return country_in_text(words)


def is_also_subdivision(code: str) -> bool:
    """Whether a State of America, a province of Canada or the like has this code."""
    return code in _SUBDIVISIONS


def country_of_subdivision(code: str) -> str:
    """The country of a code of ISO 3166-2, such as US-CA, or ""."""
    match = _SUBDIVISION.fullmatch(code)
    if match is None or not match[1].isupper():
        return ""
    return match[1] if match[1] in countries() else ""


def countries_in(words: str) -> tuple[Country, ...]:
    """The countries a text lists, if it lists two or more and nothing else.

    Codes of two letters are taken unless all may be States of America.
    """
    names = [name for name in _LIST.split(words) if name]
    if len(names) < 2 or all(is_also_subdivision(name) for name in names):  # noqa: PLR2004
        return ()
    codes = [country_in_text(name) or _letters(name) for name in names]
    return tuple(zip(codes, names, strict=True)) if all(codes) else ()


def _letters(name: str) -> str:
    return _codes().get(name, "") if len(name) == 2 else ""  # noqa: PLR2004


class Ended(NamedTuple):
    """A text that ends in a country: the rest of it, the country's words and code."""

    rest: str
    words: str
    code: str


def country_at_end(words: str) -> Ended | None:
    """The country a text such as "12 High St, Leeds, UK" or "Ulm (Germany)" ends in."""
    match = _END.fullmatch(words.rstrip(" .,;"))
    if match is None:
        return None
    code = country_in_text(match["end"])
    return Ended(match["rest"].strip(), match["end"].strip(), code) if code else None


@cache
def countries() -> frozenset[str]:
    """The alpha-2 codes."""
    return frozenset(
        code
        for code in map(str, Locale.parse("en").territories)
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY  # noqa: PLR2004
    )


@cache
def _codes() -> dict[str, str]:
    """alpha-2, alpha-3 and numeric codes to alpha-2."""
    found = {code: code for code in countries()} | _FORMER | {"XKX": "XK"}
    for code, now in get_global("territory_aliases").items():
        if len(code) > 2 and len(now) == 1 and now[0] in countries():  # noqa: PLR2004
            found[str(code)] = str(now[0])
    return found


def _named(words: str) -> str:
    name = _article(folded(words))
    return _usual_names().get(name) or _rare_names().get(name, "")


def _article(name: str) -> str:
    return name.removeprefix("the ")


@cache
def _usual_names() -> dict[str, str]:
    spoken = {
        _article(name): code
        for code, names in _SPOKEN.items()
        for name in names.split("|")
    }
    return _names(_LANGUAGES) | _names(["en"]) | spoken


@cache
def _rare_names() -> dict[str, str]:
    """Names of four letters and more: shorter ones are too often something else."""
    found = _names(set(localedata.locale_identifiers()).difference(_LANGUAGES))
    return {
        name: code
        for name, code in found.items()
        if name not in _KNOWN_OTHERWISE and (len(name) > 3 or not name.isascii())  # noqa: PLR2004
    }


def _names(languages: Iterable[str]) -> dict[str, str]:
    """Countries by their folded names in some languages, if only one has the name.

    Read from Babel's files: its own loader would keep all of every language it has
    loaded, 135 MB, and a name is all that is wanted.
    """
    found: dict[str, str] = {}
    for language in languages:
        path = Path(localedata.resolve_locale_filename(language))
        data = pickle.loads(path.read_bytes())  # noqa: S301 - a file of Babel's own
        for code, name in data.get("territories", {}).items():
            if code in countries():
                key = folded(str(name))
                if found.setdefault(key, str(code)) != code:
                    found[key] = ""
    return {name: code for name, code in found.items() if name not in _SHARED}
