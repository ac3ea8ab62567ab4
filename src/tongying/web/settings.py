"""Django's settings, from the environment; one data directory holds everything of one installation.

``TONGYING_DATA``
    Data directory (database, objects, secrets). Default ``data`` in the working directory.
``TONGYING_DATABASE_URL``
    ``postgresql://user:password@host:port/name``; default is SQLite in the data directory.
``TONGYING_HOSTS``
    Comma-separated host names that the server answers to; default loopback only.
``TONGYING_HTTPS``
    ``1`` behind a TLS proxy: secure cookies and the forwarded-protocol header.
``TONGYING_SMTP_HOST``, ``_PORT``, ``_USER``, ``_PASSWORD_FILE``, ``_TLS``, ``_FROM``
    Mail server of the notices (``TLS``: ``starttls``, ``ssl`` or ``none``). No host: no mail.
``TONGYING_FETAL_STAYS_WITH_MOTHER``
    ``1``: a fetal study linked to a child is shown on the mother's own pages too.
``TONGYING_PUSH_ANYWHERE``
    ``1`` for trials only: web pushes also go to plain http and to this network's own addresses.
``TONGYING_LIVE_PORT``, ``TONGYING_LIVE_URL``
    Port of the live role on the web's host (default 8001), or behind a proxy its whole address,
    such as ``wss://tongying.example``.
``TONGYING_ICE_SERVERS``
    JSON list of STUN and TURN servers as a browser's ``iceServers``; default none is contacted.
``TONGYING_RECORDING_DAYS``
    Days that a live session's recording is kept after it arrived whole; default 30.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tongying.web.viewer.config import VIEWER_CSP

PACKAGE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("TONGYING_DATA", "data")).resolve()
HTTPS = os.environ.get("TONGYING_HTTPS") == "1"


def _vendor_dir() -> Path:
    """Return the directory of fetched browser parts: beside the checkout, or as told."""
    told = os.environ.get("TONGYING_VENDOR")
    return Path(told).resolve() if told else PACKAGE_DIR.parents[2] / "vendor"


def _secret_key() -> str:
    """Read the installation's secret, made once, readable by its owner only."""
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text()
    except FileNotFoundError:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = DATA_DIR / f"secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
        return path.read_text()


def _database() -> dict[str, Any]:
    url = os.environ.get("TONGYING_DATABASE_URL", "")
    if url:
        parts = urlsplit(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "tongying.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: an acknowledged instance is on the disk, also after a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA cache_size=-64000; PRAGMA mmap_size=268435456;",
        },
    }


VENDOR_DIR = _vendor_dir()
TONGYING_VIEWER_DIR = VENDOR_DIR / "viewer"
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TONGYING_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
ROOT_URLCONF = "tongying.web.urls"
WSGI_APPLICATION = "tongying.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "tongying.web.people",
    "tongying.web.trail",
    "tongying.web.records",
    "tongying.web.cases",
    "tongying.web.alliance",
    "tongying.web.desk",
    "tongying.web.panels",
    "tongying.web.rooms",
    "tongying.web.referrals",
    "tongying.web.notices",
    "tongying.web.workitems",
    "tongying.web.jobs",
    "tongying.web.uploads",
    "tongying.web.capacity",
    "tongying.web.fusion",
    "tongying.web.norms",
    "tongying.web.measurements",
    "tongying.web.pathways",
    "tongying.web.ai",
    "tongying.web.evidence",
    "tongying.web.pages",
    "tongying.web.viewer",
]

MIDDLEWARE = [
    "tongying.web.middleware.bearer.BearerMiddleware",
    "tongying.web.middleware.problem.ProblemMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tongying.web.middleware.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "tongying.web.middleware.viewer.ViewerMiddleware",
    "tongying.web.middleware.vendor.VendorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

# A bearer request to DICOMweb needs only these: see `tongying.web.middleware.bearer`.
TONGYING_BEARER_MIDDLEWARE = [
    "tongying.web.middleware.problem.ProblemMiddleware",
    "tongying.web.middleware.viewer.ViewerMiddleware",
    "tongying.web.middleware.vendor.VendorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongying.web.pages.context.frame",
            ],
        },
    }
]

DATABASES = {"default": _database()}

AUTH_USER_MODEL = "people.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "tongying.web.pages.login.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Tongying"

SESSION_COOKIE_NAME = "tongying_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "tongying_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "tongying.web.pages.errors.csrf_failed"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    SECURE_HSTS_SECONDS = 31536000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
TONGYING_VIEWER_CSP = VIEWER_CSP

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LANGUAGE_COOKIE_NAME = "tongying_language"
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TONGYING_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [VENDOR_DIR / "static"] if path.is_dir()]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 610  # a clip of a live room has up to 600 frames

# A child's images may be opened many times in one sitting: one audit event covers this long.
TONGYING_READ_EPISODE_MINUTES = 15

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "tongying": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        # A frame that cannot be decoded is told to whoever asked; a traceback each fills the log.
        "pydicom": {"level": "CRITICAL"},
    },
}

# The address that a printed QR code leads to.
TONGYING_URL = os.environ.get("TONGYING_URL", "http://127.0.0.1:8000").rstrip("/")

TONGYING_SMTP_HOST = os.environ.get("TONGYING_SMTP_HOST", "")
TONGYING_SMTP_TLS = os.environ.get("TONGYING_SMTP_TLS", "starttls")
TONGYING_SMTP_PORT = int(
    os.environ.get("TONGYING_SMTP_PORT") or {"ssl": 465, "none": 25}.get(TONGYING_SMTP_TLS, 587)
)
TONGYING_SMTP_USER = os.environ.get("TONGYING_SMTP_USER", "")
TONGYING_SMTP_PASSWORD_FILE = os.environ.get("TONGYING_SMTP_PASSWORD_FILE", "")
TONGYING_SMTP_FROM = os.environ.get("TONGYING_SMTP_FROM", "tongying@localhost")
TONGYING_FETAL_STAYS_WITH_MOTHER = os.environ.get("TONGYING_FETAL_STAYS_WITH_MOTHER") == "1"
TONGYING_PUSH_ANYWHERE = os.environ.get("TONGYING_PUSH_ANYWHERE") == "1"

TONGYING_LIVE_PORT = int(os.environ.get("TONGYING_LIVE_PORT") or 8001)
TONGYING_LIVE_URL = os.environ.get("TONGYING_LIVE_URL", "").rstrip("/")
TONGYING_ICE_SERVERS = json.loads(os.environ.get("TONGYING_ICE_SERVERS") or "[]")
TONGYING_RECORDING_DAYS = int(os.environ.get("TONGYING_RECORDING_DAYS") or 30)
