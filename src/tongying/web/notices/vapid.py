"""The installation's own key for web push (VAPID, RFC 8292), made once."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

KEY_NAME = "vapid_key.pem"


def private_key() -> ec.EllipticCurvePrivateKey:
    """Return the key; the first call makes it, readable by its owner only."""
    path = Path(settings.DATA_DIR) / KEY_NAME
    if not path.exists():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    return cast(ec.EllipticCurvePrivateKey, key)


def public_key() -> str:
    """Return the public half as a browser takes it (uncompressed point, base64url)."""
    point = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)
    # Whoever links first wins; two processes that start together keep one key.
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
