"""Every setting, in one flat file. Each line that reads the environment says so through `env`.

MODE=sample (the default) runs on invented data and can reach nobody: it accepts only the console gateway or a
stand-in on the loopback address. MODE=production demands its secrets and refuses DEBUG.
"""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backend import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- mode -----------------------------------------------------------------------------------------------------------
MODE = env.one_of("MODE", ("sample", "production"), "sample")
PRODUCTION = MODE == "production"
SAMPLE_MODE = not PRODUCTION
DEBUG = env.boolean("DEBUG")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on: it shows personal data to anyone, so production mode refuses it.")
SECRET_KEY = (
    env.required("SECRET_KEY", "production mode signs sessions with it.")
    if PRODUCTION
    else env.text("SECRET_KEY", "sample-mode-only-not-a-secret-" + "x" * 32)
)
# all: one process for everything. public: residents, webhooks, the open API. staff: the office, needs no internet.
SURFACE = env.one_of("SURFACE", ("all", "public", "staff"), "all")
PUBLIC_URL = env.address("PUBLIC_URL", "" if PRODUCTION else "http://127.0.0.1:8000")
if PRODUCTION and not PUBLIC_URL:
    raise ImproperlyConfigured("PUBLIC_URL is missing: webhook signatures and printed addresses are made from it.")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is missing: name the hosts that this process answers for.")
CSRF_FAILURE_VIEW = "backend.views.token_refused"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_q",
    "ninja",  # self-hosted API documentation
    "geo",
    "outreach.people",
    "outreach.contact",
    "outreach.classes",
    "outreach.registration",
    "outreach.dispatch",
    "outreach.reporting",
    "outreach.phone",
    "outreach.desk",
    "backend",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.middleware.ChosenLanguageMiddleware",
    "backend.problem.ProblemMiddleware",
    "backend.middleware.NoNulMiddleware",
    "backend.middleware.NoHugeNumberMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
FORM_RENDERER = "backend.forms.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.context.site",
            ],
        },
    }
]

# --- database, cache, jobs ------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'tsutsuura.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: with deferred transactions three quarters of concurrent sign-ups fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }
    if DATABASES["default"]["NAME"] not in {"", ":memory:"}:
        Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tsutsuura"}
}
# The broker stays the database: Redis loses the task of a killed worker. The retry clock starts when a task is
# dequeued, so retry >= timeout x (2 + (queue_limit + bulk) / workers), or a slow task would run twice.
Q_CLUSTER = {
    "name": "tsutsuura",
    "orm": "default",
    "workers": env.number("WORKERS", 3),  # a plan and a search may each take one for a minute; messages have the third
    "queue_limit": env.number("WORKERS", 3),
    "bulk": 1,
    "timeout": 120,
    "retry": 600,
    "max_attempts": 3,
    "catch_up": False,
    "save_limit": 500,
    "poll": 0.5,
    "label": "jobs",
}

# --- sign-in --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a whole town hall shares one address
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "backend/locked_out.html"
AXES_VERBOSE = False

# --- security -------------------------------------------------------------------------------------------------------
SECURE_COOKIES = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES or PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env.boolean("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come over plain http from inside
TRUST_PROXY = env.boolean("TRUST_PROXY")  # our own reverse proxy sets X-Forwarded-Proto and X-Forwarded-For
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- language, time, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("日本語")), ("en", _("英語"))]
LOCALE_PATHS = [BASE_DIR / "backend" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "/static/"
# django-leaflet's files only: as an app it wants the GDAL library.
LEAFLET_DIR = Path(find_spec("leaflet").submodule_search_locations[0]) / "static" / "leaflet"  # type: ignore[union-attr,index]
STATICFILES_DIRS = [("leaflet", LEAFLET_DIR)]
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
WHITENOISE_USE_FINDERS = SAMPLE_MODE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- messages -------------------------------------------------------------------------------------------------------
SMS_GATEWAY = env.one_of("SMS_GATEWAY", ("console", "twilio"), "console")
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_FROM = env.text("TWILIO_FROM")
TWILIO_API_URL = env.address("TWILIO_API_URL")  # another base address for the SDK: a stand-in or a proxy
if SMS_GATEWAY == "twilio":
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"):
        env.required(name, "SMS_GATEWAY=twilio needs it.")
    if SAMPLE_MODE and urlsplit(TWILIO_API_URL).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ImproperlyConfigured(
            "SMS_GATEWAY=twilio in sample mode needs TWILIO_API_URL on the loopback address: sample data is never sent."
        )
MESSAGES_PER_SECOND = env.number("MESSAGES_PER_SECOND", 10)
MESSAGES_PER_DAY = env.number("MESSAGES_PER_DAY", 0)  # by SMS; 0: no limit
MAILS_PER_SECOND = env.number("MAILS_PER_SECOND", 10)
MAILS_PER_DAY = env.number("MAILS_PER_DAY", 0)
SMS_YEN_PER_SEGMENT = env.number("SMS_YEN_PER_SEGMENT", 13)
SMS_YEN_PER_MONTH = env.number("SMS_YEN_PER_MONTH", 0)  # 0: no limit
SMS_DEADLINE = env.number("SMS_DEADLINE", 10)  # seconds for one request in all; the sending lease is over twice that
MESSAGE_TEXT_DAYS = env.number("MESSAGE_TEXT_DAYS", 90)  # then numbers and texts are cleared from what was told
CALLBACK_NUMBER = env.text("CALLBACK_NUMBER", "" if PRODUCTION else "03-0000-0100")
LINE_STAFF_NUMBER = env.text("LINE_STAFF_NUMBER", CALLBACK_NUMBER)  # where 0 on the line rings
RESIDENT_KEEP_DAYS = env.number("RESIDENT_KEEP_DAYS", 400)  # after the last class; then only counts remain
UPLOAD_KEEP_DAYS = env.number("UPLOAD_KEEP_DAYS", 30)  # of a file that staff sent in; what was taken in stays
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "tsutsuura@localhost")

# --- logs: never a name, a number or a text of a resident -----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "backend.logs.LineFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django": {"handlers": [], "level": "INFO"}},  # Django's own handlers would write it all unfiltered
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
}
