"""The measure of a ranking, and the file of judgements it needs."""

import pytest

from tests.search.relevance import judgements
from tests.search.relevance.evaluation import evaluate
from tests.search.relevance.judgements import Judged, Name, Query
from tests.search.relevance.ndcg import dcg, ndcg

GRADES = {1: 3, 2: 2, 3: 1}

#: 7/log2(2) + 3/log2(3) + 1/log2(4)
BEST = 9.392789


@pytest.mark.parametrize(
    ("ranked", "gain"),
    [
        ([1, 2, 3], BEST),
        ([1, 2, 3, 9], BEST),
        ([3, 2, 1], 6.392789),  # 1/1 + 3/1.584963 + 7/2
        ([9, 1], 4.416508),  # 7/1.584963
        ([9, 8, 7, 6, 5, 4, 10, 11, 12, 1], 2.023455),  # 7/log2(11)
        ([9, 8, 7, 6, 5, 4, 10, 11, 12, 13, 1], 0),
        ([], 0),
    ],
)
def test_a_ranking_is_worth_its_gain_over_that_of_the_best(
    ranked: list[int], gain: float
) -> None:
    assert ndcg(ranked, GRADES) == pytest.approx(gain / BEST, abs=1e-6)


def test_the_best_order_is_of_ten_where_more_are_relevant() -> None:
    grades = dict.fromkeys(range(30), 2)
    assert ndcg(range(20, 30), grades) == 1
    assert dcg([2] * 30) == dcg([2] * 10)


def test_what_is_ranked_twice_is_no_ranking() -> None:
    with pytest.raises(ValueError, match="twice"):
        ndcg([1, 2, 1], GRADES)
    with pytest.raises(ValueError, match="worth"):
        ndcg([1], {})


def judged(words: str, language: str, grades: dict[int, int]) -> Judged:
    query = Query(words=words, language=language, kind="", relevant={})
    return Judged(query=query, grades=grades)


def test_a_ranker_is_asked_each_query_and_summed_up_by_language() -> None:
    queries = [
        judged("cook", "en", {1: 3}),
        judged("nurse", "en", {2: 2}),
        judged("Koch", "de", {3: 3}),
    ]
    answers = {"cook": [1], "nurse": [9, 8], "Koch": [9, 3]}
    asked: list[tuple[str, int]] = []

    def ranker(words: str, limit: int) -> list[int]:
        asked.append((words, limit))
        return answers[words]

    evaluation = evaluate(ranker, queries)
    assert asked == [("cook", 10), ("nurse", 10), ("Koch", 10)]
    assert [score.ndcg for score in evaluation.scores] == pytest.approx(
        [1, 0, 0.63093], abs=1e-5
    )
    assert [score.query.words for score in evaluation.failed] == ["nurse"]
    assert list(evaluation.by_language()) == ["en", "de"]
    assert evaluation.by_language()["en"].mean == 0.5
    assert evaluation.mean == pytest.approx(0.54364, abs=1e-5)
    assert "en   2 queries, nDCG@10 0.500, 1 failed" in evaluation.table()


ENTRY = """
[[query]]
words = "cook"
language = "en"
kind = "role"
relevant = [{relevant}]
"""
GOOD = '{ grade = 3, document = "sample/a.json", title = "Cook" }'
SECOND = '{ grade = 1, document = "corpus/b.json", title = "Cook", nth = 2 }'


def entry(*relevant: str) -> str:
    return ENTRY.replace("{relevant}", ", ".join(relevant))


def test_a_query_names_postings_by_document_title_and_place() -> None:
    (query,) = judgements.read(entry(GOOD, SECOND))
    first, second = Name("sample/a.json", "Cook"), Name("corpus/b.json", "Cook", 2)
    assert query.relevant == {first: 3, second: 1}
    keys = {first: 7, second: 8}
    (found,) = judgements.judged((query,), keys, folders=("sample/", "corpus/"))
    assert found.grades == {7: 3, 8: 1}
    assert judgements.judged((query,), keys, folders=("sample/",)) == ()
    with pytest.raises(ValueError, match=r"cook: Name\(document='corpus/b.json'"):
        judgements.judged((query,), {first: 7}, folders=("sample/", "corpus/"))


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (entry(GOOD, GOOD), "judged 2 times"),
        (entry(GOOD) + entry(GOOD), "cook: asked 2 times"),
        (entry(GOOD, SECOND.replace("1", "4", 1)), "has the grade 4"),
        (entry(GOOD, SECOND.replace("1", "0", 1)), "has the grade 0"),
        (entry(SECOND), "no posting is good"),
        (entry(), "no posting is good"),
    ],
)
def test_judgements_that_cannot_be_meant_are_refused(toml: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        judgements.read(toml)
