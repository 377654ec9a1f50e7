"""Actions on second factors: one's own with the password, others' by admins."""

from console.archive.credentials import SignedIn
from console.archive.second_factors import SecondFactor
from console.archive.sign_in_steps import SignInStep
from console.domain.directory import Member
from console.domain.permissions import require
from console.errors import BadSettings, NotYours, Problem
from console.security.second_factors import POLICIES, Policy, covers, new_secret
from console.services import Services

OWN_FIRST = "Set up your own second factor first. You will need it, too."
CHOOSE = "Choose who needs a second factor."
NO_FACTOR = "No second factor is set up."


async def read_own(services: Services, by: SignedIn) -> SecondFactor | None:
    require(by.member, "answer")
    return await services.stores.second_factors.of_member(by.member.id)


async def begin(services: Services, by: SignedIn, password: str, *, address: str) -> SignInStep:
    """Start setting one up; the step holds the secret for the app. Raises BadSettings for a wrong password."""
    require(by.member, "answer")
    await services.stores.passwords.confirm(by, password, address=address)
    steps = services.stores.sign_in_steps
    return await steps.read(await steps.add(by.member.id, "set-up", secret=new_secret()), "set-up")


async def read_step(services: Services, by: SignedIn, token: str) -> SignInStep:
    """Return the set-up in progress. Raises SignInNeeded if it is over, NotYours if it is somebody else's."""
    require(by.member, "answer")
    step = await services.stores.sign_in_steps.read(token, "set-up")
    if step.member.id != by.member.id:
        raise NotYours(NO_FACTOR)
    return step


async def confirm(services: Services, by: SignedIn, token: str, code: str) -> tuple[str, ...]:
    """Complete the set-up with a code from the app; return the recovery codes. Raises BadSettings for a wrong code."""
    require(by.member, "answer")
    return await services.stores.second_factors.confirm(await read_step(services, by, token), code)


async def renew_codes(services: Services, by: SignedIn, password: str, *, address: str) -> tuple[str, ...]:
    """Replace one's recovery codes."""
    require(by.member, "answer")
    await services.stores.passwords.confirm(by, password, address=address)
    return await services.stores.second_factors.renew_codes(by.member)


async def remove_own(services: Services, by: SignedIn, password: str, *, address: str) -> None:
    """Remove one's own; one's other sessions end."""
    require(by.member, "answer")
    await services.stores.passwords.confirm(by, password, address=address)
    for session in await services.stores.second_factors.remove(by.member.id, by=by.member, but=by.session):
        await services.workspace.revoke(by.member.id, session)


async def reset(services: Services, by: Member, member: str) -> None:
    """Remove somebody's lost factor; all of their sessions end."""
    require(by, "administer")
    await services.workspace.revoke(member, "")
    await services.stores.second_factors.remove(member, by=by)
    await services.workspace.revoke(member, "")  # again, for a socket that reconnected in between


async def holders(services: Services, by: Member) -> set[str]:
    """Return the ids of the members who have one."""
    require(by, "administer")
    return await services.stores.second_factors.holders()


async def lacking(services: Services, by: Member, policy: Policy) -> list[Member]:
    """Return the members without a factor whom a policy would require to have one."""
    require(by, "administer")
    return await services.stores.sign_in.lacking(policy)


async def require_for(services: Services, by: SignedIn, policy: str) -> None:
    """Set who needs one. Members without one are signed out, and set one up at the next sign-in."""
    require(by.member, "administer")
    chosen = next((one for one in POLICIES if one == policy), None)
    if chosen is None:
        raise BadSettings([Problem("sign-in", "second_factor", CHOOSE)])
    own = await services.stores.second_factors.of_member(by.member.id)
    if covers(chosen, by.member.role) and own is None and not by.provider:
        raise BadSettings([Problem("sign-in", "second_factor", OWN_FIRST)])
    for member in await services.stores.sign_in.require_second_factor(chosen, by=by.member):
        await services.workspace.revoke(member, "")
