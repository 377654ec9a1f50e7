"""Shared by the settings pages: access, navigation and rendering."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Directory
from console.domain.permissions import Right, may
from console.domain.validation import check
from console.errors import BadSettings, Problem
from console.pages.guard import for_those_who, go
from console.pages.settings.form import Form, beside, stamp
from console.views.i18n import page_texts
from console.views.templating import locale_of, render


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


OVERTAKEN = _(
    "This was changed after you opened it, by someone else or by you in another tab. Save again to replace the change."
)
NOT_REMOVED = _("Not removed")
PASSWORD_NOT_CHANGED = _("Password not changed")
TOKEN_NOT_CREATED = _("Token not created")
DID = ("removed", "revoked", "deactivated", "reactivated", "password", "factor")  # instead of saving it

for_supervisors = for_those_who("configure")
for_admins = for_those_who("administer")


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


class Section(NamedTuple):
    """A section of the settings: its URL, its name, and the right it needs."""

    path: str
    name: str
    right: Right = "configure"


# In the order in which a new team sets things up.
SECTIONS = [
    Section("/settings", _("Overview")),
    Section("/settings/members", _("Members")),
    Section("/settings/sign-in", _("Sign-in"), "administer"),
    Section("/settings/queues", _("Queues")),
    Section("/settings/sites", _("Sites")),
    Section("/settings/canned", _("Canned replies"), "answer"),
    Section("/settings/suggestions", _("Suggested replies")),
    Section("/settings/away", _("Away reasons")),
    Section("/settings/breathers", _("Breathers")),
    Section("/settings/watching", _("Watching"), "administer"),
    Section("/settings/blocked", _("Blocked")),
    Section("/settings/alerts", _("Alerts")),
    Section("/settings/mail", _("Mail"), "administer"),
    Section("/settings/integrations", _("Integrations"), "administer"),
    Section("/settings/webhooks", _("Webhooks"), "administer"),
    Section("/settings/imports", _("Import"), "administer"),
    Section("/settings/retention", _("Retention")),
    Section("/settings/export", _("Export"), "administer"),
    Section("/settings/changes", _("Audit log")),
    Section("/settings/password", _("Password"), "answer"),
    Section("/settings/second-factor", _("Second factor"), "answer"),
    Section("/settings/sessions", _("Sessions"), "answer"),
    Section("/settings/notifications", _("Notifications"), "answer"),
    Section("/settings/tokens", _("API tokens"), "answer"),
]


def draw(
    request: Request, me: SignedIn, template: str, context: Mapping[str, Any], *, at: str, status: int = 200
) -> Response:
    """Render a settings page; `at` is the URL of its section."""
    locale = language(request, me)
    shown = [one for one in SECTIONS if may(me.member, one.right)]
    more = {"signed_in": me, "sections": shown if len(shown) > 1 else [], "at": at, "wrong": {}, **context}
    return render(request, f"settings/{template}.html", more, status=status, locale=locale)


def draw_form(
    request: Request,
    me: SignedIn,
    template: str,
    context: Mapping[str, Any],
    *,
    at: str,
    typed: Mapping[str, str],
    wrong: Sequence[Problem] = (),
    target: str = "",
    undone: str = "",
) -> Response:
    """Render a form with what was typed and each error beside its field.

    `undone` is the English heading of the errors if something other than saving was refused.
    """
    faults = beside(wrong, target, page_texts().get(language(request, me)).gettext)
    return draw(
        request,
        me,
        template,
        {**context, "typed": typed, "wrong": faults, "undone": undone},
        at=at,
        status=400 if wrong else 200,
    )


def language(request: Request, me: SignedIn) -> str:
    return locale_of(request, me.member.locale)


def by_name(things: Iterable[N]) -> list[N]:
    """Sort by name, ignoring case."""
    return sorted(things, key=lambda one: one.name.casefold())


async def known_to(request: Request) -> Directory:
    """Return the directory as SQL has it now, which may be newer than what this process has received."""
    return await services_of(request).stores.directory.read()


def saved(path: str, what: str, *, live: bool = True, did: str = "") -> Response:
    """Redirect to the list at `path`, which says what was done (of `DID`, else saved), and if it is live yet."""
    return go(f"{path}?saved={what}{f'&did={did}' if did else ''}{'' if live else '&later=1'}")


def news(request: Request, names: Mapping[str, str]) -> dict[str, str]:
    """Return what the list says after a change: the name of what was changed, and what was done if not saving it."""
    asked = request.query_params
    did = asked.get("did", "")
    return {
        "saved": names.get(asked.get("saved", ""), ""),
        "did": did if did in DID else "",
        "later": asked.get("later", ""),
    }


def overtaken(form: Form, *things: Any) -> None:
    """Add an error if somebody else changed the thing after the form was shown."""
    if form.typed.get("seen") and form.typed["seen"] != stamp(*things):
        form.say("", OVERTAKEN)


def check_rest(form: Form, known: Directory, wanted: Directory) -> None:
    """Validate the rest of a form that has errors already, so that all errors show together. Raises BadSettings."""
    check(known, wanted, edited=form.target, but={one.field for one in form.wrong})


def wrong_of(form: Form, problem: BadSettings | None = None) -> list[Problem]:
    return [*form.wrong, *(problem.wrong if problem else ())]
