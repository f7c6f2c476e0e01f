"""Postings stated in microdata and RDFa: what belongs to them, and what it says."""

import json
import socket
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.ingest.read import markup

ADDRESS = "https://jobs.example/board/7"


def read(source: str) -> markup.Found:
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = lxml.html.document_fromstring(source.encode(), parser=parser)
    found = markup.items(tree, address=ADDRESS)
    json.dumps(found.items)
    return found


def microdata(body: str) -> str:
    kind = 'itemscope itemtype="https://schema.org/JobPosting"'
    return f"<main {kind}>{body}</main>"


def rdfa(body: str) -> str:
    """The same body in RDFa."""
    body = body.replace("itemprop=", "property=").replace("itemscope ", "")
    body = body.replace('itemtype="', 'typeof="').replace("itemid=", "resource=")
    kind = 'vocab="https://schema.org/" typeof="JobPosting"'
    return f"<main {kind}>{body}</main>"


def only(source: str) -> dict[str, Any]:
    found = read(source)
    assert found.problems == ()
    (item,) = found.items
    assert item.pop("@type") == "JobPosting"
    return item


@pytest.mark.parametrize("syntax", [microdata, rdfa])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # one text on one line
        ('<h1 itemprop="title">\n  Head\n Baker </h1>', {"title": "Head Baker"}),
        ('<p itemprop="title"><b>Head</b>Baker</p>', {"title": "HeadBaker"}),
        ('<p itemprop="title">Head<br>Baker</p>', {"title": "Head Baker"}),
        ('<div itemprop="title"><p>A</p><p>B</p></div>', {"title": "A B"}),
        ('<p itemprop="title">A<!-- no -->B<script>1</script></p>', {"title": "AB"}),
        ('<p itemprop="title">R&amp;D</p>', {"title": "R&D"}),
        ('<p hidden itemprop="title">Baker</p>', {"title": "Baker"}),
        # values that stand in attributes
        ('<meta itemprop="title" content=" Baker ">', {"title": "Baker"}),
        ('<p itemprop="datePosted" content="2026-01-02">Now</p>',
         {"datePosted": "2026-01-02"}),
        ('<time itemprop="datePosted" datetime="2026-01-02">Now</time>',
         {"datePosted": "2026-01-02"}),
        ('<time itemprop="datePosted">2026-01-02</time>', {"datePosted": "2026-01-02"}),
        ('<data itemprop="totalJobOpenings" value="2">two</data>',
         {"totalJobOpenings": "2"}),
        ('<meter itemprop="totalJobOpenings">2</meter>', {"totalJobOpenings": "2"}),
        # addresses
        ('<a itemprop="url" href="../8">Job</a>', {"url": "https://jobs.example/8"}),
        ('<link itemprop="url" href="/8">', {"url": "https://jobs.example/8"}),
        ('<img itemprop="image" src="a.png">',
         {"image": "https://jobs.example/board/a.png"}),
        (('<a itemprop="sameAs" href="https://x.example/a">1</a>'
         '<a itemprop="sameAs" href="https://x.example/b">2</a>'),
         {"sameAs": ["https://x.example/a", "https://x.example/b"]}),
        # a link's words, where no address is expected
        ('<a itemprop="title" href="/8">Baker</a>', {"title": "Baker"}),
        ('<a itemprop="hiringOrganization" href="/acme"> Acme </a>',
         {"hiringOrganization": "Acme"}),
        # several, empty, repeated
        ('<p itemprop="industry">A</p><p itemprop="industry">B</p>',
         {"industry": ["A", "B"]}),
        ('<p itemprop="industry">A</p><p itemprop="industry">A</p>', {"industry": "A"}),
        ('<p itemprop="industry"> </p><meta itemprop="skills" content="">', {}),
        ('<p itemprop="title"><b itemprop="title">Baker</b></p>', {"title": "Baker"}),
        ('<p itemprop="title name">Baker</p>', {"title": "Baker", "name": "Baker"}),
        ('<ul itemprop="skills"><li>Rye</li><li>Oats</li></ul>',
         {"skills": ["Rye", "Oats"]}),
        # markup that is kept
        ('<div itemprop="description"><p>One &amp; <b>two</b>\n x</p></div>',
         {"description": "<p>One &amp; <b>two</b> x</p>"}),
        ('<ul itemprop="responsibilities">\n<li>Bake</ul>',
         {"responsibilities": "<ul><li>Bake</li></ul>"}),
        ('<p itemprop="qualifications">R&amp;D,\n rye</p>',
         {"qualifications": "R&D, rye"}),
        ('<p itemprop="qualifications">a &lt;i&gt; b</p>',
         {"qualifications": "a &lt;i&gt; b"}),
        ('<pre itemprop="description">One\nTwo</pre>',
         {"description": "<pre>One\nTwo</pre>"}),
        ('<p style="white-space: pre-line" itemprop="description">One\nTwo</p>',
         {"description": "One\nTwo"}),
        ('<meta itemprop="description" content="One&#10;&lt;b>Two&lt;/b>">',
         {"description": "One\n<b>Two</b>"}),
        # items inside
        (('<p itemprop="hiringOrganization" itemscope itemtype="Organization">'
         '<b itemprop="name">Acme</b> <img itemprop="logo" src="/l.png"></p>'),
         {"hiringOrganization": {"@type": "Organization", "name": "Acme",
                                 "logo": "https://jobs.example/l.png"}}),
        ('<p itemprop="hiringOrganization" itemscope itemtype="Organization">Acme</p>',
         {"hiringOrganization": "Acme"}),
        ('<p itemprop="hiringOrganization" itemscope itemtype="Organization"></p>', {}),
        (('<p itemprop="hiringOrganization" itemscope itemtype="Organization"'
         ' itemid="#acme"><b itemprop="name">Acme</b></p>'),
         {"hiringOrganization": {"@type": "Organization", "@id": f"{ADDRESS}#acme",
                                 "name": "Acme"}}),
        (('<p itemprop="jobLocation" itemscope itemtype="Place"><b itemprop="address"'
         ' itemscope itemtype="PostalAddress"><i itemprop="addressLocality">Oslo</i>'
         "</b></p>"),
         {"jobLocation": {"@type": "Place", "address": {
             "@type": "PostalAddress", "addressLocality": "Oslo"}}}),
        (('<p itemprop="jobLocation" itemscope itemtype="Place">'
         '<b itemprop="address">Oslo</b></p>'),
         {"jobLocation": {"@type": "Place", "address": "Oslo"}}),
        (('<i itemprop="jobLocation" itemscope itemtype="Place"><b itemprop="name">A</b>'
         '</i><i itemprop="jobLocation" itemscope itemtype="Place">'
         '<b itemprop="name">B</b></i>'),
         {"jobLocation": [{"@type": "Place", "name": "A"},
                          {"@type": "Place", "name": "B"}]}),
        # names of another vocabulary
        ('<p itemprop="https://other.example/x">A</p>', {}),
        ('<p itemprop="https://schema.org/title">A</p>', {"title": "A"}),
        ('<p itemprop="@id @context">A</p>', {}),
        # no address at all
        ('<link itemprop="sameAs" href="http://[">', {"sameAs": "http://["}),
    ],
)  # fmt: skip
def test_a_body_says_the_same_in_both_syntaxes(
    syntax: Any, body: str, expected: dict[str, Any]
) -> None:
    if syntax is rdfa and "http://[" in body:
        expected = {}
    assert only(syntax(body)) == expected


