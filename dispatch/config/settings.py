"""The one settings file: the environment decides."""

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from dispatch.config.env import (
    database,
    env_bool,
    env_choice,
    env_float,
    env_int,
    env_json,
    env_list,
    env_secret,
    env_str,
    env_tiles,
    env_url,
)
from dispatch.integrations.webpush import vapid

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DEBUG = env_bool("DEBUG", default=False)
# "production" | "demo" | "test": what the installation is for; demo and test run
# on http://localhost, where cookies cannot be marked secure.
MODE = env_str("MODE", "production")
LOCAL = MODE in {"demo", "test"}
SECRET_KEY = env_secret("SECRET_KEY", "only-for-tests" if MODE == "test" else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it, or SECRET_KEY_FILE, to a long random text."
    )
if DEBUG and not LOCAL:
    raise ImproperlyConfigured("DEBUG must be off in production.")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "dispatch.config.apps.DispatchConfig",
    "field_app.apps.FieldAppConfig",
    "pwa",
    "csp",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "dispatch.config.apps.OfficeAdminConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dispatch.config.middleware.PermissionsPolicyMiddleware",
]

ROOT_URLCONF = "dispatch.config.urls"
WSGI_APPLICATION = "dispatch.config.wsgi.application"
ASGI_APPLICATION = "dispatch.config.asgi.application"

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
                "dispatch.config.context.product",
            ],
        },
    },
]

