"""Copies of an installation: made while it runs, checked, and put back."""
