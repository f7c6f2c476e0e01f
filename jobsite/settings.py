"""Django's settings, one module for every place the site runs.

What an operator may change is read from the environment; docs/settings.md explains each
variable. Wrong values raise one ImproperlyConfigured, a sentence that names them all.
"""

import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError, validate

# Django's generic classes take type arguments (ModelAdmin[JobPosting]) only after this.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What the environment says --------------------------------------------------------

is_given = validate.Regexp(r".*\S", error="must not be blank")
is_port = validate.Range(1, 65535, error="must be a number from 1 to 65535")
is_language = validate.Regexp(
    r"(en|de|fr|es)([-_][a-z0-9]+)*\Z",
    re.IGNORECASE,
    error="must be en, de, fr, es or a regional form of one, as in de-at",
)

LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"  # of a host name, RFC 1123 section 2.1
ADDRESS = re.compile(
    rf"https?://({LABEL}(\.{LABEL})*|\[[0-9a-f:.]+\])(:[0-9]{{1,5}})?/?", re.IGNORECASE
)


def is_site_url(text: str) -> None:
    try:
        fits = ADDRESS.fullmatch(text) and urlsplit(text).port != 0
    except ValueError:  # a port above 65535, or no IPv6 address between brackets
        fits = False
    if not fits:
        sentence = (
            "must be a scheme and a host without a path, as in https://jobs.example.com"
        )
        raise ValidationError(sentence)


def is_time_zone(name: str) -> None:
    """Refuse also what systems keep beside the zones.

    "localtime" is another zone on every machine, "Factory" says that none was set, and
    "right/" counts leap seconds, which Python does not.
    """
    try:
        ZoneInfo(name)
        known = not re.match(r"(localtime|posixrules|Factory)\Z|(posix|right)/", name)
    except (LookupError, OSError, ValueError):  # by the way a name is wrong
        known = False
    if not known:
        sentence = "must be the name of a time zone, as in Europe/Berlin"
        raise ValidationError(sentence)


def is_secret(key: str) -> None:
    """Refuse what Django's deployment check security.W009 only warns of."""
    if len(key) < 50 or len(set(key)) < 5:  # noqa: PLR2004
        sentence = "must have at least 50 characters, five of them different"
        raise ValidationError(sentence)


def is_user_agent(text: str) -> None:
    if not re.fullmatch(r"[A-Za-z_-]+[!-~]*( [!-~]+)*", text):
        sentence = (
            "must be a program's name in ASCII and what else is to be said, as in"
            " jobsite (+https://jobs.example.com)"
        )
        raise ValidationError(sentence)


def are_hosts(names: list[str]) -> None:
    if any(re.search(r"[\s/]", name) for name in names):
        sentence = "must be host names separated by commas, as in jobs.example.com"
        raise ValidationError(sentence)


env = Env(eager=False)  # collects what is wrong until seal(), and reads it as None

folder = env.str("DATA_DIR", "var", validate=is_given) or "var"
try:
    DATA_DIR = BASE_DIR / Path(folder).expanduser()
except RuntimeError as error:
    raise ImproperlyConfigured(
        f"DATA_DIR: {folder} starts with the name of a user this machine does not know"
    ) from error
database: dict[str, Any] = env.dj_db_url(
    "DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'db.sqlite3'))}"
)
given_key = env.str("SECRET_KEY", None, validate=is_secret)
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", 8000, validate=is_port)
SITE_NAME = env.str("SITE_NAME", "Open Postings", validate=is_given)
given_url = env.str("SITE_URL", None, validate=is_site_url)
given_hosts: list[str] = env.list(
    "ALLOWED_HOSTS", [], subcast=str.strip, validate=are_hosts
)
given_agent = env.str("USER_AGENT", None, validate=is_user_agent)
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
TIME_ZONE = env.str("TIME_ZONE", "UTC", validate=is_time_zone)
given_language = env.str("LANGUAGE_CODE", "en", validate=is_language)

try:
    env.seal()
except EnvValidationError as error:
    wrong = cast("dict[str, list[str]]", error.error_messages)  # as seal() makes them
    raise ImproperlyConfigured(
        "; ".join(f"{name}: {messages[0]}" for name, messages in wrong.items())
    ) from error

# --- The data folder ------------------------------------------------------------------

try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"DATA_DIR: {DATA_DIR} cannot be made a folder ({error.strerror})"
    ) from error


