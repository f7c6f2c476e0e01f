"""What a title may not hold.

The patterns are narrow on purpose: a name of a job, however odd ("3D Artist", "C++
Developer", "24/7 Support", "SAP HANA Consultant"), is to pass.
"""
# Dashes of every length part titles.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from unicodedata import category

from postings.eligibility.places import says_remote
from postings.eligibility.rules import RULES, Finding, Rule, found, quoted
from postings.schemaorg import Organization, Place, Posting

_MAX_TITLE = 100

_SYMBOLS = re.compile(r"([!?*#=~_<>])\1|[-.•]{4}|[•●]")
#: Symbols (Unicode category So) that belong to names and numbers.
_HARMLESS_SYMBOLS = frozenset("®©™°№℠") | {chr(code) for code in range(0x3200, 0x3300)}

#: Letters before digits that name a standard or a product, not a job.
_STANDARDS = "ISO|IEC|EN|DIN|TS|IATF|AS|BS|MIL|VDE|NF|ANSI|ASTM|RFC|EC|EU|UL"
_CODE = re.compile(
    rf"""\b(?:req(?:uisition)?|job|ref(?:erence|erenz)?|vacancy|posting|stellen|kennziffer)
        [ .-]{{0,2}}(?:id|no|nr|number|code)?[ .:\#]{{0,3}}[A-Z]{{0,4}}-?\d{{3,}}
    | \#\s?\d{{3,}}
    | (?<![\w-])(?!(?:{_STANDARDS})-?\d)[A-Z]{{1,4}}-?\d{{5,}}\b
    | [(\[]\s?(?!(?:19|20)\d\d\s?[)\]])\d{{4,}}\s?[)\]]
    | (?<![\w.,€$£-])(?<!ISO\ )(?<!IEC\ )\d{{6,}}(?![\w.,]|\s?[€£$])
    | [-–|]\s?\d{{5}}$""",
    re.VERBOSE | re.IGNORECASE,
)

_MONTH = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|février|mar(?:ch|s)?|märz|apr(?:il)?|avril|may|mai"
    "|jun[ei]?|juin|jul[iy]?|juillet|aug(?:ust)?|août|sep(?:t|tember|tembre)?"
    "|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember)?|décembre"
)
_SEASON = "spring|summer|autumn|fall|winter|frühling|sommer|herbst|été|hiver|verano"
#: 2025/26, 2025-2026; "2019/2022" are versions.
_SCHOOL_YEARS = "|".join(
    rf"{year}\s?[/–-]\s?(?:20)?{year + 1}" for year in range(10, 99)
)
_DATE = re.compile(
    rf"""\b\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)\d\d\b
    | \b(?:19|20)\d\d-\d\d-\d\d\b
    | \b\d{{1,2}}/\d{{1,2}}/\d\d\b
    | \b(?:{_MONTH})\.?\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?20\d\d\b
    | \b20(?:{_SCHOOL_YEARS})\b
    | \b(?:{_SEASON})\s(?:of\s)?20\d\d\b | \b20\d\d\s(?:{_SEASON})\b""",
    re.VERBOSE | re.IGNORECASE,
)

_MONEY = re.compile(
    r"""[$€£₹]\s?\d[\d.,]{0,12}
    | (?<![\d.,])\d[\d.,\ ]{0,12}\s?(?:k\s?)?(?:[€£]|zł|(?:EUR|USD|GBP|CHF|SEK|PLN|euros?)\b)
    | \b(?!401k)\d{2,3}k\s?(?:-|–|to)\s?\d{2,3}k\b
    | \d\s?(?:/|per\s|an\s|pro\s)\s?(?:h|hr|hour|stunde|annum|year|jahr|month|monat)\b""",
    re.VERBOSE | re.IGNORECASE,
)

_STREET = re.compile(
    r"\b\d{1,5}\s\w[\w'-]{1,30}\s(?:street|avenue|ave|road|boulevard|blvd)\b"
    r"|\w(?:straße|strasse|gatan)\s\d",
    re.IGNORECASE,
)

