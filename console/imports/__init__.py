"""Imports: files from other systems and other installations, read row by row."""
