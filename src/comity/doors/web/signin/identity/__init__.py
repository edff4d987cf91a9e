"""Signing in by an agency's own identity provider: OpenID Connect and SAML."""
