"""All settings, in one file, from the environment (twelve-factor). `docs/operations.md` lists the variables.

ENVIRONMENT=local (the default) fills what is unset: embedded PostgreSQL and Redis, keys kept in `var/`, and
answers only to this machine's own names. ENVIRONMENT=production fills nothing that matters: an unset or
malformed variable stops the start with its name and its expected form.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from liaison import embedded, env, map_tiles

BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = env.choice("ENVIRONMENT", ("local", "production"), default="local")
LOCAL = ENVIRONMENT == "local"
DEBUG = env.boolean("DEBUG", default=False)


def _local(value: object) -> object:
    """A default that holds on one's own machine only; in production the variable is required."""
    return value if LOCAL else env.REQUIRED


# --- Keys -----------------------------------------------------------------------------------------------------

FERNET_KEY = r"[A-Za-z0-9_-]{43}="
SECRET_KEY = env.text(
    "SECRET_KEY",
    form="at least 50 random characters",
    min_length=50,
    default=_local(lambda: embedded.local_secret("SECRET_KEY")),
)
# Contact details are encrypted with the first key and read with any of them, so that keys can be rotated.
CONTACT_KEYS = env.items(
    "CONTACT_KEYS",
    form="Fernet keys (32 bytes in URL-safe base64), the newest first, with commas",
    each=FERNET_KEY,
    default=_local(lambda: [embedded.local_secret("CONTACT_KEYS")]),
)
# Keyed look-up of a telephone number without decrypting all of them. Changing it needs `reindex_contacts`.
BLIND_INDEX_KEY = env.text(
    "BLIND_INDEX_KEY",
    form="at least 32 random characters",
    min_length=32,
    default=_local(lambda: embedded.local_secret("BLIND_INDEX_KEY")),
)

# --- Where we are ---------------------------------------------------------------------------------------------

ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS",
    form="host names with commas, such as portal.example.cn",
    each=r"[A-Za-z0-9.\-\[\]:]+",
    default=_local(["localhost", "127.0.0.1", "[::1]", "testserver"]),
)
SITE_URL = env.url("SITE_URL", schemes=("https", "http"), default=_local("http://localhost:8000")).rstrip("/")
CSRF_TRUSTED_ORIGINS = [] if LOCAL else [SITE_URL]
# The area a petition belongs to when nothing more exact is known: the district the portal serves.
HOME_AREA = env.text("HOME_AREA", form="an official area code, such as 440310", default="440310")

# --- Applications ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "liaison.apps.StaticFiles",
    "django.contrib.postgres",
    "django.forms",  # its templates, so that templates/django/forms/ can replace some of them
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "directory",
    "journal",
    "notifications",
    "ballots",
    "dispatch",
    "deputies",
    "stations",
    "petitions",
    "desks",
    "insights",
    "appraisals",
    "cases",
    "liaison",
]

MIDDLEWARE = [
    "liaison.middleware.RequestId",
    "liaison.middleware.SpeakProblems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages only, padded at random against BREACH; static files are compressed beforehand.
    "django.middleware.gzip.GZipMiddleware",
    "liaison.middleware.RefuseBrokenText",
    "csp.middleware.CSPMiddleware",
    "liaison.middleware.AdminPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.RequireSecondFactor",
]
# Whoever holds it may read /metrics; without one that page does not exist and no request is counted.
METRICS_TOKEN = env.text("METRICS_TOKEN", form="at least 32 random characters", default="")
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")

ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "csp.context_processors.nonce",
                "liaison.display.context",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database, cache, queue -----------------------------------------------------------------------------------

DATABASE_URL = env.url("DATABASE_URL", schemes=("postgres", "postgresql"), default=_local(embedded.database_url))
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)}
if embedded.is_own(DATABASE_URL):
    # Starts the embedded servers at the first connection, so that every command works with nothing running.
    DATABASES["default"]["ENGINE"] = "liaison.embedded.backend"

