"""What somebody typing may mean, of what open postings say, the commonest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language
from tantivy import Occur, Query, Searcher

from postings.countries import folded as folded_name
from postings.models import JobPosting
from postings.search import analysis, index, schema
from postings.search.criteria import NOT_STATED, Criteria
from postings.search.document import PARTED
from postings.search.index import Opened
from postings.search.located import label, region_name
from postings.search.matching import filters
from postings.search.places.where import WITH_REGION
from postings.search.schema import SCHEMA
from postings.wording import country_name

#: Suggestions at most, and how many terms they are chosen from.
MOST, _LOOKED_AT = 8, 60

#: Longer texts are not looked up, in characters.
LONGEST = 60

#: What is common is found again after so many seconds, in so many postings.
_KEPT_SECONDS, _NEWEST = 600, 500

#: Postings whose titles are looked at for a word inside them, and the words it may be.
_TITLES, _WORDS = 200, 50


class Common(NamedTuple):
    """What a form offers before anything is typed."""

    what: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


def what(typed: str, at: datetime, organization: str = "") -> list[str]:
    """Titles, skills and employers that begin with a text, then titles that hold it.

    Of all open postings, or of one organization's, by its primary key as text. Nothing
    for a single letter: most of what is known begins with it. Cost: a few milliseconds,
    and one query where little begins with the text.
    """
    prefix = analysis.folded(typed)
    short = len(prefix) < 2 and not analysis.is_unspaced(typed)  # noqa: PLR2004
    if short or not prefix or len(typed) > LONGEST:
        return []
    is_open = _open(at, organization)
    return index.ask(lambda opened: _what(opened, typed, prefix, is_open), list)


def _what(opened: Opened, typed: str, prefix: str, is_open: Query) -> list[str]:
    found = opened.searcher.terms_with_prefix(
        schema.SUGGEST_WHAT, prefix, is_open, _LOOKED_AT
    )
    texts = _distinct(_shown(found))
    if len(texts) < MOST:
        begun = set(map(analysis.folded, texts))
        inside = _titles(opened.searcher, analysis.tokens(typed), is_open)
        texts += [e for e in _distinct(inside) if analysis.folded(e) not in begun]
    return texts[:MOST]


def where(typed: str, at: datetime, organization: str = "") -> list[str]:
    """Towns, regions and countries whose name begins with a text, as the form reads them.

    Cost: a few milliseconds.
    """
    prefix = folded_name(typed.split(",", maxsplit=1)[0])
    if not prefix or len(typed) > LONGEST:
        return []
    is_open = _open(at, organization)
    return index.ask(lambda opened: _where(opened, typed, prefix, is_open), list)


def _where(opened: Opened, typed: str, prefix: str, is_open: Query) -> list[str]:
    countries = [
        (name, count)
        for code, count in _countries(opened.searcher, is_open)
        if folded_name(name := country_name(code)).startswith(prefix)
    ]
    paths = opened.searcher.terms_with_prefix(
        schema.SUGGEST_WHERE, prefix, is_open, _LOOKED_AT
    )
    found = [*countries, *_places(_shown(paths))]
    if "," in typed:
        whole = folded_name(typed)
        found = [each for each in found if folded_name(each[0]).startswith(whole)]
    return _distinct(sorted(found, key=lambda each: -each[1]))[:MOST]


def common(at: datetime) -> Common:
    """What the newest open postings say most, and the places of most open postings.

    Cost: nothing for ten minutes, then two queries and a count by place.
    """
    minutes = int(at.timestamp()) // _KEPT_SECONDS
    key = (settings.SEARCH_DIR, get_language(), minutes)
    if key not in _common:
        found = index.ask(lambda opened: _commonest(opened, at), Common)
        if not found.what and not found.where:
            return found
        _common.clear()
        _common[key] = found
    return _common[key]


def _commonest(opened: Opened, at: datetime) -> Common:
    is_open = _open(at)
    said = _newest(opened.searcher, is_open)
    towns = _towns(opened.searcher, is_open)
    return Common(
        what=tuple(_distinct(said)[:MOST]),
        where=tuple(_distinct(_places(towns))[:MOST]),
    )


_common: dict[tuple[object, ...], Common] = {}


def _newest(searcher: Searcher, is_open: Query) -> list[tuple[str, int]]:
    rows = JobPosting.objects.filter(pk__in=_ids(searcher, is_open, _NEWEST))
    said: Counter[str] = Counter()
    for title, name, skills in rows.values_list(
        "title", "hiring_organization__name", "skills"
    ):
        said.update(filter(None, {title, name, *skills}))
    return sorted(said.items(), key=lambda each: (-each[1], each[0]))


def _towns(searcher: Searcher, is_open: Query) -> list[tuple[str, int]]:
    """Paths of towns. Not exact over several segments, which nobody is told."""
    asked = {"a": {"terms": {"field": schema.PLACE, "size": 10 * MOST}}}
    buckets = searcher.aggregate(is_open, asked)["a"]["buckets"]
    return [
        (str(each["key"]), int(each["doc_count"]))
        for each in buckets
        if str(each["key"]).count("/") > 1
    ]


def _ids(searcher: Searcher, query: Query, most: int) -> list[int]:
    """Of the newest postings that fit."""
    hits = searcher.search(query, most, count=False, order_by_field=schema.NEWEST)
    return index.ids(searcher, hits)


def _open(at: datetime, organization: str = "") -> Query:
    """Open postings; of one organization, by its primary key as text, where given."""
    wanted = Criteria(organizations=(organization,) if organization else ())
    return Query.boolean_query(list(filters(wanted, None, at)))


def _shown(terms: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """What terms stand for, without the folded text they begin with."""
    for term, count in terms:
        if count:
            yield term.partition(PARTED)[2], count


def _distinct(found: Iterable[tuple[str, int]]) -> list[str]:
    """The texts of most first; where only case, accents or signs differ, one of them."""
    kept: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text, count in found:
        same = analysis.folded(text)
        kept.setdefault(same, text)
        counts[same] += count
    return [kept[same] for same, _count in counts.most_common()]


def _titles(
    searcher: Searcher, tokens: Sequence[str], is_open: Query
) -> list[tuple[str, int]]:
    """Titles that hold the words, the last one perhaps not whole, commonest first."""
    *whole, last = tokens
    words = searcher.terms_with_prefix(schema.TITLE, last, limit=_WORDS)
    query = Query.boolean_query(
        [
            (Occur.Must, is_open),
            *((Occur.Must, Query.term_query(SCHEMA, schema.TITLE, w)) for w in whole),
            (
                Occur.Must,
                Query.term_set_query(SCHEMA, schema.TITLE, [word for word, _ in words]),
            ),
        ]
    )
    found = JobPosting.objects.filter(pk__in=_ids(searcher, query, _TITLES))
    titles = found.values_list("title", flat=True)
    return list(Counter(titles).items())


# --- Places ---------------------------------------------------------------------------


def _places(paths: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Paths as somebody would write them: with the region where that is usual, or where
    the country has another town of the name."""
    found = list(paths)
    names = Counter((path.split("/")[0], folded_name(label(path))) for path, _ in found)
    written = []
    for path, count in found:
        country, region, *town = path.split("/")
        parts = [label(path)]
        twice = names[country, folded_name(parts[0])] > 1
        around = region_name(country, region) if town and region else ""
        if around and around != parts[0] and (twice or country in WITH_REGION):
            parts.append(around)
        written.append((", ".join((*parts, country_name(country))), count))
    return written


def _countries(searcher: Searcher, is_open: Query) -> list[tuple[str, int]]:
    codes = searcher.terms_with_prefix(schema.COUNTRY, "", is_open)
    return [(code, count) for code, count in codes if count and code != NOT_STATED]
