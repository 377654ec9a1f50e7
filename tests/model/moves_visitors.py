"""What visitors may do next."""

import msgspec

from console.domain.languages import language_of
from console.events import Visitor
from console.queue.calls.erasure import Redaction
from console.queue.calls.revival import LostChat, profile_json
from console.queue.payloads import VisitorProfile
from tests.model.choices import LOCALES, NAMES, VISITORS, Choosing
from tests.model.directories import QUEUES
from tests.model.state import Chat

OPEN = ("waiting", "offered", "active", "bot")
ALL = (*OPEN, "wrapup", "ended")
CHANNELS = ("web", "web", "web", "web", "email", "web", "api", "sms", "web", "web", "fax", "web")


class VisitorMoves(Choosing):
    def opens(self, k: int, j: int, yes: bool) -> None:
        for number in range([1, 1, 2, 4][j % 4]):
            visitor = VISITORS[(k + number) % len(VISITORS)]
            queue = "none" if j == 11 else QUEUES[2 if j % 4 == 3 else yes]
            self.command(
                "open", self.fresh("c"), connection="" if CHANNELS[j] != "web" else self.fresh("w"), queue=queue,
                language=language_of(LOCALES[visitor.id]), site="shop", channel=CHANNELS[j],
                cid=self.fresh("x"), profile=VisitorProfile(visitor, locale=LOCALES[visitor.id], page="/"),
                text=self.fresh("hello "),
            )  # fmt: skip

    def leaves_message(self, k: int, j: int, yes: bool) -> None:
        self.command(
            "leave_message", self.fresh("c"), queue="sales" if j else "none", site="shop", channel="web",
            cid=self.fresh("x"), profile=VisitorProfile(VISITORS[k % 8]), text=self.fresh("later "),
        )  # fmt: skip

    def is_revived(self, k: int, j: int, yes: bool) -> None:
        """A chat that the store lost is put back: with a question, answered by a former colleague, or as a left
        message.
        """
        now, chat, visitor, cid = self.twin.now, self.fresh("c"), VISITORS[k % 8], self.fresh("x")
        begun = {"kind": "opened", "at": now - 9_000, "chat": chat, "seq": 1, "prev": 0}
        asked = {
            "kind": "message", "at": now - 9_000, "chat": chat, "seq": 2, "prev": 1, "by": "visitor",
            "author": {"id": visitor.id, "name": visitor.name}, "cid": cid, "text": self.fresh("lost "),
        }  # fmt: skip
        results = [f"{visitor.id}|{cid}", f"* 2 {now - 9_000} {chat}"]
        lost = LostChat(
            chat=chat, visitor=visitor.id, queue="none" if j == 11 else QUEUES[j % len(QUEUES)], site="shop",
            channel=CHANNELS[k], tongue=language_of(LOCALES[visitor.id]), tongue_by=["", "text", "agent"][k % 3],
            opened=now - 9_000, last=2, asked_seq=2,
            profile=profile_json(VisitorProfile(visitor, locale=LOCALES[visitor.id], page="/")),
            named='"Vera B."' if j == 1 else "", asked_at=now - 9_000 if yes else 0,
            ended=now - 5_000 if j in (2, 3) else 0, handled=j == 3, cids=results, opening=results,
        )  # fmt: skip
        if self.twin.do("revive", lost, [msgspec.json.encode(fact) for fact in (begun, asked)]) and lost.handled:
            self.twin.checker.brought_back(chat, 2, lost.last)
        if j % 3 == 0:
            self.twin.do("revive", lost, [])
            self.twin.do("visitor_say", chat, visitor, self.fresh("w"), cid, "the same again")

    def leaves_line(self, k: int, j: int, yes: bool) -> None:
        """The visitor leaves a message, mostly instead of waiting; without a text they leave only an address."""
        for c in self.some(k, "waiting", "offered", "active") if j else self.some(k, *ALL):
            known = self.visitor(c)
            profile = VisitorProfile(Visitor(known.id, known.name, email=f"{known.id}@example.org"), page="/later")
            self.command(
                "leave_message", self.fresh("c"), queue="sales", site="shop", channel="web",
                cid=self.fresh("x"), profile=profile, text=self.fresh("later ") if yes else "",
            )  # fmt: skip

    def visitor_says(self, k: int, j: int, yes: bool) -> None:
        answered = [c for c in self.model.chats.values() if c.place == "offered" and not c.turn]
        for c in answered[:1] or self.some(k, *OPEN):
            for _ in range(1 + yes):
                self.writes(c, self.visitor(c))

    def says_after_the_end(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "wrapup", "ended") if yes else self.some(k, "ended"):
            if j < 2 and c.place == "ended":  # the last millisecond in which that reopens the chat, and the next one
                self.tick(max(0, c.ended + 600_000 + j - self.twin.now), 3)
                self.all_connect()
            self.writes(c, self.visitor(c))

    def visitor_tries(self, k: int, j: int, yes: bool) -> None:
        """The visitor sends commands for any chat, mostly somebody else's."""
        for c in self.some(k, *ALL):
            if yes:
                self.writes(c, VISITORS[j % 8])
            else:
                self.command("visitor_end", c.id, VISITORS[j % 8], self.fresh("x"))

    def writes(self, c: Chat, visitor: Visitor) -> None:
        self.command("visitor_say", c.id, visitor, self.fresh("w"), self.fresh("x"), self.fresh("word "))

    def redacts(self, k: int, j: int, yes: bool) -> None:
        """A message or note turns out to be part of a card number; or it was redacted by somebody else first."""
        for c in self.some(k, *ALL):
            written = [fact for fact in c.log if fact["kind"] in ("message", "note")]
            for fact in written[-1 - j % max(len(written), 1) :][:1]:
                author, kind = fact["author"]["id"], "redacted" if fact["kind"] == "message" else "note_redacted"
                was = self.twin.logged(c.id, fact["seq"])
                now = msgspec.json.encode(msgspec.json.decode(was) | {"text": self.fresh("•••• ")})
                redaction = Redaction(
                    c.id, fact["seq"], was, now, kind, author, fact["cid"], c.visitor if k % 2 else ""
                )
                self.twin.do("redact", redaction)
                if yes:
                    self.twin.do("redact", redaction)
                    self.twin.do("visitor_say", c.id, self.visitor(c), self.fresh("w"), fact["cid"], "other")

    def says_what_is_hidden(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN):
            where = self.fresh("w"), self.fresh("x"), self.fresh("•••• ")
            self.command("visitor_say", c.id, self.visitor(c), *where, hidden=True)

    def visitor_ends(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN):
            self.command("visitor_end", c.id, self.visitor(c), self.fresh("x"))

    def visitor_seen(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *ALL):
            self.twin.do("visitor_seen", c.id, c.visitor if yes else NAMES[j % 8], j)

    def rates(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active", "wrapup", "ended"):
            self.command("rate", c.id, c.visitor, self.fresh("x"), j % 5 + 1, "good" if yes else "")

    def profile(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *ALL):
            known = VisitorProfile(self.visitor(c), page=f"/{j}", fields={"order": str(j)} if yes else {})
            self.command("set_profile", c.id, self.fresh("x"), known)

    def proves_who_they_are(self, k: int, j: int, yes: bool) -> None:
        """A visitor proves an identity, mostly with their own chat; now and then with somebody else's, or with a used
        proof.
        """
        for c in self.some(k, *(OPEN if j % 3 else ALL)):
            person = VISITORS[j % 8]
            before = c.visitor if j % 5 else NAMES[(j + 1) % 8]
            use = self.fresh("u") if yes else f"u{j}"
            until, profile = self.twin.now + 600_000, VisitorProfile(person, page=f"/{j}")
            given = {"chat": c.id if j % 4 else "", "before": before, "profile": profile}
            self.twin.do("identify", person.id, use, f"t{k % 2}", until, **given)
            if yes:
                self.twin.do("identify", person.id, use, f"t{k % 2}", until, **given)
                self.resends(c, person, c.id)
                for chat, _ in c.before[:1]:
                    self.resends(self.model.chats.get(chat, c), person, c.id)

    def resends(self, c: Chat, person: Visitor, where: str) -> None:
        """Send the visitor's last message again, in the chat `where`."""
        said = [fact for fact in c.log if fact["kind"] == "message" and fact["by"] == "visitor"]
        if said:
            self.twin.do("visitor_say", where, person, self.fresh("w"), said[-1]["cid"], said[-1]["text"])

    def resends_elsewhere(self, k: int, j: int, yes: bool) -> None:
        """The visitor leaves the chat for another one, and the last message of the first is sent again there."""
        for c in self.some(k, *OPEN):
            visitor = self.visitor(c)
            self.writes(c, visitor)
            self.command("visitor_end", c.id, visitor, self.fresh("x"))
            self.opens(NAMES.index(visitor.id), 0, yes)
            self.tick([1, 1, 1, 600_000][j % 4], 3)
            self.resends(c, visitor, self.model.current[visitor.id])

    def tabs_close(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN):
            for tab in sorted(c.tabs)[: None if j % 3 else 1]:
                self.twin.do("depart", c.id, tab)

    def tab_arrives(self, k: int, j: int, yes: bool) -> None:
        chat = self.model.current.get(NAMES[k % 8], "") if yes else "another"
        self.twin.do("arrive", NAMES[k % 8], chat, self.fresh("w"), j % 5)
