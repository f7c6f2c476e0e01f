"""Real documents of real sites, where they are at hand."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from postings.fields import unmarked
from postings.ingest import pipeline, sources
from postings.ingest.report import Code, Outcome, Recorded, Severity
from postings.models import JobPosting, JobPostingTexts
from postings.models.columns import TEXT_COLUMNS
from postings.sanitise import sanitise
from tests.ingest.support import NOW

pytestmark = pytest.mark.django_db

SEED = Path(__file__).resolve().parent.parent / "postings" / "sample" / "seed.jsonld"

#: Why single records are rejected.
DEFENSIBLE = {Code.NO_TITLE, Code.DUPLICATE_IDENTITY, Code.BAD_JSON, Code.NO_POSTING}


def test_the_corpus_is_imported_and_every_rejection_can_be_defended(
    corpus_dir: Path,
) -> None:
    said: list[Recorded] = []
    report = pipeline.run(
        sources.documents([str(corpus_dir)]), source="corpus", now=NOW, tell=said.append
    )
    rejected = [entry for entry in said if entry.outcome is Outcome.REJECTED]
    codes = {
        problem.code
        for entry in rejected
        for problem in entry.problems
        if problem.severity is Severity.REJECTED
    }
    imported = {
        re.split(r"[ :#]", entry.locator)[0]
        for entry in said
        if entry.outcome is not Outcome.REJECTED
    }
    with (corpus_dir / "MANIFEST.tsv").open() as manifest:
        real = {
            row["file"]
            for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["real_or_synthetic"] == "real"
        }
    counts = Counter(entry.outcome for entry in said)
    print(f"{report.documents} documents, {report.records} records: {dict(counts)}")  # noqa: T201
    for (severity, code), count in sorted(report.codes.items()):
        print(f"  {severity}: {code}: {count}")  # noqa: T201
    for entry in rejected:
        print(entry.problems[-1])  # noqa: T201
    assert codes <= DEFENSIBLE
    assert real
    assert real <= imported
    assert report.outcomes[Outcome.CREATED] == JobPosting.objects.count() > 400
    again = pipeline.run(sources.documents([str(corpus_dir)]), source="corpus", now=NOW)
    assert again.outcomes == report.outcomes - Counter(
        {Outcome.CREATED: report.outcomes[Outcome.CREATED]}
    ) + Counter({Outcome.UNCHANGED: report.outcomes[Outcome.CREATED]})


def test_the_seed_twice_is_unchanged() -> None:
    for expected in ("1 created", "1 unchanged"):
        out = io.StringIO()
        call_command("import_postings", str(SEED), stdout=out)
        assert expected in out.getvalue()


def test_what_is_stored_of_the_corpus_is_all_the_policy_lets_through(
    corpus_dir: Path,
) -> None:
    pipeline.run(sources.documents([str(corpus_dir)]), source="corpus", now=NOW)
    rows = JobPostingTexts.objects.values_list(*TEXT_COLUMNS.values())
    texts = [unmarked(text) for row in rows for text in row if text]
    assert len(texts) > 400
    for text in texts:
        assert sanitise(text).html == text
