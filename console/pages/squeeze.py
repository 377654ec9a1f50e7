"""Makes the widget's own source small: comments and blanks go, our variables get short names.

Not for any JavaScript, but for the manner `widget/*.js` are written in: semicolons always, templates
not nested in templates, every variable of ours named otherwise than the globals used. Properties keep
their names, so what a page or a test sees does not change. A name that is neither ours nor in GLOBALS
would become undefined; the browser tests run what this makes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, product
from string import ascii_letters
from typing import NamedTuple

WORDS = frozenset(
    re.findall(
        r"\w+",
        """async await break case catch class const continue default delete do else export extends false finally for
        from function get if import in instanceof let new null of return set static super switch this throw true try
        typeof undefined void while yield""",
    )
)
GLOBALS = frozenset(
    re.findall(
        r"\w+",
        """AbortController Array Boolean CSSStyleSheet Date HTMLElement Infinity Intl JSON Map Math Object Promise STYLE
        String URL Uint8Array WebSocket clearInterval clearTimeout crypto customElements document encodeURIComponent
        fetch location matchMedia navigator setInterval setTimeout window""",
    )
)
BEFORE_OBJECT = frozenset(["(", ",", "=", ":", "[", "?", "||", "??", "&&", "...", "return", "const", "let"])
BEFORE_REGEX = BEFORE_OBJECT | frozenset(["!", "{", "}", ";", "=>"])
TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<private>\#[A-Za-z_$][\w$]*)|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<mark>\.\.\.|=>|\?\?=|\|\|=|\?\.|\?\?|\|\||&&|\*\*|[=!]==?|[<>+*/-]=|\+\+|--|[^\s\w])""",
    re.DOTALL,
)
REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+/[a-z]*")
TEMPLATE_TEXT = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(`|\$\{)", re.DOTALL)


class Token(NamedTuple):
    kind: str  # name | private | mark | text | number | regex | template
    text: str


class Use(NamedTuple):
    """A variable of ours at a place; `shorthand` is key and variable in one; `unit` numbers methods and functions."""

    place: int
    unit: int
    shorthand: bool
    shared: bool  # declared outside of every function


def squeeze(source: str) -> str:
    """The same program, shorter."""
    tokens = list(tokenize(source))
    uses = list(variables(tokens))
    names = _short_names(tokens, uses)
    written = [token.text for token in tokens]
    for use in uses:
        old = written[use.place]
        written[use.place] = f"{old}:{names[old]}" if use.shorthand else names[old]
    for place, name in _private_names(tokens):
        written[place] = name
    return _joined([_lean(written, place) for place in range(len(written))])


def tokenize(source: str) -> Iterator[Token]:
    """Every token but blanks and comments; a template is its pieces of text and the tokens between them."""
    place, last, braces = 0, "", list[str]()
    while place < len(source):
        ends_expression = source[place] == "}" and braces and braces[-1] == "${"
        if source[place] == "`" or ends_expression:
            if ends_expression:
                braces.pop()
            found = TEMPLATE_TEXT.match(source, place + 1)
            assert found is not None, "a template without an end"
            if found[1] == "${":
                braces.append("${")
            token = Token("template", source[place : found.end()])
        elif source[place] == "/" and last in BEFORE_REGEX and (found := REGEX.match(source, place)):
            token = Token("regex", found[0])
        else:
            found = TOKEN.match(source, place)
            assert found is not None, source[place : place + 40]
            assert found.lastgroup is not None
            token = Token(found.lastgroup, found[0])
            if token.text == "{":
                braces.append("{")
            elif token.text == "}":
                braces.pop()
        place = found.end()
        if token.kind != "blank":
            yield token
            last = token.text


def variables(tokens: list[Token]) -> Iterator[Use]:
    inside, in_class, unit = [""], False, 0
    for place, token in enumerate(tokens):
        before = tokens[place - 1].text if place else ";"
        after = tokens[place + 1].text if place + 1 < len(tokens) else ";"
        if token.text == "class" and token.kind == "name" and after != ":":
            in_class = True
        elif token.kind == "name" and token.text not in WORDS | GLOBALS and before not in {".", "?."}:
            entry = inside[-1] == "object" and before in {"{", ","}
            member = inside[-1] == "class" and before in {"{", "}", ";", "async"}
            if not member and not (entry and after in {":", "("}):
                shared = len(inside) == 1 and before in {"const", "let", "function", "class"}
                yield Use(place, unit, entry and after in {",", "}", "="}, shared)
        elif token.kind == "mark" and token.text in "([{":
            kind = token.text if token.text != "{" else "class" if in_class else _brace(before)
            in_class = in_class and token.text != "{"
            inside.append(kind)
        elif token.kind == "mark" and token.text in ")]}":
            inside.pop()
        unit += token.text in {"}", ";"} and inside[-1] in {"", "class"}


def _brace(before: str) -> str:
    return "object" if before in BEFORE_OBJECT or before.endswith("${") else "block"


def _short_names(tokens: list[Token], uses: list[Use]) -> dict[str, str]:
    """The most used get the shortest; two that never meet in a function share one, for that packs better."""
    units: dict[str, set[int]] = {}
    for use in uses:
        units.setdefault(tokens[use.place].text, set()).add(-1 if use.shared else use.unit)
    taken: dict[str, set[int]] = {}
    names: dict[str, str] = {}
    for name, _ in Counter(tokens[use.place].text for use in uses).most_common():
        mine = units[name]
        names[name] = next(short for short in _shorts() if _free(mine, taken.get(short, set())))
        taken.setdefault(names[name], set()).update(mine)
    return names


def _private_names(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """(place, name) of every private member; each class counts anew."""
    starts = [place for place, token in enumerate(tokens) if token.text == "class" and token.kind == "name"]
    for start, end in pairwise([*starts, len(tokens)]):
        places = [place for place in range(start, end) if tokens[place].kind == "private"]
        counted = Counter(tokens[place].text for place in places).most_common()
        names = {name: f"#{short}" for (name, _), short in zip(counted, _shorts(), strict=False)}
        yield from ((place, names[tokens[place].text]) for place in places)


def _free(mine: set[int], theirs: set[int]) -> bool:
    return not theirs or (-1 not in mine | theirs and mine.isdisjoint(theirs))


def _shorts() -> Iterator[str]:
    letters = ("".join(pair) for size in (1, 2) for pair in product(ascii_letters, repeat=size))
    return (short for short in letters if short not in WORDS | GLOBALS)


SHORTER = {"const": "let", "true": "!0", "false": "!1"}


def _lean(texts: list[str], place: int) -> str:
    """The token's text; empty for a comma or semicolon before a closing mark and for an only parameter's brackets."""
    before, text, after = texts[place - 1] if place else "", texts[place], "".join(texts[place + 1 : place + 2])
    if (text == ";" and after == "}") or (text == "," and after in {")", "]", "}"}):
        return ""
    if text == "(" and _wordy(after[-1:]) and texts[place + 2 : place + 4] == [")", "=>"]:
        return ""
    if text == ")" and after == "=>" and texts[place - 2] == "(" and _wordy(before[-1:]):
        return ""
    return SHORTER.get(text, text) if before != "." and after != ":" else text


def _joined(texts: list[str]) -> str:
    out = [";"]
    for text in filter(None, texts):
        if _stick(out[-1][-1], text[0]):
            out.append(" ")
        out.append(text)
    return "".join(out[1:])


def _stick(left: str, right: str) -> bool:
    """Whether two tokens side by side would read as one."""
    return (_wordy(left) and _wordy(right)) or (left in "+-/" and left == right)


def _wordy(character: str) -> bool:
    return character.isalnum() or character in {"_", "$"}
