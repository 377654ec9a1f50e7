"""The texts of canned replies, commands, the start-of-shift check and the visitor panel."""

import gettext

from console.domain.directory import Member
from console.domain.permissions import may


def desk_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Map keys to texts; the script fills in `{name}`."""
    _ = texts.gettext
    return {
        "do_canned": _("Canned replies"),
        "do_palette": _("Commands"),
        "do_context": _("About the visitor"),
        "do_attach": _("Send files"),
        "do_bold": _("Bold"),
        "do_list": _("List"),
        "do_link": _("Link"),
        "do_emoji": _("Emoji"),
        "emoji_search": _("Search emoji"),
        "emoji_recent": _("Recently used"),
        "emoji_found": _("{name}: Tab inserts it"),
        "emoji_failed": _("Can't load the emoji. Try again when you're connected."),
        "do_find": _("Search this chat"),
        "find_in": _("Search the chat with {name}"),
        "find_at": _("{n} of {of}"),
        "find_at_going_on": _("{n} of {of} so far…"),
        "find_none": _("No matches."),
        "find_none_going_on": _("Searching earlier messages…"),
        "do_shift": _("Start-of-shift check"),
        "do_density": _("Compact or normal density"),
        "canned_own": _("mine"),
        "canned_queue": _("queue"),
        "canned_shared": _("shared"),
        "canned_loading": _("Loading canned replies…"),
        "canned_failed": _("Can't load canned replies. Press Esc to close or / to try again."),
        "canned_none": _("No canned replies yet. Add your own under “Manage replies” or ask a supervisor."),
        "canned_no_fit": _("No replies match “{text}”. Press Esc to keep it as text."),
        "canned_inserted": _("{title} inserted. Press Enter to send."),
        "canned_fill": _("Fill in {name}. Press Enter again to send as is."),
        "snippet_inserted": _("{title} inserted. Backspace undoes it."),
        "snippet_kept": _("{snippet} stays as text."),
        "pane_n": _("Pane {slot}"),
        "go_to": _("Go to {name}"),
        "set_status": _("Status: {status}"),
        "set_own_limit": _("Chats at once: {n}"),
        "set_theme": _("Theme: {theme}"),
        "sign_out": _("Sign out"),
        "not_now": _("not available right now"),
        "new_tab": _("in a new tab"),
        "commands_found": _("{n} commands"),
        "shift_offered": _("You're online. You can check sound and connection in the top bar."),
        "shift_running": _("one moment…"),
        "shift_pings": _("{n} of {of} pings"),
        "shift_trip": _("{ms} ms, slowest {most} ms"),
        "shift_slow": _("{ms} ms, slowest {most} ms. That is slow. Try another network or cable."),
        "shift_no_trip": _("no response. Try again when you're connected."),
        "shift_connected": _("connected"),
        "shift_clock": _("{time} off the server's clock"),
        "shift_ahead": _(
            "{time} ahead of the server. The console uses the server's time. Correct this computer's clock."
        ),
        "shift_behind": _(
            "{time} behind the server. The console uses the server's time. Correct this computer's clock."
        ),
        "shift_play": _("play a sound and listen"),
        "shift_asked": _("did you hear it?"),
        "shift_heard": _("you heard it"),
        "shift_silent": _("not heard. Turn up the volume here and on this computer, and check the audio output."),
        "shift_good": _("All good."),
        "shift_bad": _("Needs attention: {n}. You can still work."),
        "shift_open_one": _("1 check left"),
        "shift_open_many": _("{n} checks left"),
        "verdict_good": _("good"),
        "verdict_bad": _("needs attention"),
        "verdict_todo": _("not checked"),
        "verdict_running": _("checking"),
        "context_of": _("About {name}"),
        "context_loading": _("Loading…"),
        "context_failed": _("Can't load visitor details. The chat is not affected."),
        "context_gone": _("You no longer have this chat."),
        "try_again": _("Try again"),
    }


def places_for(member: Member, texts: gettext.NullTranslations) -> dict[str, str]:
    """Map the URLs a member can go to from the palette to their names."""
    _ = texts.gettext
    places = {"/chats": _("Ended chats"), "/settings/canned": _("Manage canned replies")}
    if may(member, "supervise"):
        places["/board"] = _("Board")
    if may(member, "configure"):
        places["/settings"] = _("Settings")
    return places
