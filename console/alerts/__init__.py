"""Alerts: incidents found in the feed, told through Apprise to chat-ops, mail and others; never on a message's way.

`watch` finds incidents (pure), `messages` puts them into words, `reader` follows the feed and keeps both in SQL's
outbox, `sender` empties that through `couriers`, processes of their own that may hang without anybody noticing.
"""
