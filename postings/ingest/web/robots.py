"""What a host allows programs to fetch, in its robots.txt (RFC 9309)."""

from __future__ import annotations

from http import HTTPStatus

from protego import Protego

from postings.ingest.report import Code, sentence
from postings.ingest.web.client import Client, Failed, fetchable

#: Bytes of a robots.txt, the least that has to be read; a larger one is not obeyed in
#: part but keeps everything out.
MAX_ROBOTS = 512 * 2**10

#: The longest time between requests that is kept, in seconds, however much is asked.
MAX_DELAY = 60


class Robots:
    """The rules of every host that is met, each fetched once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._agent = client.user_agent.partition(" ")[0].partition("/")[0]
        self._rules: dict[str, Protego | Failed] = {}

    def check(self, address: str) -> None:
        """Raises Failed for an address that may not be fetched.

        Code ROBOTS: the rules say so. Any other: they could not be read, and until
        they can be nothing may be fetched.
        """
        if not self._of(address).can_fetch(address, self._agent):
            message = sentence("The site's robots.txt keeps programs out here.")
            raise Failed(Code.ROBOTS, message)

    def sitemaps(self, address: str) -> list[str]:
        """The sitemaps the host of an address names. Raises Failed as `check` does."""
        return list(self._of(address).sitemaps)

    def _of(self, address: str) -> Protego:
        url = fetchable(address)
        root = str(url.copy_with(path="/robots.txt", query=None))
        if root not in self._rules:
            self._rules[root] = self._fetched(root)
            rules = self._rules[root]
            if isinstance(rules, Protego):
                self._client.pace.slow_down(url.host, self._delay(rules))
        rules = self._rules[root]
        if isinstance(rules, Failed):
            raise Failed(rules.code, rules.message, status=rules.status)
        return rules

    def _fetched(self, root: str) -> Protego | Failed:
        try:
            with self._client.get(root, size=MAX_ROBOTS) as answer:
                return Protego.parse(answer.content().decode("utf-8-sig", "replace"))
        except Failed as failed:
            if (
                HTTPStatus(400) <= failed.status < HTTPStatus(500)
                and failed.status != HTTPStatus.TOO_MANY_REQUESTS
            ):
                return Protego.parse("")
            return Failed(
                failed.code,
                sentence(
                    "{address} could not be read, so nothing may be fetched: {cause}",
                    address=root,
                    cause=failed.message,
                ),
                status=failed.status,
            )

    def _delay(self, rules: Protego) -> float:
        delay = rules.crawl_delay(self._agent) or 0
        rate = rules.request_rate(self._agent)
        if rate is not None:
            delay = max(delay, rate.seconds / rate.requests)
        return min(delay, MAX_DELAY)
