"""What is remembered of the addresses a source was read from."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Max
from django.utils import timezone

from postings.ingest.normalise import READER_VERSION
from postings.ingest.persist.run import source
from postings.ingest.web import Remembered, Validators
from postings.models import JobPosting, Source, WebAddress

#: How long an interrupted crawl can be gone on with.
UNFINISHED = timedelta(days=1)


def website(slug: str, host: str, url: str) -> None:
    """Makes the source of a host on first use, called by its host."""
    Source.objects.get_or_create(slug=slug, defaults={"name": host, "url": url})


class Addresses:
    """One source's addresses, for `postings.ingest.web`; a dry run changes none.

    What another version of the reader read is not recalled, nor anything from before
    postings of the source were withdrawn: those may have to be reopened.
    """

    def __init__(self, source_slug: str, *, dry_run: bool = False) -> None:
        self._slug = source_slug
        self._dry_run = dry_run

    @cached_property
    def _withdrawn_at(self) -> datetime | None:
        postings = JobPosting.objects.filter(source__slug=self._slug)
        latest: datetime | None = postings.aggregate(latest=Max("withdrawn_at"))[
            "latest"
        ]
        return latest

    def recall(self, address: str) -> Remembered | None:
        row = WebAddress.objects.filter(
            source__slug=self._slug,
            address=address,
            reader_version=READER_VERSION,
            read_at__isnull=False,
        ).first()
        if row is None or row.read_at is None:
            return None
        if self._withdrawn_at is not None and row.read_at <= self._withdrawn_at:
            return None
        return Remembered(
            read_at=row.read_at,
            validators=Validators(etag=row.etag, last_modified=row.last_modified),
            listed=row.listed,
        )

    def remember(
        self, address: str, *, validators: Validators, listed: str = ""
    ) -> None:
        self._write(
            address,
            etag=validators.etag,
            last_modified=validators.last_modified,
            listed=listed,
            reader_version=READER_VERSION,
            read_at=timezone.now(),
        )

    def crawl(self, sitemap: str) -> datetime:
        now = timezone.now()
        row = WebAddress.objects.filter(
            source__slug=self._slug, address=sitemap
        ).first()
        began = row.crawl_began_at if row is not None else None
        if began is not None and now - began < UNFINISHED:
            return began
        self._write(sitemap, crawl_began_at=now)
        return now

    def finish_crawl(self, sitemap: str) -> None:
        self._write(sitemap, crawl_began_at=None)

    def _write(self, address: str, **values: object) -> None:
        if not self._dry_run:
            WebAddress.objects.update_or_create(
                source=source(self._slug), address=address, defaults=values
            )
