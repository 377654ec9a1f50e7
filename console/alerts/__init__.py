"""Alerts for people who are away from the screen: what to report, and the processes that send it."""
