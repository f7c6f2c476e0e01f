"""check_postings: what is wrong, where, what to do; exit statuses for cron."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from postings.models import JobPosting
from tests.ingest.support import node, run_import
from tests.test_eligibility import GOOD

pytestmark = pytest.mark.django_db

SOON = (timezone.now() + timedelta(days=20)).date().isoformat()
TODAY = timezone.now().date().isoformat()
FINE = node(**{**GOOD, "datePosted": TODAY, "validThrough": SOON})


def checked(*arguments: str) -> tuple[int, str]:
    """Exit status and what was said."""
    out = io.StringIO()
    try:
        call_command("check_postings", *arguments, stdout=out, stderr=out)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue()
    return 0, out.getvalue()


def written(folder: Path, *records: Any) -> str:
    path = folder / "jobs.ndjson"
    path.write_text("\n".join(map(json.dumps, records)))
    return str(path)


def test_a_file_of_complete_postings_is_accepted(tmp_path: Path) -> None:
    status, said = checked(written(tmp_path, FINE, FINE | {"title": "Cook"}))
    assert status == 0
    assert "2 checked: 2 eligible, 0 with errors, 0 with warnings, 0 rejected." in said


def test_an_error_names_record_property_reason_and_fix(tmp_path: Path) -> None:
    path = written(tmp_path, FINE, FINE | {"description": ""})
    status, said = checked(path)
    assert status == 1
    assert f"{path}:2: Baker\n" in said
    assert "  error: description: The posting has no description. Write" in said
    assert "(missing-description)" in said
    assert "  error: missing-description: 1" in said


def test_a_warning_is_no_failure_and_can_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, FINE | {"directApply": None})
    assert checked(path)[0] == 0
    assert "missing-direct-apply" in checked(path)[1]
    assert "missing-direct-apply" not in checked(path, "--errors-only")[1]


def test_what_the_reader_rejects_is_an_error_too(tmp_path: Path) -> None:
    path = tmp_path / "jobs.ndjson"
    path.write_text(json.dumps(FINE) + "\n{broken\n")
    status, said = checked(str(path))
    assert status == 1
    assert "bad-json" in said
    assert "2 checked: 1 eligible, 1 with errors, 0 with warnings, 1 rejected." in said


def test_an_empty_list_is_no_error_and_no_posting(tmp_path: Path) -> None:
    none = tmp_path / "none.json"
    none.write_text("[]")
    status, said = checked(str(none))
    assert status == 0
    assert said.startswith(f"{none}: passed over: empty-list: ")
    assert "0 checked" in said
    out, err = io.StringIO(), io.StringIO()
    call_command("check_postings", str(none), format="json", stdout=out, stderr=err)
    assert out.getvalue() == ""
    assert "empty-list" in err.getvalue()


def test_files_are_only_read(tmp_path: Path) -> None:
    checked(written(tmp_path, FINE))
    assert not JobPosting.objects.exists()


def test_the_database_is_checked_by_source_and_state() -> None:
    run_import(FINE, source="one")
    run_import(FINE | {"description": "Baker", "identifier": "2"}, source="two")
    JobPosting.objects.filter(source__slug="two").update(hidden=True)
    assert checked()[0] == 0
    assert "1 checked" in checked()[1]
    status, said = checked("--state", "hidden")
    assert status == 1
    assert "description-is-title" in said
    assert "0 checked" in checked("--source", "two")[1]
    assert "2 checked" in checked("--state", "hidden", "--state", "open")[1]


def test_json_is_an_object_a_posting(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    path = written(tmp_path, FINE, FINE | {"directApply": None})
    call_command("check_postings", path, "--format", "json", stdout=out, stderr=err)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["title"], first["eligible"], first["findings"]) == ("Baker", True, [])
    assert second["findings"][0]["rule"] == "missing-direct-apply"
    assert "2 checked" in err.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "nowhere.json does not exist"),
        (["--source", "nowhere"], "there is no source of this name"),
        (["x.json", "--state", "open"], "leave them out, or name no files"),
    ],
)
def test_wrong_usage_is_said_and_has_its_own_status(
    arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as error:
        checked(*arguments)
    assert error.value.returncode == 2


def test_queries_do_not_grow_with_postings(django_assert_max_num_queries: Any) -> None:
    run_import(
        *(FINE | {"identifier": str(n), "title": f"Baker {n}x"} for n in range(30))
    )
    with django_assert_max_num_queries(8):
        checked()
