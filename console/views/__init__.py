"""Rendering of facts and state: JSON, HTML, and texts by language."""