def test_an_item_that_stands_in_a_description_is_read_and_its_words_stay() -> None:
    body = (
        '<p itemprop="description"><i itemprop="hiringOrganization" itemscope '
        'itemtype="Organization"><b itemprop="name">Acme</b></i> bakes.</p>'
    )
    for source in (microdata(body), rdfa(body)):
        item = only(source)
        assert item["hiringOrganization"]["name"] == "Acme"
        words = lxml.html.fromstring(item["description"]).xpath("string()")
        assert words == "Acme bakes."


# --- Microdata


@pytest.mark.parametrize(
    "kind",
    [
        'itemscope itemtype="http://schema.org/JobPosting"',
        'itemscope="itemscope" itemtype=" https://www.schema.org/JobPosting "',
        'itemscope itemtype="//schema.org/JobPosting"',
        'itemscope itemtype="schema.org/jobPosting"',
        'itemtype="https://schema.org/JobPosting"',
    ],
)
def test_a_type_is_known_in_its_usual_spellings(kind: str) -> None:
    assert only(f'<div {kind}><b itemprop="title">Baker</b></div>')


@pytest.mark.parametrize(
    "kind",
    ["https://other.example/JobPosting", "https://schema.org/JobPostings", "Product"],
)
def test_another_type_is_no_posting(kind: str) -> None:
    source = f'<div itemscope itemtype="{kind}"><b itemprop="title">A</b></div>'
    assert read(source) == markup.Found()


