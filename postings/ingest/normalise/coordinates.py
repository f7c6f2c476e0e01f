"""Coordinates: WGS 84 degrees from numbers and texts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from postings.ingest.normalise import text as texts

_POLE, _DATE_LINE = 90, 180

Point = tuple[float, float]

#: Degrees as a decimal number, or with minutes and seconds, and a point of the compass
#: before or behind.
_DEGREES = re.compile(
    r"(?P<before>[NSEW])?\s?(?P<sign>[+\u2212-])?\s?(?P<degrees>\d{1,3}(?:[.,]\d{1,20})?)"
    r"\s?(?:[°º]\s?"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d{1,20})?)\s?['\u2032\u2019]\s?)?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d{1,20})?)\s?(?:[\"\u2033\u201d]|''|'')\s?)?)?"
    r"(?P<after>[NSEW])?",
    re.IGNORECASE,
)

#: Latitude and longitude as one text: "50.08, 14.43" or "50,08; 14,43".
_PAIR = re.compile(
    r"(?P<first>[^,;]+(?:,\d+)?)(?:;\s*|,\s+|(?<=\d),(?=[-+]?\d+\.))(?P<second>[^;]+)"
)


def given(item: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """Latitude and longitude as a Place has them, unread, or None without any.

    In `geo`, be it an object or a text, else on the place itself.
    """
    geo = item.get("geo")
    if geo is not None:
        geo = texts.first(geo)
        if isinstance(geo, str):
            match = _PAIR.fullmatch(geo.strip())
            return (match["first"], match["second"]) if match else (geo, None)
        if isinstance(geo, Mapping):
            found = _both(geo)
            if found is not None or not geo.keys().isdisjoint(
                ("latitude", "longitude")
            ):
                return found
        elif geo is not None:
            return geo, None
    return _both(item)


def _both(holder: Mapping[str, Any]) -> tuple[Any, Any] | None:
    latitude, longitude = holder.get("latitude"), holder.get("longitude")
    if latitude is None and longitude is None:
        return None
    latitude, longitude = texts.first(latitude), texts.first(longitude)
    if latitude is None and longitude is None:
        return None
    return latitude, longitude


def point(latitude: Any, longitude: Any) -> Point | None:
    """A point on earth; None for others and for the (0, 0) of empty forms.

    The two are never exchanged, nor is one taken without the other.
    """
    north, east = _degrees(latitude, "NS"), _degrees(longitude, "EW")
    if north is None or east is None or (north == 0 and east == 0):
        return None
    if abs(north) > _POLE or abs(east) > _DATE_LINE:
        return None
    return north, east


def _degrees(value: Any, compass: str) -> float | None:
    if isinstance(value, str):
        return _degrees_of(value, compass)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _degrees_of(value: str, compass: str) -> float | None:
    match = _DEGREES.fullmatch(value.strip())
    if match is None or (match["before"] and match["after"]):
        return None
    letter = (match["before"] or match["after"] or "").upper()
    if letter and (letter not in compass or match["sign"]):
        return None
    parts = match["degrees"], match["minutes"] or "0", match["seconds"] or "0"
    degrees, minutes, seconds = (float(part.replace(",", ".")) for part in parts)
    if max(minutes, seconds) >= 60:  # noqa: PLR2004
        return None
    number = degrees + minutes / 60 + seconds / 3600
    return (
        -number if letter in {"S", "W"} or match["sign"] not in {None, "+"} else number
    )
