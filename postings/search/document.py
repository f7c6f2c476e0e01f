"""A posting as the index holds it, read from the database in batches.

Cost: four queries a batch, and about 0.1 ms a posting of 4 KB, more where words are stemmed.
"""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import floor
from typing import Any

import tantivy
from django.db import models
from django.db.models.functions import Cast

from postings.countries import folded as folded_name
from postings.models import (
    ApplicantLocationRequirement,
    JobPosting,
    JobPostingTexts,
)
from postings.models.columns import TEXT_COLUMNS
from postings.schemaorg import EmploymentType, JobLocationType, workplace
from postings.search import analysis, schema
from postings.search.criteria import NOT_STATED, experience_of
from postings.search.located import Located, label, places_of, region_name
from postings.search.places.cells import cells

_COLUMNS = (
    "pk", "title", "name", "identifier", "relevant_occupation", "hiring_organization",
    "hiring_organization__name", "hiring_organization__legal_name", "employment_unit",
    "job_location_type", "places_count", "months_of_experience", "in_language",
    "posted_at", "published_at", "valid_through", "withdrawn_at", "hidden",
    "deleted_at", "base_salary_currency", "base_salary_yearly_min_value",
    "base_salary_yearly_max_value",
)  # fmt: skip

#: Lists as the JSON they are kept as: most are empty, and then nothing is to be read.
_LISTS = {
    f"{name}_json": Cast(name, models.TextField())
    for name in (
        "alternate_name", "hiring_organization__alternate_name", "skills", "industry",
        "occupational_category", "employment_type", "credential_category",
    )
}  # fmt: skip

#: Sanitised HTML as bare text, without what marks it safe.
_TEXTS = [Cast(name, models.TextField()) for name in TEXT_COLUMNS.values()]

_TAG = re.compile(r"<[^>]*>")

#: Where a paragraph, a line, an item or a cell begins or ends: no phrase goes on there.
_EDGE = re.compile(
    r"<(?:br|hr|/?(?:p|li|ul|ol|h[2-6]|td|th|pre|blockquote|caption))\b[^>]*>"
)

#: Skills one posting suggests at most; some list every word of their trade.
_SUGGESTED = 12

#: The last instant: what never ends, and what sorts last.
_NEVER = 2**33

#: Of an employer there is none, a column is null.
_EMPTY = ("[]", None)

#: What people call working from anywhere, and the employment types, in the languages of
#: the pages: postings are found by what their filters say of them. What is also written
#: with a hyphen or as two words stands here as one, which every spelling finds.
_REMOTE_WORDS = "remote homeoffice télétravail teletrabajo"
_TYPE_WORDS: Mapping[str, str] = {
    EmploymentType.FULL_TIME: "fulltime Vollzeit | temps plein | jornada completa",
    EmploymentType.PART_TIME: "parttime Teilzeit | temps partiel | jornada parcial",
    EmploymentType.CONTRACTOR: (
        "contractor freelance freelancer freiberuflich | freie Mitarbeit | indépendant"
        " autónomo"
    ),
    EmploymentType.TEMPORARY: "temporary befristet temporaire temporal",
    EmploymentType.INTERN: "internship intern Praktikum stagiaire prácticas",
    EmploymentType.VOLUNTEER: "volunteer Ehrenamt bénévolat voluntariado",
}

_ID_MASK = (1 << schema.KEY_BITS) - 1

_DAY = 24 * 60 * 60

#: What every amount is exact up to, whoever reads it.
_MOST_PAID = 2**53


def documents(ids: Sequence[int]) -> Iterator[tantivy.Document]:
    """The documents of the postings that exist among these ids, whatever their state."""
    rows = JobPosting.objects.filter(pk__among=ids).values(*_COLUMNS, **_LISTS)
    texts = {
        pk: " ".join(filter(None, parts))
        for pk, *parts in JobPostingTexts.objects.filter(pk__among=ids).values_list(
            "pk", *_TEXTS
        )
    }
    places: Mapping[int, list[Located]] = _places(ids)
    areas: dict[int, list[str]] = defaultdict(list)
    for pk, code in (
        ApplicantLocationRequirement.objects.filter(posting__among=ids)
        .exclude(address_country="")
        .order_by("position", "id")
        .values_list("posting", "address_country")
    ):
        areas[pk].append(code)
    for row in rows:
        pk = row["pk"]
        for name in _LISTS:
            text = row[name]
            row[name] = () if text in _EMPTY else json.loads(text)
        yield _document(row, texts.get(pk, ""), places.get(pk, ()), areas.get(pk, ()))


