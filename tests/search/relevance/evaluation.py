"""What a ranker is worth over judged queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from tests.search.relevance.judgements import Judged, Query
from tests.search.relevance.ndcg import CUTOFF, ndcg

#: The words as typed and how many primary keys of postings to return, best first, out
#: of all postings of the database: open, closed and withdrawn.
Ranker = Callable[[str, int], Sequence[int]]

#: A query with less than this was not answered.
FAILED_BELOW = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    query: Query
    ndcg: float

    @property
    def failed(self) -> bool:
        return self.ndcg < FAILED_BELOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """The nDCG at 10 of every query, in their order."""

    scores: tuple[Score, ...]

    @property
    def mean(self) -> float:
        return fmean(score.ndcg for score in self.scores)

    @property
    def failed(self) -> tuple[Score, ...]:
        return tuple(score for score in self.scores if score.failed)

    def by_language(self) -> dict[str, Evaluation]:
        """An evaluation for each language, the one with most queries first."""
        languages: dict[str, list[Score]] = {}
        for score in self.scores:
            languages.setdefault(score.query.language, []).append(score)
        return {
            language: Evaluation(scores=tuple(scores))
            for language, scores in sorted(
                languages.items(), key=lambda item: (-len(item[1]), item[0])
            )
        }

    def table(self) -> str:
        """Lines for people: each query, each language, all of them."""
        lines = [
            f"{score.ndcg:5.3f} {'failed' if score.failed else '      '} "
            f"{score.query.language}  {score.query.words}  ({score.query.kind})"
            for score in self.scores
        ]
        groups = {**self.by_language(), "all": self}
        lines += [
            f"{name:3} {len(group.scores):2} queries, nDCG@{CUTOFF} {group.mean:5.3f}, "
            f"{len(group.failed)} failed"
            for name, group in groups.items()
        ]
        return "\n".join(lines)


def evaluate(ranker: Ranker, judged: Iterable[Judged]) -> Evaluation:
    """Ask a ranker every query. Whatever it raises is raised."""
    return Evaluation(
        scores=tuple(
            Score(
                query=each.query,
                ndcg=ndcg(ranker(each.query.words, CUTOFF), each.grades),
            )
            for each in judged
        )
    )
