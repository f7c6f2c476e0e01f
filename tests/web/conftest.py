"""Servers on loopback, and clients that may reach them and nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from postings.ingest.web import Client, Pace
from tests.web.server import Server

LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)

Connect = Callable[..., Client]


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """Another host: the port makes it one."""
    started = Server()
    yield started
    started.close()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make clients; without more they reach 127.0.0.1 and no other private address."""
    with ExitStack() as stack:

        def make(**options: Any) -> Client:
            settings: dict[str, Any] = {
                "user_agent": "jobsite (+https://jobs.example.com)",
                "allow": LOOPBACK,
                "pace": Pace(rate=10_000),
            }
            return stack.enter_context(Client(**(settings | options)))

        yield make
