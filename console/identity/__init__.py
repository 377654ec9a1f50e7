"""Identity providers: OpenID Connect as a client (code flow with PKCE)."""
