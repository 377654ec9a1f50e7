"""The security log: sign-ins, failed sign-ins, and refusals. One line each, `security.<what>`.

Every line has the member if known, the address and the request's id (`requests.py`).
"""

from typing import Any

import structlog

from console.security.requests import about_the_request

log = structlog.get_logger()

LONGEST = 200  # characters that are logged of a stranger's input


def signed_in(member: str, session: str, *, known: str) -> None:
    """`known` says why the account's lock did not apply: device, address, or neither."""
    _say("info", "security.signed_in", member=member, session=session, known=known)


def sign_in_failed(member: str, account: str) -> None:
    """`member` is empty when nobody has that address."""
    _say("warning", "security.sign_in_failed", member=member, account=account[:LONGEST])


def throttled(account: str, what: str) -> None:
    """`what` was attempted: sign_in, or password by somebody who is signed in."""
    _say("warning", "security.throttled", account=account[:LONGEST], what=what)


def signed_out(member: str, session: str) -> None:
    _say("info", "security.signed_out", member=member, session=session)


def session_ended(member: str, session: str, by: str) -> None:
    """Ended from another session by its owner, or by a new password."""
    _say("info", "security.session_ended", member=member, session=session, by=by)


def password_changed(member: str, by: str) -> None:
    _say("info", "security.password_changed", member=member, by=by)


def wrong_password(member: str) -> None:
    """Somebody who is signed in entered a wrong current password."""
    _say("warning", "security.wrong_password", member=member)


def wrong_code(member: str) -> None:
    """A wrong code of the second factor; the password was right."""
    _say("warning", "security.wrong_code", member=member)


def second_factor(member: str, what: str, by: str) -> None:
    """`what`: added, removed, or recovery_code_used."""
    _say("info", f"security.second_factor_{what}", member=member, by=by)


def token_used(member: str, token: str, last: int) -> None:
    """Used for the first time (`last` 0), or again after a day without use; `last` is the time before (ms)."""
    _say("info", "security.token_used", member=member, token=token, last=last)


def refused(what: str) -> None:
    """The role does not allow the page or verb."""
    _say("warning", "security.refused", what=what[:LONGEST])


def read_unrecorded(what: str, target: str) -> None:
    """Somebody read ended chats while the audit log could not be written."""
    _say("warning", "security.read_unrecorded", what=what, target=target[:LONGEST])


def foreign_origin(origin: str, path: str) -> None:
    """A foreign page sent a request with a session cookie of ours."""
    _say("warning", "security.foreign_origin", origin=origin[:LONGEST], path=path[:LONGEST])


def _say(level: str, line: str, /, **said: Any) -> None:
    getattr(log, level)(line, **(about_the_request() | said))