def test_several_types_are_all_kept() -> None:
    source = (
        '<div itemscope itemtype="https://schema.org/JobPosting https://schema.org/X">'
    )
    assert read(source).items == ({"@type": ["JobPosting", "X"]},)


def test_postings_are_found_wherever_they_stand_in_the_order_of_the_page() -> None:
    source = "".join(
        f'<div itemprop="item" itemscope itemtype="https://schema.org/JobPosting">'
        f'<b itemprop="title">{title}</b></div>'
        for title in "ABC"
    )
    source = f'<div itemscope itemtype="https://schema.org/ItemList">{source}</div>'
    assert [item["title"] for item in read(source)] == ["A", "B", "C"]


def test_a_posting_in_another_is_one_of_its_own_and_no_part_of_it() -> None:
    inner = (
        '<div itemprop="related" itemscope itemtype="https://schema.org/JobPosting">'
        '<b itemprop="title">Cook</b></div>'
    )
    found = read(microdata('<b itemprop="title">Baker</b>' + inner))
    assert found.items == (
        {"@type": "JobPosting", "title": "Baker"},
        {"@type": "JobPosting", "title": "Cook"},
    )


def test_properties_of_an_unrelated_item_inside_are_not_the_postings() -> None:
    body = '<b itemprop="title">Baker</b><i itemscope><b itemprop="title">No</b></i>'
    assert only(microdata(body)) == {"title": "Baker"}


def test_a_type_without_itemscope_is_an_item() -> None:
    body = (
        '<p itemprop="jobLocation" itemscope itemtype="https://schema.org/Place">'
        '<i itemprop="address" itemtype="https://schema.org/PostalAddress">'
        '<b itemprop="addressLocality">Oslo</b></i></p>'
    )
    address = {"@type": "PostalAddress", "addressLocality": "Oslo"}
    assert only(microdata(body))["jobLocation"]["address"] == address


def test_itemref_brings_what_stands_elsewhere_to_each_who_refers_to_it() -> None:
    employer = (
        '<div id="acme" itemprop="hiringOrganization" itemscope '
        'itemtype="https://schema.org/Organization"><b itemprop="name">Acme</b></div>'
        '<div id="more"><p itemprop="industry">Food</p></div>'
    )
    posting = (
        '<div itemscope itemtype="https://schema.org/JobPosting" '
        'itemref="more acme missing"><b itemprop="title">Baker</b></div>'
    )
    expected = {
        "@type": "JobPosting",
        "title": "Baker",
        "industry": "Food",
        "hiringOrganization": {"@type": "Organization", "name": "Acme"},
    }
    assert read(employer + posting * 2).items == (expected, expected)


def test_a_description_inside_a_description_is_not_read_twice() -> None:
    body = '<div itemprop="description">A <p itemprop="description">B</p></div>'
    html = 'A <p itemprop="description">B</p>'
    assert only(microdata(body)) == {"description": html}


def test_a_page_in_both_syntaxes_is_read_once() -> None:
    source = (
        '<div vocab="https://schema.org/" typeof="JobPosting" itemscope '
        'itemtype="https://schema.org/JobPosting">'
        '<b itemprop="title" property="title">Baker</b></div>'
    )
    assert only(source) == {"title": "Baker"}


# --- RDFa


