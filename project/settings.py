"""All settings. Each value that differs between machines comes from the environment; README lists them.

Everything is read through `Environment`, which refuses a wrong value by name instead of guessing.
"""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from project.environment import Environment, kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(BASE_DIR / ".env")

# Everything that Trellis writes at run time lies here: database, broker log, sockets, logs.
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).absolute()

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "") or kept_secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "")

# --- The timelines -----------------------------------------------------------------------------------------

# N: how many tubes tweets are spread over, and how many consumers supervisor runs.
TIMELINE_SHARDS = env.integer("TIMELINE_SHARDS", 5, least=1, most=512)
# How many jobs a consumer takes at once; it never waits for a batch to fill.
TIMELINE_BATCH = env.integer("TIMELINE_BATCH", 100, least=1, most=500)
# How many rows a batch should write at the most, so that tweets with huge audiences do not hold up those behind them.
TIMELINE_BATCH_ROWS = env.integer("TIMELINE_BATCH_ROWS", 50_000, least=1, most=10_000_000)
TIMELINE_PAGE = 20
# Days that timeline entries are stored for `trim_timelines`; 0 keeps all. Older tweets are read from the friends' own.
TIMELINE_KEEP_DAYS = env.integer("TIMELINE_KEEP_DAYS", 0, least=0, most=36_500)
# Days after which somebody who was not seen gets no entries until they return; 0 writes for everybody.
TIMELINE_DORMANT_DAYS = env.integer("TIMELINE_DORMANT_DAYS", 0, least=0, most=36_500)
# How many tweets share one partition of the timeline entries (PostgreSQL). With 200 friends each, 20,000 tweets are
# 4 million entries and about 350 MB: the newest one or two stay in memory.
TIMELINE_PARTITION = env.integer("TIMELINE_PARTITION", 20_000, least=1000, most=100_000_000)
# Seconds that the queue has for a tweet before the sweeper looks after it.
TIMELINE_LEASE = env.integer("TIMELINE_LEASE", 30, least=1, most=3600)
# Seconds that a consumer may hold a job before beanstalkd hands it to somebody else.
TIMELINE_TIME_TO_RUN = env.integer("TIMELINE_TIME_TO_RUN", 120, least=2, most=3600)
# A unix socket, or host:port of a beanstalkd that only this product's machines can reach: it has no passwords.
BEANSTALKD_ADDRESS = env.text("BEANSTALKD_ADDRESS", str(VAR_DIR / "run" / "beanstalkd.sock"))

# --- Django ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "timeline",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "timeline.headers.PrivateMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below WhiteNoise, whose files are compressed already.
    "timeline.compression.TextGZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Knows who is signed in, and answers before any form is read: those above read it only on the way to the view.
    "timeline.photos.receiving.LargeRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: it turns a log-in that was refused once too often into an answer that says so.
    "axes.middleware.AxesMiddleware",
    "timeline.outage.DatabaseOutageMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

SQLITE_OPTIONS = {
    # Take the write lock at BEGIN: a transaction that reads first and writes later would fail with
    # "database is locked" without waiting (https://sqlite.org/lang_transaction.html).
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # WAL lets readers go on while a consumer writes; NORMAL is durable against a crash of the process, and of
    # the machine up to the last checkpoint; it is what SQLite advises for WAL.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
}
POSTGRESQL_OPTIONS = {
    # An unreachable server is noticed in seconds, and a statement ends before its job's time to run does.
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    # Statements are short and many: compiling them (jit) would cost more than running them, and so does planning those
    # that are prepared once more for every page (timeline/prepared.py).
    "options": " ".join(
        f"-c {setting}"
        for setting in (
            "statement_timeout=60s",
            "lock_timeout=20s",
            "idle_in_transaction_session_timeout=60s",
            "jit=off",
            "plan_cache_mode=force_generic_plan",
        )
    ),
}


def database() -> dict[str, object]:
    """Return Django's configuration of the one database, from DATABASE_URL."""
    config = env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'trellis.sqlite3'}")
    is_sqlite = config["ENGINE"] == "django.db.backends.sqlite3"
    defaults = SQLITE_OPTIONS if is_sqlite else POSTGRESQL_OPTIONS
    return {
        **config,
        # With the connection go the statements that it has prepared.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**defaults, **config.get("OPTIONS", {})},
    }


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "timeline.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Argon2 first; a password that was hashed otherwise is hashed anew at the next log-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# --- Guessing and flooding ---------------------------------------------------------------------------------

# The first refuses who has guessed too often; it stands before the one that looks at passwords.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# So many wrong passwords for one name from one address, known or not, and log-in stays shut for this pair. Not for the
# name alone: anybody could lock anybody out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
# Waiting is waiting: trying meanwhile does not begin it anew.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "timeline.views.access.client_address"
# "Alice" and "alice" are one name.
AXES_USERNAME_CALLABLE = "timeline.views.accounts.name_tried"
AXES_LOCKOUT_CALLABLE = "timeline.views.accounts.locked_out"
# Who logged in when is nobody's business; failures are kept until they are forgiven.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# How often somebody may do something in a minute; 0 is without a limit. Log-in is counted for an address besides.
LIMITS = {
    "post": env.integer("LIMIT_POSTS", 20, least=0, most=1_000_000),
    "request": env.integer("LIMIT_REQUESTS", 20, least=0, most=1_000_000),
    "comment": env.integer("LIMIT_COMMENTS", 30, least=0, most=1_000_000),
    "like": env.integer("LIMIT_LIKES", 120, least=0, most=1_000_000),
    "upload": env.integer("LIMIT_UPLOADS", 60, least=0, most=1_000_000),
    "password": env.integer("LIMIT_PASSWORDS", 10, least=0, most=1_000_000),
    "signup": env.integer("LIMIT_SIGNUPS", 10, least=0, most=1_000_000),
    "login": env.integer("LIMIT_LOGINS", 60, least=0, most=1_000_000),
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Photos. No web server may serve this directory: a view does, to those who may see them.
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Behind HTTPS ------------------------------------------------------------------------------------------

# HTTPS=yes when a proxy in front ends TLS and sets X-Forwarded-Proto (README, "Production").
HTTPS = env.flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Everything comes from here, and nothing that stands in a page runs. Photos are shown from memory before they are sent.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "upgrade-insecure-requests": HTTPS,
    }
}

# --- Logs --------------------------------------------------------------------------------------------------

LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}; expected DEBUG, INFO, WARNING or ERROR.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "timeline": {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False},
        "django": {"handlers": ["stderr"], "level": "INFO" if DEBUG else "WARNING", "propagate": False},
    },
}
