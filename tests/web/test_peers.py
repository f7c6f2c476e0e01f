"""Which machines are connected to: judged at the socket, whatever a name says."""

from __future__ import annotations

import ipaddress
import ssl

import pytest
import trustme

from postings.ingest.report import Code
from postings.ingest.web import PRIVATE, Client, Failed
from postings.ingest.web.peers import kind, literal
from tests.web.conftest import Connect
from tests.web.server import Reply, Server


def refused(client: Client, address: str) -> str:
    with pytest.raises(Failed) as raised, client.get(address):
        pass
    assert raised.value.code is Code.REFUSED_ADDRESS
    return str(raised.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", ""),
        ("1.1.1.1", ""),
        ("2606:4700:4700::1111", ""),
        ("64:ff9b::5db8:d822", ""),  # NAT64 of 93.184.216.34
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "reserved"),
        ("169.254.169.254", "link-local"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 - judged
        ("0.1.2.3", "private"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "private"),
        ("255.255.255.255", "private"),
        ("192.0.2.1", "private"),
        ("198.18.0.1", "private"),
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("::ffff:93.184.216.34", "IPv4-mapped"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::127.0.0.1", "reserved"),
        ("fe80::1", "link-local"),
        ("fe80::1%2", "link-local"),
        ("fc00::1", "private"),
        ("fd12::1", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "private"),
        ("2002:7f00:1::", "tunnelled"),  # 6to4 of 127.0.0.1
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "tunnelled"),  # Teredo
        ("64:ff9b::7f00:1", "loopback"),  # NAT64 of 127.0.0.1
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b:1::1", "reserved"),
        ("4000::1", "reserved"),
    ],
)
def test_what_keeps_an_address_out(address: str, expected: str) -> None:
    assert kind(ipaddress.ip_address(address)) == expected


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),  # noqa: S104 - what the host is
        ("0xa9fea9fe", "169.254.169.254"),
        ("[::1]", "::1"),
        ("::1", "::1"),
    ],
)
def test_hosts_that_are_addresses_in_every_form(host: str, address: str) -> None:
    assert literal(host) == ipaddress.ip_address(address)


@pytest.mark.parametrize("host", ["localhost", "example.com", "1.2.3.4.5", "", "0x"])
def test_hosts_that_are_names(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "10.0.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "[fe80::1]",
        "224.0.0.1",
    ],
)
def test_an_address_on_this_machine_or_network_is_not_connected_to(
    server: Server, connect: Connect, host: str
) -> None:
    message = refused(connect(allow=()), server.at("/", host=host))
    assert "connected to" in message
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    ["0177.0.0.1", "127.0.0.01", "１２７.０.０.１"],  # the last in full-width digits
)
def test_octal_and_full_width_digits_are_no_host(
    server: Server, connect: Connect, host: str
) -> None:
    address = server.at("/", host=host)
    assert refused(connect(), address) == f"{address!r} is no address of a page."
    server.replies["/"] = Reply(status=302, headers={"Location": address})
    with pytest.raises(Failed), connect().get(server.at("/")):
        pass
    assert server.paths() == ["/"]


def test_the_reason_names_host_and_address_and_what_allows_it(
    server: Server, connect: Connect
) -> None:
    assert refused(connect(allow=()), server.at("/", host="localhost")) in {
        f"localhost ({address}) is connected to with --allow-private only: it is a "
        "loopback address."
        for address in ("127.0.0.1", "::1")
    }
    assert refused(connect(allow=()), "http://169.254.169.254/latest/meta-data/") == (
        "169.254.169.254 is never connected to: it is a link-local address."
    )


