"""`fetch_logos` over servers the tests start, and the pages that then show logos."""

from __future__ import annotations

import io
import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from postings.ingest import persist
from postings.ingest.report import Code, Sentence
from postings.models import DatabaseState, JobPosting, Logo, Organization
from tests import factories as make
from tests.ingest.support import importing, node, run_import
from tests.web.pictures import encoded, mark, png_that_says
from tests.web.server import Asked, Reply, Server

pytestmark = pytest.mark.django_db

PNG = encoded(mark())
OTHER = encoded(mark(colour=(200, 0, 0, 255)))


def fetched(*arguments: str, private: bool = True) -> tuple[int, list[str]]:
    """Exit status and lines; loopback is allowed, the pace is no hindrance."""
    out = io.StringIO()
    given = [*arguments, "--rate=10000", *(["--allow-private"] if private else [])]
    status: int | str | None = 0
    try:
        call_command("fetch_logos", *given, stdout=out, stderr=out)
    except SystemExit as stop:
        status = stop.code
    return int(status or 0), out.getvalue().splitlines()


@pytest.fixture
def employer(server: Server) -> Organization:
    """With a logo at /logo.png of the server, and one open posting."""
    server.replies["/logo.png"] = Reply(body=PNG, type="image/png")
    row = make.make_organization("Acme", logo=server.at("/logo.png"))
    make.make_posting(title="Smith", organization=row)
    return row


def revisions() -> tuple[int, int]:
    return (
        Organization.objects.get(name="Acme").revision,
        JobPosting.objects.get(title="Smith").revision,
    )


def due_in(row: Organization) -> timedelta:
    known = Logo.objects.get(organization=row)
    return known.due_at - known.asked_at


def let_time_pass() -> None:
    """Every logo is due."""
    Logo.objects.update(due_at=timezone.now())


# --- What a run does ------------------------------------------------------------------


def test_a_logo_is_stored_once_and_asked_for_once(
    server: Server, employer: Organization
) -> None:
    status, lines = fetched()
    assert (status, lines) == (
        0,
        ["1 logos asked for: 1 stored, 0 unchanged, 0 failed. 0 dropped."],
    )
    known = Logo.objects.get(organization=employer)
    assert bytes(known.image)[8:12] == b"WEBP"
    assert (known.failures, known.failure) == (0, {})
    before = revisions()
    assert fetched() == (
        0,
        ["0 logos asked for: 0 stored, 0 unchanged, 0 failed. 0 dropped."],
    )
    assert server.paths() == ["/logo.png"]
    assert revisions() == before


def test_a_new_logo_moves_what_pages_depend_on_and_the_same_one_does_not(
    server: Server, employer: Organization
) -> None:
    elsewhere = make.make_posting(organization="Another")
    before = JobPosting.objects.get(pk=elsewhere.pk).revision
    fetched()
    first = revisions()
    assert min(first) > 0
    let_time_pass()
    assert fetched()[1][0].startswith("1 logos asked for: 0 stored, 1 unchanged")
    assert revisions() == first
    server.replies["/logo.png"] = Reply(body=OTHER)
    assert fetched("--again")[1][0].startswith("1 logos asked for: 1 stored")
    assert min(revisions()) > max(first)
    assert DatabaseState.objects.get().revision == max(revisions())
    assert JobPosting.objects.get(pk=elsewhere.pk).revision == before


def test_what_a_server_calls_unchanged_is_not_sent_again(
    server: Server, employer: Organization
) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"v1"':
            return Reply(status=304)
        return Reply(body=PNG, headers={"ETag": '"v1"'})

    server.replies["/logo.png"] = reply
    fetched()
    let_time_pass()
    status, lines = fetched()
    assert (status, lines[0][:40]) == (0, "1 logos asked for: 0 stored, 1 unchanged")
    assert Logo.objects.get().image
    fetched("--again")  # asks for the bytes whatever the server calls them
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [
        None,
        '"v1"',
        None,
    ]


def test_another_address_is_asked_at_once_and_the_old_logo_stays_until_then(
    server: Server, employer: Organization
) -> None:
    fetched()
    old = Organization.objects.get(name="Acme").logo_key
    Organization.objects.filter(pk=employer.pk).update(logo=server.at("/gone.png"))
    assert fetched()[0] == 1
    assert Organization.objects.get(name="Acme").logo_key == old
    server.replies["/new.png"] = Reply(body=OTHER)
    Organization.objects.filter(pk=employer.pk).update(logo=server.at("/new.png"))
    assert fetched()[0] == 0
    assert Organization.objects.get(name="Acme").logo_key not in {"", old}
    assert server.paths() == ["/logo.png", "/gone.png", "/new.png"]