# A copy for reading (liaison/replicas.py); unset, everything is read where it is written.
DATABASE_REPLICA_URL = env.url("DATABASE_REPLICA_URL", schemes=("postgres", "postgresql"), default="")
if DATABASE_REPLICA_URL:
    DATABASES["replica"] = {
        **dj_database_url.parse(DATABASE_REPLICA_URL, conn_max_age=600, conn_health_checks=True),
        "TEST": {"MIRROR": "default"},
    }
    DATABASES["replica"].setdefault("OPTIONS", {})["connect_timeout"] = 2
    DATABASE_ROUTERS = ["liaison.replicas.Router"]
    MIDDLEWARE.append("liaison.replicas.ReadFromReplica")

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"), default=_local(embedded.redis_url))
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1, "IGNORE_EXCEPTIONS": True},
        "KEY_PREFIX": "liaison",
    }
}
if embedded.is_own(REDIS_URL):
    DJANGO_REDIS_CONNECTION_FACTORY = "liaison.embedded.cache.EmbeddedConnectionFactory"
DJANGO_REDIS_IGNORE_EXCEPTIONS = True  # a cache that is down must not stop a petition
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True


def _broker(url: str) -> str:
    """Kombu spells a Redis Unix socket `redis+socket://`, with the database as `virtual_host`."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


# Redis carries messages as well, unless another broker (RabbitMQ) is named; cache and throttles stay in Redis.
BROKER_URL = env.url("BROKER_URL", schemes=("amqp", "amqps", "redis", "rediss", "unix"), default=REDIS_URL)
CELERY_BROKER_URL = _broker(BROKER_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"confirm_publish": True}  # a message counts as sent when RabbitMQ has it
    if BROKER_URL.startswith("amqp")
    else {"visibility_timeout": 3600, "socket_connect_timeout": 1, "socket_timeout": 30, "max_retries": 1}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "routing"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TIMEZONE = "Asia/Shanghai"
# Queues and timetable: liaison/celery.py.

# --- People ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"  # which leads each role to its own page
# Staff sign in with a password and a second factor, set up at the first sign-in.
STAFF_TOTP_REQUIRED = env.boolean("STAFF_TOTP_REQUIRED", default=True)
# Who sends one-time codes: accounts.actions.codes.send_code says why it is named here.
SMS_SENDER = "notifications.actions.send_sms"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # sign-up itself is closed (accounts/urls.py)
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # counted in PostgreSQL instead (accounts/attempts.py): Redis may be down
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.MfaReauthenticateForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
}
MFA_TOTP_TOLERANCE = 1  # clocks of telephones drift: a step of 30 s before and after is taken too
MFA_TOTP_ISSUER = "Liaison portal"
SESSION_COOKIE_AGE = 30 * 60  # seconds of idleness, MLPS level 3
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
REST_KNOX = {
    "TOKEN_TTL": timedelta(hours=12),
    "AUTO_REFRESH": False,
    "SECURE_HASH_ALGORITHM": "hashlib.sha512",
}

# --- Language and time ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
FORMAT_MODULE_PATH = ["liaison.formats"]
USE_TZ = True

# The administrators' pages (django-unfold), instead of “Django administration”.
UNFOLD = {
    "SITE_TITLE": _("Portal administration"),
    "SITE_HEADER": _("Portal administration"),
    "SITE_URL": "/desk/",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [lambda request: static("js/admin.js")],
    "COLORS": {  # the portal's petrol (static/css/tokens.css)
        "primary": {
            "50": "#f1f7f8",
            "100": "#e2eff2",
            "200": "#c3dde3",
            "300": "#97c2cd",
            "400": "#5b9daf",
            "500": "#2b7a90",
            "600": "#0f5468",
            "700": "#0c4858",
            "800": "#0a3f4f",
            "900": "#08303c",
            "950": "#051f27",
        }
    },
    "DASHBOARD_CALLBACK": "desks.backoffice.tools.first_page",
    "SIDEBAR": {"show_search": False, "navigation": "desks.backoffice.tools.navigation"},
}

# --- Files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("bootstrap-icons", BASE_DIR / "node_modules" / "bootstrap-icons" / "font"),
    ("echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
    ("htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("altcha", BASE_DIR / "node_modules" / "altcha" / "dist" / "workers"),
    ("leaflet", BASE_DIR / "node_modules" / "leaflet" / "dist"),
    ("qr", BASE_DIR / "node_modules" / "qr"),  # reads a station's code where the browser cannot (js/visit.js)
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.text("ATTACHMENT_DIR", form="a folder", default=str(BASE_DIR / "var" / "attachments"))
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Object storage that speaks S3 instead of a folder, for several web machines (liaison/object_storage.py).
ATTACHMENT_S3_BUCKET = env.text("ATTACHMENT_S3_BUCKET", form="the bucket's name", default="")
if ATTACHMENT_S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "liaison.object_storage.ObjectStorage",
        "OPTIONS": {
            "bucket_name": ATTACHMENT_S3_BUCKET,
            "endpoint_url": env.url("ATTACHMENT_S3_ENDPOINT", schemes=("https", "http") if LOCAL else ("https",)),
            "region_name": env.text("ATTACHMENT_S3_REGION", form="the region's name", default="us-east-1"),
            "access_key": env.text("ATTACHMENT_S3_KEY", form="the access key's id"),
            "secret_key": env.text("ATTACHMENT_S3_SECRET", form="the access key's secret"),
        },
    }
# No MEDIA_URL: an attachment is served only by a view that asks for permission.
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_BYTES", low=1024, high=100 * 2**20, default=10 * 2**20)
ATTACHMENT_MAX_COUNT = env.integer("ATTACHMENT_MAX_COUNT", low=0, high=50, default=9)
# Files of the worklist that staff ask for (desks/exports.py).
EXPORT_MAX_ROWS = env.integer("EXPORT_MAX_ROWS", low=100, high=1_000_000, default=200_000)
EXPORT_HOURS = env.integer("EXPORT_HOURS", low=1, high=168, default=24)
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # a body without files: far above the longest petition

# --- API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Nothing is open by accident: a view that is public says so.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "liaison.keyset.Keyset",
    "DEFAULT_PARSER_CLASSES": ["liaison.api.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "liaison.problems.handler",
    "DEFAULT_THROTTLE_RATES": {
        "submit": env.text("THROTTLE_SUBMIT", form="a rate such as 60/min", default="120/min"),
        "submit_phone": env.text("THROTTLE_SUBMIT_PHONE", form="a rate such as 10/hour", default="60/hour"),
        "follow": env.text("THROTTLE_FOLLOW", form="a rate such as 60/min", default="120/min"),
        "public": env.text("THROTTLE_PUBLIC", form="a rate such as 600/min", default="1200/min"),
        "sign_in": env.text("THROTTLE_SIGN_IN", form="a rate such as 20/min", default="60/min"),
    },
    "NUM_PROXIES": env.integer("NUM_PROXIES", low=0, high=10, default=0),
    "DATETIME_FORMAT": "iso-8601",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaison portal",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "PetitionState": "petitions.lifecycle.State",
        "OrderState": "dispatch.lifecycle.OrderState",
        "ReplyState": "dispatch.models.ReplyState",
        "DeliveryState": "notifications.models.State",
        "PetitionKind": "directory.models.PetitionKind",
        "OrderKind": "dispatch.models.OrderKind",
        "StationKind": "stations.models.StationKind",
        "ReceptionState": "stations.lifecycle.ReceptionState",
        "UnifiedDayState": "stations.lifecycle.DayState",
        "NoticeException": "stations.lifecycle.NoticeException",
        "Urgency": "directory.models.Urgency",
        "PetitionChannel": "petitions.models.Channel",
        "DeliveryChannel": "notifications.models.Channel",
        "Rating": "petitions.lifecycle.Rating",
        "DutyReportState": "appraisals.lifecycle.ReportState",
        "CaseRoundState": "cases.lifecycle.RoundState",
        "CaseState": "cases.lifecycle.CaseState",
        "AppointmentState": "stations.models.appointments.AppointmentState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "liaison.api.describe_problems",
    ],
}

# --- Policy of this deployment --------------------------------------------------------------------------------

# Proof of work for anonymous submissions.
ALTCHA_COST = env.integer("ALTCHA_COST", low=1, high=1_000_000, default=3000)  # rounds for each key tried
ALTCHA_REQUIRED = env.boolean("ALTCHA_REQUIRED", default=_local(False))
# The router assigns by itself when it is at least this sure; 0 to 1. False leaves every case to a dispatcher.
ROUTER_MAY_ASSIGN = env.boolean("ROUTER_MAY_ASSIGN", default=True)
ROUTER_CONFIDENCE = env.number("ROUTER_CONFIDENCE", low=0, high=1, default=0.8)
# Trained routers, as versioned files; web and worker machines share the folder.
MODEL_DIR = env.text("MODEL_DIR", form="a folder", default=str(BASE_DIR / "var" / "models"))
ROUTER_TRAINING_DAYS = env.integer("ROUTER_TRAINING_DAYS", low=60, high=3650, default=730)  # of closings learned from
ROUTER_JUDGED_DAYS = env.integer("ROUTER_JUDGED_DAYS", low=1, high=90, default=14)  # unseen: old and new are compared
ACCESS_TOKEN_SECONDS = env.integer("ACCESS_TOKEN_SECONDS", low=60, high=86400, default=1800)

# --- Messages -------------------------------------------------------------------------------------------------

# `outbox` keeps text messages in the database only (the demo shows them at /outbox/); `http` sends them.
SMS_GATEWAY = env.choice("SMS_GATEWAY", ("http", "outbox"), default=_local("outbox"))
_HTTP = SMS_GATEWAY == "http"
SMS_GATEWAY_URL = env.url(
    "SMS_GATEWAY_URL",
    schemes=("https", "http") if LOCAL else ("https",),
    default=env.REQUIRED if _HTTP else "",
)
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", form="the provider's token", default=env.REQUIRED if _HTTP else "")
SMS_GATEWAY_BODY = env.json_template(
    "SMS_GATEWAY_BODY",
    words=("{phone}", "{text}"),
    default={"phone": "{phone}", "text": "{text}", "id": "{key}"},
)
SMS_GATEWAY_SUCCESS = env.text(
    "SMS_GATEWAY_SUCCESS", form="name=value in the provider's answer, such as ok=true", default="ok=true"
)
EMAIL_HOST = env.text("EMAIL_HOST", form="the mail server's name", default=_local(""))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_PORT = env.integer("EMAIL_PORT", low=1, high=65535, default=587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", form="the account at the mail server", default="")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", form="its password", default="")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", form="an e-mail address", default=_local("portal@localhost"))

# --- Security -------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = not LOCAL and env.boolean("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_TLS_PROXY", default=False) else None
)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine next door, without TLS
CSRF_FAILURE_VIEW = "liaison.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SESSION_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_SAMESITE = "Lax"  # not HttpOnly: js/visitbox.js sends what was written without a network
LANGUAGE_COOKIE_SECURE = not LOCAL
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Without a provider maps show schematic outlines (directory/outlines.py) and ask no other host.
MAP_TILES = env.parsed(
    "MAP_TILES",
    form='tianditu:KEY, or JSON such as {"urls": ["https://host/{z}/{x}/{y}.png"], "attribution": "…"}',
    parse=map_tiles.parse,
    default=None,
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *map_tiles.hosts(MAP_TILES)],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Logs: never a name, a telephone number, a text or a token ------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "line"), default="line" if LOCAL else "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "liaison.logs.WithRequestId"}},
    "formatters": {
        "line": {
            "()": "liaison.logs.CleanLine",
            "format": "{asctime} {levelname} {name} [{request_id} {petition}] {message}",
            "style": "{",
        },
        "json": {"()": "liaison.logs.CleanJson"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id"]}},
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"),
    },
}
