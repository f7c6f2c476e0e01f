"""A page that remembers what no page of the site may do."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response
from pytest_django.live_server_helper import LiveServer

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
  window.reportViolation(event.violatedDirective + " by " + event.blockedURI));
"""


class Watch:
    """Listens to a page: other hosts, console errors, exceptions, policy violations.

    Needs scripts to be on. The document itself may answer 404 or 410; what it loads
    may not.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self._page = page
        self._host = urlsplit(origin).netloc
        self._heard: list[str] = []
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", self._exception)
        page.expose_binding("reportViolation", self._violation)
        page.add_init_script(_REPORT_VIOLATIONS)

    def complaints(self) -> list[str]:
        """What was heard since this was last asked, each with the page's address."""
        self._page.evaluate("0")  # answered after every event that came before it
        heard, self._heard = self._heard, []
        return heard

    def _hear(self, what: str) -> None:
        self._heard.append(f"{self._page.url}: {what}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "data" and address.netloc != self._host:
            self._hear(f"request to {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._hear(f"{response.status} for {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # The status of what was loaded is judged by `_response`.
        if message.type in {"error", "warning"} and not message.text.startswith(
            "Failed to load resource: the server responded"
        ):
            self._hear(f"console: {message.text}")

    def _exception(self, error: Error) -> None:
        self._hear(f"exception: {error.message}")

    def _violation(self, source: object, what: str) -> None:
        self._hear(f"policy: {what}")


@pytest.fixture
def watch(page: Page, live_server: LiveServer) -> Watch:
    return Watch(page, live_server.url)