def test_an_import_that_names_another_logo_has_it_fetched(server: Server) -> None:
    for path, picture in (("/one.png", PNG), ("/two.png", OTHER)):
        server.replies[path] = Reply(body=picture)

    def imported(path: str) -> str:
        run_import(node(hiringOrganization={"name": "Loaf", "logo": server.at(path)}))
        assert fetched()[0] == 0
        return Organization.objects.get(name="Loaf").logo_key

    assert len({"", imported("/one.png"), imported("/two.png")}) == 3


def test_a_logo_that_was_taken_away_goes_with_its_copy(
    server: Server, employer: Organization
) -> None:
    fetched()
    before = revisions()
    Organization.objects.filter(pk=employer.pk).update(logo="")
    assert fetched()[1] == [
        "0 logos asked for: 0 stored, 0 unchanged, 0 failed. 1 dropped."
    ]
    assert Organization.objects.get(name="Acme").logo_key == ""
    assert not Logo.objects.exists()
    assert min(revisions()) > max(before)


def test_an_editor_who_changes_the_address_takes_the_copy_away_at_once(
    server: Server, employer: Organization
) -> None:
    fetched()
    before = revisions()
    row = Organization.objects.get(name="Acme")
    row.logo = "https://acme.example/right.png"
    persist.save_organization_edit(row, changed=["logo"])
    assert Organization.objects.get(name="Acme").logo_key == ""
    assert not Logo.objects.exists()
    assert min(revisions()) > max(before)


def test_logos_of_organizations_without_a_page_are_not_asked_for(
    server: Server, employer: Organization
) -> None:
    JobPosting.objects.update(hidden=True)
    make.make_organization("Nobody", logo=server.at("/logo.png"))
    assert fetched()[0] == 0
    assert server.asked == []


def test_limit_is_a_number_of_logos_and_the_next_run_goes_on(server: Server) -> None:
    for number in range(3):
        server.replies[f"/{number}.png"] = Reply(body=PNG)
        row = make.make_organization(f"Inn {number}", logo=server.at(f"/{number}.png"))
        make.make_posting(organization=row)
    fetched("--limit=2")
    assert server.paths() == ["/0.png", "/1.png"]
    fetched("--limit=2")
    assert server.paths() == ["/0.png", "/1.png", "/2.png"]
    fetched("--limit=2", "--again")  # the oldest first
    assert server.paths()[3:] == ["/0.png", "/1.png"]


def test_two_organizations_may_have_one_logo(
    client: Client, server: Server, employer: Organization
) -> None:
    twin = make.make_organization("Acme Two", logo=employer.logo)
    make.make_posting(organization=twin)
    fetched()
    (key,) = set(Organization.objects.values_list("logo_key", flat=True))
    Organization.objects.filter(pk=twin.pk).update(logo="")
    fetched()
    assert client.get(f"/logos/{key}.webp").status_code == 200


# --- Failures -------------------------------------------------------------------------


