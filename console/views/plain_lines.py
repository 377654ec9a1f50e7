"""Lines of a plain-text transcript, written so that no text can pass for somebody else's line. Pure."""

FURTHER = "    "  # before each further line of a text, so that it cannot look like a line by somebody else


def line_of(begin: str, text: str) -> str:
    """Return the text behind `begin` (when and who, or a question), with its further lines indented."""
    first, *more = text.splitlines() or [""]
    return "\n".join([f"{begin} {first}", *(f"{FURTHER}{line}" for line in more)])


def visitor_name(word: str, name: str) -> str:
    """Return the visitor's label. `word`, which means visitor, comes first, because a name may be an agent's."""
    return f"{word} {name}".strip()
