"""What the board's scripts say, handed to the page as JSON in its language."""

import gettext

from console.errors import every_error
from console.pages.client_texts.watch import watch_texts


def board_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Key to text; `{name}` is filled in by the script."""
    _ = texts.gettext
    errors = {f"error_{error.code}": _(error.message) for error in every_error()}
    return {**errors, **watch_texts(texts)} | {
        "board": _("Board"),
        "error_no_slot": _("There is no free slot for it."),
        "error_not_there": _("Nobody is there to take it: their console is not connected, or they are not online."),
        "error_ended": _("The chat has ended."),
        "error_too_late": _("Not done: the connection was away for too long. Ask for it again."),
        "age": _("data {n} s old"),
        "age_none": _("no data yet"),
        "stale_link": _("No connection since {time}. What you see is {n} s old."),
        "stale_silent": _("What you see is {n} s old: nothing comes from the server any more. It goes on by itself."),
        "stale_data": _("What you see is {n} s old: the server cannot reach its store. It goes on by itself."),
        "fresh_again": _("The board is current again"),
        "title_late": _("{n} late"),
        "off_duty": _("{n} not on duty"),
        "unseen": _("{n} more have no room here"),
        "clock_soon": _("soon: {n} seconds left"),
        "clock_none": _("no clock running"),
        "clock_stale": _("not connected"),
        "slot_named": _("{agent}, slot {slot}: {name}, {queue}. {words}"),
        "median": _("Median"),
        "in_time": _("In time"),
        "answers": _("Answers"),
        "slot_none": _("no clock running"),
        "slot_fine": _("clock running"),
        "slot_soon": _("soon late"),
        "slot_late": _("late"),
        "slot_promise": _("the agent promised to be back"),
        "slot_promise_late": _("the agent's promise to be back is broken"),
        "slot_offered": _("offered"),
        "slot_wrapup": _("being wrapped up"),
        "doing": _("one moment …"),
        "limit_set": _("{name} may hold {n} now"),
        "status_set": _("{name}'s status is set"),
        "own_console": _("My own panes"),
        "own_show": _("Show"),
        "own_hide": _("Hide"),
        "own_opening": _("Your own panes are being opened …"),
        "own_slow": _("Your own panes could not be opened. Try again."),
        "take_over": _("Take over"),
        "is_yours": _("It is yours"),
        "taken_elsewhere": _("It is yours: it stands in the console you have open elsewhere."),
        "moved": _("Moved"),
        "choose": _("Choose …"),
        "choose_where": _("Choose where to first."),
        "queues": _("Queues"),
        "agents_free": _("Agents with a free slot"),
    }
