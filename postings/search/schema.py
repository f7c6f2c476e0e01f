"""The fields of the index, and what each is for.

Words stand unstemmed with accents folded in one field a property, and together in
`TEXT`; stemmed in `title_xx` and `text_xx` of the one language a posting is in. What
facets count are raw values, `NOT_STATED` among them. Instants are seconds since 1970,
so that what is open is decided when somebody asks. Nothing but the mark is stored: a
page reads its twenty postings from the database.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import tantivy

from postings.search import analysis
from postings.search.analysis import PLAIN, STEMMERS, STEMS
from postings.search.places.cells import RESOLUTIONS

#: Unstemmed words by property. `TEXT` holds those of all of them and of the texts.
TITLE, ORGANIZATION_NAME, SKILLS = "title", "organization_name", "skills"
INDUSTRY_WORDS, OCCUPATION, PLACE_WORDS = "industry_words", "occupation", "place_words"
TEXT = "text"

#: The mark is a document too, and not `SHOWN`, so that no search finds it.
PK, MARK, SHOWN, EXACT_TITLE = "pk", "mark", "shown", "exact_title"

TYPE, WORKPLACE, PLACE, ORGANIZATION = "type", "workplace", "place", "organization"
INDUSTRY, EDUCATION, EXPERIENCE = "industry", "education", "experience"
LANGUAGE, CURRENCY, COUNTRY = "language", "currency", "country"

#: Instants in seconds. `ENDS` is when it closes, far away where it does not, or the
#: beginning of time when withdrawn: open is what is published and has not ended.
POSTED, PUBLISHED, ENDS = "posted", "published", "ends"

#: Yearly pay at most, in whole units of `CURRENCY`, and the same rounded down to two
#: digits, as people say amounts of pay.
YEARLY, STEP = "yearly", "step"

CELLS, TOWN, REGION, POSTCODE = "cells", "town", "region", "postcode"

#: Terms of which a suggestion begins with what is typed, then says itself.
SUGGEST_WHAT, SUGGEST_WHERE = "suggest_what", "suggest_where"

#: Sort keys: what to sort by in the upper bits, the posting's id in the lower 30, so
#: that no two are the same and pages keep their order.
NEWEST, CLOSING, PAID = "newest", "closing", "paid"
KEY_BITS = 30

#: Grows with the day a posting is of: one of two years ago counts half of a new one.
FRESHNESS = "freshness"
HALF_LIFE_DAYS = 730

RAW = (
    TYPE, WORKPLACE, PLACE, ORGANIZATION, INDUSTRY, EDUCATION, EXPERIENCE, LANGUAGE,
    CURRENCY, COUNTRY,
)  # fmt: skip


def _build() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(
        MARK, stored=True, tokenizer_name="raw", index_option="basic"
    )
    # Signed: of whole numbers, documents are deleted by signed terms alone.
    builder.add_integer_field(PK, indexed=True, fast=True)
    builder.add_boolean_field(SHOWN, indexed=True, fast=True)
    for name in (TITLE, TEXT):
        builder.add_text_field(name, tokenizer_name=PLAIN, index_option="position")
    for name in (ORGANIZATION_NAME, SKILLS, INDUSTRY_WORDS, OCCUPATION, PLACE_WORDS):
        builder.add_text_field(name, tokenizer_name=PLAIN, index_option="freq")
    for code in STEMMERS:
        builder.add_text_field(
            stemmed(TITLE, code), tokenizer_name=code, index_option="freq"
        )
        builder.add_text_field(
            stemmed(TEXT, code), tokenizer_name=STEMS, index_option="basic"
        )
    for name in RAW:
        builder.add_text_field(
            name, tokenizer_name="raw", index_option="basic", fast=True
        )
    for name in (
        EXACT_TITLE, TOWN, REGION, POSTCODE, SUGGEST_WHAT, SUGGEST_WHERE,
    ):  # fmt: skip
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (POSTED, PUBLISHED, ENDS):
        builder.add_integer_field(name, fast=True)
    for name in (YEARLY, STEP):
        builder.add_unsigned_field(name, fast=True)
    builder.add_unsigned_field(CELLS, indexed=True)
    for name in (NEWEST, CLOSING, PAID):
        builder.add_unsigned_field(name, fast=True)
    builder.add_float_field(FRESHNESS, fast=True)
    return builder.build()


def stemmed(name: str, code: str) -> str:
    """The field of a stemmer's words, as `title_de`."""
    return f"{name}_{code}"


SCHEMA = _build()


def _fingerprint() -> str:
    """Changes with anything that decides what a posting is in the index."""
    digest = hashlib.sha256(version("tantivy").encode())
    folder = Path(__file__).parent
    for name in (
        "analysis.py", "schema.py", "document.py", "located.py",
        "places/cells.py", "places/gazetteer.py", "places/regions.py",
    ):  # fmt: skip
        digest.update((folder / name).read_bytes())
    digest.update(repr((PLAIN, STEMMERS, RESOLUTIONS)).encode())
    return digest.hexdigest()[:16]


FINGERPRINT = _fingerprint()


def register(index: tantivy.Index) -> tantivy.Index:
    """Gives an index the analysers its schema names; it forgets them when closed."""
    for name in (PLAIN, STEMS, *STEMMERS):
        index.register_tokenizer(name, analysis.analyser(name))
    return index
