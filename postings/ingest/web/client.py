"""The one client of every request: bounded in time, size, redirects and reach."""

from __future__ import annotations

import ssl
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from urllib.parse import urljoin

import brotli
import httpcore
import httpx

from postings.ingest.read.document import TooLarge
from postings.ingest.report import Code, Refusal, Sentence, reason, sentence
from postings.ingest.unpack.streams import (
    PIECE,
    Budget,
    Chunks,
    Taken,
    concatenated,
    decompressed,
)
from postings.ingest.web.peers import (
    CheckedNetwork,
    Deadline,
    IPNetwork,
    Refused,
    Resolver,
    resolve,
)
from postings.schemaorg import MAX_URL

#: Bytes of a response that are kept in memory; more go to a nameless temporary file.
IN_MEMORY = 4 * 2**20

_ACCEPT = (
    "application/ld+json, application/json, application/x-ndjson, text/html;q=0.9, "
    "*/*;q=0.8"
)
_TIMEOUTS = (httpcore.TimeoutException, httpx.TimeoutException)
_FAULTS = (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError)
_COMPLETE = frozenset({200, 203})
_MOVED = frozenset({301, 302, 303, 307, 308})
_UNCHANGED = 304
_MAX_VALIDATOR = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Seconds and bytes one response may take.

    `total` is from the first byte sent to the last received; `size` is of the body
    once it is decoded. A response sent encoded may also not grow beyond reason.
    """

    connect: float = 10
    read: float = 30
    total: float = 600
    size: int = 2 * 2**30
    redirects: int = 5


class Failed(Refusal):
    """A request without an answer that can be used: a code and a sentence.

    `status` is the server's, or 0 where it gave none.
    """

    def __init__(self, code: Code, message: Sentence, *, status: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What a server calls a version of a document; empty where it does not."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A complete response, or one that broke off: then `fault` says how.

    `address` is where redirects led. `file` holds the decoded body, at its start.
    `unchanged` is the server's word that the validators it was sent still hold.
    """

    address: str
    file: BinaryIO
    content_type: str = ""
    charset: str = ""
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    fault: OSError | None = None

    def stream(self) -> BinaryIO:
        """The body; where it broke off, reading on raises the fault."""
        self.file.seek(0)
        if self.fault is None:
            return self.file
        return cast("BinaryIO", Chunks(_broken_off(self.file, self.fault)))

    def content(self) -> bytes:
        """The body in memory. Raises Failed where it broke off."""
        if self.fault is not None:
            code = (
                Code.TOO_LARGE if isinstance(self.fault, TooLarge) else Code.UNREADABLE
            )
            raise Failed(
                code, sentence("Reading stopped: {cause}", cause=reason(self.fault))
            )
        self.file.seek(0)
        return self.file.read()


def _broken_off(file: BinaryIO, fault: OSError) -> Iterator[bytes]:
    while chunk := file.read(PIECE):
        yield chunk
    raise fault


