"""Validation of how a site's visitors prove who they are."""

import re

from console.domain.directory import HOUR, Directory, Site
from console.domain.identity import ALGORITHMS, ENFORCED, MOST_KEYS, MOST_RULES
from console.domain.validation.problems import Problems
from console.errors import Problem

KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def validate_identity(site: Site, known: Directory) -> list[Problem]:
    found, identity = Problems(f"site:{site.key}"), site.identity
    found.unless(identity.enforced in ENFORCED, "enforced", "Choose one of the three.")
    found.unless(
        identity.keys or identity.hash_secret or not identity.enforced, "enforced", "Add a key before it is required."
    )
    found.unless(len(identity.issuer) <= 200, "issuer", "Enter an issuer of up to %(most)s characters.", most=200)
    found.unless(len(identity.keys) <= MOST_KEYS, "key", "A site has at most %(most)s keys.", most=MOST_KEYS)
    kids = [key.kid for key in identity.keys]
    for key in identity.keys:
        found.unless(
            KID.fullmatch(key.kid), "kid", "A key's name has letters, digits, dots, hyphens and underscores, up to 64."
        )
        found.unless(kids.count(key.kid) == 1, "kid", "The name %(name)s is taken. Choose another one.", name=key.kid)
        found.unless(
            key.algorithm in ALGORITHMS and key.key,
            "key",
            "Paste a public key as PEM: RSA of 2048 to 4096 bits, or Ed25519. A secret has at least 32 characters.",
        )
    found.unless(len(identity.rules) <= MOST_RULES, "rules", "Enter at most %(most)s rules.", most=MOST_RULES)
    for rule in identity.rules:
        found.unless(
            0 < len(rule.field) <= 60 and 0 < len(rule.value) <= 500, "rules", "Each rule needs a field and a value."
        )
        found.unless(
            rule.queue in known.queues or not rule.queue,
            "rules",
            "The queue %(queue)s does not exist. Choose another one.",
            queue=rule.queue,
        )
        found.unless(0 <= rule.head_start <= HOUR, "rules", "Enter a head start from 0 to 3600 seconds.")
    return _once(found)


def _once(found: list[Problem]) -> list[Problem]:
    """Report each problem once, however many rules or keys have it."""
    return [one for number, one in enumerate(found) if one not in found[:number]]
