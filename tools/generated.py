"""The generated parts of documents: between `<!-- generated: NAME -->` and `<!-- end -->`."""

import re


def replace_part(document: str, name: str, part: str) -> str:
    """Return the document with this part replaced."""
    pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{part}\n{found[2]}", document, flags=re.DOTALL)