ANIMATED = encoded(
    mark(), "GIF", save_all=True, append_images=[mark(colour=(9, 9, 9, 255))]
)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=404), "http-status: The server answered 404"),
        (Reply(status=503, body=PNG), "http-status: The server answered 503"),
        (Reply(body=b"<!doctype html>", type="image/png"), "not-a-logo: The address"),
        (Reply(body=b"<svg/>", type="image/svg+xml"), "not-a-logo: It is SVG"),
        (Reply(body=ANIMATED, type="image/gif"), "not-a-logo: The picture moves"),
        (Reply(body=PNG[:-60], type="image/png"), "not-a-logo: The picture is damaged"),
        (Reply(body=png_that_says(30_000, 30_000)), "too-large: The picture has more"),
        (Reply(body=bytes(2**22 + 1)), "too-large: The file has more than 4 MiB."),
        (
            Reply(headers={"Content-Length": "99999999999"}),
            "too-large: The file has more than 4 MiB.",
        ),
        (
            Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + PNG),
            "unreadable: Reading stopped",
        ),
        (Reply(raw=b"nonsense"), "unreachable: "),
        (
            Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}),
            "refused-address: 169.254.169.254",
        ),
        (
            Reply(status=302, headers={"Location": "file:///etc/passwd"}),
            "refused-address: Only http and https",
        ),
        (
            Reply(status=302, headers={"Location": "/logo.png"}),
            "http-status: More than 5 redirects",
        ),
    ],
    ids=[
        *("404", "503", "page", "SVG", "animated", "truncated", "pixels", "bytes"),
        *("announced bytes", "broken off", "no HTTP", "link-local", "file", "loop"),
    ],
)
def test_a_failure_is_told_remembered_and_costs_no_neighbour(
    server: Server, employer: Organization, reply: Reply, said: str
) -> None:
    server.replies["/logo.png"] = reply
    server.replies["/good.png"] = Reply(body=PNG, type="text/html")
    good = make.make_organization("Good", logo=server.at("/good.png"))
    make.make_posting(organization=good)
    status, (line, total) = fetched()
    assert status == 1
    assert line.startswith(f"Acme: {employer.logo}: {said}")
    assert total == "2 logos asked for: 1 stored, 0 unchanged, 1 failed. 0 dropped."
    known = Logo.objects.get(organization=employer)
    assert f"{known.failure['code']}: {known.failure['message']}".startswith(said)
    assert (known.failures, bytes(known.image)) == (1, b"")
    assert Organization.objects.get(name="Good").logo_key
    asked = len(server.asked)
    assert fetched("--quiet") == (0, [])
    assert len(server.asked) == asked


def test_private_machines_are_not_asked(server: Server, employer: Organization) -> None:
    status, (line, _total) = fetched(private=False)
    assert status == 1
    assert "127.0.0.1 is connected to with --allow-private only" in line
    assert server.asked == []


@pytest.mark.parametrize(
    "address", ["data:image/png;base64,AAAA", "javascript:alert(1)", "logo.png", "//x"]
)
def test_an_address_of_no_server_is_a_failure(address: str) -> None:
    row = make.make_organization("Acme", logo=address)
    make.make_posting(organization=row)
    status, (line, _total) = fetched()
    assert (status, "refused-address" in line) == (1, True)


def test_a_failure_is_asked_about_ever_more_rarely(
    server: Server, employer: Organization
) -> None:
    server.replies["/logo.png"] = Reply(status=500)
    waits = []
    for _attempt in range(8):
        assert fetched("--quiet")[0] == 1
        waits.append(due_in(employer).days)
        let_time_pass()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 64]
    assert Logo.objects.get().failures == 8
    server.replies["/logo.png"] = Reply(body=PNG)
    assert fetched()[0] == 0
    assert due_in(employer).days == 30
    assert (Logo.objects.get().failures, Logo.objects.get().failure) == (0, {})


def test_a_logo_that_is_gone_from_its_server_stays_here(
    server: Server, employer: Organization
) -> None:
    fetched()
    key, before = Organization.objects.get(name="Acme").logo_key, revisions()
    del server.replies["/logo.png"]
    let_time_pass()
    assert fetched()[0] == 1
    assert Organization.objects.get(name="Acme").logo_key == key
    assert bytes(Logo.objects.get().image)
    assert revisions() == before


def test_another_address_starts_with_a_clean_slate(
    server: Server, employer: Organization
) -> None:
    server.replies["/logo.png"] = Reply(status=500)
    for _attempt in range(3):
        fetched()
        let_time_pass()
    Organization.objects.filter(pk=employer.pk).update(logo=server.at("/none.png"))
    fetched()
    assert Logo.objects.get().failures == 1


def test_what_is_stored_while_the_address_changes_is_not_kept(
    employer: Organization,
) -> None:
    asked = persist.sought(employer.pk)
    assert asked
    Organization.objects.filter(pk=employer.pk).update(logo="")
    now = timezone.now()
    persist.logo_failed(asked, Code.TOO_SLOW, Sentence("Late."), now=now)
    assert not persist.keep_logo(asked, b"late", validators=asked.validators, now=now)
    assert not Logo.objects.exists()


# --- Stopping and turns ---------------------------------------------------------------


def test_a_signal_stops_between_two_logos(server: Server) -> None:
    def reply(_asked: Asked) -> Reply:
        os.kill(os.getpid(), signal.SIGTERM)
        return Reply(body=PNG)

    for number in range(3):
        server.replies[f"/{number}.png"] = Reply(body=PNG)
        row = make.make_organization(f"Inn {number}", logo=server.at(f"/{number}.png"))
        make.make_posting(organization=row)
    server.replies["/1.png"] = reply
    status, (line,) = fetched()
    assert status == 143
    assert line.startswith("Stopped by SIGTERM after 2 logos.")
    server.replies["/1.png"] = Reply(body=PNG)
    assert fetched()[0] == 0
    assert Organization.objects.exclude(logo_key="").count() == 3


