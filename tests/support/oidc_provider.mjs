// A real OpenID provider (panva's oidc-provider) for the tests: `node oidc_provider.mjs PORT CONFIG.json`.
// Whoever signs in as NAME gets the claims that CONFIG.people has for NAME; it is read anew each time.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [, , port, file] = process.argv;
const read = () => JSON.parse(readFileSync(file, "utf8"));
const { issuer, clients } = read();

const provider = new Provider(issuer, {
  clients,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  conformIdTokenClaims: read().conform ?? true,
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...read().people[sub] }) }),
  cookies: { keys: ["only for tests"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
