"""What the scripts of canned replies, commands, the shift's check and the visitor's context say."""

import gettext

from console.domain.directory import Member
from console.domain.permissions import may


def desk_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Key to text; `{name}` is filled in by the script."""
    _ = texts.gettext
    return {
        "do_canned": _("Canned replies"),
        "do_palette": _("Commands"),
        "do_context": _("About the visitor"),
        "do_shift": _("Start-of-shift check"),
        "do_density": _("Compact or normal density"),
        "canned_own": _("mine"),
        "canned_queue": _("queue"),
        "canned_shared": _("shared"),
        "canned_loading": _("Canned replies are being fetched …"),
        "canned_failed": _("Canned replies cannot be read just now. Esc closes this; / tries again."),
        "canned_none": _("There are no canned replies yet. Write your own, or ask a supervisor: “Manage replies”."),
        "canned_no_fit": _("No reply fits “{text}”. Esc keeps it as text."),
        "canned_inserted": _("{title} inserted. Enter sends it."),
        "canned_fill": _("Fill in {name}. Enter once more sends it as it is."),
        "pane_n": _("Pane {slot}"),
        "go_to": _("Go to {name}"),
        "set_status": _("Status: {status}"),
        "not_now": _("not possible just now"),
        "new_tab": _("in a new tab"),
        "commands_found": _("{n} commands"),
        "shift_offered": _("You are online. A check of sound and line is offered in the bar on top."),
        "shift_running": _("one moment …"),
        "shift_pings": _("{n} of {of} pings"),
        "shift_trip": _("{ms} ms there and back, the slowest {most} ms"),
        "shift_slow": _("{ms} ms there and back, the slowest {most} ms: that is slow. Try another network or cable."),
        "shift_no_trip": _("nothing came back. Try again when there is a connection."),
        "shift_connected": _("the server answers"),
        "shift_clock": _("{n} s from the server's"),
        "shift_ahead": _("{n} s ahead of the server's. The console goes by the server's; have this computer's set."),
        "shift_behind": _("{n} s behind the server's. The console goes by the server's; have this computer's set."),
        "shift_play": _("play one and listen"),
        "shift_asked": _("did you hear it?"),
        "shift_heard": _("you heard it"),
        "shift_silent": _("not heard. Turn up the volume here and on this computer, and look where its sound goes."),
        "shift_good": _("All is well."),
        "shift_bad": _("{n} to look at. You can work all the same."),
        "shift_open": _("Not all is tried yet."),
        "verdict_good": _("good"),
        "verdict_bad": _("look at this"),
        "verdict_todo": _("to try"),
        "verdict_running": _("running"),
        "context_of": _("About {name}"),
        "context_loading": _("One moment …"),
        "context_failed": _("This cannot be read just now. The chat goes on."),
        "context_gone": _("The chat is not in your hands any more."),
        "try_again": _("Try again"),
    }


def places_for(member: Member, texts: gettext.NullTranslations) -> dict[str, str]:
    """Address to name of the pages the member may go to from the palette."""
    _ = texts.gettext
    places = {"/chats": _("Ended chats"), "/settings/canned": _("Manage canned replies")}
    if may(member, "supervise"):
        places["/board"] = _("Board")
    if may(member, "configure"):
        places["/settings"] = _("Settings")
    return places
