"""Stored texts under a new policy: what it forbids goes, everything else stays."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command

from postings.ingest import persist
from postings.ingest.persist.reclean import BATCH
from postings.models import DatabaseState, JobPosting, JobPostingTexts, Organization
from postings.sanitise import POLICY_VERSION
from tests.ingest.support import NOW, node, run_import

pytestmark = pytest.mark.django_db

UNTIDY = "<p><strong>Duties</strong></p>\n<p>-  one<br>- two</p>"


def recleaned(*arguments: str) -> str:
    out = io.StringIO()
    call_command("reclean_descriptions", *arguments, stdout=out)
    return out.getvalue()


def imported(**texts: str) -> JobPostingTexts:
    """Texts as a laxer policy could have left them."""
    run_import(node(description="<p>Bread.</p>"))
    JobPostingTexts.objects.update(policy_version=POLICY_VERSION - 1, **texts)
    return JobPostingTexts.objects.get()


def test_what_the_policy_forbids_goes_and_is_told() -> None:
    imported(
        description='<p onclick="x()">Bread.</p><script>alert(1)</script>',
        responsibilities='<p>Bake. <a href="javascript:x()">How?</a></p>',
    )
    mark = DatabaseState.objects.get().revision
    said = recleaned()
    texts = JobPostingTexts.objects.get()
    assert texts.description == "<p>Bread.</p>"
    assert texts.responsibilities == "<p>Bake. How?</p>"
    assert texts.policy_version == POLICY_VERSION
    assert "description: changed (" in said
    assert "responsibilities: changed (" in said
    assert "script" in said
    assert "1 postings sanitised again, 1 changed." in said
    row = JobPosting.objects.get()
    assert row.revision > mark
    assert row.excerpt == "Bread."


def test_nothing_is_tidied_and_what_is_clean_keeps_its_revision() -> None:
    imported(description=UNTIDY)
    revision = JobPosting.objects.get().revision
    assert "1 postings sanitised again, 0 changed." in recleaned()
    assert JobPostingTexts.objects.get().description == UNTIDY
    assert JobPosting.objects.get().revision == revision


def test_only_texts_of_an_older_policy_are_touched_unless_all_are_asked_for() -> None:
    imported()
    recleaned()
    assert "0 postings" in recleaned()
    assert "1 postings sanitised again, 0 changed." in recleaned("--all")


def test_editors_texts_are_sanitised_too_and_stay_theirs() -> None:
    run_import(node(description="<p>Bread.</p>"))
    row = JobPosting.objects.get()
    persist.save_edit(row, changed=[], texts={"description": UNTIDY}, now=NOW)
    JobPostingTexts.objects.update(
        description=UNTIDY + "<iframe></iframe>", policy_version=0
    )
    recleaned()
    row = JobPosting.objects.get()
    assert row.texts.description == UNTIDY
    assert row.edited_fields == ["description"]
    run_import(node(description="<p>Other.</p>"), now=NOW + timedelta(days=1))
    assert JobPostingTexts.objects.get().description == UNTIDY


def test_an_organizations_own_words_are_sanitised_too() -> None:
    run_import(node(hiringOrganization={"name": "Crumb", "description": "<p>We.</p>"}))
    Organization.objects.update(description="<p>We.<style>x</style></p>")
    recleaned()
    assert Organization.objects.get().description == "<p>We.</p>"


def test_more_than_a_batch_is_sanitised_to_the_end() -> None:

    run_import(*(node(identifier=str(n), title=f"J{n}") for n in range(BATCH + 2)))
    JobPostingTexts.objects.update(
        description="<p>x<script>y</script></p>", policy_version=0
    )
    assert f"{BATCH + 2} postings sanitised again, {BATCH + 2} changed" in recleaned()
    assert "0 postings" in recleaned()
