"""The holder of a token."""

from console.api.endpoint import ApiCall
from console.protocol.api import Me


async def read_me(call: ApiCall) -> Me:
    """Read whose token this is and what it is for."""
    principal = call.principal
    by = principal.by
    kind, role = ("integration", None) if principal.is_integration else ("member", by.role)
    now = call.services.workspace.now()
    return Me(by.id, by.name, kind, role, principal.token, sorted(principal.scopes), now)  # type: ignore[arg-type]
