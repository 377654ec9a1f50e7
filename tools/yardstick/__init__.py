"""Measures whether one person can hold six chats within six seconds: `make yardstick`, docs/six.md.

A scripted person with human limits works in the real console, in a real browser, on a real server, with six visitors on
web sockets. The parameters of eyes and hands are in `human.py`, the texts in `conversations.json`.
"""
