"""How facts and state are drawn: JSON, HTML, texts by language."""
