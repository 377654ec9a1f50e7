"""OpenID Connect as a client: the redirect to the provider, the exchange of the code, and the person's identity."""

import base64
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from console.domain.identity_providers import Provider, ProviderIdentity, person_of
from console.identity.discovery import Discovery, Metadata
from console.identity.flow import Flow, ProviderFinding
from console.identity.tokens import ALGORITHMS, check_claims
from console.identity.transport import Http
from console.identity.trouble import FlowOver, ProviderTrouble
from console.security import new_token, same

NO_CODE = "sestetto-test"  # no provider has issued this one


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of PKCE (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class OpenIdClient:
    def __init__(self, networks: Sequence[str]) -> None:
        self._http = Http(networks)
        self.discovery = Discovery(self._http)

    async def close(self) -> None:
        await self._http.close()

    async def address_for(self, provider: Provider, flow: Flow, redirect: str) -> str:
        """Return the provider's page where the person signs in."""
        metadata = await self.discovery.of(provider.issuer)
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect,
            "scope": provider.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": _challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(metadata.endpoints["authorization_endpoint"], asked)

    async def person(
        self, provider: Provider, flow: Flow, answer: Mapping[str, str], redirect: str
    ) -> ProviderIdentity:
        """Return who signed in there. `answer` is what the provider sent back through the browser.

        Raises FlowOver if it belongs to another sign-in, ProviderTrouble if the provider's part is wrong.
        """
        if flow.provider != provider.id or not same(flow.state, answer.get("state", "")):
            raise FlowOver
        metadata = await self.discovery.of(provider.issuer)
        _check_sender(metadata, answer)
        tokens = await self._exchange(provider, metadata, flow, answer.get("code", ""), redirect)
        claims = await self.discovery.claims_of(provider.issuer, str(tokens.get("id_token") or ""))
        check_claims(claims, issuer=metadata.issuer, client_id=provider.client_id, nonce=flow.nonce, now=time.time())
        more = await self._user_info(metadata, str(tokens.get("access_token") or ""), claims["sub"])
        return person_of(metadata.issuer, {**more, **claims})

    async def _exchange(
        self, provider: Provider, metadata: Metadata, flow: Flow, code: str, redirect: str
    ) -> dict[str, Any]:
        status, said = await self._ask_token(provider, metadata, _exchanged(code, redirect, flow.verifier))
        if status != 200 or not said.get("id_token"):
            raise ProviderTrouble(f"The provider gave no ID token for the code: {_error(status, said)}.")
        return said

    async def _ask_token(
        self, provider: Provider, metadata: Metadata, asked: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        more, headers = _credentials(provider, metadata)
        url = metadata.endpoints["token_endpoint"]
        return await self._http.ask("POST", url, data={**asked, **more}, headers=headers)

    async def _user_info(self, metadata: Metadata, token: str, subject: str) -> dict[str, Any]:
        """Return the claims that the user-info endpoint adds; many providers give roles and addresses only there."""
        url = metadata.endpoints["userinfo_endpoint"]
        if not url or not token:
            return {}
        said = await self._http.get(url, headers={"authorization": f"Bearer {token}"})
        if said.get("sub") != subject:
            raise ProviderTrouble("The user-info endpoint speaks of somebody else than the ID token.")
        return said

    def sign_out_address(self, provider: Provider, back: str) -> str:
        """Return the provider's page that ends the session there; empty if it has none, or it is not known yet."""
        metadata = self.discovery.remembered(provider.issuer)
        url = metadata.endpoints["end_session_endpoint"] if metadata else ""
        return _with_query(url, {"client_id": provider.client_id, "post_logout_redirect_uri": back}) if url else ""

    async def test(self, provider: Provider, redirect: str) -> list[ProviderFinding]:
        """Try everything that can be tried without a person, and report what is wrong."""
        self.discovery.forget(provider.issuer)
        found: list[ProviderFinding] = []
        try:
            metadata = await self.discovery.of(provider.issuer)
            found += [ProviderFinding(True, "address", metadata.issuer), *_abilities(metadata)]
            keys = await self.discovery.keys(provider.issuer)
            found.append(ProviderFinding(bool(keys), "keys", str(len(keys))))
            found.append(await self._credentials_fit(provider, metadata, redirect))
        except ProviderTrouble as trouble:
            found.append(ProviderFinding(False, "answer", trouble.why))
        return found

    async def _credentials_fit(self, provider: Provider, metadata: Metadata, redirect: str) -> ProviderFinding:
        """Exchange an invented code: the provider checks the client before it checks the code."""
        status, said = await self._ask_token(provider, metadata, _exchanged(NO_CODE, redirect, new_token()))
        return ProviderFinding(said.get("error") == "invalid_grant", "client", _error(status, said))


def _exchanged(code: str, redirect: str, verifier: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}


def _abilities(metadata: Metadata) -> list[ProviderFinding]:
    says = metadata.says
    methods = says.get("code_challenge_methods_supported")
    signs = says.get("id_token_signing_alg_values_supported") or ["RS256"]
    return [
        ProviderFinding("code" in says.get("response_types_supported", ["code"]), "code"),
        ProviderFinding(methods is None or "S256" in methods, "pkce"),
        ProviderFinding(any(one in ALGORITHMS for one in signs), "signature", ", ".join(map(str, signs))[:100]),
    ]


def _credentials(provider: Provider, metadata: Metadata) -> tuple[dict[str, str], dict[str, str]]:
    """Return our credentials as fields and as headers, in the form that the provider accepts."""
    methods = metadata.says.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if not provider.client_secret:
        return {"client_id": provider.client_id}, {}
    if "client_secret_basic" not in methods and "client_secret_post" in methods:
        return {"client_id": provider.client_id, "client_secret": provider.client_secret}, {}
    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
    return {}, {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _check_sender(metadata: Metadata, answer: Mapping[str, str]) -> None:
    """Check that the answer is from the provider that was asked (RFC 9207), if the provider says who it is."""
    given = answer.get("iss")
    promised = metadata.says.get("authorization_response_iss_parameter_supported") is True
    if (given is None and promised) or (given is not None and given != metadata.issuer):
        raise ProviderTrouble("The answer is from another provider than the one that was asked.")


def _error(status: int, said: Mapping[str, Any]) -> str:
    words = [str(said[name])[:200] for name in ("error", "error_description") if said.get(name)]
    return ": ".join(words) or str(status)


def _with_query(url: str, asked: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked, quote_via=quote)}"