def test_private_networks_can_be_allowed_link_local_addresses_cannot(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(body=b"{}")
    client = connect(allow=PRIVATE)
    with client.get(server.at("/")) as answer:
        assert answer.content() == b"{}"
    for host in ("169.254.169.254", "[fe80::1]", "0.0.0.0", "[::ffff:127.0.0.1]"):  # noqa: S104 - refused
        refused(client, f"http://{host}/")


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://10.0.0.1/",
        "http://0x0a000001/",
        "http://167772161/",
        "http://127.0.0.2/",
        "//192.168.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://user:secret@93.184.216.34/",
        "http://[/",
        "http://a:99999/",
    ],
)
def test_a_redirect_is_judged_as_the_first_address_was(
    server: Server, connect: Connect, location: str
) -> None:
    server.replies["/"] = Reply(status=302, headers={"Location": location})
    refused(connect(), server.at("/"))
    assert server.paths() == ["/"]


def test_the_second_redirect_is_judged_too(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(status=301, headers={"Location": "/on"})
    server.replies["/on"] = Reply(
        status=307, headers={"Location": "http://192.168.0.1/"}
    )
    refused(connect(), server.at("/"))
    assert server.paths() == ["/", "/on"]


def test_a_name_is_connected_to_at_the_address_that_was_judged(
    server: Server, connect: Connect
) -> None:
    """A name that says something else the second time is not asked a second time."""
    server.replies["/"] = Reply(body=b"{}")
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    client = connect(resolver=lambda host, port: next(answers))
    with client.get(server.at("/", host="rebinding.example")) as answer:
        assert answer.content() == b"{}"
    assert next(answers) == ["10.0.0.1"]
    assert server.asked[0].headers["host"] == f"rebinding.example:{server.port}"


def test_a_name_that_has_changed_its_mind_by_the_redirect_is_refused(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(
        status=302,
        headers={"Location": server.at("/on", host="b.example"), "Connection": "close"},
    )
    addresses = {"a.example": ["127.0.0.1"], "b.example": ["10.0.0.1"]}
    client = connect(resolver=lambda host, port: addresses[host])
    assert refused(client, server.at("/", host="a.example")).startswith(
        "b.example (10.0.0.1) is connected to with --allow-private only"
    )


def test_one_private_address_among_public_ones_spoils_the_name(
    server: Server, connect: Connect
) -> None:
    client = connect(resolver=lambda host, port: ["127.0.0.1", "10.0.0.1"])
    assert "10.0.0.1" in refused(client, server.at("/", host="mixed.example"))
    assert server.asked == []


def test_an_address_nobody_listens_at_gives_way_to_the_next(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(body=b"{}")
    network = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
    client = connect(allow=network, resolver=lambda host, port: ["::1", "127.0.0.1"])
    with client.get(server.at("/", host="two.example")) as answer:
        assert answer.content() == b"{}"


@pytest.mark.parametrize("found", [[], ["no address"]])
def test_a_name_without_an_address_is_unreachable(
    connect: Connect, found: list[str]
) -> None:
    with (
        pytest.raises(Failed, match="could not be reached") as raised,
        connect(resolver=lambda host, port: found).get("http://nowhere.example/"),
    ):
        pass
    assert raised.value.code is Code.UNREACHABLE


# --- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secure(authority: trustme.CA, *names: str) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return Server(tls=context)


def test_over_tls_the_name_is_what_is_asked_for_and_certified(
    connect: Connect, authority: trustme.CA
) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    server = secure(authority, "jobs.example.com")
    try:
        server.replies["/"] = Reply(body=b"{}")
        client = connect(tls=trusting, resolver=lambda host, port: ["127.0.0.1"])
        with client.get(server.at("/", host="jobs.example.com")) as answer:
            assert answer.content() == b"{}"
        assert server.sni == ["jobs.example.com"]
        assert server.asked[0].headers["host"] == f"jobs.example.com:{server.port}"
        with (
            pytest.raises(Failed, match="certificate is not valid") as raised,
            client.get(server.at("/", host="other.example.com")),
        ):
            pass
        assert raised.value.code is Code.UNREACHABLE
    finally:
        server.close()


def test_a_certificate_of_nobody_known_is_not_taken(
    connect: Connect, authority: trustme.CA
) -> None:
    server = secure(authority, "127.0.0.1")
    try:
        with (
            pytest.raises(Failed, match="certificate is not valid"),
            connect().get(server.at("/")),
        ):
            pass
        assert server.asked == []
    finally:
        server.close()
