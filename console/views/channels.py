"""Names of channels on screens."""

from console.views.i18n import page_texts


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


NAMES = {
    "web": _("Website"),
    "api": _("API"),
    "email": _("E-mail"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "phone": _("Phone"),
    "other": _("Other channels"),
}


def channel_name(channel: str, *, locale: str) -> str:
    """Return the channel's name; a name that a gateway defined is shown unchanged."""
    return page_texts().get(locale).gettext(NAMES[channel]) if channel in NAMES else channel
