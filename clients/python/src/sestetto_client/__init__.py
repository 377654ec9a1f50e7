"""Bots for Sestetto: `@bot.answers` marks the function that answers, `bot.run()` connects and stays connected."""

from sestetto_client.bot import Bot, NotAllowed, TakenOver
from sestetto_client.chat import Chat, Said
from sestetto_client.outbox import Refused

__all__ = ["Bot", "Chat", "NotAllowed", "Refused", "Said", "TakenOver"]
