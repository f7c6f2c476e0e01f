"""Dates and times, and the zone a bare date belongs to.

ISO 8601 is read as it stands; other writings are read where they can be meant in one
way only, and reported. Not read are a number that could be the month or the day, a
year of two digits but in RFC 850's form, and a zone's abbreviation that RFC 2822 doesn't
define and several countries use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import tzfpy
from babel import Locale

from postings import sanitise
from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes, Refusal, Sentence, sentence
from postings.schemaorg import Moment, Place, StartDate, ZoneSource

#: Years outside are sentinels (1970-01-01, 9999-12-31), not dates of a posting.
FIRST_YEAR, LAST_YEAR = 1990, 2099

_DAY, _HOUR, _SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)

#: The months of a year, and the hours of half a day.
_TWELVE = range(1, 13)

#: No date, with weekday and a zone's long name, is longer.
_LONGEST = 100

_NO_DATE = sentence("Expected an ISO 8601 date with year, month and day.")
_NEVER = sentence("A date that can't be meant.")
_NO_SUCH_DAY = sentence("There is no such day or time.")
_EITHER_WAY = sentence("Ambiguous: either number could be the day or the month.")
_NO_ZONE = sentence("Which time zone is meant isn't certain.")


def moment(
    value: Any,
    where: str,
    notes: Notes,
    *,
    places: Sequence[Place],
    site_zone: str,
    end_of_day: bool = False,
) -> Moment | None:
    """`datePosted` or `validThrough` as an instant; unknown where it is nonsense.

    A time without an offset, and a date without a time, are local to the posting's
    place (by coordinates, else its country where that has one zone that day), else
    to `site_zone`. A bare date means its first instant, or with `end_of_day` its last
    second. A local time that the clock skips or shows twice has the offset from before
    the change.
    """
    item = texts.first(value)
    if item is None:
        return None
    read = _understood(item)
    if isinstance(read, Sentence):
        notes.ignored(Code.BAD_DATE, where, read, item)
        return None
    at, has_time, loose = read
    if at.tzinfo is None:
        zone, source = zone_of(places, at.date(), site_zone=site_zone)
        at = at.replace(tzinfo=_zone(zone))
    else:
        zone, source = _zone_at(at, places if has_time else ()), ZoneSource.OFFSET
    if end_of_day and not has_time:
        # By way of the next day's start: the clock may skip 23:59:59.
        at = (at + _DAY).astimezone(UTC) - _SECOND
    elif at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    found = Moment(at=at, has_time=has_time, zone=zone, zone_source=source)
    if loose:
        notes.repaired(
            Code.LOOSE_DATE,
            where,
            sentence("Read as {value}.", value=found.iso()),
            item,
        )
    return found


def start_date(value: Any, where: str, notes: Notes) -> StartDate:
    """`jobStartDate`, Date or Text: a date where it is one, else the wording.

    Of a date with a time it is the day as written, whatever its offset.
    """
    item = texts.first(value)
    read = _understood(item)
    if isinstance(read, Sentence):
        if read == _NEVER:
            notes.ignored(Code.BAD_DATE, where, read, item)
            return StartDate()
        return StartDate(text=texts.text(item, where, notes))
    day = read.at.date()
    if read.loose:
        notes.repaired(
            Code.LOOSE_DATE,
            where,
            sentence("Read as {value}.", value=day.isoformat()),
            item,
        )
    return StartDate(date=day)


def zone_of(
    places: Sequence[Place], day: date, *, site_zone: str
) -> tuple[str, ZoneSource]:
    """The time zone of the first place that has one, and how it is known."""
    for place in places:
        if place.latitude is not None and place.longitude is not None:
            zone = tzfpy.get_tz(place.longitude, place.latitude)
            if zone and not zone.startswith("Etc/"):
                return zone, ZoneSource.COORDINATES
        if place.address_country:
            zone = _zone_of_country(place.address_country, day)
            if zone:
                return zone, ZoneSource.COUNTRY
    return site_zone, ZoneSource.SITE


class _Read(NamedTuple):
    """What a date says: naive where no offset is given, midnight where no time is."""

    at: datetime
    has_time: bool
    loose: bool


class _Refused(Refusal):
    """Why a text is no date."""


def _understood(item: Any) -> _Read | Sentence:
    """A date, or the sentence that says why there is none."""
    if isinstance(item, str):
        return _read(item.strip()) if len(item) <= _LONGEST else _NO_DATE
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    if isinstance(item, int) and (10**9 <= item < 10**10 or 10**12 <= item < 10**13):
        return _read(str(item))
    return _NO_DATE


#: The shapes of ISO 8601, calendar and week dates, extended and basic. A space for the
#: T is RFC 3339's, which has seconds before an offset: "10:00-12:00" is a span. Seconds
#: in an offset are Python's. " UTC", the second group, is so frequent that it is read
#: here too.
_ISO = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-W[0-9]{2}-[0-9]|[0-9]{4}W[0-9]{3})"
    r"(T[0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]+)?)?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-5][0-9]){0,2})?"
    r"| [0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-5][0-9]){0,2}|( UTC| GMT))?)?)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _read(text: str) -> _Read | Sentence:
    match = _ISO.fullmatch(text)
    try:
        if match:
            try:
                loose = match.end(2) > 0
                iso = f"{text[:-4]}Z" if loose else text.upper()
                read = _Read(datetime.fromisoformat(iso), match.end(1) > 0, loose)
            except ValueError:  # T24:00 and leap seconds are ISO 8601 too
                read = _read_loosely(text)
                read = read._replace(loose=loose or ":60" in text)
        else:
            read = _read_loosely(text)
    except _Refused as refusal:
        return refusal.why
    return read if FIRST_YEAR <= read.at.year <= LAST_YEAR else _NEVER


_Parts = Mapping[str, str | None]

_WORD = r"[^\W\d_]{3,12}"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?| uhr)?"
    r"(?: ?(?P<zone>[a-z]{1,5}))?"
    r"(?P<offset> ?[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
    r"(?P<also> ?z| [a-z]{2,5})?"
    r"(?P<comment> ?(?:\([^()]*\)|\[[^\[\]]*\]))?"
)
_YEAR = r"(?P<year>[0-9]{4})"
_DAY_NUMBER = r"(?P<day>[0-9]{1,2})"
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]{2,16})\.?,? )?"
_THEN_CLOCK = rf"(?:(?:t|,? (?:at )?){_CLOCK})?"

#: Writings of a date, folded as `_folded` does, most frequent first.
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 2021-07-19 02:51:48 UTC, 2021-5-27, 2021/05/27
        (
            rf"{_YEAR}(?P<between>[-/.])(?P<month>[0-9]{{1,2}})(?P=between){_DAY_NUMBER}"
            rf"{_THEN_CLOCK}"
        ),
        # Sat Jul 17 02:00:00 UTC 2021
        rf"{_WEEKDAY}(?P<word>{_WORD}) {_DAY_NUMBER} {_CLOCK} {_YEAR}",
        # Sat, 17 Jul 2021 02:00:00 +0200, 17. Juli 2021, 1er juillet 2021
        (
            rf"{_WEEKDAY}{_DAY_NUMBER}(?:st|nd|rd|th|er|[.ºª°])?[ /-]?(?:of |de )?"
            rf"(?P<word>{_WORD})\.?,?[ /-]?(?:de |del )?{_YEAR}{_THEN_CLOCK}"
        ),
        # July 17, 2021, Sat Jul 17 2021 02:00:00 GMT+0200 (CEST)
        (
            rf"{_WEEKDAY}(?P<word>{_WORD})\.?[ -]?{_DAY_NUMBER}(?:st|nd|rd|th)?"
            rf"(?:,? |,|-){_YEAR}{_THEN_CLOCK}"
        ),
        # 27.05.2021, 27. 5. 2021, 5/27/2021 2:00:00 PM
        (
            rf"{_WEEKDAY}(?P<first>[0-9]{{1,2}})(?P<between>[-/]|\. ?)(?P<next>[0-9]{{1,2}})"
            rf"(?P=between){_YEAR}{_THEN_CLOCK}"
        ),
        # Saturday, 17-Jul-21 02:00:00 GMT (RFC 850)
        (
            rf"{_WEEKDAY}{_DAY_NUMBER}-(?P<word>{_WORD})-(?P<short_year>[0-9]{{2}})"
            rf"{_THEN_CLOCK}"
        ),
        # 2021-Jul-17
        rf"{_YEAR}[ -](?P<word>{_WORD})\.?[ -]{_DAY_NUMBER}{_THEN_CLOCK}",
        # 2021-05-27Z, as xsd:date has it; a minus could as well lead to a time
        (
            rf"{_YEAR}-(?P<month>[0-9]{{2}})-{_DAY_NUMBER}"
            r"(?P<day_offset>z|\+[0-9]{2}:[0-9]{2})"
        ),
        # 20210527101500
        (
            rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})"
            r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
        ),
    )
)

#: Unix time in seconds or milliseconds, and Microsoft's JSON date.
_UNIX_TIME = re.compile(
    r"(?P<seconds>[0-9]{10})|(?P<milliseconds>[0-9]{13})"
    r"|\\?/date\((?P<microsoft>-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/"
)


def _read_loosely(text: str) -> _Read:
    """Raises `_Refused` where a text is no date, or none that is certain."""
    words = _folded(text)
    if match := _UNIX_TIME.fullmatch(words):
        return _Read(_unix_time(match), has_time=True, loose=True)
    for form in _FORMS:
        if match := form.fullmatch(words):
            parts = match.groupdict()
            break
    else:
        raise _Refused(_NO_DATE)
    at = datetime.combine(_day(parts), time())
    has_time = bool(parts.get("hour"))
    if has_time:
        at += _since_midnight(parts)
        offset = _offset(parts)
    elif day_offset := parts.get("day_offset"):
        offset = timedelta() if day_offset == "z" else _number(day_offset)
    else:
        offset = None
    if offset is not None:
        at = at.replace(tzinfo=timezone(offset) if offset else UTC)
    return _Read(at, has_time, loose=True)


def _unix_time(match: re.Match[str]) -> datetime:
    seconds = match["seconds"]
    if seconds and _is_hour_of_a_day(seconds):
        raise _Refused(_NO_DATE)
    since = (
        timedelta(seconds=int(seconds))
        if seconds
        else timedelta(milliseconds=int(match["milliseconds"] or match["microsoft"]))
    )
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + since
    except OverflowError:
        raise _Refused(_NEVER) from None


def _is_hour_of_a_day(digits: str) -> bool:
    """Whether ten digits can be yyyymmddhh, which seconds of 2033 and after can."""
    try:
        at = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}")
    except ValueError:
        return False
    return FIRST_YEAR <= at.year <= LAST_YEAR


def _day(parts: _Parts) -> date:
    short_year, word = parts.get("short_year"), parts.get("word")
    if short_year:
        year = int(short_year)
        year += 1900 if year >= FIRST_YEAR % 100 else 2000
    else:
        year = int(parts["year"] or 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _Refused(_NEVER)
    if word:
        month, day = _month(word), int(parts["day"] or 0)
    elif parts.get("first"):
        month, day = _month_and_day(parts)
    else:
        month, day = int(parts["month"] or 0), int(parts["day"] or 0)
    try:
        found = date(year, month, day)
    except ValueError:
        raise _Refused(_NO_SUCH_DAY) from None
    weekdays = _weekdays().get(parts.get("weekday") or "")
    if weekdays is None and (parts.get("weekday") or short_year):
        raise _Refused(_NO_DATE)
    if short_year and weekdays and found.weekday() not in weekdays:
        raise _Refused(_NO_DATE)
    return found


def _month(word: str) -> int:
    month = _months().get(word)
    if month is None:
        raise _Refused(_NO_DATE)
    return month


def _month_and_day(parts: _Parts) -> tuple[int, int]:
    """Day first where dots part the numbers, or where only that makes a date."""
    first, second = int(parts["first"] or 0), int(parts["next"] or 0)
    if second not in _TWELVE:
        return first, second
    if parts["between"] in {".", ". "} or first not in _TWELVE or first == second:
        return second, first
    raise _Refused(_EITHER_WAY)


def _since_midnight(parts: _Parts) -> timedelta:
    """The time of day; 24:00 is the next midnight, second 60 counts as 59."""
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    second = 59 if parts["second"] == "60" else int(parts["second"] or 0)
    microsecond = int((parts.get("fraction") or "")[:6].ljust(6, "0"))
    if half := parts.get("half"):
        if hour not in _TWELVE:
            raise _Refused(_NO_SUCH_DAY)
        hour = hour % 12 + (12 if half == "p" else 0)
    elif parts["hour"] == "24" and not (minute or second or microsecond):
        return _DAY
    try:
        time(hour, minute, second)
    except ValueError:
        raise _Refused(_NO_SUCH_DAY) from None
    return timedelta(
        hours=hour, minutes=minute, seconds=second, microseconds=microsecond
    )


#: Abbreviations of zones that mean one offset: RFC 2822's, and Europe's but BST.
_OFFSETS: Mapping[str, timedelta] = {
    name: hours * _HOUR
    for hours, names in {
        0: "z ut utc gmt wet",
        1: "cet mez west",
        2: "cest mesz eet",
        3: "eest",
        -4: "edt",
        -5: "est cdt",
        -6: "cst mdt",
        -7: "mst pdt",
        -8: "pst",
    }.items()
    for name in names.split()
}
_UTC_NAMES = {"z", "ut", "utc", "gmt"}

#: An offset after a time without seconds: "10:00-12" is a span.
_CERTAIN_OFFSET = re.compile(r" ?\+.+| -[0-9]{4}")


def _offset(parts: _Parts) -> timedelta | None:
    """A name is a comment after a number, unless it says UTC: then both must agree."""
    name, number = parts.get("zone"), parts.get("offset")
    also = (parts.get("also") or "").strip()
    if not number:
        if also or (parts.get("comment") and not name):
            raise _Refused(_NO_ZONE)
        if not name:
            return None
        if name not in _OFFSETS:
            raise _Refused(_NO_ZONE)
        return _OFFSETS[name]
    if name and name not in _UTC_NAMES - {"z"}:
        raise _Refused(_NO_ZONE)
    if not (name or parts["second"] or _CERTAIN_OFFSET.fullmatch(number)):
        raise _Refused(_NO_DATE)
    offset = _number(number.lstrip())
    if also in _UTC_NAMES and offset:
        raise _Refused(_NO_ZONE)
    return offset


def _number(offset: str) -> timedelta:
    digits = offset[1:].replace(":", "")
    hours, minutes = divmod(int(digits), 100) if digits[2:] else (int(digits), 0)
    found = timedelta(hours=hours, minutes=minutes)
    if timedelta(minutes=minutes) >= _HOUR or found >= _DAY:
        raise _Refused(_NO_SUCH_DAY)
    return -found if offset[0] == "-" else found


#: Dashes and minus signs, of which ISO 8601 itself allows the last.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")


def _folded(text: str) -> str:
    """One line in lower case without accents, markup or invisible characters."""
    line = sanitise.plain(text).translate(_DASHES).casefold()
    if line.isascii():
        return line
    parted = unicodedata.normalize("NFD", line)
    return "".join(char for char in parted if not unicodedata.combining(char))


#: Languages whose names of months and days are understood: the frequent ones of
#: European postings, in which no name means two months.
_LANGUAGES = (
    "en", "de", "de_AT", "fr", "es", "it", "nl", "sv", "cs", "da", "nb", "pl", "pt",
)  # fmt: skip


@cache
def _months() -> Mapping[str, int]:
    return {
        _folded(wording).rstrip("."): month
        for language in _LANGUAGES
        for names in Locale.parse(language).months.values()
        for width in ("wide", "abbreviated")
        for month, wording in names[width].items()
    }


@cache
def _weekdays() -> Mapping[str, set[int]]:
    """The days a name may mean, Monday being 0: "so" is two of them."""
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for names in Locale.parse(language).days.values():
            for width in ("wide", "abbreviated"):
                for day, wording in names[width].items():
                    found.setdefault(_folded(wording).rstrip("."), set()).add(day)
    return found


def _zone_at(at: datetime, places: Sequence[Place]) -> str:
    """The zone of a place that has the same offset then, else the offset itself."""
    offset = at.utcoffset()
    if not offset:
        return "UTC"
    zone, _known = zone_of(places, at.date(), site_zone="")
    if zone and at.astimezone(_zone(zone)).utcoffset() == offset:
        return zone
    sign = "-" if offset < timedelta() else "+"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=4096)
def _zone_of_country(country: str, day: date) -> str:
    """Its main zone where all of its zones have the same offset that noon, or ""."""
    zones = _zones_of_country().get(country, ())
    noon = datetime.combine(day, time(12))
    same = len({_zone(zone).utcoffset(noon) for zone in zones}) == 1
    return zones[0] if same else ""


@cache
def _zone(name: str) -> ZoneInfo:
    """Kept for good: zoneinfo itself keeps eight, and a country may have more."""
    return ZoneInfo(name)


@cache
def _zones_of_country() -> dict[str, tuple[str, ...]]:
    """Zones by ISO 3166 code from the tz database's `zone.tab`, the main one first."""
    zones: dict[str, tuple[str, ...]] = {}
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones[country] = (*zones.get(country, ()), zone)
    return zones
