"""The judged queries: whether they can tell a good search from a plain one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from postings.search import index
from postings.search.criteria import Criteria
from postings.search.query import ids
from tests.search.relevance import collection, fts5, judgements
from tests.search.relevance.evaluation import evaluate
from tests.search.relevance.judgements import Judged

# All of them, or pytest-django would run the module in two parts and import twice.
pytestmark = pytest.mark.django_db

QUERIES = judgements.read(judgements.FILE.read_text("utf-8"))


@dataclass(frozen=True, kw_only=True)
class Collected:
    """The database filled: what can be judged in it, its texts, and the baseline."""

    judged: tuple[Judged, ...]
    texts: dict[int, str]
    baseline: fts5.Baseline


@pytest.fixture(scope="module")
def corpus(request: pytest.FixtureRequest) -> Path | None:
    """The corpus where it is at hand; without it the sample's queries are asked."""
    try:
        folder: Path = request.getfixturevalue("corpus_dir")
    except pytest.skip.Exception:
        return None
    return folder


@pytest.fixture(scope="module")
def collected(
    corpus: Path | None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Collected]:
    folders = (collection.SAMPLE, collection.CORPUS)
    with django_db_blocker.unblock(), transaction.atomic():
        keys = collection.imported(corpus)
        rows = list(fts5.rows())
        baseline = fts5.Baseline(rows)
        with django_db_blocker.block():
            yield Collected(
                judged=judgements.judged(
                    QUERIES, keys, folders=folders if corpus else folders[:1]
                ),
                texts={int(key): "\n".join(map(str, texts)) for key, *texts in rows},
                baseline=baseline,
            )
        baseline.close()
        transaction.set_rollback(True)


def test_sixty_queries_most_of_them_english() -> None:
    languages = Counter(query.language for query in QUERIES)
    assert languages.total() == 60
    assert languages.most_common(1)[0][0] == "en"
    assert min(languages[language] for language in ("de", "sv", "tr", "ja")) >= 5


def test_every_query_can_be_asked(corpus_dir: Path, collected: Collected) -> None:
    assert [each.query for each in collected.judged] == list(QUERIES)


def test_queries_of_the_sample_need_no_corpus(collected: Collected) -> None:
    asked = {each.query.words for each in collected.judged}
    assert asked >= {"Kochin Wintersaison", "yedi dugme", "地図データ", "truhlar"}


def test_what_operators_rule_out_is_not_relevant(
    corpus_dir: Path, collected: Collected
) -> None:
    checked = 0
    for each in collected.judged:
        for hyphen, phrase, word in fts5.terms(each.query.words):
            if not (hyphen or phrase):
                continue
            checked += 1
            for key in each.grades:
                holds = (phrase or word).lower() in collected.texts[key].lower()
                assert holds is not bool(hyphen), (each.query.words, key)
    assert checked == 3


def test_the_best_order_is_worth_one_and_none_nothing(collected: Collected) -> None:
    best = {
        each.query.words: sorted(each.grades, key=lambda key: -each.grades[key])
        for each in collected.judged
    }
    assert (
        evaluate(lambda words, limit: best[words][:limit], collected.judged).mean == 1
    )
    assert evaluate(lambda words, limit: (), collected.judged).mean == 0


def test_plain_full_text_search_fails_a_quarter_of_the_queries(
    corpus_dir: Path, collected: Collected
) -> None:
    evaluation = evaluate(collected.baseline.ranked, collected.judged)
    print(evaluation.table())  # noqa: T201
    assert len(evaluation.failed) >= 15
    assert evaluation.mean > 0.3  # it is a search, not a straw man


def test_the_search_ranks_as_people_judged_and_better_than_plain_full_text(
    corpus_dir: Path, collected: Collected
) -> None:
    index.rebuild()

    def ranked(words: str, limit: int) -> Sequence[int]:
        criteria = Criteria(words=words, include_closed=True)
        return ids(criteria, most=limit, at=collection.NOW) or ()

    own = evaluate(ranked, collected.judged)
    plain = evaluate(collected.baseline.ranked, collected.judged)
    print(own.table())  # noqa: T201
    languages = own.by_language()
    for language, baseline in plain.by_language().items():
        found = languages[language]
        print(  # noqa: T201
            f"{language}: {len(found.scores)} queries, nDCG@10 {found.mean:.3f}, "
            f"plain FTS5 {baseline.mean:.3f}"
        )
        assert found.mean >= baseline.mean, language
    print(f"all: nDCG@10 {own.mean:.3f}, plain FTS5 {plain.mean:.3f}")  # noqa: T201
    assert own.mean >= 0.90


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("night shift", '"night" AND "shift"'),
        ('"night shift" cook', '"night shift" AND "cook"'),
        ("android -ios", '("android") NOT ("ios")'),
        ('cook -"night shift" -bank', '("cook") NOT ("night shift" OR "bank")'),
        ('"night', '"night"'),
        ('night"shift', '"night""shift"'),
        ("part-time", '"part-time"'),
        ("C# OR .NET", '"C#" AND "OR" AND ".NET"'),
        ("-bank", ""),
        ("", ""),
        ("\0", ""),
    ],
)
def test_the_baseline_is_given_words_as_it_can_take_them(
    words: str, expression: str
) -> None:
    assert fts5.expression(words) == expression


@given(words=st.text(st.characters() | st.sampled_from('"-*^(){}:+#\0 '), max_size=30))
def test_the_baseline_takes_whatever_is_typed(words: str) -> None:
    baseline = fts5.Baseline([(1, *["cook"] * len(fts5.COLUMNS))])
    try:
        assert baseline.ranked(words, 10) in ((), (1,))
    finally:
        baseline.close()
