"""Password hashing with validation."""

from console.errors import BadSettings, Problem
from console.security import MAX_PASSWORD, hash_password

SHORTEST_PASSWORD = 8


async def checked_hash(member: str, password: str) -> str:
    """Return the hash; empty for an empty password, which nothing matches.

    Raises BadSettings if it is too short or too long.
    """
    if password and not SHORTEST_PASSWORD <= len(password) <= MAX_PASSWORD:
        says = "Use a password of %(least)s to %(most)s characters."
        values = {"least": SHORTEST_PASSWORD, "most": MAX_PASSWORD}
        raise BadSettings([Problem(f"member:{member}", "password", says, values)])
    return await hash_password(password) if password else ""
