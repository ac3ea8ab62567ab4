"""A notice by e-mail."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Final

from django.conf import settings

from tongying.web.notices.outcome import Outcome

TIMEOUT_SECONDS: Final = 20
PERMANENT: Final = 500
"""SMTP replies from here on are final (RFC 5321 section 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person.

    Attributes
    ----------
    to : str
    subject, body : str
    ident : str
        The same for every try, so that mail servers can tell a repetition.
    """

    to: str
    subject: str
    body: str
    ident: str


def is_on() -> bool:
    """Say whether this installation has a mail server."""
    return bool(settings.TONGYING_SMTP_HOST)


def send_mail(letter: Letter) -> Outcome:
    """Hand a letter to the mail server and say how it ended."""
    try:
        with _server() as server:
            server.send_message(_message(letter))
    except smtplib.SMTPRecipientsRefused as refusal:
        final = all(code >= PERMANENT for code, _ in refusal.recipients.values())
        return Outcome.FAILED if final else Outcome.LATER
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        return Outcome.FAILED if refusal.smtp_code >= PERMANENT else Outcome.LATER
    except (smtplib.SMTPException, OSError):
        # No connection, no TLS, a wrong password: all of it can be mended by the next try.
        return Outcome.LATER
    return Outcome.SENT


def _server() -> smtplib.SMTP:
    host, port = settings.TONGYING_SMTP_HOST, settings.TONGYING_SMTP_PORT
    tls = ssl.create_default_context()
    if settings.TONGYING_SMTP_TLS == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if settings.TONGYING_SMTP_TLS == "starttls":
            server.starttls(context=tls)
        if settings.TONGYING_SMTP_USER:
            server.login(settings.TONGYING_SMTP_USER, _password())
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _password() -> str:
    path = settings.TONGYING_SMTP_PASSWORD_FILE
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.TONGYING_SMTP_FROM
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=True)
    domain = parseaddr(settings.TONGYING_SMTP_FROM)[1].rpartition("@")[2] or "tongying"
    message["Message-ID"] = f"<{letter.ident}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, cte="base64")
    return message
