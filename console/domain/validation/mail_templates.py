"""Validation of a site's own texts around answers by mail."""

from console.domain.directory import Site
from console.domain.mail import one_line
from console.domain.mail_templates import LONGEST, PLACEHOLDERS, unknown_placeholders
from console.domain.validation.problems import Problems, languages
from console.errors import Problem


def validate_mails(site: Site) -> list[Problem]:
    """Return what is wrong in each field, named `subject.en`."""
    found = Problems(f"site:{site.key}")
    for one in site.mails:
        field = f"subject.{one.language}"
        found.unless(one.language in languages(), field, "“%(language)s” is not a language.", language=one.language)
        found.unless(one.subject == one_line(one.subject), field, "Write the subject on one line.")
        for name, most in LONGEST.items():
            text = getattr(one, name)
            found.unless(len(text) <= most, f"{name}.{one.language}", "Enter at most %(most)s characters.", most=most)
            for unknown in unknown_placeholders(text):
                found.unless(
                    False,
                    f"{name}.{one.language}",
                    "{%(name)s} is not a placeholder. Use %(known)s.",
                    name=unknown[:40],
                    known=", ".join(f"{{{known}}}" for known in PLACEHOLDERS),
                )
    return found
