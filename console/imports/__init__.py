"""Imports: files of other systems, and of other installations, read row by row."""
