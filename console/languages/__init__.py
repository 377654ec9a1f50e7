"""Recognizes the language that visitors write in, if the extra `languages` is installed."""
