"""Django's settings, derived from the environment; the database's URL must be known before import."""

from __future__ import annotations

from django.conf.locale import LANG_INFO

from gis_core import languages
from machizu import libraries, postgres
from machizu.database import django_database
from machizu.environment import environment, secret_key

_environment = environment()

MACHIZU = _environment
RASTER_STORE = _environment.rasters

SECRET_KEY = secret_key(_environment.home)
DEBUG = _environment.debug
ALLOWED_HOSTS = list(_environment.allowed_hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "procrastinate.contrib.django",
    "layers",
    "webmap",
]

MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "webmap.security.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "webmap.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "machizu.urls"
DATABASES = {"default": django_database(postgres.database_url(), _environment.city.time_zone)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

GDAL_LIBRARY_PATH = libraries.gdal_library()
GEOS_LIBRARY_PATH = libraries.geos_library()

LANGUAGE_CODE = "ja"
LANGUAGES = [(code, name) for code, name in languages.NAMES.items()]
# Django does not know easy Japanese; dates and numbers in it are written as in Japanese.
LANG_INFO["ja-easy"] = LANG_INFO["ja"] | {"code": "ja-easy", "name_local": languages.NAMES["ja-easy"]}
LANGUAGE_COOKIE_NAME = "machizu_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = _environment.city.time_zone

# Named here, they are imported by the worker alone; modules that are found by their name, by every command.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = [
    "layers.tasks",
    "etl.schedules",
    "etl.feeds.schedule",
    "layers.webhook_tasks",
    "webmap.snapshots.tasks",
]

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]

X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A lost connection is told by whoever lost it; psycopg's remark about the rollback adds nothing.
    "loggers": {"psycopg": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
