"""Named states of the console, for screenshots, measurements and axe."""

from playwright.async_api import Page

from console.events import Turn
from console.protocol import Drafted, InvitedTo, WatchDrawn
from tests.browser.console_chats import Play, colleagues, now
from tests.browser.console_stage import Stage

DRAFT = (
    "Hello {first_name}, I am sorry about that. Please update the app on your TV: open Settings, then About, and "
    "choose Update. Does the film start after that?"
)


async def empty(stage: Stage, desk: Page) -> None:
    """Online, nobody there."""
    await stage.push(stage.strip())


async def busy(stage: Stage, desk: Page) -> None:
    """Six chats: fine, soon, late, none, gone from the page, without a name."""
    stage.waiting, stage.left_messages = 3, 2
    await stage.play(_giulia(), _marco(), _kim(), _stranger(), _dana(), _long())
    await stage.push(stage.strip())
    await desk.locator('#pane-3[data-state="late"]').wait_for()


async def drafted(stage: Stage, desk: Page) -> None:
    """Busy, with a model's drafts for two visitors, one of them long."""
    stage.model = True
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    await busy(stage, desk)
    await desk.get_by_label("Reply to Giulia").focus()
    for chat in ("c1", "c2"):
        await stage.send(Drafted(chat, 99, DRAFT))
    await desk.locator("#pane-1 .drafted button").wait_for()


async def note(stage: Stage, desk: Page) -> None:
    """Busy, with a note being written and an end being thought over."""
    await busy(stage, desk)
    await desk.locator("#pane-1 [data-act=note]").click()
    await desk.get_by_label("Internal note: Giulia Ferri can't see it").fill("Refund approved")
    await desk.locator("#pane-5 .index").click()
    await desk.locator("#pane-5 [data-act=end]").click()


async def ghost(stage: Stage, desk: Page) -> None:
    """Busy, and a chat has gone under a half-written sentence."""
    await busy(stage, desk)
    await desk.locator("#pane-2 .index").click()
    await desk.get_by_label("Reply to Marco").fill("Your invoice of")
    await stage.leave(2, then=Play("c9", 2, "Luca", locale="it"))
    await desk.locator(".composer[data-ended]").wait_for()


async def help_open(stage: Stage, desk: Page) -> None:
    await desk.keyboard.press("F1")
    await desk.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


async def alarms_open(stage: Stage, desk: Page) -> None:
    await desk.locator("#sound-open").click()
    await desk.get_by_role("dialog", name="Sound and notifications").wait_for()


