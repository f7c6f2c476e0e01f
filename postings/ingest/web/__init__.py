"""Postings from the web: feeds at addresses, and career sites along their sitemaps.

Knows no Django. One client makes every request; what it may reach is judged at the
socket. What is remembered between runs is behind a protocol, `Memory`.
"""

from __future__ import annotations

import re

import httpx

from postings.ingest.web import logo
from postings.ingest.web.client import (
    Client,
    Failed,
    Limits,
    Pace,
    Validators,
    fetchable,
)
from postings.ingest.web.memory import Memory, Remembered
from postings.ingest.web.peers import PRIVATE
from postings.ingest.web.site import documents as site
from postings.ingest.web.visit import Visit

__all__ = (
    "PRIVATE",
    "Client",
    "Failed",
    "Limits",
    "Memory",
    "Pace",
    "Remembered",
    "Validators",
    "Visit",
    "fetchable",
    "is_address",
    "logo",
    "site",
    "source_of",
)


def is_address(location: str) -> bool:
    """Whether a location is meant as an address and not as a path."""
    return re.match(r"[a-z][a-z0-9+.-]*://", location, re.IGNORECASE) is not None


def source_of(address: str) -> tuple[str, str]:
    """The slug of the source an address belongs to, and the host it stands for.

    `jobs.example.com` is `jobs-example-com`; a dash of the host is two, so that no two
    hosts share a slug. Raises Failed for what is no address that can be fetched.
    """
    host = fetchable(address).host.rstrip(".")
    ascii_host = httpx.URL(address).raw_host.decode("ascii").rstrip(".") or host
    return re.sub(r"[^a-z0-9]", "-", ascii_host.lower().replace("-", "--")), host
