"""Frames that an agent sends."""

from typing import Annotated, Literal

import msgspec

from console.protocol.common import (
    Cid,
    Draft,
    Id,
    Inbound,
    LabelText,
    Language,
    Moment,
    Name,
    OptionalId,
    Ping,
    Saying,
    Seq,
    Tags,
    Text,
    Ticket,
)


class AgentHello(Inbound, tag="hello"):
    """First frame of a socket.

    `have` maps the chats on screen, or before a reload, to the last seq of each; `welcome.went` says where chats went
    that the agent no longer holds. `take` moves the console here. With `quiet` the agent starts as away and gets no new
    chats.
    """

    tab: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    take: bool = False
    have: Annotated[dict[str, Seq], msgspec.Meta(max_length=50)] = {}
    quiet: bool = False


class SetStatus(Inbound, tag="status"):
    """Set one's own status."""

    cid: Cid
    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


class Breathe(Inbound, tag="breather"):
    """Take a breather of `ms`: online, keeping one's chats, and without new ones. 0 ends it."""

    cid: Cid
    ms: Literal[0, 60_000, 120_000]


class SetOwnLimit(Inbound, tag="limit"):
    """Choose how many chats to get at once, below the supervisors' limit; that limit or more cancels the choice.

    Held chats stay.
    """

    cid: Cid
    limit: Annotated[int, msgspec.Meta(ge=1, le=6)]


class AgentSay(Saying, tag="say"):
    """An answer. `read` is the last visitor seq on screen when Enter was pressed: what the answer covers.

    `began` is when (ms, server's clock) the first key of the answer was pressed. `promise` (ms) makes it a holding
    reply: the agent promises to be back within that time. `canned` names the canned reply that was sent unchanged.
    `suggestion` says how suggested replies were used: some were `shown`, one was `taken`, or taken and `edited`.
    `drafted` says the same of the model's draft. With a `promise`, `shown` is ignored, since the answer is still to
    come. With a `file`, the text is ignored.
    """

    cid: Cid
    chat: Id
    text: Draft
    read: Seq
    began: Moment = 0
    promise: Literal[0, 30_000, 120_000, 300_000] = 0
    canned: OptionalId = ""
    suggestion: Literal["", "shown", "taken", "edited"] = ""
    drafted: Literal["", "shown", "taken", "edited"] = ""
    file: Ticket = ""


class AddNote(Inbound, tag="note"):
    """Add an internal note."""

    cid: Cid
    chat: Id
    text: Text


class AgentEnd(Inbound, tag="end"):
    """End the chat."""

    cid: Cid
    chat: Id


class SkipReply(Inbound, tag="no_reply"):
    """Close the open turn without an answer."""

    cid: Cid
    chat: Id


class Take(Inbound, tag="take"):
    """Take a waiting chat; the most urgent one of the agent's queues if none is named."""

    cid: Cid
    chat: OptionalId = ""


class Accept(Inbound, tag="accept"):
    """Accept an offered chat."""

    cid: Cid
    chat: Id


class Decline(Inbound, tag="decline"):
    """Decline an offered chat."""

    cid: Cid
    chat: Id


class Transfer(Inbound, tag="transfer"):
    """Transfer to a queue or to an agent; exactly one of them. The draft goes along."""

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class Invite(Inbound, tag="invite"):
    """Invite a colleague to watch and whisper."""

    cid: Cid
    chat: Id
    agent: Id


class Label(Inbound, tag="label"):
    """Set the chat's reason and tags, in full; `done` ends wrap-up.

    `later` ends wrap-up without a reason, to be given with another `label` within a day.
    """

    cid: Cid
    chat: Id
    reason: LabelText = ""
    tags: Tags = []
    done: bool = False
    later: bool = False


class Rename(Inbound, tag="rename"):
    """Set the name of the visitor of one's chat."""

    cid: Cid
    chat: Id
    name: Name


class SetLanguage(Inbound, tag="language"):
    """Set the language of the visitor of one's chat; it stays, whatever they write."""

    cid: Cid
    chat: Id
    language: Language


class Watch(Inbound, tag="watch"):
    """Watch a chat; `on: false` stops. For supervisors, and for colleagues who were invited."""

    chat: Id
    on: bool = True


class Whisper(Inbound, tag="whisper"):
    """A note from somebody who watches."""

    cid: Cid
    chat: Id
    text: Text


class SaveDraft(Inbound, tag="draft"):
    """Save unsent text, so that it survives a reload or a transfer."""

    chat: Id
    text: Draft


class Shown(Inbound, tag="shown"):
    """The chat is on screen. `hidden` while the page is not visible: delivered, but nobody can see it."""

    chat: Id
    seq: Seq
    hidden: bool = False


class AskForDrafts(Inbound, tag="drafting"):
    """Ask for a model's drafts (`drafted`) of the answers that visitors wait for, until `on: false`.

    Nothing is sent if the server has no model or the team has turned drafts off.
    """

    on: bool = True


class FollowColleagues(Inbound, tag="colleagues"):
    """Subscribe to the queues and agents a chat can be transferred to: sent at once and on every change, until `on:
    false`.
    """

    on: bool = True


class AgentTyping(Inbound, tag="typing"):
    """The agent is typing."""

    chat: Id


class AgentHistory(Inbound, tag="history"):
    """Ask for older facts, before a seq."""

    chat: Id
    before: Seq


AgentFrame = (
    AgentHello
    | SetStatus
    | Breathe
    | SetOwnLimit
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
    | Rename
    | SetLanguage
    | Watch
    | Whisper
    | FollowColleagues
    | AskForDrafts
    | Ping
)
