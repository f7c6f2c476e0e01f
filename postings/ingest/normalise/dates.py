"""Dates and times, and the zone a bare date belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import tzfpy

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes
from postings.schemaorg import Moment, Place, StartDate, ZoneSource

#: Years outside are sentinels (1970-01-01, 9999-12-31), not dates of a posting.
FIRST_YEAR, LAST_YEAR = 1990, 2099

_LOOSE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)


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
    second.
    """
    item = texts.first(value)
    if item is None:
        return None
    parsed = _parsed(item) if isinstance(item, str) else None
    if parsed is None:
        notes.ignored(Code.BAD_DATE, where, "Expected an ISO 8601 date.", item)
        return None
    day, clock, offset = parsed
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        notes.ignored(Code.BAD_DATE, where, "A date that can't be meant.", item)
        return None
    if clock is not None and offset is not None:
        at = datetime.combine(day, clock).replace(tzinfo=UTC) - offset
        zone, source = _offset_name(offset), ZoneSource.OFFSET
        place_zone, _known = zone_of(places, day, site_zone="")
        if place_zone and at.astimezone(_zone(place_zone)).utcoffset() == offset:
            zone = place_zone if offset else zone
        return Moment(at=at, has_time=True, zone=zone, zone_source=source)
    zone, source = zone_of(places, day, site_zone=site_zone)
    has_time = clock is not None
    local = clock or (time(23, 59, 59) if end_of_day else time())
    at = datetime.combine(day, local, _zone(zone)).astimezone(UTC)
    return Moment(at=at, has_time=has_time, zone=zone, zone_source=source)


def start_date(value: Any, where: str, notes: Notes) -> StartDate:
    """`jobStartDate`, Date or Text: a date where it is one, else the wording."""
    item = texts.first(value)
    if isinstance(item, str) and (parsed := _parsed(item)):
        day = parsed[0]
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return StartDate(date=day)
    return StartDate(text=texts.text(item, where, notes))


def _parsed(text: str) -> tuple[date, time | None, timedelta | None] | None:
    """Day, time of day and offset from UTC, of which the last two may be unknown."""
    text = text.strip()
    match = _LOOSE.fullmatch(text)
    try:
        if match is None:
            at = parsedate_to_datetime(text)
            return at.date(), at.timetz().replace(tzinfo=None), at.utcoffset()
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        if match["time"] is None:
            return day, None, None
        hours, minutes, seconds = (*match["time"].split(":"), "0")[:3]
        clock = time(
            int(hours), int(minutes), int(seconds.replace(",", ".").split(".")[0])
        )
        fraction = re.search(r"[.,](\d+)$", match["time"])
        if fraction:
            clock = clock.replace(microsecond=int(fraction[1][:6].ljust(6, "0")))
        return day, clock, _offset(match["zone"])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        raise ValueError(zone)
    return -offset if zone[0] == "-" else offset


def _offset_name(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    sign = "-" if offset < timedelta() else "+"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


def zone_of(
    places: Sequence[Place], day: date, *, site_zone: str
) -> tuple[str, ZoneSource]:
    """The time zone of the first place that has one, and how it is known."""
    for place in places:
        if place.latitude is not None and place.longitude is not None:
            zone = tzfpy.get_tz(place.longitude, place.latitude)
            if zone and not zone.startswith("Etc/"):
                return zone, ZoneSource.COORDINATES
        zones = _zones_of_country().get(place.address_country, ())
        noon = datetime.combine(day, time(12))
        if len({_zone(zone).utcoffset(noon) for zone in zones}) == 1:
            return zones[0], ZoneSource.COUNTRY
    return site_zone, ZoneSource.SITE


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
