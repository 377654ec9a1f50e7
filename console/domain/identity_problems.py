"""Possible problems of a signed identity, and how the website's developer fixes them."""

from typing import NamedTuple


class IdentityProblem(NamedTuple):
    says: str
    do: str


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


PROBLEMS: dict[str, IdentityProblem] = {
    "too_large": IdentityProblem(
        _("The token has more than 8,000 characters."), _("Put less into its fields: id and plan, but no lists.")
    ),
    "malformed": IdentityProblem(
        _("This is not a signed JWT."), _("Send the compact form, header.payload.signature, without crit or b64.")
    ),
    "no_keys": IdentityProblem(_("This site has no key."), _("Add one in the site's settings, Identity.")),
    "no_kid": IdentityProblem(_("The header has no kid."), _("Name the key: sign with the kid from the settings.")),
    "unknown_key": IdentityProblem(
        _("The header names a key that this site does not have."),
        _("Compare kid with the settings. The key may have been removed."),
    ),
    "algorithm": IdentityProblem(
        _("The header names a different algorithm from the key's."), _("Sign with the algorithm beside the key.")
    ),
    "signature": IdentityProblem(
        _("The signature does not match."), _("Sign with the key of this kid, and change nothing after signing.")
    ),
    "claims": IdentityProblem(
        _("A claim is missing or has the wrong type."),
        _("aud, sub and jti are texts, exp is a number of seconds, fields an object of texts and numbers."),
    ),
    "audience": IdentityProblem(_("aud is not this site."), _("Set aud to the site's key, as in data-site.")),
    "issuer": IdentityProblem(_("iss is not the issuer from the settings."), _("Set iss, or change the setting.")),
    "expired": IdentityProblem(
        _("The token has expired."),
        _("Make one for each page view, or pass a function. Check the clock of the website's server."),
    ),
    "too_long": IdentityProblem(
        _("exp is more than 10 minutes ahead."), _("Set exp to now + 300. It is a number of seconds, not milliseconds.")
    ),
    "not_yet": IdentityProblem(_("iat or nbf is in the future."), _("Check the clock of the website's server.")),
    "jti": IdentityProblem(_("jti is empty or too long."), _("Use a new random text for each token.")),
    "used": IdentityProblem(
        _("The token was used before."),
        _("Make one for each page view, with its own jti, or pass a function. Keep pages with a token out of caches."),
    ),
    "subject": IdentityProblem(
        _("sub is empty, too long, or has control characters."), _("Set sub to your own id for the person, as a text.")
    ),
    "fields": IdentityProblem(
        _("Name, email or fields are too large."),
        _("Send at most 30 fields, 4 KiB in total, with values of up to 500 characters."),
    ),
    "hash_off": IdentityProblem(
        _("user_hash is not allowed on this site."), _("Sign a token instead, or allow it in the settings for a while.")
    ),
    "hash": IdentityProblem(
        _("user_hash does not match the id."), _("It is HMAC-SHA-256 of the id with the site's secret, in hex.")
    ),
    "no_token": IdentityProblem(
        _("The page's function for the token failed or took too long."),
        _("See the browser's console. The function must return a text within five seconds."),
    ),
    "unsigned": IdentityProblem(
        _("The page names its visitor without a signature, which this site does not accept."),
        _("Pass a token to identify."),
    ),
}