_ADVERT = re.compile(
    r"""\b(?:apply\s(?:now|today)|hiring\snow|now\shiring|we\W?(?:re|\sare)\s(?:hiring|looking)
    | is\slooking\sfor|urgently\s(?:required|hiring|needed)|urgent\shiring|immediate\sstart
    | join\s(?:us|our\steam)|wir\ssuchen|jetzt\sbewerben|ab\ssofort|nous\srecrutons)\b
    | \b(?:wanted|gesucht|sökes)\W{0,3}$""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_OPENING = re.compile(
    r"""initiativbewerbung|blindbewerbung|spontanbewerbung|spontanansökan|open\ssollicitatie
    | \b(?:spontaneous|speculative|unsolicited)\sapplication
    | candidature\s(?:spontanée|libre)|candidatura\s(?:espontánea|espontânea|spontanea)
    | \bjoin\sour\stalent\s(?:pool|community|network)
    | \bgeneral\sapplications?\W{0,3}$""",
    re.VERBOSE | re.IGNORECASE,
)

#: What parts a title into the job's name and things said beside it.
_SEPARATORS = re.compile(r"\s[-–—@:/]+\s|[|,()\[\]•]|:\s")
_BEFORE_PLACE = (" in ", " i ", " à ", " en ", " till ", " nach ", " near ")
_BEFORE_EMPLOYER = (" at ", " @ ", " bei ", " bei der ", " chez ", " hos ", " for ")
_AFTER_EMPLOYER = (" is hiring", " is looking", " sucht ", " söker ", " recrute ")
_LEGAL_FORM = re.compile(
    r"[\s,](?:inc|incorporated|ltd|limited|llc|llp|gmbh|ag|ab|se|sa|sas|s\.a|b\.?v|plc|co|corp"
    r"|corporation|oy|as|a/s|srl|kg|e\.?v|pty)\.?$"
)
#: Shorter names are words and abbreviations too.
_MIN_NAME = 4


def findings(posting: Posting) -> Iterator[Finding]:
    title = posting.title
    if not any(map(str.isalpha, title)):
        yield found(Rule.MISSING_TITLE)
        return
    if len(title) > _MAX_TITLE:
        yield found(
            Rule.TITLE_TOO_LONG,
            f"The title has {len(title)} characters, more than {_MAX_TITLE}.",
        )
    if title.isupper() or "(" in title:
        yield from _shouting(title)
    if _SYMBOLS.search(title) or (not title.isascii() and _has_pictures(title)):
        yield found(Rule.TITLE_SYMBOLS)
    for rule, pattern in _WITH_DIGITS if _DIGIT.search(title) else ():
        if match := pattern.search(title):
            yield _holds(rule, match[0])
    for rule, pattern in _WORDINGS:
        if match := pattern.search(title):
            yield _holds(rule, match[0])
    lower = title.casefold()
    beside = parts(lower)
    if name := _employer_in(lower, beside, posting.hiring_organization):
        yield _holds(Rule.TITLE_EMPLOYER, name)
    if name := _place_in(lower, beside, posting.job_location):
        yield _holds(Rule.TITLE_PLACE, name)


def _holds(rule: Rule, wording: str) -> Finding:
    return found(rule, f"{RULES[rule].reason.rstrip('.')}: {quoted(wording.strip())}.")


def parts(title: str) -> set[str]:
    """What a title says beside the job's name, and that name."""
    return {part.strip(" .!") for part in _SEPARATORS.split(title)}


_DIGIT = re.compile(r"\d")
_WITH_DIGITS = (
    (Rule.TITLE_CODE, _CODE),
    (Rule.TITLE_DATE, _DATE),
    (Rule.TITLE_PAY, _MONEY),
    (Rule.TITLE_PLACE, _STREET),
)
_WORDINGS = ((Rule.TITLE_ADVERT, _ADVERT), (Rule.NO_OPENING, _NO_OPENING))

_ACRONYM, _LONG_WORD = 4, 6


def _shouting(title: str) -> Iterator[Finding]:
    """Capitals throughout, brackets aside, and more of them than acronyms have."""
    bare = re.sub(r"[(\[][^()\[\]]*[)\]]", "", title)
    if bare.isupper():
        words = [word for word in re.findall(r"[^\W\d_]+", bare) if _is_capitals(word)]
        longest = max(map(len, words), default=0)
        if longest >= _LONG_WORD or sum(len(word) > _ACRONYM for word in words) > 1:
            yield found(Rule.TITLE_SHOUTS)


def _is_capitals(word: str) -> bool:
    return all(map(str.isupper, word))


def _has_pictures(title: str) -> bool:
    return any(
        category(char) == "So" and char not in _HARMLESS_SYMBOLS
        for char in title
        if char > "\u00ff"
    )


def _employer_in(title: str, parts: set[str], organization: Organization | None) -> str:
    """The employer's name where a title names it apart from the job.

    Within the job's name it may be a product ("Salesforce Developer") or a word.
    """
    if organization is None:
        return ""
    name = organization.name.casefold().strip()
    bare = _LEGAL_FORM.sub("", name).rstrip(" ,")
    for known in (name, bare):
        if len(known) >= _MIN_NAME and (
            known in parts
            or title.endswith(tuple(before + known for before in _BEFORE_EMPLOYER))
            or title.startswith(tuple(known + after for after in _AFTER_EMPLOYER))
        ):
            return organization.name
    return ""


def _place_in(title: str, parts: set[str], places: Sequence[Place]) -> str:
    """A town or region where a title names it apart from the job."""
    for place in islice(places, 20):
        for name in (place.address_locality, place.address_region):
            known = name.casefold().strip()
            if (len(known) >= _MIN_NAME and not says_remote(known)) and (
                known in parts
                or title.endswith(tuple(before + known for before in _BEFORE_PLACE))
            ):
                return name
    return ""
