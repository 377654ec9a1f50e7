"""The model's queues: who is online in them, when they are open, where they lead."""

from console.domain.directory import Queue
from tests.model.first_words import FirstWords
from tests.model.state import Member


class Queues(FirstWords):
    def feeders(self, queue: str) -> list[Queue]:
        """Return the queue, and all that overflow to it, directly or indirectly."""
        found = [queue]
        for fed in found:
            others = (self.queues[other] for other in sorted(self.configured - set(found)))
            found += [q.id for q in others if q.overflow_to == fed]
        return [self.queues[one] for one in found]

    def staffed(self, queue: str) -> bool:
        """Whether somebody is online in the queue, or in one that it overflows to."""
        chain: list[str] = []
        while queue and queue not in chain and queue in self.queues:
            chain.append(queue)
            queue = self.queues[queue].overflow_to
        return any(self.manned(one) for one in chain)

    def manned(self, queue: str) -> bool:
        return bool(self.there(queue))

    def there(self, queue: str) -> list[Member]:
        """Return the members who are online in this very queue, or were until just now."""
        return [
            m
            for m in self.members.values()
            if queue in m.queues and m.status == "online" and (m.connected or (m.gone and self.now - m.gone < 10_000))
        ]

    def is_open(self, queue: str) -> bool:
        """Whether the queue is open. Hours are in UTC, and known for 14 days."""
        hours, told = self.hours[queue]
        day, minute = divmod(self.now // 60_000, 1_440)
        weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
        today = any(one == weekday and start <= minute < end for one, start, end in hours.week)
        return not hours.week or (today and self.now < told + 14 * 86_400_000)

    def entrance(self, queue: str) -> str:
        """Return the first open queue among the queue and its tiers; "" if there is none."""
        passed: list[str] = []
        while queue and queue not in passed and queue in self.queues:
            if queue in self.configured and self.is_open(queue):
                return queue
            passed.append(queue)
            queue = self.queues[queue].overflow_to
        return ""

    def home(self, queue: str, site: str) -> str:
        """Return the queue, or where its chats go if it was removed; the queue itself if they go nowhere."""
        found, passed = queue, set[str]()
        while found in self.queues and found not in self.configured and found not in passed:
            passed.add(found)
            found = self.queues[found].overflow_to or self.sites.get(site, "")
        return found if found in self.configured else queue