async def disconnected(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    stage.refusing = True
    await stage.close(1012)
    await desk.locator('#pane-3[data-state="stale"]').wait_for()


async def taken(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await stage.close(4409)
    await desk.get_by_role("dialog", name="The console is open in another tab").wait_for()


async def full(stage: Stage, desk: Page) -> None:
    """Six panes: late, soon, a promise, a broken one, an offer, a wrap-up; whispered to, watched."""
    stage.waiting, stage.left_messages, stage.next_due = 3, 2, now() + 40_000
    held = [_giulia(), _marco(), _kim(), _stranger(), _offered(), _wrapped()]
    held[0].line.watchers = ["sam"]
    held[0].sam_whispers("Offer her the refund, it is on us.")
    held[1].ana_promises("I'll check that with accounting.", 110_000)
    held[3].ana_promises("Un instant, je reviens.", 30_000)
    held[3].line.promise = now() - 12_000
    await stage.play(*held)
    await stage.show(held[5], held[5].visitor_ends(wrapup=17_000))
    await stage.push(stage.strip())
    await desk.locator('#pane-3[data-state="late"]').wait_for()
    await desk.locator('#pane-6[data-place="wrapup"]').wait_for()


async def next_one(stage: Stage, desk: Page) -> None:
    """Two chats in hand, five in line, and a limit of four."""
    stage.waiting, stage.next_due, stage.limit = 5, now() + 40_000, 4
    await stage.play(_giulia(), _marco())
    await stage.push(stage.strip())
    await desk.locator(".next").wait_for()


async def handing_over(stage: Stage, desk: Page) -> None:
    await full(stage, desk)
    stage.colleagues = colleagues(Ben=2, Carla=6, Dan=0, Sam=1)
    await desk.get_by_label("Reply to Giulia Ferri").fill("Il modello del 2019 non")
    await desk.keyboard.press("Alt+KeyT")
    await desk.get_by_role("option", name="Ben").click()


async def labelling(stage: Stage, desk: Page) -> None:
    await full(stage, desk)
    await desk.get_by_label("Reply to Giulia Ferri").focus()
    await desk.keyboard.press("Alt+KeyL")
    await desk.locator("#pane-1").get_by_label("Playback").check()
    await desk.locator("#pane-1").get_by_label("Add a tag").fill("samsung, tv,")


async def wrapping_up(stage: Stage, desk: Page) -> None:
    """Ana gives reasons that she left for later, beside her chats."""
    await full(stage, desk)
    await stage.lists(_long(), _marco(), _stranger())
    await desk.locator("#wrapups-open").wait_for()
    await desk.keyboard.press("Alt+KeyR")
    await desk.get_by_role("dialog", name="To wrap up").wait_for()


async def looking_on(stage: Stage, desk: Page) -> None:
    """Ana looks on at a chat of Ben's, beside her own."""
    await full(stage, desk)
    stage.invited = [InvitedTo("c9", "Vera Rossi", "billing", "Ben")]
    await stage.push(stage.strip())
    await desk.locator("#invited-c9").wait_for()
    await desk.keyboard.press("Alt+KeyW")
    await stage.hears("watch")
    theirs = Play("c9", 2, "Vera Rossi", locale="it", queue="billing", page="https://shop.example/billing")
    theirs.visitor_says("Ho pagato due volte questo mese")
    theirs.ana_says("Controllo subito la fattura.")
    theirs.sam_whispers("The second one is already refunded.")
    theirs.line.agent, theirs.line.watchers = "ben", ["ana"]
    await stage.send(
        WatchDrawn("c9", stage.n, stage.watch.whole(theirs.line, theirs.facts, locale="en", now=now()), True)
    )
    await desk.locator("#watch-log .whisper").wait_for()


SCENES = {
    "empty": empty,
    "busy": busy,
    "drafted": drafted,
    "note": note,
    "ghost": ghost,
    "help": help_open,
    "alarms": alarms_open,
    "disconnected": disconnected,
    "taken": taken,
    "full": full,
    "next": next_one,
    "handover": handing_over,
    "labels": labelling,
    "wrapups": wrapping_up,
    "watch": looking_on,
}


def _giulia() -> Play:
    chat = Play(
        "c1", 1, "Giulia Ferri", locale="it-IT", page="https://shop.example/player/tv", email="giulia@example.it"
    )
    chat.visitor_says("Il film non parte sulla TV, resta lo schermo nero")
    chat.ana_says("Ciao Giulia, vedo il problema. Che TV è?", turn=Turn(3, 1, 4_100, 4_100))
    chat.visitor_says("Samsung del 2019. Ho già riavviato, vedi https://example.com/foto", due=55_000)
    return chat


def _marco() -> Play:
    chat = Play("c2", 2, "Marco", locale="en", page="https://shop.example/billing", queue="billing")
    chat.visitor_says("Hi, I was charged twice this month")
    chat.ana_says("I'm looking at your invoices now")
    chat.visitor_says("ok thanks, order 88213", due=3_900)
    return chat


def _kim() -> Play:
    chat = Play("c3", 3, "김서연", locale="ko", page="https://shop.example/help/devices", verified=True)
    chat.ben_notes("refund already approved, she only needs the date.")
    chat.visitor_says("환불은 언제 되나요?", due=-3_000)
    return chat


def _stranger() -> Play:
    chat = Play("c4", 4, "", locale="fr")
    chat.visitor_says("Bonjour, est-ce disponible sur Chromecast ?")
    chat.ana_says("Bonjour ! Oui, sur tous les modèles depuis 2018.")
    return chat


def _offered() -> Play:
    chat = Play("c7", 5, "Hannah Vogel", locale="de", place="offered", page="https://shop.example/help")
    chat.visitor_says("Hallo, mein Konto ist gesperrt")
    return chat


def _wrapped() -> Play:
    chat = Play("c8", 6, "Emma Clarke", locale="en", email="emma@example.com")
    chat.visitor_says("It works again, thanks!")
    chat.ana_says("Glad to hear. Have a good evening!", turn=Turn(3, 1, 3_200, 3_200))
    return chat


def _dana() -> Play:
    chat = Play("c5", 5, "Dana Whitfield", locale="en", here=False, left=now() - 42_000)
    chat.ana_says("Done. The profile is restored.")
    chat.visitor_says("amazing, and the watch history?", due=40_000)
    return chat


def _long() -> Play:
    chat = Play("c6", 6, "A name that goes on and on for longer than anybody would want", locale="de")
    for place in range(30):
        chat.visitor_says(f"Zeile {place}: Donaudampfschifffahrtsgesellschaftskapitän" * (1 + place % 3))
    return chat
