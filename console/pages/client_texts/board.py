"""The texts of the board's scripts, passed to the page as JSON in its language."""

import gettext

from console.errors import every_error
from console.pages.client_texts.watch import watch_texts


def board_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Map keys to texts; the script fills in `{name}`."""
    _ = texts.gettext
    errors = {f"error_{error.code}": _(error.message) for error in every_error()}
    return {**errors, **watch_texts(texts)} | {
        "board": _("Board"),
        "error_no_slot": _("There is no free slot for this chat."),
        "error_not_there": _("This agent is not online or not connected."),
        "error_ended": _("The chat has ended."),
        "error_too_late": _("Not done. The connection was lost for too long. Try again."),
        "seconds": _("{n} s"),
        "age": _("data {old} old"),
        "age_none": _("no data yet"),
        "stale_link": _("No connection since {time}. Data is {old} old."),
        "stale_silent": _("Data is {old} old. No updates from the server. It will recover automatically."),
        "stale_data": _("Data is {old} old. The server can't reach its store. It will recover automatically."),
        "fresh_again": _("The board is up to date again"),
        "title_late": _("{n} late"),
        "off_duty": _("{n} not connected"),
        "unseen": _("{n} more not shown"),
        "clock_soon": _("due soon: {n} seconds left"),
        "clock_none": _("no clock running"),
        "clock_stale": _("not connected"),
        "slot_named": _("{agent}, slot {slot}: {name}, {queue}. {words}"),
        "median": _("Median"),
        "in_time": _("First word in time"),
        "answered": _("Answered in time"),
        "answers": _("Answers"),
        "slot_none": _("no clock running"),
        "slot_fine": _("clock running"),
        "slot_soon": _("due soon"),
        "slot_late": _("late"),
        "slot_promise": _("the agent promised to be back"),
        "slot_promise_late": _("the agent's promise to be back is broken"),
        "slot_offered": _("offered"),
        "slot_wrapup": _("in wrap-up"),
        "doing": _("one moment…"),
        "limit_set": _("{name}'s chat limit is now {n}"),
        "status_set": _("{name}'s status changed"),
        "own_console": _("My panes"),
        "own_show": _("Show"),
        "own_hide": _("Hide"),
        "own_opening": _("Opening your panes…"),
        "own_slow": _("Couldn't open your panes. Try again."),
        "take_over": _("Take over"),
        "is_yours": _("It's yours"),
        "taken_elsewhere": _("It's yours. It is in the console you have open elsewhere."),
        "moved": _("Moved"),
        "choose": _("Choose…"),
        "choose_where": _("Choose a destination first."),
        "queues": _("Queues"),
        "agents_free": _("Agents with a free slot"),
    }
