"""Backups of an installation: made while it runs, checked, and restored."""
