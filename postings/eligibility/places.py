"""Where the work is, and remote work."""

# Dashes of every length part titles.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from postings.eligibility.rules import Finding, Rule, found, quoted
from postings.schemaorg import Area, AreaType, JobLocationType, Place, Posting

_WITHOUT_TOWNS = {"GI", "HK", "MC", "MO", "SG", "VA"}
_WITHOUT_POSTCODES = {
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI",
    "CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GQ", "GY", "HK", "JM", "KI", "KM",
    "KN", "KP", "LC", "LY", "ML", "MO", "MR", "MW", "NR", "PA", "QA", "RW", "SB", "SC", "SL",
    "SO", "SR", "ST", "SY", "TD", "TG", "TL", "TO", "TV", "UG", "VU", "YE", "ZW",
}  # fmt: skip
_REMOTE_PLACE = re.compile(
    r"(?:100\s?% |fully )?remote\b|home[ -]?office\b|work(?:ing)? from home\b|anywhere\b"
    r"|télétravail|teletrabajo|telelavoro"
)
_REMOTE_PART = re.compile(r"(?:^|[-–|,(\[:])\s?remote\s?(?:[)\]|,:]|-\s|$)")
_REMOTE_TITLE = re.compile(r"\b(?:100\s?%|fully|full)[ -]remote\b")
_HYBRID = re.compile(
    r"\bhybrid (?:role|position|job|work(?:ing)? (?:model|schedule|arrangement))\b"
    r"|\bdays (?:a|per|each) week (?:in|at) (?:the|our) office\b",
    re.IGNORECASE,
)
_HYBRID_TITLE = re.compile(r"[-–|,(\[]\s?hybrid\s?(?:[)\]]|$)", re.IGNORECASE)


def says_remote(words: str) -> bool:
    return bool(_REMOTE_PLACE.match(words.casefold()))


def findings(posting: Posting) -> Iterator[Finding]:
    remote = posting.job_location_type.type is JobLocationType.TELECOMMUTE
    yield from _remote(posting)
    if not posting.job_location and not remote:
        yield found(Rule.MISSING_PLACE)
    real = [place for place in posting.job_location if not _is_remote(place)]
    if len(real) < len(posting.job_location):
        yield found(Rule.REMOTE_AS_PLACE)
    known = [place for place in real if place.address_country]
    # Google looks for the country of a "place" called Remote too.
    others = [
        place
        for place in (real if remote else posting.job_location)
        if not place.address_country
    ]
    worded = [place for place in others if place.address_country_text.strip()]
    if lacking := [place for place in others if not place.address_country_text.strip()]:
        yield found(
            Rule.MISSING_COUNTRY, _of(lacking, "has no country", "have no country")
        )
    if worded:
        yield found(
            Rule.UNKNOWN_COUNTRY,
            f"No country is known as {quoted(worded[0].address_country_text)}.",
        )
    if remote:
        return  # the office is not where the work is
    if towns := [
        place
        for place in known
        if not place.address_locality and place.address_country not in _WITHOUT_TOWNS
    ]:
        yield found(Rule.MISSING_TOWN, _of(towns, "has no town", "have no town"))
    if partial := [
        place for place in known if place.address_locality and _lacks(place)
    ]:
        what = " or ".join(_lacks(partial[0]))
        yield found(
            Rule.INCOMPLETE_ADDRESS, _of(partial, f"has no {what}", f"have no {what}")
        )


def _is_remote(place: Place) -> bool:
    return any(
        says_remote(words)
        for words in (
            place.address,
            place.street_address,
            place.address_locality,
            place.address_region,
        )
        if words
    )


def _lacks(place: Place) -> list[str]:
    lacking = []
    if not place.street_address and not place.post_office_box_number:
        lacking.append("streetAddress")
    if not place.postal_code and place.address_country not in _WITHOUT_POSTCODES:
        lacking.append("postalCode")
    return lacking


def _of(places: Sequence[Place], singular: str, plural: str) -> str:
    """A sentence about the first of the places, or how many they are."""
    if len(places) > 1:
        return f"{len(places)} places {plural}."
    place = places[0]
    words = (
        place.address_locality or place.address or place.name or place.address_region
    )
    return f"The place {quoted(words)} {singular}." if words else f"A place {singular}."


def _remote(posting: Posting) -> Iterator[Finding]:
    kind, areas = posting.job_location_type, posting.applicant_location_requirements
    if kind.type is None and kind.text.strip():
        yield found(
            Rule.UNKNOWN_LOCATION_TYPE,
            f"{quoted(kind.text)} is no location type Google knows.",
        )
    title = posting.title.casefold()
    if kind.type is not JobLocationType.TELECOMMUTE:
        if _REMOTE_PART.search(title) or _REMOTE_TITLE.search(title):
            yield found(Rule.REMOTE_UNMARKED)
        if areas:
            yield found(Rule.AREA_NOT_REMOTE)
        return
    html = posting.description
    said = ("ybrid" in html or " office" in html) and _HYBRID.search(html)
    if said or _HYBRID_TITLE.search(title):
        yield found(Rule.HYBRID_AS_REMOTE)
    anchored = any(
        place.address_country or place.address_country_text
        for place in posting.job_location
    )
    vague = [area for area in areas if not _names_country(area)]
    if not anchored and all(_is_nowhere(area) for area in areas):
        reason = f", {quoted(areas[0].name)} being none" if areas else ""
        yield found(
            Rule.REMOTE_WITHOUT_AREA,
            f"The job is remote, and no country says where applicants may live{reason}.",
        )
    elif not areas:
        yield found(Rule.REMOTE_AREA_ASSUMED)
    elif vague:
        yield found(
            Rule.VAGUE_AREA, f"{quoted(vague[0].name)} belongs to no known country."
        )


def _names_country(area: Area) -> bool:
    """A known country, or a state or town with its country: "Michigan, USA" (Google)."""
    return bool(area.address_country) or (not _is_nowhere(area) and "," in area.name)


def _is_nowhere(area: Area) -> bool:
    """Neither a known country nor a place that is in one."""
    return not area.address_country and area.type not in {AreaType.STATE, AreaType.CITY}