DATABASES = {
    "default": database(
        env_secret("DATABASE_URL", "postgresql://dispatch@localhost/dispatch")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "dispatch.User"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env_secret("CACHE_URL", env_secret("BROKER_URL")),
    }
    if env_secret("CACHE_URL", env_secret("BROKER_URL"))
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env_str("TIME_ZONE", "Europe/London")
USE_I18N = True
USE_TZ = True

FRONTEND_DIST = Path(env_str("FRONTEND_DIST", str(BASE_DIR / "frontend" / "dist")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
# Hashed file names come from the frontend build: nothing is renamed here, and the
# files are served from where the build left them.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = LOCAL
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8,}\.\w+$"
MEDIA_ROOT = Path(env_str("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
MEDIA_STORE = env_str("MEDIA_STORE", "dispatch.integrations.media.files.FileStore")
# Room that photos leave on the disk for everything else.
MEDIA_RESERVE_MB = env_int("MEDIA_RESERVE_MB", 500)

# --- Celery: a wake-up; the truth about work to do is the outbox -----------------
CELERY_BROKER_URL = env_secret("BROKER_URL")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# A new child of the pool loads the engine first: four seconds, Celery's own limit,
# are short for that on a busy machine.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 120.0
CELERY_TASK_TIME_LIMIT = 660
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "dispatch.tasks.sweep_outbox", "schedule": 10.0},
    "expire-holds": {"task": "dispatch.tasks.expire_holds", "schedule": 60.0},
    "watch-clocks": {"task": "dispatch.tasks.watch_clocks", "schedule": 60.0},
    "make-recurring": {"task": "dispatch.tasks.make_recurring", "schedule": 900.0},
    "compact-receipts": {
        "task": "field_app.tasks.compact_receipts",
        "schedule": 86_400.0,
    },
    "watch-roads": {"task": "dispatch.tasks.watch_roads", "schedule": 60.0},
    "calibrate-travel": {
        "task": "dispatch.tasks.calibrate_travel",
        "schedule": crontab(hour="2", minute="40"),
    },
    "look-up-places": {"task": "dispatch.tasks.look_up_places", "schedule": 10.0},
    "forget-changes": {"task": "dispatch.tasks.forget_changes", "schedule": 600.0},
}

# --- Outside world, each behind one small interface -------------------------------
EMAIL_BACKEND = env_str(
    "EMAIL_BACKEND",
    "django.core.mail.backends.filebased.EmailBackend"
    if LOCAL
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_FILE_PATH = env_str("EMAIL_FILE_PATH", str(BASE_DIR / "var" / "mail"))
EMAIL_HOST = env_str("EMAIL_HOST", "localhost")
DEFAULT_FROM_EMAIL = env_str(
    "DEFAULT_FROM_EMAIL", "Field Dispatch <no-reply@localhost>"
)
MESSAGE_SENDER = env_str(
    "MESSAGE_SENDER", "dispatch.integrations.email.client.EmailSender"
)
# Empty: no text messages. The file one is for a trial run, and to see what would go.
SMS_SENDER = env_str(
    "SMS_SENDER", "dispatch.integrations.sms.files.FileSender" if LOCAL else ""
)
SMS_FILE_PATH = env_str("SMS_FILE_PATH", str(BASE_DIR / "var" / "sms.jsonl"))
PUSH_SENDER = env_str("PUSH_SENDER", "dispatch.integrations.webpush.client.PushSender")
# Made by `manage.py make_vapid_key`; without it no device can be woken.
VAPID_PRIVATE_KEY = env_secret("VAPID_PRIVATE_KEY")
VAPID_PUBLIC_KEY = vapid.public_key(VAPID_PRIVATE_KEY)
VAPID_SUBJECT = env_str("VAPID_SUBJECT", "mailto:admin@localhost")
# The push services of the browsers; the server calls no other address for a device.
PUSH_SERVICES = env_list(
    "PUSH_SERVICES",
    "https://fcm.googleapis.com,https://updates.push.services.mozilla.com,"
    "https://*.push.apple.com,https://*.notify.windows.com",
)
# Where addresses are looked up: a service that geopy knows, or none.
GEOCODER = env_json("GEOCODER")
GEOCODER_CLASS = (
    "dispatch.integrations.geocoding.client.GeopyGeocoder" if GEOCODER else ""
)
GEOCODER_GAP_SECONDS = env_float("GEOCODER_GAP_SECONDS", 1.0)
REPORT_RENDERER = "dispatch.integrations.typst.render.pdf"
PUBLIC_URL = env_str("PUBLIC_URL", "http://localhost:8000")
# A map style address, or a path to a PMTiles file; empty means blank ground.
BASEMAP_STYLE = env_str("BASEMAP_STYLE")
BASEMAP_PMTILES = env_str("BASEMAP_PMTILES")
# Or pictures, as https://tiles.example.org/{z}/{x}/{y}.png, and whom to name for them.
BASEMAP_TILES, BASEMAP_ORIGIN = env_tiles("BASEMAP_TILES")
BASEMAP_ATTRIBUTION = env_str("BASEMAP_ATTRIBUTION")
if BASEMAP_TILES and not BASEMAP_ATTRIBUTION:
    raise ImproperlyConfigured(
        "BASEMAP_ATTRIBUTION is not set. Say whom the tiles are to be credited to."
    )

# --- Roads: a routing engine beside the estimate (docs/roads.md) ----------------------
ROADS_PROVIDER = env_choice("ROADS_PROVIDER", ("", "osrm", "valhalla"))
ROADS_CLASS = {
    "": "",
    "osrm": "dispatch.integrations.osrm.client.OsrmProvider",
    "valhalla": "dispatch.integrations.valhalla.client.ValhallaProvider",
}[ROADS_PROVIDER]
ROADS_URL = env_url("ROADS_URL", needed=bool(ROADS_PROVIDER))
ROADS_PROFILE = env_str("ROADS_PROFILE", "car")
# A name for the engine's data, for an engine that gives none.
ROADS_DATA = env_str("ROADS_DATA")
ROADS_TILE = env_int("ROADS_TILE", 50)
# A place further from every road than this is not by a road.
ROADS_SNAP_METRES = env_int("ROADS_SNAP_METRES", 500)
# How long one question to the engine may take, and all of a plan's together.
ROADS_SECONDS = env_int("ROADS_SECONDS", 5)

# --- What the installation promises -----------------------------------------------
PLAN_SECONDS = env_int("PLAN_SECONDS", 8)
PLAN_SEED = env_int("PLAN_SEED", 1)
FROZEN_MINUTES = env_int("FROZEN_MINUTES", 120)
# What a repair may move at most: a share of the day's visits, but never fewer than
# some, and a share of the people who work that day.
REPAIR_SECONDS = env_int("REPAIR_SECONDS", 4)
REPAIR_VISITS_PERCENT = env_int("REPAIR_VISITS_PERCENT", 10)
REPAIR_VISITS_LEAST = env_int("REPAIR_VISITS_LEAST", 6)
REPAIR_PEOPLE_PERCENT = env_int("REPAIR_PEOPLE_PERCENT", 50)
BOOKING_DAYS = env_int("BOOKING_DAYS", 5)
BOOKING_WINDOW_MINUTES = env_int("BOOKING_WINDOW_MINUTES", 120)
HOLD_MINUTES = env_int("HOLD_MINUTES", 10)
# Numbers without a country code are of this country; calls are looked up by it.
PHONE_COUNTRY_CODE = env_str("PHONE_COUNTRY_CODE", "44")
# An open job of the same place is pointed out to whoever takes a call, this long.
DUPLICATE_DAYS = env_int("DUPLICATE_DAYS", 30)
# An urgent change that its technician has not seen after this goes another way.
NOTICE_MINUTES = env_int("NOTICE_MINUTES", 10)
# The same where none of their devices can be woken.
NOTICE_MINUTES_WITHOUT_PUSH = env_int("NOTICE_MINUTES_WITHOUT_PUSH", 3)
FIELD_HORIZON_DAYS = env_int("FIELD_HORIZON_DAYS", 7)
# So long before a visit its access code goes to the phone, and at home care the name.
FIELD_SECRET_HOURS = env_int("FIELD_SECRET_HOURS", 12)
# A phone locks itself, and its keys need the server again after so many days.
FIELD_PIN = env_bool("FIELD_PIN", default=MODE != "test")
FIELD_IDLE_LOCK_MINUTES = env_int("FIELD_IDLE_LOCK_MINUTES", 5)
FIELD_MAX_OFFLINE_DAYS = env_int("FIELD_MAX_OFFLINE_DAYS", 7)
FIELD_MAX_OFFLINE_DAYS_CARE = env_int("FIELD_MAX_OFFLINE_DAYS_CARE", 1)
# A sign-in lasts so long on an enrolled phone; elsewhere SESSION_COOKIE_AGE.
FIELD_SESSION_DAYS = env_int("FIELD_SESSION_DAYS", 30)
# The private key that opens what phones seal for the office: never in the database.
FIELD_SEAL_KEY = env_str("FIELD_SEAL_KEY", str(BASE_DIR / "var" / "field_seal_key.pem"))
# True takes the field app's worker off every phone at its next look for an update.
FIELD_KILL_SWITCH = env_bool("FIELD_KILL_SWITCH", default=False)

# --- Progressive web app -----------------------------------------------------------
PWA_APP_NAME = "Field Dispatch"
PWA_APP_SHORT_NAME = "Field"
PWA_APP_DESCRIPTION = (
    "Your visits, checklists, parts and sign-offs, with no signal too."
)
PWA_APP_THEME_COLOR = "#ffffff"
PWA_APP_BACKGROUND_COLOR = "#f4f5f7"
PWA_APP_DISPLAY = "standalone"
PWA_APP_SCOPE = "/field/"
PWA_APP_START_URL = "/field/"
PWA_APP_ORIENTATION = "any"
PWA_APP_DEBUG_MODE = False
PWA_APP_SPLASH_SCREEN: list[dict[str, str]] = []
PWA_APP_ICONS = [{"src": "/static/icons/icon-192.png", "sizes": "192x192"}]
PWA_APP_LANG = "en-GB"
PWA_SERVICE_WORKER_PATH = str(FRONTEND_DIST / "serviceworker.js")

# --- Security ----------------------------------------------------------------------
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SECURE_SSL_REDIRECT = not LOCAL and env_bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env_bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BASEMAP_ORIGIN],
        "font-src": [SELF],
        # The map fetches its tiles by script.
        "connect-src": [SELF, *env_list("CSP_CONNECT"), *BASEMAP_ORIGIN],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
}
