"""The error tree. Each error has a code, an HTTP status and a close code, and says whether a retry may help.

Refused                        the command was understood and refused
├── BadCommand                 invalid by itself: bad_frame, bad_text, cid_reused, profile_full
├── NotYours                   somebody else's chat, or no chat at all: the same answer for both
├── Ended / Full / Closed …    valid, but not possible now
├── BadSettings                invalid settings, each with a message
├── ChangedMeanwhile           changed by somebody else since it was read
├── Fenced                     another tab or a later connection has taken over
└── SlowDown                   too many; try again later: too_many_chats, too_many_connections, too_much
Unknown                        the outcome is unknown: resend the same cid
WrongEpoch                     the store has a new history: send hello again
SignInNeeded                   credentials are missing, expired or revoked
SettingError                   an invalid setting stops the start
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple


class SestettoError(Exception):
    code: ClassVar[str] = "error"
    message: ClassVar[str] = "Something went wrong."
    status: ClassVar[int] = 500
    close: ClassVar[int] = 1011
    final: ClassVar[bool] = True

    def __init__(self, message: str = "", *, retry_after: float = 0, at: Sequence[str] = ()) -> None:
        """`at`: what it concerns in a request: fields of the body such as `$.visitor.ref`, or names of parameters."""
        super().__init__(message or self.message)
        self.retry_after = retry_after or (0 if self.final else 1.0)  # seconds
        self.at = tuple(at)


class Refused(SestettoError):
    code = "refused"
    message = "The request was refused."
    status = 409
    close = 1008


class BadCommand(Refused):
    code = "bad_frame"
    message = "This frame is not part of the protocol."
    status = 400


class BadText(BadCommand):
    code = "bad_text"
    message = "The text is empty, too long or not valid."


class BadAnswers(BadCommand):
    """The answers do not fit the questions before a chat; the text to send is returned to the visitor."""

    code = "bad_answers"
    message = "Please answer the questions first."


class BadFile(BadCommand):
    """A file that may not be sent; `message` says why and what to do."""

    code = "bad_file"
    message = "This file can no longer be sent. Attach it again."


class NoFiles(BadFile):
    code = "no_files"
    status = 403
    message = "Files can't be sent here."


class FileTooLarge(BadFile):
    code = "file_too_large"
    status = 413
    message = "The file is too large."


class EmptyFile(BadFile):
    code = "file_empty"
    message = "The file is empty."


class WrongFileType(BadFile):
    code = "file_type"
    status = 415
    message = "Files of this type can't be sent here."


class BrokenPicture(BadFile):
    code = "picture"
    message = "The picture can't be read. Try another format, or a smaller one."


class InfectedFile(BadFile):
    code = "file_refused"
    status = 422
    message = "The file was refused by the virus scanner."


class UnlistedReason(BadCommand):
    message = "Choose a reason from the queue's list."


class CidReused(BadCommand):
    code = "cid_reused"
    message = "This cid was already used for another command."


class NotYours(Refused):
    code = "not_found"
    message = "Chat not found, or no longer yours."
    status = 404


class NoQueue(Refused):
    code = "no_queue"
    message = "Queue not found."
    status = 404


class ChatEnded(Refused):
    code = "ended"
    message = "The chat has ended."


class ChatRunning(Refused):
    code = "running"
    message = "The chat is still open. End it first."


class ChatFull(Refused):
    code = "chat_full"
    message = "This chat has reached its maximum length."


class ProfileFull(BadCommand):
    code = "profile_full"
    message = "The fields are too large: 16 KiB at most in total."


class NobodyThere(Refused):
    code = "closed"
    message = "Nobody is online right now. Leave a message instead."


class LineFull(Refused):
    code = "line_full"
    message = "The queue is full. Try again later or leave a message."


class NoSlot(Refused):
    code = "no_slot"
    message = "There is no free slot for this chat."


class NoBreather(Refused):
    code = "no_breather"
    message = "No more breathers for now. Your team limits breathers per hour."


class NotThere(Refused):
    code = "not_there"
    message = "That colleague is not online right now."


class NotOpen(Refused):
    code = "no_chat"
    message = "This chat is not open."


class NothingToDo(Refused):
    code = "nothing_to_do"
    message = "Nothing to do."


class NotAllowed(Refused):
    code = "not_allowed"
    message = "Your role does not allow this."
    status = 403


class DatabaseAway(Refused):
    """Nothing was saved, and nothing will be saved later. Unlike Unknown, this error does not end a socket."""

    code = "database_away"
    message = "Can't save right now: the database is unavailable. Try again."
    status = 503


class Problem(NamedTuple):
    """A problem with one setting.

    `target` names the thing that is set (`queue:support`); `says` is a text with placeholders.
    """

    target: str
    field: str
    says: str
    values: Mapping[str, str | int] = {}

    def __str__(self) -> str:
        return self.says % self.values if self.values else self.says


class BadSettings(Refused):
    """Invalid settings; nothing was saved. `wrong` says for each what is wrong and how to fix it."""

    status = 400

    def __init__(self, wrong: Sequence[Problem] = ()) -> None:
        super().__init__(" ".join(dict.fromkeys(str(one) for one in wrong)))
        self.wrong = tuple(wrong)


class ChangedMeanwhile(Refused):
    code = "overtaken"
    message = "Somebody has changed this since you read it."
    status = 412


class Fenced(Refused):
    code = "taken_over"
    message = "The console is open in another tab."
    close = 4409


class SlowDown(Refused):
    code = "slow_down"
    message = "Too many requests. Wait a moment."
    status = 429
    final = False


class EnoughTranscripts(Refused):
    """Final, because a client's next messages must not wait for this one."""

    code = "enough_transcripts"
    message = "No more transcripts can be sent for now. Try again later."
    status = 429


