"""People who can sign in to a throwaway Home Assistant."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import json
from pathlib import Path
import secrets
from typing import Any
import uuid

import jwt

LONG_LIVED = timedelta(days=3650)
SHORT_LIVED = timedelta(minutes=30)


class Role(StrEnum):
    """What a person may do, by the name of Home Assistant's group."""

    ADMIN = "system-admin"
    USER = "system-users"
    READ_ONLY = "system-read-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A refresh token, from which access tokens are made."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    secret: str = field(default_factory=lambda: secrets.token_hex(64))
    key: str = field(default_factory=lambda: secrets.token_hex(64))
    lifetime: timedelta

    def access(self) -> str:
        """Return an access token."""
        now = datetime.now(UTC)
        claims = {"iss": self.id, "iat": now, "exp": now + self.lifetime}
        return jwt.encode(claims, self.key, algorithm="HS256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with a token for programs and one for a browser."""

    role: Role
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    long_lived: Token = field(default_factory=lambda: Token(lifetime=LONG_LIVED))
    browser: Token = field(default_factory=lambda: Token(lifetime=SHORT_LIVED))

    @property
    def name(self) -> str:
        """Return the name that the frontend shows."""
        return self.role.name.replace("_", " ").capitalize()

    def access_token(self) -> str:
        """Return a token for the REST API and the WebSocket API."""
        return self.long_lived.access()

    def browser_session(self, url: str) -> dict[str, object]:
        """Return what the frontend keeps as `hassTokens` in the local storage."""
        expires = datetime.now(UTC) + self.browser.lifetime
        return {
            "access_token": self.browser.access(),
            "token_type": "Bearer",
            "expires_in": int(self.browser.lifetime.total_seconds()),
            "expires": int(expires.timestamp() * 1000),
            "refresh_token": self.browser.secret,
            "clientId": f"{url}/",
            "hassUrl": url,
        }


def write_accounts(storage: Path, accounts: list[Account], url: str) -> None:
    """Write the file that Home Assistant reads its users from."""
    tokens = [
        _stored_token(account, token, url)
        for account in accounts
        for token in (account.long_lived, account.browser)
    ]
    data = {
        "users": [_stored_user(account) for account in accounts],
        "groups": [{"id": role, "name": role.name} for role in Role],
        "credentials": [],
        "refresh_tokens": tokens,
    }
    content = {"version": 1, "minor_version": 1, "key": "auth", "data": data}
    (storage / "auth").write_text(json.dumps(content))


def _stored_user(account: Account) -> dict[str, Any]:
    """Return a person as the file has it."""
    return {
        "id": account.id,
        "group_ids": [account.role],
        "is_owner": account.role is Role.ADMIN,
        "is_active": True,
        "name": account.name,
        "system_generated": False,
        "local_only": False,
    }


def _stored_token(account: Account, token: Token, url: str) -> dict[str, Any]:
    """Return a token as the file has it."""
    is_long_lived = token is account.long_lived
    return {
        "id": token.id,
        "user_id": account.id,
        "client_id": None if is_long_lived else f"{url}/",
        "client_name": "Programs" if is_long_lived else None,
        "client_icon": None,
        "token_type": "long_lived_access_token" if is_long_lived else "normal",
        "created_at": datetime.now(UTC).isoformat(),
        "access_token_expiration": token.lifetime.total_seconds(),
        "token": token.secret,
        "jwt_key": token.key,
        "last_used_at": None,
        "last_used_ip": None,
        "expire_at": None,
        "credential_id": None,
        "version": None,
    }
