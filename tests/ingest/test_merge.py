"""Which posting a record is, and which value wins; no database."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from postings.ingest import merge
from postings.ingest.merge import Claim, Claims, Key, KeyKind, fold_name, merged
from postings.ingest.read import Node
from postings.schemaorg import Organization, Place, Posting
from tests.ingest.support import node, normalised


def keys(page: str = "", **properties: Any) -> dict[str, str]:
    data = node(**properties)
    read = normalised(data).posting
    assert read is not None
    found = merge.keys(read, Node(data=data, locator="", page=page))
    return {str(key.kind): key.value for key in found}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"identifier": "7"}, {"identifier": "7"}),
        ({"identifier": {"name": "Apple", "value": 7}}, {"identifier": "Apple 7"}),
        (
            {"identifier": {"propertyID": "ref", "name": "Apple", "value": 7}},
            {"identifier": "ref 7"},
        ),
        ({"url": "https://Jobs.Example/7?a=1#b"}, {"url": "//jobs.example/7?a=1#b"}),
        ({"url": "http://jobs.example/7"}, {"url": "//jobs.example/7"}),
        ({"url": "https://jobs.example/"}, {}),
        ({"url": "https://jobs.example/?id=7"}, {"url": "//jobs.example/?id=7"}),
        (
            {
                "url": "https://jobs.example/crumb",
                "hiringOrganization": {
                    "name": "Crumb",
                    "sameAs": "http://jobs.example/crumb",
                },
            },
            {},
        ),
        ({"page": "https://jobs.example/7"}, {"page": "//jobs.example/7"}),
        ({"page": "https://jobs.example/"}, {}),
        ({"@id": "https://jobs.example/7#it"}, {"id": "//jobs.example/7#it"}),
        ({"@id": "urn:uuid:5"}, {"id": "urn:uuid:5"}),
        ({"@id": "_:b0"}, {}),
        ({"@id": "#job"}, {}),
        ({"@id": "job/7"}, {}),
    ],
)
def test_keys_of_a_record(properties: dict[str, Any], expected: dict[str, str]) -> None:
    found = keys(**{"identifier": None} | properties)
    assert len(found.pop("hash")) == 64
    assert found == expected


def test_keys_come_in_the_order_they_are_looked_up_by() -> None:
    found = keys(
        page="https://p.example/1",
        url="https://u.example/1",
        **{"@id": "urn:x:1"},
    )
    assert list(found) == ["identifier", "url", "page", "id", "hash"]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"description": "Other words"}, True),
        ({"datePosted": "2026-11-01T18:00:00Z"}, True),
        ({"hiringOrganization": "CRUMB & CO."}, True),
        ({"title": "baker"}, True),
        ({"datePosted": "2026-11-02T09:00:00Z"}, False),
        ({"hiringOrganization": "Other"}, False),
        ({"title": "Brewer"}, False),
        ({"jobLocation": "Ulm"}, False),
    ],
)
def test_the_hash_is_over_organization_title_places_and_day(
    change: dict[str, Any], *, same: bool
) -> None:
    base = {"datePosted": "2026-11-01T09:00:00Z"}
    assert (keys(**base)["hash"] == keys(**base | change)["hash"]) is same


def test_a_key_too_long_for_its_column_is_kept_as_its_digest() -> None:
    address = "https://jobs.example/" + "x" * 1900
    assert keys(url=address)["url"].startswith("sha256:")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME, Inc.", "Acme"),
        ("Nordlicht Energie GmbH", "nordlicht energie"),
        ("Škoda Auto a.s.", "Skoda  Auto"),
        ("Fern & Co-operative", "Fern Co operative"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("Żabka Polska Sp. z o.o.", "Zabka Polska"),
    ],
)
def test_spellings_of_one_employer_fold_to_one_name(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("SE", "se"),
        ("AG Insurance", "ag insurance"),
        ("!!!", "!!!"),
        ("株式会社", "株式会社"),
    ],
)
def test_a_name_never_folds_to_nothing(name: str, folded: str) -> None:
    assert fold_name(name) == folded


# --- Resolving ------------------------------------------------------------------------

ID_A, ID_B = Key(KeyKind.IDENTIFIER, "a"), Key(KeyKind.IDENTIFIER, "b")
URL_A, URL_B = Key(KeyKind.URL, "//u/a"), Key(KeyKind.URL, "//u/b")
HASH_A, HASH_B = Key(KeyKind.HASH, "ha"), Key(KeyKind.HASH, "hb")
BAKER, BREWER = ("baker", "crumb"), ("brewer", "crumb")


def resolved(
    found: tuple[Key, ...],
    *,
    owned: Mapping[int, tuple[Key, ...]] | None = None,
    claims: Claims | None = None,
    who: tuple[str, str] = BAKER,
) -> merge.Resolved:
    stored = owned or {}
    by_kind: dict[int, dict[KeyKind, set[str]]] = {}
    for posting_id, its_keys in stored.items():
        for key in its_keys:
            by_kind.setdefault(posting_id, {}).setdefault(key.kind, set()).add(
                key.value
            )
    return merge.resolved(
        found,
        who,
        claims=claims or Claims(),
        owners={key: pk for pk, its_keys in stored.items() for key in its_keys},
        owned=by_kind,
    )


def taken(keys: tuple[Key, ...], who: tuple[str, str], posting_id: int = 0) -> Claims:
    claims = Claims()
    claim = Claim(who, "digest", keys)
    claims.take(claim)
    if posting_id:
        claims.postings[posting_id] = claim
    return claims


def test_a_record_nobody_knows_is_new_under_all_its_keys() -> None:
    assert resolved((ID_A, URL_A)) == merge.Resolved(None, (ID_A, URL_A))


def test_the_first_kind_finds_the_posting_and_new_keys_are_added() -> None:
    found = resolved((ID_A, URL_B, HASH_B), owned={1: (ID_A, URL_A)})
    assert found == merge.Resolved(1, (ID_A, URL_B, HASH_B))


def test_a_key_of_another_posting_is_not_taken_from_it() -> None:
    found = resolved((ID_A, URL_B), owned={1: (ID_A,), 2: (URL_B,)})
    assert found == merge.Resolved(1, (ID_A,))


def test_a_later_kind_finds_a_posting_that_has_none_of_the_earlier() -> None:
    found = resolved((ID_A, URL_A), owned={1: (URL_A, HASH_A)})
    assert found == merge.Resolved(1, (ID_A, URL_A))


def test_a_later_kind_does_not_find_a_posting_with_another_identifier() -> None:
    found = resolved((ID_B, URL_A, HASH_B), owned={1: (ID_A, URL_A)})
    assert found == merge.Resolved(None, (ID_B, HASH_B))


def test_one_identifier_on_two_jobs_of_a_run_makes_two_postings() -> None:
    claims = taken((ID_A, URL_A, HASH_A), BAKER)
    found = resolved((ID_A, URL_B, HASH_B), claims=claims, who=BREWER)
    assert found == merge.Resolved(None, (URL_B, HASH_B))


def test_one_url_on_two_titles_falls_to_the_hash() -> None:
    claims = taken((URL_A, HASH_A), BAKER)
    found = resolved((URL_A, HASH_B), claims=claims, who=BREWER)
    assert found == merge.Resolved(None, (HASH_B,))


def test_the_same_job_twice_in_a_run_is_a_duplicate() -> None:
    claims = taken((ID_A, URL_A), BAKER)
    found = resolved((ID_A, URL_B), claims=claims)
    assert found.earlier == Claim(BAKER, "digest", (ID_A, URL_A))


def test_two_jobs_with_their_own_identifiers_may_share_every_later_key() -> None:
    claims = taken((ID_A, URL_A, HASH_A), BAKER)
    found = resolved((ID_B, URL_A, HASH_A), claims=claims)
    assert found == merge.Resolved(None, (ID_B,))


def test_a_posting_found_once_in_a_run_is_not_found_again_by_another_key() -> None:
    claims = taken((ID_A,), BAKER, posting_id=1)
    owned = {1: (ID_A, URL_A)}
    same_job = resolved((URL_A, HASH_B), owned=owned, claims=claims)
    other_job = resolved((URL_A, HASH_B), owned=owned, claims=claims, who=BREWER)
    assert same_job.earlier is not None
    assert other_job == merge.Resolved(None, (HASH_B,))


def test_claims_can_be_taken_back() -> None:
    claims = taken((ID_A,), BAKER, posting_id=1)
    mark = claims.mark()
    claims.take(Claim(BREWER, "", (URL_A,)))
    claims.postings[2] = Claim(BREWER, "", (URL_A,))
    claims.rewind(mark)
    assert set(claims.keys) == {ID_A}
    assert set(claims.postings) == {1}


# --- Merging --------------------------------------------------------------------------

BASE = Posting(
    title="Baker",
    description="<p>old</p>",
    job_location=(Place(address="Ulm"),),
    hiring_organization=Organization(name="Crumb"),
)


@pytest.mark.parametrize(
    ("attribute", "name", "ours", "theirs"),
    [
        ("title", "title", "Master baker", "Bread baker"),
        ("description", "description", "<p>ours</p>", "<p>theirs</p>"),
        ("job_location", "jobLocation", (), (Place(address="Bonn"),)),
        (
            "hiring_organization",
            "hiringOrganization",
            Organization(name="Loaf"),
            Organization(name="Roll"),
        ),
    ],
)
def test_what_an_editor_changed_stays_whatever_the_source_does(
    attribute: str, name: str, ours: Any, theirs: Any
) -> None:
    base = getattr(BASE, attribute)
    current = replace(BASE, **{attribute: ours})
    changed = replace(BASE, **{attribute: theirs})
    only_editor = merged(BASE, current, BASE, {name})
    both = merged(BASE, current, changed, {name})
    both_alike = merged(BASE, current, replace(BASE, **{attribute: ours}), {name})
    only_source = merged(BASE, BASE, changed, ())
    assert getattr(only_editor.posting, attribute) == ours
    assert not only_editor.conflicts
    assert getattr(both.posting, attribute) == ours
    assert [conflict.property for conflict in both.conflicts] == [name]
    assert getattr(both_alike.posting, attribute) == ours
    assert not both_alike.conflicts
    assert getattr(only_source.posting, attribute) == theirs
    assert base != ours != theirs


def test_a_property_gone_from_the_source_clears_only_what_nobody_touched() -> None:
    bare = Posting(title="Baker")
    found = merged(
        BASE, replace(BASE, description="<p>ours</p>"), bare, {"description"}
    )
    assert found.posting.description == "<p>ours</p>"
    assert found.posting.job_location == ()
    assert found.posting.hiring_organization is None
