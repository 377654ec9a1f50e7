"""Checks whether the model that drafts answers responds."""

import time

from console.commands.check_result import CheckResult
from console.config import Settings
from console.drafts.drafts import Drafts
from console.drafts.failure import NoDraft, Reason
from console.drafts.prompt import Spoken, TeamReply, prompts_for

WRONG: dict[Reason, tuple[str, str]] = {
    "unreachable": ("does not respond", "start it, or fix SESTETTO_MODEL_URL"),
    "slow": ("did not answer in time", "choose a faster model or machine: drafts wait for 20 s at most"),
    "refused": ("refuses the key", "fix SESTETTO_MODEL_KEY"),
    "unknown": ("does not know this model, or has no API there", "fix SESTETTO_MODEL_NAME or SESTETTO_MODEL_URL"),
    "limited": ("limits our requests, or its account has no credit left", "check the account"),
    "failed": ("failed", "check its log"),
    "redirected": ("redirects to another address", "set SESTETTO_MODEL_URL to that address"),
    "not_an_api": ("does not answer with chat completions", "fix SESTETTO_MODEL_URL"),
    "unreadable": ("does not answer with chat completions", "fix SESTETTO_MODEL_URL"),
    "cut_off": ("ends its answers before they are complete", "check its log"),
    "too_long": ("gives answers that never end", "choose another model"),
}


async def check_model(settings: Settings) -> list[CheckResult]:
    """Ask the model for one draft; no result if no model is set."""
    if not settings.model_url:
        return []
    where = f"the model {settings.model_name} at {settings.model_url}"
    drafts = Drafts(settings.model_url, settings.model_key, settings.model_name)
    began = time.monotonic()
    try:
        asked = [Spoken("visitor", "Hello, when are you open?")]
        text = await drafts.try_once(prompts_for(asked, [TeamReply("We are open from 9 to 5.")]))
    except NoDraft as problem:
        what, mend = WRONG[problem.reason]
        status = f" (HTTP {problem.status})" if problem.status else ""
        return [CheckResult("wrong", f"{where} {what}{status}", mend)]
    finally:
        drafts.close()
    if not text:
        return [CheckResult("note", f"{where} answers, but with an empty draft", "try another model")]
    return [CheckResult("ok", f"{where} answers in {time.monotonic() - began:.1f} s")]
