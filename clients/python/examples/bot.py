"""A bot that knows three answers, and hands everything else over to people."""

import asyncio
import logging
import os

from sestetto_client import Bot, Chat

ANSWERS = {
    "hours": "We are open from 9 to 18, Monday to Saturday.",
    "shipping": "Shipping takes two days and is free from 50 €.",
    "return": "You can return everything within 30 days.",
}
bot = Bot(os.environ["SESTETTO_URL"], os.environ["SESTETTO_TOKEN"], limit=20)


@bot.answers
async def answer(chat: Chat) -> None:
    asked = chat.asked.lower()
    known = [text for word, text in ANSWERS.items() if word in asked]
    if "thank" in asked:
        await chat.say("You're welcome!")
        await chat.end()
    elif known:
        await chat.stream(known[0][: len(known[0]) // 2])
        await chat.say(known[0])
    else:
        await chat.hand_over(summary=f"The visitor asks: {chat.asked}", draft="Hello! I am looking into that for you.")


logging.basicConfig(level=logging.INFO)
asyncio.run(bot.run())
