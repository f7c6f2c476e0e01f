"""Strangers' text: decoded by rule, tidied into meaning, safe, and bounded."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postings import sanitise as policy
from postings.sanitise import (
    MAX_LENGTH,
    Cleaned,
    RemovalCode,
    clean,
    decode,
    excerpt,
    plain,
    plain_text,
    sanitise,
)
from postings.sanitise.tokens import KNOWN_TAGS
from tests.test_sanitise_words import long_texts

REL = 'rel="nofollow ugc noopener noreferrer"'
Step = Callable[[str], Cleaned]


def judged(text: str) -> str:
    """What another engine leaves of it under the same allow-list.

    nh3 writes a no-break space as a reference, which is the same text.
    """
    attributes = {tag: set(names) for tag, names in policy.ALLOWED_ATTRIBUTES.items()}
    attributes["a"] |= {"rel"}
    return nh3.clean(
        text,
        tags=set(policy.ALLOWED_TAGS),
        attributes=attributes,
        url_schemes=set(policy.ALLOWED_PROTOCOLS),
        link_rel=None,
    ).replace("&nbsp;", "\xa0")


@pytest.mark.parametrize(
    ("received", "decoded"),
    [
        pytest.param("&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "<p>R&amp;D</p>", id="once"),
        pytest.param(
            "&amp;lt;p&amp;gt;R&amp;amp;amp;D&amp;lt;/p&amp;gt;",
            "<p>R&amp;D</p>",
            id="twice",
        ),
        pytest.param(
            "&amp;amp;lt;p&amp;amp;gt;", "&amp;amp;lt;p&amp;amp;gt;", id="never thrice"
        ),
        pytest.param("&#60;p&#62;a", "<p>a", id="by number"),
        pytest.param("<p>R&amp;D</p>", "<p>R&amp;D</p>", id="real HTML"),
        pytest.param(
            "<p>use &lt;b&gt;</p>", "<p>use &lt;b&gt;</p>", id="mixed: literal wins"
        ),
        pytest.param("<p>a&lt;br/&gt;b", "<p>a<br>b", id="mixed: a left-over break"),
        pytest.param("R&amp;D\nat 5 &lt; 6", "R&amp;D\nat 5 &lt; 6", id="plain"),
        pytest.param("List&lt;String&gt;", "List&lt;String&gt;", id="no tag of HTML"),
        pytest.param("## Tasks\n- **a**", "## Tasks\n- **a**", id="Markdown"),
        pytest.param(
            "&lt;p&gt;&amp;lt;b&amp;gt;&lt;/p&gt;",
            "<p>&lt;b&gt;</p>",
            id="shown markup",
        ),
        pytest.param("", "", id="empty"),
    ],
)
def test_decoding_follows_the_rule(received: str, decoded: str) -> None:
    assert decode(received) == decoded


@pytest.mark.parametrize(
    ("received", "tidy"),
    [
        pytest.param("a<br><br>b<br>c", "<p>a</p>\n<p>b<br>c</p>", id="break soup"),
        pytest.param(
            "<strong>Summary<br></strong> <br>Do it.",
            "<h2>Summary</h2>\n<p>Do it.</p>",
            id="bold line with its break inside",
        ),
        pytest.param(
            "<p><b>Tasks</b>:</p><p>Do it.</p>",
            "<h2>Tasks:</h2>\n<p>Do it.</p>",
            id="bold line, colon outside",
        ),
        pytest.param(
            f"<p><b>{'word ' * 20}</b></p><p>a</p>",
            f"<p><strong>{('word ' * 20).strip()}</strong></p>\n<p>a</p>",
            id="bold and long is no heading",
        ),
        pytest.param(
            "<p>a</p><p><b>Apply now</b></p>",
            "<p>a</p>\n<p><strong>Apply now</strong></p>",
            id="bold at the end heads nothing",
        ),
        pytest.param(
            "<p><b>A</b></p><p><b>B</b></p><p><b>C</b></p><p>d</p>",
            "<p><strong>A</strong></p>\n<p><strong>B</strong></p>\n"
            "<p><strong>C</strong></p>\n<p>d</p>",
            id="three bold lines in a row are emphasis",
        ),
        pytest.param(
            "<h1>Job</h1><h4>Tasks</h4><p><b>Daily</b></p><p>a</p>",
            "<h2>Job</h2>\n<h3>Tasks</h3>\n<h4>Daily</h4>\n<p>a</p>",
            id="headings from h2 without gaps",
        ),
        pytest.param(
            "• Foo<br>•Bar", "<ul>\n<li>Foo</li>\n<li>Bar</li>\n</ul>", id="bullets"
        ),
        pytest.param(
            "<p>- Foo</p><p>\u2013 Bar</p><p>* Baz</p><p>· Qux</p>",
            "<ul>\n<li>Foo</li>\n<li>Bar</li>\n<li>Baz</li>\n<li>Qux</li>\n</ul>",
            id="bullets in paragraphs",
        ),
        pytest.param("- Regards", "<p>- Regards</p>", id="a lone dash is a dash"),
        pytest.param(
            "<ul><li>• <b>Foo</b></li></ul>",
            "<ul>\n<li><strong>Foo</strong></li>\n</ul>",
            id="bullet inside an item",
        ),
        pytest.param(
            "1. Foo\n2. Bar", "<ol>\n<li>Foo</li>\n<li>Bar</li>\n</ol>", id="numbers"
        ),
        pytest.param("3. Foo\n4. Bar", "<p>3. Foo<br>4. Bar</p>", id="not from one"),
        pytest.param(
            "Hello\nthere\n\nYou:\n* a\n* b",
            "<p>Hello<br>there</p>\n<p>You:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
            id="plain text",
        ),
        pytest.param(
            "# Job\n\nA **bold** *word*, [site](https://a.example/x).\n\n- a\n- b",
            "<h2>Job</h2>\n<p>A <strong>bold</strong> <em>word</em>, "
            f'<a href="https://a.example/x" {REL}>site</a>.</p>\n'
            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
            id="Markdown",
        ),
        pytest.param(
            "**Stack**\n\n```sh\npip  install\n  x & y\n```\nEnd **now**",
            "<h2>Stack</h2>\n<pre>pip  install\n  x &amp; y</pre>\n"
            "<p>End <strong>now</strong></p>",
            id="Markdown code",
        ),
        pytest.param(
            "| Shift | Pay |\n|---|:--:|\n| **Day** | 20 |\n| Night | 25 |\n\nBye",
            "<table>\n<tbody>\n<tr><th>Shift</th><th>Pay</th></tr>\n"
            "<tr><td><strong>Day</strong></td><td>20</td></tr>\n"
            "<tr><td>Night</td><td>25</td></tr>\n</tbody>\n</table>\n<p>Bye</p>",
            id="Markdown table",
        ),
        pytest.param(
            "We are a small bakery in the middle of the old town and we\n"
            "look for somebody who likes to rise early, who knows how to\n"
            "handle dough and who would not mind the smell of bread in\n"
            "the morning.\n\nYour tasks:\n- bake\n- sell",
            "<p>We are a small bakery in the middle of the old town and we look for "
            "somebody who likes to rise early, who knows how to handle dough and who "
            "would not mind the smell of bread in the morning.</p>\n"
            "<p>Your tasks:</p>\n<ul>\n<li>bake</li>\n<li>sell</li>\n</ul>",
            id="text wrapped at one width",
        ),
        pytest.param(
            "Monday we bake bread of rye and of wheat in two stone ovens\n"
            "Tuesday we bake cake\nWednesday we sleep long and count the money we made",
            "<p>Monday we bake bread of rye and of wheat in two stone ovens<br>Tuesday "
            "we bake cake<br>Wednesday we sleep long and count the money we made</p>",
            id="lines that end where they mean to",
        ),
        pytest.param(
            "<p>See www.acme.example/jobs, or xwww.acme.example.</p>",
            f'<p>See <a href="http://www.acme.example/jobs" {REL}>www.acme.example/jobs'
            "</a>, or xwww.acme.example.</p>",
            id="addresses without http",
        ),
        pytest.param(
            "<div><div><span>a</span></div><div>b</div></div>",
            "<p>a</p>\n<p>b</p>",
            id="div soup",
        ),
        pytest.param(
            "<p>&nbsp;</p><p></p><p>a\u200bb</p><ul><li></li></ul><b> </b>",
            "<p>ab</p>",
            id="empty elements and zero-width characters",
        ),
        pytest.param("می‌خواهم", "<p>می‌خواهم</p>", id="joiners stay in Persian"),
        pytest.param(
            "<p>Mail jobs@acme.example or see https://acme.example/a?b=1&amp;c=2.</p>",
            f'<p>Mail <a href="mailto:jobs@acme.example" {REL}>jobs@acme.example</a> '
            f'or see <a href="https://acme.example/a?b=1&amp;c=2" {REL}>'
            "https://acme.example/a?b=1&amp;c=2</a>.</p>",
            id="bare addresses",
        ),
        pytest.param(
            "<p>(http://a.example)http://b.example,www.c.example.</p>",
            f'<p>(<a href="http://a.example" {REL}>http://a.example</a>)'
            f'<a href="http://b.example" {REL}>http://b.example</a>,'
            f'<a href="http://www.c.example" {REL}>www.c.example</a>.</p>',
            id="addresses side by side",
        ),
        pytest.param(
            "# Perks\nTea\nCake\n- Coffee",
            "<h2>Perks</h2>\n<p>Tea<br>Cake<br>- Coffee</p>",
            id="a lone dash among lines",
        ),
        pytest.param(
            "<dl><dt>Pay<dd>- none",
            "<dl>\n<dt>Pay</dt><dd>- none</dd>\n</dl>",
            id="a dash in a definition",
        ),
        pytest.param(
            "<p><b>•</b><i> a</i></p><p><b><i>•• </i></b>b</p>",
            "<ul>\n<li><em>a</em></li>\n<li>b</li>\n</ul>",
            id="bullets in tags of their own",
        ),
        pytest.param(
            "<h2>Skills</h2>Java<br><br>Python<br><br>SQL",
            "<h2>Skills</h2>\n<ul>\n<li>Java</li>\n<li>Python</li>\n<li>SQL</li>\n</ul>",
            id="short lines under a heading",
        ),
        pytest.param(
            "<h2>Contact</h2>Acme<br>Street 1<br>12345 Berlin",
            "<h2>Contact</h2>\n<p>Acme<br>Street 1<br>12345 Berlin</p>",
            id="an address is no list",
        ),
        pytest.param(
            "<ul><li>a<ul><li>b</ul><li>c</ul><ul><ul><li>d</ul></ul>",
            "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n"
            "<ul>\n<li><ul>\n<li>d</li>\n</ul>\n</li>\n</ul>",
            id="lists left open",
        ),
        pytest.param(
            "<b>Tasks<br></b><li>a<br><li>b<br></li><b><br>You<br></b>c",
            "<h2>Tasks</h2>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
            "<h2>You</h2>\n<p>c</p>",
            id="items without a list",
        ),
        pytest.param(
            "<table><tr><th scope=col>A<td colspan=2 style=x>b</table>",
            '<table>\n<tbody>\n<tr><th scope="col">A</th><td colspan="2">b</td></tr>\n'
            "</tbody>\n</table>",
            id="table",
        ),
        pytest.param(
            "Map<String> for <you>", "<p>Map&lt;String&gt; for &lt;you&gt;</p>"
        ),
        pytest.param('<p lang="de" dir="rtl">a', '<p lang="de" dir="rtl">a</p>'),
        pytest.param("   ", ""),
    ],
)
def test_tidying_turns_soup_into_meaning(received: str, tidy: str) -> None:
    assert clean(received).html == tidy
    assert clean(tidy).html == tidy
    assert sanitise(tidy).html == tidy


@pytest.mark.parametrize(
    "typed",
    [
        "a<br><br>b\n- c\n- d",
        "<p><strong>Bold</strong></p>\n\n<p>- a<br>- b</p>",
        "<h3>Late</h3><p>&nbsp;</p>",
        "<ul>\n  <li>• a</li>\n</ul>",
        "no tags   at all",
    ],
)
def test_an_editors_text_is_not_tidied(typed: str) -> None:
    assert sanitise(typed).html == typed.replace("&nbsp;", "\xa0")


ATTACKS = [
    "<script>alert(1)</script>",
    "<script>alert(1)",
    "<ScRiPt src=//evil.example/x>",
    "<style>@import 'x'</style>",
    "<style>unclosed",
    "<!-- unclosed <img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=`javascript:alert(1)`>",
    "<p onclick=alert(1)>a",
    "<p/onclick=alert(1)>a",
    "<a href=javascript:alert(1)>a</a>",
    '<a href="java&#10;script:alert(1)">a</a>',
    '<a href="java\tscript:alert(1)">a</a>',
    '<a href=" &#14; javascript:alert(1)">a</a>',
    '<a href="\u200bjavascript:alert(1)">a</a>',
    '<a href="javascript&colon;alert(1)">a</a>',
    '<a href="JaVaScRiPt:alert(1)">a</a>',
    '<a href="vbscript:x">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//evil.example">a</a>',
    '<a href="/apply">a</a>',
    '<a href="https://[">a</a>',
    '<a href="https://a.example" onmouseover="alert(1)" style="x" target=_top>a</a>',
    "<a href='https://a.example/\"onclick=\"alert(1)'>a</a>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<svg/onload=alert(1)>",
    (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;"
        "&lt;img src=1 onerror=alert(1)&gt;'>"
    ),
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x><embed src=x></object>",
    "<template><script>alert(1)</script></template>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xss onclick=alert(1)>a</xss>",
    "<<script>alert(1)//<</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "[a](javascript:alert(1)) **b**",
    '[a](https://a.example/"onclick=x) **b**',
    'https://a.example/"onclick=alert(1)',
    '<p lang="de onclick=x">a',
    "<a href=https://a.example><a href=javascript:alert(1)>a</a></a>",
    "<p title='<img src=x onerror=alert(1)>",
]
TAG = re.compile(r"<(/?)([^\s/>]+)([^>]*)>")


def assert_harmless(out: str) -> None:
    assert judged(out) == out
    for _, name, attributes in TAG.findall(out):
        assert name in policy.ALLOWED_TAGS
        for attribute, value in re.findall(r'([^\s=]+)="([^"]*)"', attributes):
            assert attribute in {*policy.ALLOWED_ATTRIBUTES.get(name, ()), "rel"}
            if attribute == "href":
                assert re.match(r"(?:https?|mailto|tel):", value)
    opened: list[str] = []
    for closing, name, _ in TAG.findall(out):
        if name in {"br", "hr"}:
            continue
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert not opened


@pytest.mark.parametrize("step", [clean, sanitise])
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_leave_nothing_behind(attack: str, step: Step) -> None:
    out = step(attack).html
    assert_harmless(out)
    assert step(out).html == out
    around = step(f"<p>before</p>{attack}").html
    assert "before" in around
    assert_harmless(around)


def test_what_was_dropped_is_listed_in_a_fixed_order() -> None:
    text = (
        "<p onclick=x onclick=y>a<script>b</script><style>c</style>"
        '<img src=x><a href="javascript:d">e</a><a href="/f">g</a></p>'
    )
    found = [(each.code, each.detail, each.count) for each in clean(text).removed]
    assert found == [
        (RemovalCode.ATTRIBUTE, "onclick", 2),
        (RemovalCode.ELEMENT, "script", 1),
        (RemovalCode.ELEMENT, "style", 1),
        (RemovalCode.LINK, "javascript", 1),
        (RemovalCode.LINK, "relative", 1),
        (RemovalCode.TAG, "img", 1),
    ]
    assert clean(text).html == "<p>aeg</p>"


def test_a_form_keeps_its_text_and_loses_its_controls() -> None:
    out = clean(
        "<form>Ask us<input value=x><select><option>One</select>"
        "<textarea>two</textarea><button>Send</button></form>"
    )
    assert out.html == "<p>Ask us</p>\n<p>One</p>\n<p>two</p>\n<p>Send</p>"
    assert {each.detail for each in out.removed} == {
        "button",
        "form",
        "input",
        "select",
        "textarea",
    }


DROPPED = [
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
    "title",
]


@pytest.mark.parametrize("step", [clean, sanitise])
@pytest.mark.parametrize("name", DROPPED)
def test_these_elements_go_with_all_they_hold_and_are_reported(
    name: str, step: Step
) -> None:
    out = step(f"<p>before<{name.upper()} a=b>gone <b>too</b></{name} >after</p>")
    assert out.html == "<p>beforeafter</p>"
    found = [(each.code, each.detail, each.count) for each in out.removed]
    assert found == [(RemovalCode.ELEMENT, name, 1)]


@pytest.mark.parametrize(
    "name", sorted(KNOWN_TAGS - {*DROPPED, *["br", "hr", "img", "plaintext"]})
)
def test_of_every_other_element_the_words_stay(name: str) -> None:
    assert plain_text(clean(f"<{name}>word</{name}>").html) == "word"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("We </3 bugs. x > y", "We &lt;/3 bugs. x &gt; y"),
        ("a <! b> c <? d>", "a &lt;! b&gt; c &lt;? d&gt;"),
        ("<!DOCTYPE html><?xml version='1.0'?>a</>", "a"),
        ("Map<String, List<x>>", "Map&lt;String, List&lt;x&gt;&gt;"),
        ("a &#00000000065; &#0; &#x41; &#" + "1" * 5000 + ";", "a A \ufffd A \ufffd"),
        ("a&#" + "0" * 5000 + "65;", "aA"),
    ],
)
def test_what_is_no_tag_is_text(received: str, expected: str) -> None:
    assert clean(received).html == f"<p>{expected}</p>"


def test_nesting_past_32_is_flattened_and_keeps_its_text() -> None:
    out = clean("<ul><li>x" * 40)
    assert out.html.count("x") == 40
    assert out.html.count("<ul>") == 16
    assert [each.code for each in out.removed if each.detail == "ul"] == ["nesting"]


@pytest.mark.parametrize("step", [clean, sanitise])
def test_a_text_past_the_limit_is_cut_at_a_word_and_reported(step: Step) -> None:
    out = step("<p>" + "word " * 80_000 + "</p>")
    assert len(out.html) <= MAX_LENGTH
    assert out.html.rstrip().endswith(("word</p>", "word </p>"))
    assert [each.code for each in out.removed] == [RemovalCode.LENGTH]
    assert step(out.html).html == out.html


def filled(piece: str) -> str:
    return (piece * (MAX_LENGTH // len(piece) + 1))[:MAX_LENGTH]


SHAPES = {
    "nested lists": filled("<ul><li>x"),
    "nested tables": filled("<table><tr><td>x"),
    "cells": "<table>" + filled("<td>x")[:-7],
    "formatting": filled("<b><i><code><sub>x"),
    "formatting over breaks": "<b><i><sub>" + filled("x<br>")[:-11],
    "formatting in paragraphs": filled("<p><b><i>x"),
    "paragraphs": filled("<p>x"),
    "items": filled("<li>x"),
    "quotes": filled("<blockquote>"),
    "<": "<" * MAX_LENGTH,
    "&": "&" * MAX_LENGTH,
    "[": "[" * MAX_LENGTH,
    "*": "*" * MAX_LENGTH,
    "spaces": " " * MAX_LENGTH,
    "escaped": filled("&lt;p&gt;x"),
    "Markdown links": filled("[a](http://x"),
    "Markdown fences": filled("```\n"),
    "Markdown tables": "| a |\n|---|\n" + filled("| b |\n"),
    "Markdown rules": filled("|---|\n"),
    "wrapped lines": filled("a" * 70 + "\n"),
    "www": filled("www."),
    "Markdown bold": filled("**a"),
    "unclosed quotes": filled('<a b="'),
    "unclosed comments": filled("<!--"),
    "declarations": filled("<!"),
    "svg": filled("<svg><svg></svg>"),
    "addresses": filled(",http://a.bc/"),
    "address and dots": "http://a.bc" + "." * 200_000,
    "mail": filled("a@b.cc "),
    "half mail": filled("a@b."),
    "bullets": filled("- x\n"),
    "attributes": "<a " + filled("a   =")[:-4] + ">",
    "tags without end": filled("<p a"),
    "unknown tags without end": filled("<q1 a")[:-1] + ">",
    "names without end": filled("<q")[:-1] + ">",
    "script tags without end": "<script>" + filled("<script ")[:-8],
    "glyphs": filled("•"),
    "glyphs in tags": filled("<b>• </b>"),
    "bold items": filled("- <b>x</b>\n"),
    "items in items": filled("<ul><li>x<ul><li>y</ul></ul>"),
    "bold words": filled("<b>x</b>,"),
    ">": ">" * MAX_LENGTH,
    "breaks in items": "a<" + filled("<br><li>")[:-2],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_text_costs_more_than_its_length(shape: str) -> None:
    def spent(text: str) -> float:
        began = time.process_time()
        assert len(clean(text).html) <= MAX_LENGTH
        return time.process_time() - began

    # Four times the length is four times the work, sixteen where it is quadratic. The
    # seconds of the full length are for make bench: they are the machine's.
    short = spent(SHAPES[shape][: MAX_LENGTH // 16])
    assert spent(SHAPES[shape][: MAX_LENGTH // 4]) < 9 * max(short, 0.03)


@pytest.mark.parametrize(
    "shape", ["nested lists", "bullets", "&", "mail", "cells", "formatting"]
)
def test_a_text_that_was_cut_stays_as_it_is(shape: str) -> None:
    text = SHAPES[shape][: MAX_LENGTH // 8]
    once = clean(text).html
    assert clean(once).html == once


def test_threads_clean_side_by_side() -> None:
    expected = clean("<p>a<b>b</b></p>").html
    seen: list[str] = []

    def work() -> None:
        seen.extend(clean("<p>a<b>b</b></p>").html for _ in range(100))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 400


def test_plain_text_has_a_line_for_each_block() -> None:
    out = plain_text(
        "<h2>A &amp; B</h2>\n<ul>\n<li>c <em>d</em></li>\n</ul><p>e<br>f</p>"
    )
    assert out == "A & B\nc d\ne\nf"


def test_an_excerpt_leaves_headings_out_and_ends_at_a_word() -> None:
    text = "<h2>Summary</h2><p>One two, three four</p>"
    assert excerpt(text) == "One two, three four"
    assert excerpt(text, 13) == "One two…"
    assert len(excerpt(f"<p>{'x' * 500}</p>", 240)) <= 240
    assert excerpt("") == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("R&amp;D  Lead\n(m/w/d)", "R&D Lead (m/w/d)"),
        ("<b>Senior</b> &lt;i&gt;Dev&lt;/i&gt;", "Senior Dev"),
        ("C&#43;&#43; \u200bDev\u0007", "C++ Dev"),
        ("Profit < 5 & more", "Profit < 5 & more"),
        ("R&amp;amp;D", "R&amp;D"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_bare_text(value: str, expected: str) -> None:
    assert plain(value) == expected


PIECES = [
    *[
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<ol>",
        "<div>",
        "</div>",
        "<h1>",
        "</h1>",
        "<h3>",
        "</h3>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<th>",
        "<caption>",
        "<dl>",
        "<dt>",
        "<dd>",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        "</a>",
        "<script>",
        "</script>",
        "<svg>",
        "</svg>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<hr>",
        "<blockquote>",
        "</blockquote>",
        "<i>",
        "</i>",
        "<select>",
        "<button>",
        "<String>",
        "<x-y>",
    ],
    *["\n", "\n\n", " ", "- ", "• ", "* ", "1. ", "2. ", "# ", "**", "<", ">", "&"],
    *['"', "'", "word", "Foo", "bar.", "é", "日本", "\u200b", "\u200c", "\xa0", ":"],
    *["http://x.yz/a", "a@b.com", '<a href="http://a.bc/d">', "&amp;", "&lt;p&gt;"],
    *["&amp;lt;", "&nbsp;", "[t](http://q.rs)", "---", "<p lang=de>", "&lt;br&gt;"],
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(
    max_size=60
)
quick = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@quick
@given(texts)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    once = clean(text).html
    assert clean(once).html == once
    assert sanitise(once).html == once
    typed = sanitise(text).html
    assert sanitise(typed).html == typed


@quick
@given(texts)
def test_only_what_is_allowed_comes_out(text: str) -> None:
    assert_harmless(clean(text).html)
    assert_harmless(sanitise(text).html)


def test_the_corpus_is_clean_once_and_for_all(corpus_dir: Path) -> None:
    for text in long_texts(corpus_dir):
        once = clean(text).html
        assert clean(once).html == once
        assert sanitise(once).html == once
        assert judged(once) == once
        typed = sanitise(text).html
        assert sanitise(typed).html == typed
        assert judged(typed) == typed
