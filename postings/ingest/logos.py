"""Employers' logos: asked for one by one, kept small, failures remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from postings.ingest import persist
from postings.ingest.report import Code, sentence
from postings.ingest.stopping import Stopping
from postings.ingest.web import Client, Failed, logo

#: What stands as the reason while a picture is decoded, and stays if that ends the
#: process: the logo then waits like any that failed, and the next run gets past it.
_ENDED = sentence("The program was ended while it decoded the picture.")


@dataclass(kw_only=True, slots=True)
class Count:
    """What became of the logos of a run."""

    asked: int = 0
    stored: int = 0
    unchanged: int = 0
    failed: int = 0
    dropped: int = 0


def fetch(
    client: Client,
    count: Count,
    *,
    again: bool = False,
    limit: int | None = None,
    failed: Callable[[persist.Sought, Failed], None] | None = None,
) -> None:
    """Asks for the logos that are due, with `again` for all, at most `limit`.

    Stored copies of logos that were taken from their organization go first. `failed`
    hears of each that could not be had. Raises `persist.Held` where another run is
    under way, `Interrupted` between two logos or while waiting for one.
    """
    with Stopping() as stopping, persist.held(persist.LOGOS):
        count.dropped = persist.drop_logos()
        for organization in persist.logos_due(timezone.now(), again=again, limit=limit):
            asked = persist.sought(organization)
            if asked is None:
                continue
            count.asked += 1
            try:
                found = logo.fetched(
                    client,
                    asked.address,
                    validators=None if again else asked.validators,
                )
                with stopping.deferred():
                    _keep(asked, found, count)
            except Failed as error:
                count.failed += 1
                with stopping.deferred():
                    persist.logo_failed(
                        asked, error.code, error.message, now=timezone.now()
                    )
                    if failed is not None:
                        failed(asked, error)


def _keep(asked: persist.Sought, found: logo.File, count: Count) -> None:
    image = None
    if found.content is not None:
        persist.logo_failed(asked, Code.NOT_A_LOGO, _ENDED, now=timezone.now())
        image = logo.tile(found.content)
    if persist.keep_logo(asked, image, validators=found.validators, now=timezone.now()):
        count.stored += 1
    else:
        count.unchanged += 1
