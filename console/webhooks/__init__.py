"""Webhooks: from facts to events, through an outbox, to the endpoints of other systems."""
