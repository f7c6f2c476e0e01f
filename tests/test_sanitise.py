"""Strangers' text: decoded by rule, tidied into meaning, safe, and bounded."""

from collections.abc import Callable

import pytest

from postings.sanitise import (
    Cleaned,
    clean,
    decode,
    excerpt,
    plain,
    plain_text,
    sanitise,
)

REL = 'rel="nofollow ugc noopener noreferrer"'
LINKED = f'<a href="http://www.Acme.Com" {REL}>www.Acme.Com</a>'
Step = Callable[[str], Cleaned]


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
        pytest.param("a&amp;nbsp;b &amp;amp;nbsp;c", "a&nbsp;b &nbsp;c", id="spaces"),
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
        pytest.param(
            "We <b>like: • rye</b> • <i>wheat</i> &amp; oats •Spelt",
            "<p>We <strong>like:</strong></p>\n<ul>\n<li><strong>rye</strong></li>\n"
            "<li><em>wheat</em> &amp; oats</li>\n<li>Spelt</li>\n</ul>",
            id="a list in one line",
        ),
        pytest.param(
            "✓Bread? ✓ Rolls? ✔ Cake",
            "<p>✓Bread? ✓ Rolls? ✔ Cake</p>",
            id="glyphs of two kinds in one line",
        ),
        pytest.param(
            "<p>Will you...<br>➤ knead dough? ➤ heat ovens? ➤ sell bread? Then write to us. "
            "We answer everybody within a week, and like to show the bakery.</p>",
            "<p>Will you...</p>\n<ul>\n<li>knead dough?</li>\n<li>heat ovens?</li>\n"
            "<li>sell bread?</li>\n</ul>\n<p>Then write to us. We answer everybody within a "
            "week, and like to show the bakery.</p>",
            id="a list in one line with a text after it",
        ),
        pytest.param(
            "<p>Rye • Wheat • Oats • Spelt</p><p>Baker ✓ Cook ✓ Clerk ✓</p>"
            "<p>We bake: bread • cake</p><p>We bake: - bread - cake - rolls</p>",
            "<p>Rye • Wheat • Oats • Spelt</p>\n<p>Baker ✓ Cook ✓ Clerk ✓</p>\n"
            "<p>We bake: bread • cake</p>\n<p>We bake: - bread - cake - rolls</p>",
            id="signs that part words",
        ),
        pytest.param(
            "<p>Hello</p>\n<b>Tasks</b>\n► bake\nbread &amp; cake\n► sell\n\nBe early.\n\n"
            "<b>Perks</b>\n► tea\n<p>See\nyou\n\nsoon</p><ul><li>If:\n► a\n► b</li></ul>",
            "<p>Hello</p>\n<h2>Tasks</h2>\n<ul>\n<li>bake bread &amp; cake</li>\n"
            "<li>sell</li>\n</ul>\n<p>Be early.</p>\n<h2>Perks</h2>\n<ul>\n<li>tea</li>\n"
            "</ul>\n<p>See you soon</p>\n<ul>\n<li>If:<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
            "</li>\n</ul>",
            id="glyphs that begin lines of HTML",
        ),
        pytest.param(
            "<p>✓ Paid</p><p>✓ Rest</p>✔",
            "<ul>\n<li>Paid</li>\n<li>Rest</li>\n</ul>\n<p>✔</p>",
            id="ticks",
        ),
        pytest.param("✓ Verified", "<p>✓ Verified</p>", id="a lone tick is a tick"),
        pytest.param("- Regards", "<p>- Regards</p>", id="a lone dash is a dash"),
        pytest.param(
            "<ul><li>• <b>Foo</b></li></ul>",
            "<ul>\n<li><strong>Foo</strong></li>\n</ul>",
            id="bullet inside an item",
        ),
        pytest.param(
            "<ul><li>- Foo<br>Bar<br>• a<br>• b</li></ul>",
            "<ul>\n<li>Foo<br>Bar<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</li>\n</ul>",
            id="a dash inside an item, bullets after it",
        ),
        pytest.param(
            "<h2><i>Our <b>bread</b> shop</i></h2>a",
            "<h2><em>Our bread shop</em></h2>\n<p>a</p>",
            id="bold inside a heading",
        ),
        pytest.param(
            "<h2><b><i>Our</b> shop</i></h2>a",
            "<h2><em>Our shop</em></h2>\n<p>a</p>",
            id="bold that ends inside other emphasis",
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
            "Rye**&nbsp;bread\xa0**and 2**3\n\n** See below\n\n\xa0**You bake:\n\n&amp;nbsp;**\n\n• rye",
            "<p>Rye <strong>bread</strong> and 2**3</p>\n<p>** See below</p>\n"
            "<h2>You bake:</h2>\n<ul>\n<li>rye</li>\n</ul>",
            id="Markdown with what HTML left in it",
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
            f"{'We bake. ' * 50}We sell bread.You’ll know www.Acme.Com or ASP.Net and bake"
            " as well!Then write.",
            f"<p>{'We bake. ' * 50}We sell bread.</p>\n"
            "<p>You’ll know www.Acme.Com or ASP.Net and bake as well!</p>\n"
            "<p>Then write.</p>".replace("www.Acme.Com", LINKED),
            id="text run into one line",
        ),
        pytest.param(
            "<p>&lt;span style='font:\"x\"'&gt;Rye&lt;/span&gt; &lt;span&gt; "
            '<code>&lt;font style="x"&gt;</code></p>',
            '<p>Rye &lt;span&gt; <code>&lt;font style="x"&gt;</code></p>',
            id="a style that was pasted as text",
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
        pytest.param(
            "<p>ABOUT US\u200bAcme\ufeff&#8203;Bakes.\u200bÄpfel \u200bToo\u200b!</p>",
            "<p>ABOUT US Acme Bakes. Äpfel Too!</p>",
            id="a zero-width space parts words",
        ),
        pytest.param(
            "<p>Donau\u200bdampf HTTP\u200bAPI acme.example/\u200bJobs 1\u200b2 ไทย\u200bดี</p>",
            "<p>Donaudampf HTTPAPI acme.example/Jobs 12 ไทยดี</p>",
            id="a zero-width space within a word, an address, a script without spaces",
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
            "<ul>\n<li>d</li>\n</ul>",
            id="lists left open",
        ),
        pytest.param(
            "<ul><ul><ul><li>a<li>b</ul></ul><li>c</ul>",
            "<ul>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ul>",
            id="a list indented by lists",
        ),
        pytest.param(
            "<ol><li>a</li><li><ul><li>b</ul></li><li><ol><li>c</ol></li><li>d</ol>",
            "<ol>\n<li>a<ul>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>\n</li>\n"
            "<li>d</li>\n</ol>",
            id="a list in an item of its own belongs to the item before",
        ),
        pytest.param(
            "<ul><li dir=rtl><ol><li>a</ol><ul><li>b</ul></li><li>c</ul>",
            '<ol dir="rtl">\n<li>a</li>\n</ol>\n<ul dir="rtl">\n<li>b</li>\n</ul>\n'
            "<ul>\n<li>c</li>\n</ul>",
            id="lists of several kinds in the first item",
        ),
        pytest.param(
            "<ul><li><blockquote><ul><li>a</ul></blockquote></li></ul>",
            "<ul>\n<li><blockquote><ul>\n<li>a</li>\n</ul>\n</blockquote>\n</li>\n</ul>",
            id="an item with more than a list",
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
        ("Baker\u200bRye", "Baker Rye"),
        ("Profit < 5 & more", "Profit < 5 & more"),
        ("R&amp;amp;D", "R&amp;D"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_bare_text(value: str, expected: str) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("https://a.example/Rye\u200bBread", "https://a.example/RyeBread"),
        ("https://a.example/?id=1&region=us&copy=2", "https://a.example/?id=1&amp;region=us&amp;copy=2"),
        ("https://a.example/?id=1&amp;region=us", "https://a.example/?id=1&amp;region=us"),
    ],
)  # fmt: skip
def test_an_address_is_taken_over_as_it_was_meant(source: str, address: str) -> None:
    assert f'href="{address}"' in clean(f'<p><a href="{source}">apply</a></p>').html
