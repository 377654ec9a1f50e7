"""Finds the new text in a mail reply, without the history that mail programs quote below it. Pure, linear time."""

import re

LONGEST_LINE = 300  # characters of a line that may begin the history
# "On Monday Ana wrote:" as common mail programs write it, in our languages.
WROTE = re.compile(
    r"(?:On|Il|Am|El|Le|Em|Op|Dnia|W dniu)\b.*\b"
    r"(?:wrote|ha scritto|schrieb|escribió|a écrit|escreveu|schreef|napisał\(a\)|napisał|napisała)\b.{0,80}:\s*$"
)
RULE = re.compile(
    r"\s*(?:-{2,}\s*(?:Original Message|Messaggio originale|Ursprüngliche Nachricht|Mensaje original|Message d'origine|"
    r"Mensagem original|Oorspronkelijk bericht|Wiadomość oryginalna)\s*-{2,}|_{20,})\s*"
)
FROM = re.compile(r"\*?(?:From|Da|Von|De|Van|Od):\*?\s.*@")
SENT = re.compile(r"\*?(?:Sent|Date|Inviato|Data|Gesendet|Datum|Enviado|Fecha|Envoyé|Verzonden|Wysłano|To|A|An|Para):")


def without_history(text: str) -> str:
    """Return what somebody wrote above (or between) their quotes; the whole text, if nothing would be left."""
    lines = text.splitlines()
    end = next((n for n in range(len(lines)) if _begins_history(lines, n)), len(lines))
    own = [line for line in lines[:end] if not line.startswith(">")]
    return "\n".join(own).strip() or text.strip()


def _begins_history(lines: list[str], n: int) -> bool:
    line = lines[n][:LONGEST_LINE].strip()
    if line in ("--", "-- ") or RULE.fullmatch(line):
        return True
    if FROM.match(line):
        return any(SENT.match(other[:LONGEST_LINE].strip()) for other in lines[n + 1 : n + 4])
    joined = " ".join(part[:LONGEST_LINE].strip() for part in lines[n : n + 2])  # it may span two lines
    return bool(WROTE.match(line) or (WROTE.match(joined) and not joined.startswith(">")))
