"""How messages with bold words, lists and links are drawn: the same by `views/rich_text.py` and by `rich_text.js`.

In the expected results, `{x}` is the hidden mark `x`, `<b>`, `<ul>` and `<li>` (a point) or `<n>` (a number) are
elements, and `<a ADDRESS>` is a link.
"""

from html.parser import HTMLParser

CASES: tuple[tuple[str, str], ...] = (
    ("plain words, 2 * 3 and *one* star", "plain words, 2 * 3 and *one* star"),
    ("a **bold** word", "a <b>{**}bold{**}</b> word"),
    ("**all of it**", "<b>{**}all of it{**}</b>"),
    ("**a** and **b**", "<b>{**}a{**}</b> and <b>{**}b{**}</b>"),
    ("(**a**), **b**!", "(<b>{**}a{**}</b>), <b>{**}b{**}</b>!"),
    ("这是**重点**内容", "这是<b>{**}重点{**}</b>内容"),
    ("مرحبا **مهم** شكرا", "مرحبا <b>{**}مهم{**}</b> شكرا"),
    ("2**3**4 and f(**args, **more)", "2**3**4 and f(**args, **more)"),
    ("** spaced ** and ****", "** spaced ** and ****"),
    ("***three*** and **open", "***three*** and **open"),
    ("**over\ntwo lines**", "**over\ntwo lines**"),
    ("**see https://a.example/x**", "<b>{**}see <a https://a.example/x>https://a.example/x</a>{**}</b>"),
    ("https://a.example/**x** **y**", "<a https://a.example/**x**>https://a.example/**x**</a> <b>{**}y{**}</b>"),
    ("[the terms](https://a.example/t?x=1&y=2)", "<a https://a.example/t?x=1&y=2>{[}the terms{](https://a.example/t?x=1&y=2)}</a>"),
    ("**[bold](https://a.example)**", "<b>{**}<a https://a.example>{[}bold{](https://a.example)}</a>{**}</b>"),
    ("[write](mailto:ana@a.example)", "<a mailto:ana@a.example>{[}write{](mailto:ana@a.example)}</a>"),
    ("[write](mailto:ana@a.example?bcc=x)", "[write](mailto:ana@a.example?bcc=x)"),
    ("[x](javascript:alert(1)) [y](data:text/html,x)", "[x](javascript:alert(1)) [y](data:text/html,x)"),
    ("[x](/sign-out) [y](//a.example)", "[x](/sign-out) [y](//a.example)"),
    ("![picture](https://a.example/p.png)", "!<a https://a.example/p.png>{[}picture{](https://a.example/p.png)}</a>"),
    ("[x](https://)", "[x](https://)"),
    ("[](https://a.example)", "[](<a https://a.example>https://a.example</a>)"),
    ("[a [b](https://a.example)", "[a <a https://a.example>{[}b{](https://a.example)}</a>"),
    ('[x](https://a.example/"onmouseover="y)', '[x](<a https://a.example/>https://a.example/</a>"onmouseover="y)'),
    ("[x](https://a.example/\u202egnp.exe)", "[x](<a https://a.example/>https://a.example/</a>\u202egnp.exe)"),
    ("- one\n- two", "<ul><li>{- }one</li><li>{\n- }two</li></ul>"),
    ("Look:\n* one\n* two\nthat is all", "Look:<ul><li>{\n* }one</li><li>{\n* }two</li></ul>{\n}that is all"),
    ("1. one\n2) two", "<ul><n>1. one</n><n>{\n}2) two</n></ul>"),
    ("- one\n1. two", "<ul><li>{- }one</li></ul><ul><n>{\n}1. two</n></ul>"),
    ("- one\n\n- two", "<ul><li>{- }one</li></ul>{\n}<ul><li>{\n- }two</li></ul>"),
    (
        "- **a** [b](https://a.example)\n- https://b.example",
        "<ul><li>{- }<b>{**}a{**}</b> <a https://a.example>{[}b{](https://a.example)}</a></li>"
        "<li>{\n- }<a https://b.example>https://b.example</a></li></ul>",
    ),
    ("- 20 %", "- 20 %"),
    ("- 20 %\n- 30 %", "<ul><li>{- }20 %</li><li>{\n- }30 %</li></ul>"),
    ("-5 degrees\n-\n- \n1.5 l\n2026. was", "-5 degrees\n-\n- \n1.5 l\n2026. was"),
    ("   - in\n    - too far in", "<ul><li>{   - }in</li></ul>{\n}    - too far in"),
    ("<b>no</b> & <script>**x**</script>", "<b>no</b> & <script><b>{**}x{**}</b></script>"),
    ("😀 **😀** 👩‍👧", "😀 <b>{**}😀{**}</b> 👩‍👧"),
    ("", ""),
)  # fmt: skip

# Pieces for random messages, to compare many of them.
PIECES = (
    "**", "*", "[", "]", "(", ")", "](", "- ", "1. ", "\n", " ", "a", "B_", "é", "中", "ا", "20", ".", "-", "&", "<i>",
    '"',     "https://a.example", "https://x.example/(z)", "[b](https://a.example)", "(mailto:a@a.example)", "x)", "😀",
)  # fmt: skip


class _Notation(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.drawn = ""
        self._ends: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        look = {"points": "ul", "point": "li", "number": "n"}.get(given.get("class") or "", "b")
        if tag == "span" and "hidden" in given:
            begin, end = "{", "}"
        elif tag == "a":
            begin, end = f"<a {given['href']}>", "</a>"
        else:
            begin, end = f"<{look}>", f"</{look}>"
        self.drawn += begin
        self._ends.append(end)

    def handle_endtag(self, tag: str) -> None:
        self.drawn += self._ends.pop()

    def handle_data(self, data: str) -> None:
        self.drawn += data


def notation(html: str) -> str:
    """Return the elements of a fragment as `CASES` writes them."""
    reader = _Notation()
    reader.feed(html)
    reader.close()
    return reader.drawn