class TooManyChats(SlowDown):
    code = "too_many_chats"
    message = "Many chats were started from your network just now. Your message will be sent in a moment."


class ProofNeeded(SlowDown):
    """`puzzle` is what the client solves; see console/limits/puzzles.py."""

    code = "proof_needed"
    message = "This site is very busy right now. Your message will take a few seconds longer."
    puzzle = ""


class TooManyConnections(SlowDown):
    code = "too_many_connections"
    message = "Too many connections from your network. We will try again in a minute."
    close = 1013


class TooMuch(SlowDown):
    code = "too_much"
    message = "You are sending too fast. The rest will be sent in a moment."


class TooManyFiles(SlowDown):
    code = "too_many_files"
    message = "Too many files were sent today. Try again tomorrow."


class FilesBusy(SlowDown):
    code = "files_busy"
    message = "Many files are being sent right now. Yours will be sent in a moment."


class Blocked(Refused):
    """`retry_after` says when it ends."""

    code = "blocked"
    message = "You have been blocked from writing here. The block ends automatically."
    status = 403


class BadIdentity(Refused):
    """The visitor's identity is not proven; `reason` is a key of console/domain/identity_problems.py.

    `external` is the signed id, if the signature is valid and only something else is wrong.
    """

    code = "bad_identity"
    message = "The website could not prove who you are."
    status = 403

    def __init__(self, reason: str = "", *, detail: str = "") -> None:
        super().__init__()
        self.reason, self.detail = reason, detail
        self.external = ""


class IdentityUsed(Refused):
    code = "identity_used"
    message = "The website could not prove who you are."
    status = 403


class IdentityNeeded(Refused):
    code = "identity_needed"
    message = "Sign in on this website to write to us."
    status = 403


class StoreFull(Refused):
    code = "full"
    message = "No new chats can start right now. Try again later."
    status = 503
    close = 1013
    final = False


class FilesAway(Refused):
    """The file was not kept. Messages still work."""

    code = "files_away"
    message = "Files can't be sent right now, but messages can. Try the file again later."
    status = 503
    final = False


class Unknown(SestettoError):
    code = "unknown"
    message = "We could not confirm this. It will be sent again."
    status = 503
    close = 1013
    final = False


class WrongEpoch(SestettoError):
    code = "epoch"
    message = "The live store was reset. Connect again."
    status = 503
    close = 1012
    final = False


class SignInNeeded(SestettoError):
    code = "sign_in"
    message = "Sign in to continue."
    status = 401
    close = 4401


class SettingError(SestettoError):
    code = "setting"
    message = "A setting is not valid."


def every_error() -> list[type[SestettoError]]:
    """Return all errors of the tree, parents first."""
    found: list[type[SestettoError]] = []
    queue: list[type[SestettoError]] = [SestettoError]
    while queue:
        error = queue.pop(0)
        found.append(error)
        queue.extend(error.__subclasses__())
    return found