def _places(ids: Sequence[int]) -> dict[int, list[Located]]:
    found: dict[int, list[Located]] = defaultdict(list)
    for pk, place in places_of(ids):
        found[pk].append(place)
    return found


def _document(
    row: Mapping[str, Any],
    texts: str,
    places: Sequence[Located],
    areas: Sequence[str],
) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(schema.PK, row["pk"])
    document.add_boolean(schema.SHOWN, not row["hidden"] and row["deleted_at"] is None)
    _add_words(document, row, texts, places)
    _add_values(document, row, places, areas)
    _add_instants(document, row)
    _add_pay(document, row)
    _add_places(document, places)
    _add_suggestions(document, row, places)
    return document


def _add_words(
    document: tantivy.Document,
    row: Mapping[str, Any],
    texts: str,
    places: Sequence[Located],
) -> None:
    words = {
        schema.TITLE: _joined((row["title"], row["name"], *row["alternate_name_json"])),
        schema.ORGANIZATION_NAME: _joined(
            (
                row["hiring_organization__name"],
                row["hiring_organization__legal_name"],
                *row["hiring_organization__alternate_name_json"],
                row["employment_unit"],
            )
        ),
        schema.SKILLS: _joined(row["skills_json"]),
        schema.INDUSTRY_WORDS: _joined(row["industry_json"]),
        schema.OCCUPATION: _joined(
            (row["relevant_occupation"], *row["occupational_category_json"])
        ),
        schema.PLACE_WORDS: _joined(place.words for place in places),
    }
    written = {name: analysis.written(text) for name, text in words.items() if text}
    for name, text in written.items():
        document.add_text(name, text)
    parted = _TAG.sub(" ", _EDGE.sub(" | ", texts))
    plain = analysis.written(html.unescape(parted))
    every = " | ".join((*written.values(), row["identifier"], *_conditions(row), plain))
    for part in every.split(" | "):  # no phrase goes on from one into the next
        if part.strip():
            document.add_text(schema.TEXT, part)
    if stemmer := analysis.stemmer_of(row["in_language"]):
        document.add_text(
            schema.stemmed(schema.TITLE, stemmer), written.get(schema.TITLE, "")
        )
        # Each once: how often a word stands there is told by the unstemmed field.
        document.add_text(
            schema.stemmed(schema.TEXT, stemmer), analysis.stems(every, stemmer)
        )
    document.add_text(schema.EXACT_TITLE, analysis.folded(row["title"]))


def _conditions(row: Mapping[str, Any]) -> Iterator[str]:
    """The words of how and where the work is done, beyond what its texts say."""
    if row["job_location_type"] == JobLocationType.TELECOMMUTE:
        yield _REMOTE_WORDS
    yield from filter(None, map(_TYPE_WORDS.get, row["employment_type_json"]))


def _joined(texts: Iterable[str | None]) -> str:
    return " | ".join(dict.fromkeys(filter(None, texts)))


def _add_values(
    document: tantivy.Document,
    row: Mapping[str, Any],
    places: Sequence[Located],
    areas: Sequence[str],
) -> None:
    paths = [path for place in places for path in place.paths]
    values: dict[str, Iterable[str]] = {
        schema.TYPE: row["employment_type_json"],
        schema.WORKPLACE: [
            workplace(
                remote=row["job_location_type"] == JobLocationType.TELECOMMUTE,
                places=row["places_count"],
            )
        ],
        schema.PLACE: paths if places else areas,
        schema.COUNTRY: [place.country for place in places] if places else areas,
        schema.ORGANIZATION: [str(row["hiring_organization"] or "")],
        schema.INDUSTRY: row["industry_json"],
        schema.EDUCATION: row["credential_category_json"],
        schema.EXPERIENCE: [experience_of(row["months_of_experience"])],
        schema.LANGUAGE: [row["in_language"].split("-", maxsplit=1)[0].lower()],
    }
    for name, several in values.items():
        stated = dict.fromkeys(value for value in several if value)
        for value in stated or (NOT_STATED,):
            document.add_text(name, value)


