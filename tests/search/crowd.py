"""Five thousand postings of every kind in an index of many parts, with edits between.

Rows are written in bulk as an import writes them; what is invented is seeded.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings

from postings import schemaorg
from postings.ingest.persist import rows
from postings.models import (
    ApplicantLocationRequirement,
    DatabaseState,
    JobLocation,
    JobPosting,
    JobPostingTexts,
    Organization,
    Tombstone,
)
from postings.models.columns import card_columns, child_columns
from postings.search import index, schema
from postings.search.document import documents
from tests.factories import NOW, make_source

SIZE, ORGANIZATIONS = 5_000, 3_000

#: Words that are no language's and that no stemmer changes, far from one another.
WORDS = [
    "bagabop",
    "bulobup",
    "davalup",
    "duvadax",
    "fafugax",
    "fobovax",
    "fobufup",
    "fotarop",
    "fuvurox",
    "gamotup",
    "golafux",
    "gutokop",
    "kamagox",
    "kapadux",
    "koragop",
    "kubagax",
    "kumupup",
    "ladokux",
    "logorax",
    "lubodox",
    "madatup",
    "malutop",
    "mazogop",
    "mogokop",
    "mukapap",
    "pakazox",
    "pobakop",
    "puzuvax",
    "tadapox",
    "tozozux",
]

#: Countries, regions as postings write them, the parts of their paths, and towns.
PLACES = (
    ("DE", "Bayern", "02", ("München", "Nürnberg", "Passau")),
    ("DE", "Bavaria", "02", ("München", "Augsburg")),
    ("DE", "Hessen", "05", ("Kassel", "Fulda", "")),
    ("DE", "", "", ("Leipzig", "Bremen", "LEIPZIG")),
    ("US", "CA", "CA", ("Fresno", "Oakland")),
    ("US", "California", "CA", ("Fresno", "")),
    ("US", "Texas", "TX", ("Dallas", "El Paso")),
    ("FR", "Bretagne", "53", ("Brest", "Rennes")),
    ("GB", "", "", ("Leeds", "York")),
    ("JP", "", "", ("",)),
    ("SE", "Skåne", "Skåne", ("Lund",)),
)

LANGUAGES = ("en", "de", "sv", "de-AT", "")
CURRENCIES = ("EUR", "USD", "GBP", "SEK")


def path_of(country: str, region: str, town: str) -> tuple[str, ...]:
    """The paths of a place, by the table above alone."""
    code = next((c for k, r, c, _t in PLACES if (k, r) == (country, region)), "")
    town = town.title() if town.isupper() else town
    paths = [country]
    if region:
        paths.append(f"{country}/{code}")
    if town:
        paths.append(f"{country}/{code}/{town}")
    return tuple(paths) if country else ()


class Crowd:
    """Invents rows; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.source = make_source("crowd")
        self.next = rows.reserve(JobPosting, 1)[0]
        names = [f"Employer {number}" for number in range(ORGANIZATIONS)]
        Organization.objects.bulk_create(
            Organization(name=name, folded_name=name.casefold()) for name in names
        )
        found = Organization.objects.filter(folded_name__startswith="employer ")
        self.organizations = list(found.order_by("pk").values_list("pk", flat=True))

    def add(self, count: int, *, revision: int) -> list[int]:
        ids = list(range(self.next, self.next + count))
        self.next += count
        texts, places, areas = [], [], []
        own = []
        for pk in ids:
            of = self._places()
            live = self._areas() if not of or self.random.random() < 0.1 else ()
            own.append({"id": pk, "revision": revision} | self._posting(of, live))
            texts.append(
                {"posting_id": pk, "description": self._text(), "policy_version": 1}
            )
            places += [
                {"posting_id": pk, "position": position, **child_columns(place)}
                for position, place in enumerate(of)
            ]
            areas += [
                {"posting_id": pk, "position": position, **child_columns(area)}
                for position, area in enumerate(live)
            ]
        rows.insert(JobPosting, own)
        rows.insert(JobPostingTexts, texts)
        for model, children in (
            (JobLocation, places),
            (ApplicantLocationRequirement, areas),
        ):
            reserved = rows.reserve(model, len(children))
            rows.insert(
                model,
                [row | {"id": pk} for row, pk in zip(children, reserved, strict=True)],
            )
        return ids

    def edit(self, ids: Sequence[int], *, revision: int) -> None:
        """Changes that move postings from count to count, and removals for good."""
        picked = self.random.sample(ids, len(ids) // 8)
        for number, pk in enumerate(picked):
            found = JobPosting.objects.filter(pk=pk)
            if number % 8 == 0:
                JobLocation.objects.filter(posting=pk).delete()
                ApplicantLocationRequirement.objects.filter(posting=pk).delete()
                JobPostingTexts.objects.filter(posting=pk).delete()
                found.delete()
                Tombstone.objects.create(posting_id=pk, revision=revision)
            else:
                found.update(
                    revision=revision,
                    employment_type=["INTERN"],
                    withdrawn_at=NOW if number % 3 == 0 else None,
                    hidden=number % 5 == 0,
                )

    def _posting(
        self, places: Sequence[schemaorg.Place], areas: Sequence[schemaorg.Area]
    ) -> dict[str, Any]:
        pick, rnd = self.random.choice, self.random.random
        some = self.random.sample
        posted = NOW - timedelta(days=pick((0, 1, 2, 3, 5, 7, 7, 10, 14, 20, 30, 60)))
        if rnd() < 0.5:
            posted -= timedelta(seconds=self.random.randrange(80_000))
        closes = pick(
            (None, None, NOW, NOW - timedelta(seconds=1), NOW - DAY, NOW + DAY)
        )
        if closes is None and rnd() < 0.5:
            closes = NOW + timedelta(days=pick((3, 9, 9, 40)))
        published = pick((*[NOW - DAY] * 16, NOW, None, NOW + DAY))
        paid = rnd() < 0.5
        low = pick((None, 18_000, 30_000, 42_000, 42_500, 61_250, 99_999))
        high = pick((None, 45_000, 70_000, 140_000))
        largest = ORGANIZATIONS if rnd() < 0.5 else 40
        return {
            "title": " ".join(some(WORDS, pick((1, 2, 3)))),
            "source_id": self.source.pk,
            "hiring_organization_id": (
                None if rnd() < 0.05 else pick(self.organizations[:largest])
            ),
            "employment_type": some(
                ("FULL_TIME", "PART_TIME", "TEMPORARY", "INTERN"), pick((0, 1, 1, 2))
            ),
            "job_location_type": "TELECOMMUTE" if rnd() < 0.2 else "",
            "industry": some(INDUSTRIES, pick((0, 1, 1, 2))),
            "skills": some(WORDS, pick((0, 1, 2))),
            "credential_category": some(
                ("high school", "bachelor degree"), pick((0, 0, 1, 2))
            ),
            "months_of_experience": pick((None, None, 0, 6, 12, 24, 60, 61)),
            "in_language": pick(LANGUAGES),
            "date_posted": posted,
            "posted_at": posted,
            "first_seen": posted,
            "published_at": published,
            "valid_through": closes,
            "withdrawn_at": NOW - DAY if rnd() < 0.05 else None,
            "hidden": rnd() < 0.05,
            "deleted_at": NOW if rnd() < 0.05 else None,
            "base_salary_currency": pick(CURRENCIES[: pick((1, 2, 4))]) if paid else "",
            "base_salary_yearly_min_value": low if paid else None,
            "base_salary_yearly_max_value": high if paid else None,
            **card_columns(
                schemaorg.Posting(
                    title="any",
                    job_location=tuple(places),
                    applicant_location_requirements=tuple(areas),
                )
            ),
        }

    def _places(self) -> tuple[schemaorg.Place, ...]:
        found = []
        for _ in range(self.random.choice((0, 1, 1, 1, 1, 2, 3))):
            country, region, _code, towns = self.random.choice(PLACES)
            found.append(
                schemaorg.Place(
                    address_country=country,
                    address_region=region,
                    address_locality=self.random.choice(towns),
                )
            )
        return tuple(found)

    def _areas(self) -> tuple[schemaorg.Area, ...]:
        codes = self.random.sample(
            ("DE", "US", "FR", "BR"), self.random.choice((0, 1, 2))
        )
        return tuple(schemaorg.Area(address_country=code) for code in codes)

    def _text(self) -> str:
        several = self.random.sample(WORDS, 6)
        return f"<p>{' '.join(several[:3])}</p><p>{' '.join(several[3:])}</p>"


DAY = timedelta(days=1)
INDUSTRIES = tuple(f"Trade {number}" for number in range(300))


def revised() -> int:
    DatabaseState.lock()
    return DatabaseState.draw()


def filled() -> None:
    """Builds, then syncs with edits between, then adds parts an index may grow by.

    More than seven small parts are merged by the next commit; those added at the end
    stand for parts too large to be.
    """
    crowd = Crowd(20250602)
    known = crowd.add(1_600, revision=revised())
    index.rebuild()
    for _ in range(6):
        revision = revised()
        crowd.edit(known, revision=revision)
        known = [
            *JobPosting.objects.filter(pk__in=known).values_list("pk", flat=True),
            *crowd.add(400, revision=revision),
        ]
        index.sync()
    folder = Path(settings.SEARCH_DIR)
    build = folder / (folder / "current").read_text("utf-8").strip()
    for number in range(4):
        _append(build, crowd.add(250, revision=0), folder / f"part-{number}")


def _append(build: Path, ids: Sequence[int], beside: Path) -> None:
    """The segments of an index of these postings, as segments of another."""
    beside.mkdir()
    own = schema.register(tantivy.Index(schema.SCHEMA, str(beside)))
    writer = own.writer(15_000_000, 1)
    for document in documents(ids):
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    added = json.loads((beside / "meta.json").read_text("utf-8"))
    whole = json.loads((build / "meta.json").read_text("utf-8"))
    for each in added["segments"]:
        for file in beside.glob(f"{each['segment_id'].replace('-', '')}.*"):
            shutil.move(file, build)
        whole["segments"].append(each)
    (build / "meta.json").write_text(json.dumps(whole), "utf-8")
    shutil.rmtree(beside)