def test_two_runs_do_not_overlap(employer: Organization) -> None:
    with importing(persist.LOGOS), pytest.raises(CommandError) as refused:
        fetched()
    assert str(refused.value) == (
        "Another fetch_logos is running; wait for it to end, or stop it."
    )
    assert refused.value.returncode == 2


def test_a_picture_that_ends_the_process_is_not_tried_at_once_again(
    employer: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crash of a decoder leaves: the failure stands before it can happen."""
    seen: list[tuple[int, str, str]] = []

    def ending(*_: Any, **__: Any) -> Any:
        known = Logo.objects.get(organization=employer)
        failure = known.failure
        seen.append((known.failures, failure["code"], failure["message"]))
        raise SystemExit(139)

    monkeypatch.setattr(Image, "open", ending)
    assert fetched()[0] == 139
    assert seen == [
        (1, "not-a-logo", "The program was ended while it decoded the picture.")
    ]
    monkeypatch.undo()
    assert fetched() == (
        0,
        ["0 logos asked for: 0 stored, 0 unchanged, 0 failed. 0 dropped."],
    )


# --- Pages ----------------------------------------------------------------------------


@pytest.fixture
def key(employer: Organization) -> str:
    fetched()
    return Organization.objects.get(name="Acme").logo_key


def test_a_stored_logo_is_served_for_ever_and_nothing_else_is(
    client: Client, key: str
) -> None:
    response = client.get(f"/logos/{key}.webp")
    assert response.content == bytes(Logo.objects.get().image)
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not response.cookies
    for other in (key[:-1], key[:-1] + "-", key.upper(), "0" * 32, "..%2f" + key, "x"):
        assert client.get(f"/logos/{other}.webp").status_code == 404
    assert client.post(f"/logos/{key}.webp").status_code == 405
    assert client.head(f"/logos/{key}.webp").status_code == 200


def test_pages_show_the_stored_logo(
    client: Client, key: str, employer: Organization
) -> None:
    posting = JobPosting.objects.get()
    image = (
        f'<img class="tile logo" src="/logos/{key}.webp" alt="" width="40" height="40"'
    )
    for address, lazy in (
        ("/", True),
        ("/organizations/", True),
        (posting.get_absolute_url(), False),
        (employer.get_absolute_url(), False),
    ):
        page = client.get(address).content.decode()
        assert page.count(image) == 1, address
        assert (f'{image} loading="lazy"' in page) is lazy
        assert employer.logo not in page.partition("ld+json")[0]


def test_logos_cost_the_list_no_query(
    client: Client, django_assert_num_queries: Any
) -> None:
    for number in range(25):
        row = make.make_organization(f"Inn {number}", logo_key=f"{number:032x}")
        make.make_posting(organization=row)
    client.get("/")
    Organization.objects.update(logo_key="")
    with CaptureQueriesContext(connection) as without:
        page = client.get("/").content.decode()
    assert '<img class="tile logo"' not in page
    for row in Organization.objects.all():
        Organization.objects.filter(pk=row.pk).update(logo_key=f"{row.pk:032x}")
    with django_assert_num_queries(len(without)):
        page = client.get("/").content.decode()
    assert page.count('<img class="tile logo"') == 20


def test_the_admin_shows_the_logo_and_why_there_is_no_newer_one(
    admin_client: Client, server: Server, employer: Organization
) -> None:
    address = f"/admin/postings/organization/{employer.pk}/change/"

    def shown() -> str:
        return admin_client.get(address).content.decode()

    assert "stored-logo" not in shown()
    fetched()
    page = shown()
    url = Organization.objects.get(name="Acme").logo_url
    assert f'<img class="stored-logo" src="{url}" alt="Acme">' in page
    assert "Fetched on" in page
    server.replies["/logo.png"] = Reply(status=404, body=b"<script>")
    fetched("--again")
    page = shown()
    assert "stored-logo" in page
    assert "1 in a row: http-status: The server answered 404 Not Found" in page


def test_the_admin_adds_an_organization_as_before(admin_client: Client) -> None:
    page = admin_client.get("/admin/postings/organization/add/")
    assert page.status_code == 200