def kept_secret(path: Path) -> str:
    """Return the key in the file at ``path``, made on the first start.

    Processes that start together agree: a key is written whole to a file of its own,
    and only the first link to ``path`` succeeds.
    """
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp's mode is 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text("utf-8").strip()


try:
    SECRET_KEY = given_key or kept_secret(DATA_DIR / "secret_key")
    is_secret(SECRET_KEY)
except OSError as error:
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set and {DATA_DIR / 'secret_key'} cannot be used"
        f" ({error.strerror})"
    ) from error
except UnicodeDecodeError as error:
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set and {DATA_DIR / 'secret_key'} is no text file"
    ) from error
except ValidationError as error:
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set and the key in {DATA_DIR / 'secret_key'}"
        f" {error.messages[0]}"
    ) from error

# --- The database ---------------------------------------------------------------------

match database["ENGINE"]:
    case "django.db.backends.sqlite3":
        if not Path(database["NAME"]).is_absolute():
            # Else each folder a command is begun in would have a database of its own.
            raise ImproperlyConfigured(
                "DATABASE_URL: must name SQLite's file by its whole path, as"
                " sqlite:////srv/jobs/db.sqlite3"
            )
        database["OPTIONS"] = {
            # Readers do not wait for the writer. Foreign keys Django enforces by itself.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            # A transaction that reads before it writes would otherwise fail at once,
            # whatever the timeout, when another writes in between.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds a writer waits for another
            **database.get("OPTIONS", {}),
        }
    case "django.db.backends.postgresql":
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    case _:
        raise ImproperlyConfigured("DATABASE_URL: must be sqlite:// or postgresql://")

DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Derived from the database, beside it, and built anew where it is missing.
SEARCH_DIR = DATA_DIR / "search"

# --- The site's address and what follows from its scheme ------------------------------

SITE_URL = (given_url or f"http://127.0.0.1:{PORT}").rstrip("/")
USER_AGENT = given_agent or f"jobsite (+{SITE_URL})"
address = urlsplit(SITE_URL)
host = address.hostname or ""
ALLOWED_HOSTS = given_hosts or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    f"[{host}]" if ":" in host else host,
]

secure = address.scheme == "https"
SECURE_SSL_REDIRECT = secure
SESSION_COOKIE_SECURE = secure
CSRF_COOKIE_SECURE = secure
# A month: browsers refuse plain http for so long after a visit, also if https is lost.
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if secure else 0
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    # The site answers for its own host only; others of the domain may still need http.
    "security.W005",  # SECURE_HSTS_INCLUDE_SUBDOMAINS
    "security.W021",  # SECURE_HSTS_PRELOAD, which binds those hosts too and for years
]

# --- Applications, requests and pages -------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",  # runserver serves files as production does
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "postings.apps.PostingsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jobsite.urls"
WSGI_APPLICATION = "jobsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],  # before the admin's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "postings.context.site",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# The admin runs under it too. Nothing inline, nothing from another host. Django's
# defaults add nosniff, X-Frame-Options, Referrer-Policy and Cross-Origin-Opener-Policy.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# The admin's form of one posting holds nine long texts; Django's limit is 2.5 MiB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# --- Languages and times --------------------------------------------------------------

USE_TZ = True
LANGUAGE_CODE = given_language.replace("_", "-").lower()  # as Django names languages
LOCALE_PATHS = [BASE_DIR / "locale"]


def offered(default: str, catalogues: Path) -> list[tuple[str, str]]:
    """The languages a browser may ask for, each by code and its own name.

    Those there is a catalogue for, English, which needs none, and the default: a page
    whose dates are in the reader's language and whose words are not would be worse.
    """
    names = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
    own = default.partition("-")[0]
    return [
        (default if code == own else code, name)
        for code, name in names.items()
        if code in {own, "en"}
        or (catalogues / code / "LC_MESSAGES" / "django.mo").is_file()
    ]


LANGUAGES = offered(LANGUAGE_CODE, LOCALE_PATHS[0])

# --- Static files ---------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 3600  # of names without a hash; hashed ones are kept for ever

# --- Messages to the operator ---------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Instead of Django's own handlers: without DEBUG they write nothing to stderr.
        "django": {"handlers": [], "level": "INFO"},
        # A page that is not there is no message; a page that failed is.
        "django.request": {"level": "ERROR"},
        # ultimate-sitemap-parser; an import says itself what is wrong with a sitemap.
        "usp": {"level": "CRITICAL"},
    },
}
