"""Lines of a plain-text transcript, in which nobody's words can look like somebody else's. Pure."""

FURTHER = "    "  # before each further line of a text: else one could be written like somebody's


def line_of(begin: str, text: str) -> str:
    """Return the text behind `begin` (when and who, or a question), with its further lines indented."""
    first, *more = text.splitlines() or [""]
    return "\n".join([f"{begin} {first}", *(f"{FURTHER}{line}" for line in more)])


def visitor_name(word: str, name: str) -> str:
    """Return what a visitor is called: `word`, which means visitor, stands first, as a name may be an agent's."""
    return f"{word} {name}".strip()