class Pace:
    """Keeps a time between two requests to one host."""

    def __init__(
        self,
        *,
        rate: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`rate` is in requests a second."""
        self._between = 1 / rate
        self._asked: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._sleep, self._clock = sleep, clock

    def slow_down(self, host: str, seconds: float) -> None:
        """The host asks for so much time; it never gets less than `rate` gives."""
        self._asked[host] = seconds

    def wait(self, host: str) -> None:
        now = self._clock()
        due = self._next.get(host, now)
        if due > now:
            self._sleep(due - now)
        between = max(self._between, self._asked.get(host, 0))
        self._next[host] = max(due, now) + between


class Client:
    """Answers to GET requests, one at a time.

    Nothing of the environment (proxies, certificates, .netrc) is looked at, no cookie
    outlives a request, and no connection is made that `CheckedNetwork` refuses.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allow: Iterable[IPNetwork] = (),
        pace: Pace | None = None,
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
        accept: str = _ACCEPT,
    ) -> None:
        self.user_agent = user_agent
        self.limits = limits or Limits()
        self.pace = pace or Pace(rate=1)
        self._deadline = Deadline()
        self._network = CheckedNetwork(self._deadline, allow=allow, resolver=resolver)
        self._http = httpx.Client(
            transport=_Transport(
                self._network, tls or httpx.create_ssl_context(trust_env=False)
            ),
            headers={
                "User-Agent": user_agent,
                "Accept": accept,
                "Accept-Encoding": "gzip, br",
            },
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
            trust_env=False,
            follow_redirects=False,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    @contextmanager
    def get(
        self,
        address: str,
        *,
        size: int | None = None,
        validators: Validators | None = None,
        check: Callable[[str], None] | None = None,
    ) -> Iterator[Answer]:
        """The answer to a request, its body on disk or in memory until the block ends.

        `check` is asked before each request, those redirects lead to included, and
        raises Failed for an address that is not to be fetched. Raises Failed where
        there is no body of status 200 (or 203), nor a 304 to the validators.
        """
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            try:
                answer = self._answer(
                    address,
                    cast("BinaryIO", file),
                    size=self.limits.size if size is None else size,
                    headers=validators.headers() if validators else {},
                    check=check,
                )
            except Refused as error:
                raise Failed(Code.REFUSED_ADDRESS, error.why) from error
            except (httpx.InvalidURL, UnicodeError) as error:
                raise _no_address(address) from error
            except _TIMEOUTS as error:
                raise Failed(Code.TOO_SLOW, self._too_slow(error)) from error
            except httpcore.ConnectError as error:
                raise Failed(Code.UNREACHABLE, _unreachable(error)) from error
            except _FAULTS as error:
                message = sentence(
                    "The server gave no answer that is HTTP ({error}).",
                    error=_words(error),
                )
                raise Failed(Code.UNREACHABLE, message) from error
            yield answer

    def _answer(
        self,
        address: str,
        file: BinaryIO,
        *,
        size: int,
        headers: Mapping[str, str],
        check: Callable[[str], None] | None,
    ) -> Answer:
        self._http.cookies.clear()
        for _hop in range(self.limits.redirects + 1):
            url = fetchable(address)
            if check is not None:
                check(str(url))
            self.pace.wait(url.host)
            self._deadline.begin(self.limits.total)
            with self._http.stream("GET", url, headers=dict(headers)) as response:
                self._network.check_peer(response.extensions["network_stream"])
                if response.status_code not in _MOVED:
                    return self._received(
                        response, str(url), file, size=size, asked=bool(headers)
                    )
                if not response.headers.get("location"):
                    status = response.status_code
                    message = sentence(
                        "The server answered {status} and did not say where.",
                        status=spelt(status),
                    )
                    raise Failed(Code.HTTP_STATUS, message, status=status)
                address = _led_to(str(url), response.headers["location"])
        raise Failed(
            Code.HTTP_STATUS,
            sentence(
                "More than {most} redirects in a row.", most=self.limits.redirects
            ),
        )

    def _received(
        self,
        response: httpx.Response,
        address: str,
        file: BinaryIO,
        *,
        size: int,
        asked: bool,
    ) -> Answer:
        status = response.status_code
        if status == _UNCHANGED and asked:
            return Answer(address=address, file=file, unchanged=True)
        if status not in _COMPLETE:
            raise Failed(
                Code.HTTP_STATUS,
                sentence(
                    "The server answered {status}, not 200 OK.", status=spelt(status)
                ),
                status=status,
            )
        content_type, _, parameters = response.headers.get(
            "content-type", ""
        ).partition(";")
        fault = self._store(response, file, size)
        return Answer(
            address=address,
            file=file,
            content_type=content_type.strip().lower(),
            charset=_charset(parameters),
            validators=Validators(
                etag=_bearable(response.headers.get("etag")),
                last_modified=_bearable(response.headers.get("last-modified")),
            ),
            fault=fault,
        )

    def _store(
        self, response: httpx.Response, file: BinaryIO, size: int
    ) -> OSError | None:
        """Writes the decoded body; what stopped it, if anything did."""
        stored = 0
        try:
            announced = response.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > size:
                return _too_large(size)
            for chunk in _decoded(response):
                stored += len(chunk)
                if stored > size:
                    return _too_large(size)
                file.write(chunk)
        except _TIMEOUTS as error:
            return OSError(self._too_slow(error))
        except _FAULTS as error:
            return OSError(
                sentence("the response broke off ({error}).", error=_words(error))
            )
        except OSError as error:
            return error
        return None

    def _too_slow(self, error: Exception) -> Sentence:
        limits = self.limits
        if isinstance(error, httpcore.ConnectTimeout):
            return sentence(
                "No connection within {seconds} seconds.",
                seconds=f"{limits.connect:g}",
            )
        return sentence(
            "The server was silent for {silent} seconds, or took longer than {total} "
            "for all of its answer.",
            silent=f"{limits.read:g}",
            total=f"{limits.total:g}",
        )


def fetchable(address: str) -> httpx.URL:
    """An address in the form requests are made with. Raises Failed, with the reason."""
    if len(address) > MAX_URL:
        raise Failed(Code.REFUSED_ADDRESS, _TOO_LONG)
    try:
        url = httpx.URL(address)
        port = url.port
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise _no_address(address) from error
    if url.scheme not in {"http", "https"}:
        raise Failed(
            Code.REFUSED_ADDRESS,
            sentence("Only http and https addresses are fetched."),
        )
    if url.userinfo:
        raise Failed(
            Code.REFUSED_ADDRESS,
            sentence("Addresses with a user name or password in them are not fetched."),
        )
    if not url.host or not 0 < (port or 80) < 2**16 or port == 0:
        raise _no_address(address)
    url = url.copy_with(fragment=None)
    if len(str(url)) > MAX_URL:
        raise Failed(Code.REFUSED_ADDRESS, _TOO_LONG)
    return url


_TOO_LONG = sentence("The address has more than {most} characters.", most=MAX_URL)


def _led_to(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise _no_address(location) from error


def _no_address(address: str) -> Failed:
    return Failed(
        Code.REFUSED_ADDRESS,
        sentence("{address} is no address of a page.", address=repr(address[:200])),
    )


def spelt(status: int) -> str:
    """A status as HTTP writes it, in English everywhere: `404 Not Found`."""
    return f"{status} {httpx.codes.get_reason_phrase(status)}".strip()


def _words(error: Exception) -> str:
    """What a library says, in its words."""
    return str(error).rstrip(".") or type(error).__name__


def _unreachable(error: Exception) -> Sentence:
    root: BaseException = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    if isinstance(root, ssl.SSLCertVerificationError):
        return sentence(
            "The server's certificate is not valid ({error}).",
            error=str(root.verify_message),
        )
    own = error.args[0] if error.args else None
    return sentence(
        "The server could not be reached: {cause}",
        cause=own if isinstance(own, Sentence) else Sentence(f"{_words(error)}."),
    )


def _bearable(value: str | None) -> str:
    """A validator that can be stored and sent again, or ""."""
    if value is None or len(value) > _MAX_VALIDATOR or not value.isprintable():
        return ""
    return value if value.isascii() else ""


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()[:40]
    return ""


def _too_large(size: int) -> TooLarge:
    bound = f"{size >> 20} MiB" if size >= 2**20 else f"{size:,} bytes"
    return TooLarge(
        sentence(
            "the response has more than {size}; fetch it by other means and import the "
            "file.",
            size=bound,
        )
    )


# --- Bodies sent encoded


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The body without its content codings. Raises OSError for one that is damaged."""
    chunks = response.iter_raw()  # as it comes: what came before a fault counts
    named = response.headers.get("content-encoding", "").lower().split(",")
    codings = [coding.strip() for coding in named]
    codings = [coding for coding in codings if coding not in {"", "identity"}]
    if not codings:
        yield from chunks
        return
    coding = codings[0].removeprefix("x-")
    if len(codings) > 1 or coding not in {"gzip", "br"}:
        raise OSError(
            sentence(
                "the response is encoded as {coding}, which was not asked for.",
                coding=repr(", ".join(codings)[:80]),
            )
        )
    if coding == "br":
        yield from decompressed(Taken(chunks), _Brotli(), "brotli")
        return
    stream = Chunks(chunks)
    if stream.peek():  # some servers send the empty body as it is
        yield from concatenated(stream, "gzip", _Allowance())


class _Allowance(Budget):
    """`decompressed` bounds each stream; a body of several is bounded by its size."""

    def spend(self, size: int) -> None:
        pass


class _Brotli:
    """Brotli's decompressor in the words of zlib's."""

    unused_data = b""

    def __init__(self) -> None:
        self._brotli: Any = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._brotli.is_finished())

    @property
    def needs_input(self) -> bool:
        return bool(self._brotli.can_accept_more_data())

    def decompress(self, data: bytes, size: int, /) -> bytes:
        try:
            return bytes(self._brotli.process(data, output_buffer_limit=size))
        except brotli.error as error:
            raise OSError(
                sentence("the {packing} data is damaged.", packing="brotli")
            ) from error


# --- httpx over a network of one's own


class _Transport(httpx.BaseTransport):
    """httpx's own takes no network; what it does besides is done here."""

    def __init__(self, network: CheckedNetwork, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=4,
            max_keepalive_connections=2,
            keepalive_expiry=30,
            network_backend=network,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
