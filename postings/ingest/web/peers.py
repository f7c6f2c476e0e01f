"""Which machines may be connected to, and connections to nothing else.

A name is resolved here, every address it has is judged, and the connection is made to
an address that was judged: what the name says a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from postings.ingest.report import Refusal, Sentence, sentence

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: The IP addresses of a host and port, as text. Raises OSError where there are none.
Resolver = Callable[[str, int], Sequence[str]]

#: What `--allow-private` allows: this machine and networks of an organization's own.
#: Never link-local addresses, where clouds keep the secrets of their machines.
PRIVATE: tuple[IPNetwork, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "::1/128",
            "fc00::/7",
        ),
    )
)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_6TO4 = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Refusal):
    """An address that may not be connected to."""


def resolve(host: str, port: int) -> list[str]:
    """The system's own resolver, with its own limit of time."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def literal(host: str) -> IPAddress | None:
    """The IP address a host is, in any form systems take: `0x7f.1` is 127.0.0.1."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def kind(address: IPAddress) -> str:
    """What keeps an address out, in a word; empty for a public one."""
    if isinstance(address, ipaddress.IPv6Address):
        return _kind_6(address)
    if address.is_global and not address.is_multicast and not address.is_reserved:
        return ""
    return _named(address)


def _kind_6(address: ipaddress.IPv6Address) -> str:
    if address.ipv4_mapped is not None:
        return "IPv4-mapped"
    if address in _NAT64:  # stands for the IPv4 address in its last four bytes
        return kind(ipaddress.IPv4Address(address.packed[-4:]))
    if address in _6TO4 or address.teredo is not None:
        return "tunnelled"
    if address in _GLOBAL_UNICAST and address.is_global:
        return ""
    return _named(address)


def _named(address: IPAddress) -> str:
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    if address.is_multicast:
        return "multicast"
    return "private" if address.is_private else "reserved"


class Deadline:
    """When what is under way has to be over, whoever waits for it."""

    def __init__(self) -> None:
        self._end = float("inf")

    def begin(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(
        self, most: float | None, overdue: type[httpcore.TimeoutException]
    ) -> float | None:
        """The seconds one step may take: at most `most`. Raises once none is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise overdue("the deadline has passed")
        return left if most is None else min(left, most)


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses, and to those of the networks that are allowed."""

    def __init__(
        self, deadline: Deadline, *, allow: Iterable[IPNetwork], resolver: Resolver
    ) -> None:
        self._deadline = deadline
        self._allow = tuple(allow)
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        for number, address in enumerate(addresses, start=1):
            try:
                stream = self._sockets.connect_tcp(
                    str(address),
                    port,
                    timeout=self._deadline.left(timeout, httpcore.ConnectTimeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
                continue
            try:
                self.check_peer(stream)
            except BaseException:
                stream.close()
                raise
            return _Timed(stream, self._deadline)
        raise httpcore.ConnectError(_no_address(host))

    def check_peer(self, stream: httpcore.NetworkStream) -> None:
        """Judges the machine at the other end of a connection. Raises Refused."""
        peer = stream.get_extra_info("server_addr")
        self._judge(ipaddress.ip_address(peer[0]), peer[0])

    def _addresses(self, host: str, port: int) -> list[IPAddress]:
        """Every address of a host; one that may not be connected to spoils all."""
        given = literal(host)
        if given is not None:
            found = [given]
        else:
            try:
                resolved = self._resolver(host, port)
                found = [ipaddress.ip_address(text) for text in resolved]
            except (OSError, ValueError) as error:
                raise httpcore.ConnectError(_no_address(host)) from error
        for address in found:
            self._judge(address, host)
        return found

    def _judge(self, address: IPAddress, host: str) -> None:
        what = kind(address)
        if not what or any(address in network for network in self._allow):
            return
        shown = str(address) if host == str(address) else f"{host} ({address})"
        if any(address in network for network in PRIVATE):
            raise Refused(
                sentence(
                    "{address} is connected to with --allow-private only: {cause}",
                    address=shown,
                    cause=_KINDS[what],
                )
            )
        raise Refused(
            sentence(
                "{address} is never connected to: {cause}",
                address=shown,
                cause=_KINDS[what],
            )
        )


def _no_address(host: str) -> Sentence:
    return sentence("the name {host} has no address.", host=host)


_KINDS = {
    "IPv4-mapped": sentence("it is an IPv4-mapped address."),
    "tunnelled": sentence("it is a tunnelled address."),
    "unspecified": sentence("it is an unspecified address."),
    "loopback": sentence("it is a loopback address."),
    "link-local": sentence("it is a link-local address."),
    "multicast": sentence("it is a multicast address."),
    "private": sentence("it is a private address."),
    "reserved": sentence("it is a reserved address."),
}


class _Timed(httpcore.NetworkStream):
    """A connection none of whose steps outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(
            max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout)
        )

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Timed(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
