"""What an agent says."""

from typing import Annotated, Literal

import msgspec

from console.protocol.common import (
    Cid,
    Draft,
    Id,
    Inbound,
    LabelText,
    Moment,
    OptionalId,
    Ping,
    Seq,
    Tags,
    Text,
)


class AgentHello(Inbound, tag="hello"):
    """`have` names the chats on the screen, or that were before a reload, with the last seq of each: what became of
    those that are no longer held is told by `welcome.went`. `take` moves the console here.

    Who comes `quiet` is away, and gets no new chats.
    """

    tab: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    take: bool = False
    have: Annotated[dict[str, Seq], msgspec.Meta(max_length=50)] = {}
    quiet: bool = False


class SetStatus(Inbound, tag="status"):
    cid: Cid
    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


class AgentSay(Inbound, tag="say"):
    """`read` is the last visitor seq on the screen when Enter was pressed: what is answered.

    `began` is when (ms, server's clock) the first key of the answer was pressed. With `promise` (ms) it is a holding
    reply: the agent is to be back within that time. `canned` names the canned reply that was sent as it stands.
    """

    cid: Cid
    chat: Id
    text: Text
    read: Seq
    began: Moment = 0
    promise: Literal[0, 30_000, 120_000, 300_000] = 0
    canned: OptionalId = ""


class AddNote(Inbound, tag="note"):
    cid: Cid
    chat: Id
    text: Text


class AgentEnd(Inbound, tag="end"):
    cid: Cid
    chat: Id


class SkipReply(Inbound, tag="no_reply"):
    cid: Cid
    chat: Id


class Take(Inbound, tag="take"):
    """A chat out of the line; the most urgent one of one's lines when none is named."""

    cid: Cid
    chat: OptionalId = ""


class Accept(Inbound, tag="accept"):
    cid: Cid
    chat: Id


class Decline(Inbound, tag="decline"):
    cid: Cid
    chat: Id


class Transfer(Inbound, tag="transfer"):
    """To a queue or to an agent, one of them; the draft goes along."""

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class Invite(Inbound, tag="invite"):
    """A colleague may look on and whisper."""

    cid: Cid
    chat: Id
    agent: Id


class Label(Inbound, tag="label"):
    """The reason for contact and the tags, whole; `done` ends the wrap-up."""

    cid: Cid
    chat: Id
    reason: LabelText = ""
    tags: Tags = []
    done: bool = False


class Watch(Inbound, tag="watch"):
    """Look on; `on: false` ends it. For supervisors, and for colleagues who were invited."""

    chat: Id
    on: bool = True


class Whisper(Inbound, tag="whisper"):
    """A note from somebody who looks on."""

    cid: Cid
    chat: Id
    text: Text


class SaveDraft(Inbound, tag="draft"):
    chat: Id
    text: Draft


class Shown(Inbound, tag="shown"):
    """The chat is drawn. `hidden` while the page is not visible: received, but not seen by eyes."""

    chat: Id
    seq: Seq
    hidden: bool = False


class FollowColleagues(Inbound, tag="colleagues"):
    """Who and what a chat can be handed to; answered at once and whenever it changes, until `on: false`."""

    on: bool = True


class AgentTyping(Inbound, tag="typing"):
    chat: Id


class AgentHistory(Inbound, tag="history"):
    chat: Id
    before: Seq


AgentFrame = (
    AgentHello
    | SetStatus
    | AgentSay
    | AddNote
    | AgentEnd
    | SkipReply
    | SaveDraft
    | Shown
    | AgentTyping
    | AgentHistory
    | Take
    | Accept
    | Decline
    | Transfer
    | Invite
    | Label
    | Watch
    | Whisper
    | FollowColleagues
    | Ping
)