@pytest.mark.parametrize(
    "source",
    [
        '<div vocab="http://schema.org/" typeof="JobPosting"><b property="title">{}</b>',
        '<div vocab="http://schema.org" typeof="JobPosting"><b property="title">{}</b>',
        '<div typeof="JobPosting"><b property="title">{}</b>',
        '<div typeof="schema:JobPosting"><b property="schema:title">{}</b>',
        (
            '<div prefix="s: https://schema.org/" typeof="s:JobPosting">'
            '<b property="s:title">{}</b>'
        ),
        (
            '<div prefix="s: https://schema.org" typeof="s:JobPosting">'
            '<b property="s:title">{}</b>'
        ),
        (
            '<div xmlns:s="http://schema.org/" typeof="s:JobPosting">'
            '<b property="s:title">{}</b>'
        ),
        (
            '<div vocab="http://schema.org/"><div typeof="JobPosting"><p><span>'
            '<b property="title" lang="en" datatype="xsd:string">{}</b>'
        ),
        (
            '<body vocab="http://schema.org/" typeof="JobPosting" role="main">'
            '<a rel="nofollow" href="/">x</a><b property="title">{}</b>'
        ),
    ],
)
def test_rdfa_names_are_known_in_their_usual_spellings(source: str) -> None:
    assert only(source.format("Baker")) == {"title": "Baker"}


def test_rdfa_of_another_vocabulary_is_no_posting() -> None:
    source = (
        '<div vocab="https://other.example/" typeof="JobPosting"><b property="title">'
    )
    assert read(source) == markup.Found()


def test_rdfa_nodes_are_put_where_they_are_referred_to() -> None:
    source = """<body vocab="https://schema.org/">
      <div resource="#acme" typeof="Organization"><b property="name">Acme</b>
        <a property="employee" href="#me">me</a></div>
      <div resource="#me" typeof="Person"><a property="worksFor" href="#acme">Acme</a>
      </div>
      <div resource="#job" typeof="JobPosting"><b property="title">Baker</b>
        <a property="hiringOrganization" href="#acme">Acme</a>
        <a property="url" href="#job">this</a></div></body>"""
    assert only(source) == {
        "@id": f"{ADDRESS}#job",
        "title": "Baker",
        "url": f"{ADDRESS}#job",
        "hiringOrganization": {
            "@type": "Organization",
            "@id": f"{ADDRESS}#acme",
            "name": "Acme",
            "employee": {
                "@type": "Person",
                "@id": f"{ADDRESS}#me",
                "worksFor": f"{ADDRESS}#acme",
            },
        },
    }


def test_rdfa_relations_lead_to_the_items_inside() -> None:
    body = (
        '<div rel="hiringOrganization"><p typeof="Organization">'
        '<b property="name">Acme</b></p></div>'
    )
    organization = {"@type": "Organization", "name": "Acme"}
    assert only(rdfa(body)) == {"hiringOrganization": organization}


def test_rdfa_keeps_the_order_of_the_page() -> None:
    words = ["pear", "fig", "apple", "quince", "date", "Elder", "10", "9"]
    body = "".join(f'<b property="skills">{word}</b>' for word in words)
    source = rdfa(body) + rdfa('<b property="title">Second</b>')
    first, second = read(source)
    assert (first["skills"], second["title"]) == (words, "Second")


def test_rdfa_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    source = (
        '<html profile="http://a.example/" version="XHTML+RDFa 1.0" '
        'vocab="http://b.example/v" prefix="c: http://c.example/">'
        '<base href="http://d.example/"><link rel="c:x profile transformation" '
        'href="http://e.example/"><div typeof="schema:JobPosting c:T">'
        '<b property="schema:title c:title">Baker</b></div></html>'
    )
    assert only(source) == {"title": "Baker"}


# --- Hostile pages


