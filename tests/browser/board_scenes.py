"""Named states of the board, for screenshots, measurements and axe."""

from playwright.async_api import Page

from console.archive.left_messages import OpenMessage
from console.domain.directory import Queue
from console.events import Assigned, Author, Message, Note, Opened, Visitor
from tests.browser.board_stage import BoardStage

QUEUES = (
    Queue("premium", "Premium", target=4_000, head_start=30_000),
    Queue("support", "Support", overflow_to="", wrapup=20_000, mode="offer"),
    Queue("billing", "Billing", overflow_to="support", overflow_after=50_000, longest=20),
)

DAY = (3, 2, 1, 1, 0, 1, 4, 9, 14, 22, 25, 24, 28, 26, 30, 34, 31, 29, 36, 40, 33, 28, 35)  # chats an hour


async def empty(stage: BoardStage, page: Page) -> None:
    """Queues, and nobody there."""


async def no_queues(stage: BoardStage, page: Page) -> None:
    stage.floor.directory.queues.clear()
    stage.change()
    await page.locator("#no-queues").wait_for()


async def busy(stage: BoardStage, page: Page) -> None:
    """Every sign there is: clocks in all states, an offer, a wrap-up, a promise, somebody lost, somebody away."""
    floor = stage.floor
    floor.now = stage.store.now()
    _figures(stage)
    floor.agent("ana", name="Ana Conti", since=-72_000, limit=5)
    floor.agent("ben", name="Ben Okafor", since=-220_000)
    floor.agent("chiara", name="Chiara Russo", connected=False)
    floor.agent("deniz", name="Deniz Kaya", status="away", reason="Lunch", since=-8 * 60_000, limit=4)
    floor.agent("eve", name="Eve", queues=("premium",), status="offline", connected=False)
    floor.holds("ana", 1, name="Giulia Ferri", due=55_000, queue="support")
    floor.holds("ana", 2, name="Marco", due=1_900, queue="support")
    floor.holds("ana", 3, name="김서연", due=-3_000, queue="billing")
    floor.holds("ana", 4, name="", queue="premium", watchers=["sam"])
    floor.holds("ana", 6, name="Dana Whitfield", due=40_000, queue="billing", here=False)
    floor.holds("ben", 1, name="Luca", queue="support", place="offered", until=floor.now + 40_000)
    floor.holds("ben", 2, name="Emma", queue="support", place="wrapup", until=floor.now + 50_000)
    floor.holds("ben", 3, name="Hannah", queue="premium", promise=floor.now + 115_000)
    floor.holds("chiara", 1, name="Paolo", due=2_500, queue="billing")
    floor.holds("deniz", 1, name="Noor", queue="support")
    for number, (waits, due) in enumerate([(41_000, -35_000), (14_000, 9_000), (2_000, 12_000)]):
        floor.waits(f"w{number}", name=f"Visitor {number}", queue="billing", for_ms=waits, due=due)
    floor.late("ana", "ana3", 200, 100, 7_800, 1_000)
    floor.late("ben", "ben3", 1_000, 7_200, 2_100, 2_100, ago=30_000)
    floor.late("chiara", "gone", 38_500, 100, 900, 1_500, ago=10_000)
    known = {"ana3": "김서연", "ben3": "Hannah", "gone": "Paolo"}
    stage.boards._known.update({chat: Visitor(f"v{chat}", name) for chat, name in known.items()})
    stage.change()
    await page.locator('#agent-ana .slot[data-state="late"]').wait_for()


def _figures(stage: BoardStage) -> None:
    floor = stage.floor
    for queue, kept, late, ms in (("premium", 98, 2, 2_900), ("support", 93, 7, 4_400), ("billing", 81, 19, 5_700)):
        floor.answered(queue, ms, kept)
        floor.answered(queue, ms * 2, late, late=True)
        floor.gave(queue, ms, kept - late)
        floor.gave(queue, ms * 9, late, late=True)
        floor.counted(queue, "promised", 12)
        floor.counted(queue, "kept", 11)
        floor.counted(queue, "canned", 9)
        floor.counted(queue, "expected", 20)
        floor.counted(queue, "right", 17)
        floor.counted(queue, "abandoned", 2)
        floor.counted(queue, "patience", 94_000)
        floor.day(queue, *DAY, ms // 100)


async def watched(stage: BoardStage, page: Page) -> None:
    """Busy, and one chat is looked on at."""
    await busy(stage, page)
    await look_on(stage, page)


async def look_on(stage: BoardStage, page: Page) -> None:
    now, chat = stage.store.now(), "ana3"
    stage.facts[chat] = [
        Opened(now, chat, 1, 0, visitor=Visitor("vana3", "김서연"), queue="billing", site="demo", due=0),
        Message(now, chat, 2, 1, by="visitor", author=Author("vana3"), cid="c" * 22, text="환불은 언제 되나요?"),
        Assigned(
            now, chat, 3, 2, agent="ana", name="Ana Conti", slot=3, why="least_pressure", candidates=3, clocks=1,
            waited=14_000, stuck="all_busy", expected=12_000,
        ),
        Note(now, chat, 4, 3, author=Author("sam", "Sam"), cid="n" * 22, text="refund approved", whisper=True),
        Message(now, chat, 5, 3, by="agent", author=Author("ana", "Ana Conti"), cid="a" * 22, text="One moment"),
    ]  # fmt: skip
    await page.locator('#agent-ana .slot[data-chat="ana3"]').click()
    await page.locator("#watch .m.agent").wait_for()


async def moving(stage: BoardStage, page: Page) -> None:
    await watched(stage, page)
    await page.locator("#watch .why summary").click()
    await page.locator("#watch").get_by_text("Move", exact=True).click()


async def sheet_open(stage: BoardStage, page: Page) -> None:
    await busy(stage, page)
    await page.get_by_role("button", name="Ana Conti", exact=True).click()
    await page.get_by_role("dialog", name="Ana Conti").wait_for()


async def opened_up(stage: BoardStage, page: Page) -> None:
    """Busy, with the line and the day's figures of one queue open."""
    await busy(stage, page)
    await page.locator("#queue-billing .line summary").click()
    await page.locator("#queue-billing .all summary").click()
    await page.locator(".legend summary").click()


async def stale(stage: BoardStage, page: Page) -> None:
    await busy(stage, page)
    stage.store.away = True
    await page.locator("body[data-stale]").wait_for()


async def disconnected(stage: BoardStage, page: Page) -> None:
    await busy(stage, page)
    stage.refusing = True
    await stage.close(1012)
    await page.locator("body[data-stale]").wait_for()


async def left(stage: BoardStage, page: Page) -> None:
    """Left messages beside all that: owned by two, and by nobody."""
    await busy(stage, page)
    hour, now = 3_600_000, stage.store.now()
    stage.left = [
        OpenMessage("support", now - 26 * hour, "", ""),
        OpenMessage("support", now - 3 * hour, "ana", "Ana Conti"),
        OpenMessage("billing", now - hour, "ben", "Ben Okafor"),
    ]
    stage.floor.picture.left_messages = 3
    stage.change()
    await page.get_by_role("link", name="3 left messages").wait_for()


SCENES = {
    "empty": empty,
    "no_queues": no_queues,
    "busy": busy,
    "left": left,
    "watched": watched,
    "moving": moving,
    "sheet": sheet_open,
    "opened_up": opened_up,
    "stale": stale,
    "disconnected": disconnected,
}