def _add_instants(document: tantivy.Document, row: Mapping[str, Any]) -> None:
    pk = row["pk"] & _ID_MASK
    posted = _floor(row["posted_at"])
    closes = _floor(row["valid_through"])
    document.add_integer(schema.POSTED, posted or 0)
    # In the second it is published in, lest an import be found a second late.
    opens = _floor(row["published_at"])
    document.add_integer(schema.PUBLISHED, _NEVER if opens is None else opens)
    ends = _NEVER if closes is None else closes
    withdrawn = row["withdrawn_at"] is not None
    document.add_integer(schema.ENDS, -_NEVER if withdrawn else ends)
    document.add_unsigned(schema.NEWEST, sort_key(posted or 0, pk))
    document.add_unsigned(schema.CLOSING, sort_key(ends, _ID_MASK - pk))
    document.add_float(
        schema.FRESHNESS, 2.0 ** ((posted or 0) / _DAY / schema.HALF_LIFE_DAYS - 28)
    )


def _floor(instant: datetime | None) -> int | None:
    return None if instant is None else floor(instant.timestamp())


def sort_key(value: int, pk: int) -> int:
    """A whole number made unique by the posting's id; what is out of range is cut."""
    kept = min(max(value, 0), (1 << (64 - schema.KEY_BITS)) - 1)
    return kept << schema.KEY_BITS | (pk & _ID_MASK)


def _add_pay(document: tantivy.Document, row: Mapping[str, Any]) -> None:
    currency = row["base_salary_currency"]
    yearly: Decimal | None = (
        row["base_salary_yearly_max_value"] or row["base_salary_yearly_min_value"]
    )
    if not currency or yearly is None:
        document.add_text(schema.CURRENCY, NOT_STATED)
        return
    amount = min(max(0, int(yearly)), _MOST_PAID)
    document.add_text(schema.CURRENCY, currency)
    document.add_unsigned(schema.YEARLY, amount)
    document.add_unsigned(schema.STEP, _step(amount))
    document.add_unsigned(schema.PAID, sort_key(amount, row["pk"]))


def _step(amount: int) -> int:
    """62,400 is 62,000."""
    size: int = 10 ** max(len(str(amount)) - 2, 0)
    return amount // size * size


def _add_places(document: tantivy.Document, places: Sequence[Located]) -> None:
    found: dict[int, None] = {}
    towns: dict[str, None] = {}
    regions: dict[str, None] = {}
    postcodes: dict[str, None] = {}
    for place in places:
        if place.point is not None:
            found |= dict.fromkeys(cells(*place.point))
        if place.town:
            towns[folded_name(place.town)] = None
        for name in (place.region_words, region_name(place.country, place.region)):
            if name:
                regions[folded_name(name)] = None
        if place.postcode:
            postcodes[place.postcode] = None
    for cell in found:
        document.add_unsigned(schema.CELLS, cell)
    for name, values in (
        (schema.TOWN, towns),
        (schema.REGION, regions),
        (schema.POSTCODE, postcodes),
    ):
        for value in values:
            document.add_text(name, value)


#: Parts the folded beginning of a suggestion from the words it stands for.
PARTED = "\x1f"


def _add_suggestions(
    document: tantivy.Document, row: Mapping[str, Any], places: Sequence[Located]
) -> None:
    what = (
        row["title"],
        row["hiring_organization__name"],
        *row["skills_json"][:_SUGGESTED],
    )
    for text in dict.fromkeys(filter(None, what)):
        if folded := analysis.folded(text):
            document.add_text(schema.SUGGEST_WHAT, f"{folded}{PARTED}{text}")
    for path in dict.fromkeys(place.paths[-1] for place in places if place.paths):
        if path.count("/") and (folded := folded_name(label(path))):
            document.add_text(schema.SUGGEST_WHERE, f"{folded}{PARTED}{path}")