JOB = '<div itemscope itemtype="https://schema.org/JobPosting" {}>'
TITLE = '<b itemprop="title">Baker</b>'
MANY = 10_000


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(JOB + TITLE + "<div itemscope>" * MANY, id="items in items"),
        pytest.param(
            JOB.format('id="a" itemref="a a b"')
            + TITLE
            + '<p id="b" itemprop="x" itemscope itemref="a b c"></p>'
            '<p id="c" itemprop="x" itemscope itemref="b"></p>',
            id="references in a circle",
        ),
        pytest.param(JOB + TITLE + "<div>" * MANY + "x", id="deep elements"),
        pytest.param(
            JOB + TITLE + '<div itemprop="description">' * MANY + "x",
            id="descriptions in descriptions",
        ),
        pytest.param(
            JOB + TITLE + '<i itemprop="industry">x</i>' * 10 * MANY,
            id="100,000 properties",
        ),
        pytest.param(
            JOB + TITLE + f'<i itemprop="{" ".join(map("a{}".format, range(MANY)))}">x',
            id="names in one attribute",
        ),
        pytest.param(rdfa(TITLE + "<div>" * MANY + "x"), id="deep elements in RDFa"),
        pytest.param(
            rdfa(TITLE + '<a property="x" href="http://[">x</a><i property="a&#1;:[">'),
            id="broken addresses in RDFa",
        ),
    ],
)
def test_a_hostile_page_still_says_its_title(source: str) -> None:
    assert read(source).items[0]["title"] == "Baker"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param(
            JOB + TITLE + '<div itemprop="x" itemscope>' * MANY,
            "Items nested more than 20 deep were left out.",
            id="items in items",
        ),
        pytest.param(
            JOB.format('itemref="a0 b0"')
            + TITLE
            + "".join(
                f'<p id="{name}{number}" itemprop="{name}" itemscope '
                f'itemref="a{number + 1} b{number + 1}"></p>'
                for number in range(30)
                for name in "ab"
            ),
            "The page takes too much effort to read; postings on it: 1, of which "
            "only the first were read: 0.",
            id="references that double",
        ),
        pytest.param(
            f'<p id="a" itemprop="description">{"x" * 2**21}</p>'
            + JOB.format('itemref="a"') * 20,
            "The page takes too much effort to read; postings on it: 20, of which "
            "only the first were read: 15.",
            id="one long text for every posting",
        ),
        pytest.param(
            rdfa(TITLE + '<div property="a" typeof="Thing">' * MANY),
            "The page has more RDFa than is read.",
            id="items in items in RDFa",
        ),
        pytest.param(
            rdfa(TITLE + '<i property="a">x</i>' * MANY),
            "The page has more RDFa than is read.",
            id="properties in RDFa",
        ),
        pytest.param(
            rdfa('<link property="x" href="#a0"><link property="y" href="#b0">')
            + "".join(
                f'<p vocab="https://schema.org/" resource="#{name}{number}">'
                f'<link property="x" href="#a{number + 1}">'
                f'<link property="y" href="#b{number + 1}"></p>'
                for number in range(30)
                for name in "ab"
            ),
            "The page takes too much effort to read; postings on it: 1, of which "
            "only the first were read: 0.",
            id="references that double in RDFa",
        ),
    ],
)
def test_what_is_left_out_of_a_hostile_page_is_said(source: str, problem: str) -> None:
    assert problem in map(str, read(source).problems)


@st.composite
def attributes(draw: st.DrawFn) -> str:
    names = [
        "itemscope",
        "itemprop",
        "itemtype",
        "itemid",
        "itemref",
        "id",
        "content",
        "datetime",
        "value",
        "href",
        "src",
        "vocab",
        "typeof",
        "property",
        "resource",
        "prefix",
        "about",
        "rel",
        "rev",
        "datatype",
        "inlist",
        "lang",
        "role",
        "xmlns:s",
    ]
    values = (
        "", " ", "JobPosting", "https://schema.org/JobPosting", "title", "description",
        "hiringOrganization url", "schema:title", "s:title", "s: https://schema.org/",
        "_:a", "[_:a]", "[", "#a", "a", "a b", "http://[", "//", "urn:x-item:0", ":",
        "rdf:XMLLiteral", "rdf:HTML", "rdfa:copy", "2026-01-02", "\x01", "é",
        "javascript:x", "@id", "://", "?", "http://e.example/a b",
    )  # fmt: skip
    chosen = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(values)))
    return " ".join(f'{name}="{value}"' for name, value in chosen.items())


@given(
    st.sampled_from(
        ['itemscope itemtype="https://schema.org/JobPosting"', 'typeof="JobPosting"']
    ),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "div",
                    "span",
                    "a",
                    "meta",
                    "link",
                    "img",
                    "time",
                    "ul",
                    "li",
                    "pre",
                    "svg",
                    "base",
                ]
            ),
            attributes(),
            st.booleans(),
        ),
        max_size=12,
    ),
)
def test_any_attributes_are_read_without_a_fault(
    kind: str, elements: list[tuple[str, str, bool]]
) -> None:
    body = "".join(
        f"<{tag} {given_}>x" + (f"</{tag}>" if closed else "")
        for tag, given_, closed in elements
    )
    assert read(f"<html><body><main {kind}>{body}</main></body>").problems == ()
