"""Real documents of real sites, where they are at hand."""

import io
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from postings.ingest import pipeline, sources
from postings.ingest.report import Code, Outcome, Recorded, Severity
from postings.models import JobPosting
from tests.ingest.support import NOW

pytestmark = pytest.mark.django_db


def test_the_corpus_is_imported_and_every_rejection_can_be_defended(
    corpus_dir: Path,
) -> None:
    said: list[Recorded] = []
    report = pipeline.run(
        sources.documents([str(corpus_dir)]), source="corpus", now=NOW, tell=said.append
    )
    rejected = Counter(
        str(problem.code)
        for recorded in said
        if recorded.outcome is Outcome.REJECTED
        for problem in recorded.problems
        if problem.severity is Severity.REJECTED
    )
    # Microdata and RDFa pages; JSON beyond plain repair; no title anywhere; synthetic
    # examples that name one job twice.
    expected = {Code.NO_POSTING, Code.BAD_JSON, Code.NO_TITLE, Code.DUPLICATE_IDENTITY}
    assert set(rejected) <= expected
    assert report.outcomes[Outcome.REJECTED] < report.records * 0.05
    assert report.outcomes[Outcome.CREATED] == JobPosting.objects.count() > 400
    again = pipeline.run(sources.documents([str(corpus_dir)]), source="corpus", now=NOW)
    assert again.outcomes == report.outcomes - Counter(
        {Outcome.CREATED: report.outcomes[Outcome.CREATED]}
    ) + Counter({Outcome.UNCHANGED: report.outcomes[Outcome.CREATED]})


def test_the_seed_twice_is_unchanged(corpus_dir: Path) -> None:
    seed = corpus_dir.parent / "seed.jsonld"
    for expected in ("1 created", "1 unchanged"):
        out = io.StringIO()
        call_command("import_postings", str(seed), stdout=out)
        assert expected in out.getvalue()


def test_no_page_of_the_corpus_shows_what_the_policy_forbids(
    corpus_dir: Path,
) -> None:
    pipeline.run(sources.documents([str(corpus_dir)]), source="corpus", now=NOW)
    for row in JobPosting.objects.select_related("texts"):
        text = row.texts.description.lower()
        for forbidden in ("<script", "<img", "<iframe", "<style", " on", "javascript:"):
            if forbidden == " on":
                assert "onclick=" not in text
            else:
                assert forbidden not in text
