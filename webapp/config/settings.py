"""Django settings: one file, values from the environment, judged by config/checks.py."""

from datetime import timedelta
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config.env import database_from_env, env, env_bool, env_int, env_list
from config.logs import logging_config
from config.mail import mailers
from config.navigation import UNFOLD as UNFOLD  # noqa: PLC0414 - a setting that lives in its own module

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env("DJANGO_SECRET_KEY")
# Keys of before: what they signed or encrypted is still read.
SECRET_KEY_FALLBACKS = env_list("DJANGO_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("DJANGO_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env_list("DJANGO_CSRF_TRUSTED_ORIGINS")

# Only a plain-HTTP desk turns this off: cookies, redirects and HSTS follow it.
TLS = env_bool("DJANGO_TLS", default=True)

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboard",  # before unfold: its first page replaces unfold's
    "unfold.apps.BasicAppConfig",  # without a site of its own
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.InventoryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "config.apps.ConfigConfig",
    "core",
    "audit",
    "access",
    "catalog",
    "stock",
    "purchasing",
    "exchange",
    "demo",
    "signin",  # before allauth: its pages stand in for allauth's
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "anymail",
]

MIDDLEWARE = [
    "core.access_log.AccessLogMiddleware",
    "core.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "audit.middleware.AuditContextMiddleware",
    "access.middleware.UserLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "signin.middleware.SessionLimitsMiddleware",
    "signin.middleware.DutiesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "signin.context.look_of_the_admin",
            ],
            "libraries": {
                "unfold": "core.theme.page_tags",
                "unfold_list": "core.theme.list_tags",
            },
        },
    },
]

# The theme's libraries of tags are replaced by ours of the same name, which have all of theirs.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
FORM_RENDERER = "core.theme.form_renderer.FieldRenderer"

# --- Database ---------------------------------------------------------------------------------

DATABASES = {
    "default": {
        "ENGINE": "core.postgresql",
        **database_from_env(),
        # A new one plans every statement and every trigger anew (docs/adr/0021): pages that are
        # asked for once a minute would find no plan ever.
        "CONN_MAX_AGE": env_int("DB_CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": env("DB_SSLMODE", "prefer"),
            "sslrootcert": env("DB_SSLROOTCERT", ""),
            "connect_timeout": 10,
            "application_name": "drone-inventory",
        },
    },
}
# For web requests: how long they wait for a row that somebody else changes, and for one statement
# (CloudFront gives up after 60 seconds). Commands wait as long as it takes.
DB_LOCK_TIMEOUT_SECONDS = env_int("DB_LOCK_TIMEOUT_SECONDS", default=10)
DB_STATEMENT_TIMEOUT_SECONDS = env_int("DB_STATEMENT_TIMEOUT_SECONDS", default=55)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The least-privileged database user that the running application signs in as;
# `manage.py grant_app_rights` gives it its rights after each migration. It may be a role that
# nobody signs in as: then `prepare_database`, told of both, makes this member of it.
DB_APP_ROLE = env("DB_APP_ROLE", "")
DB_APP_USER_NAME = env("DB_APP_USER_NAME", "")
DB_APP_PASSWORD = env("DB_APP_PASSWORD", "")

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses who is locked out before a password is tried
    "access.backends.RightsBackend",
]
# The first hashes; the others are recognised, and replaced when their owner signs in.
PASSWORD_HASHERS = [
    "signin.hashers.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CSRF_FAILURE_VIEW = "core.error_pages.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = env("DJANGO_TIME_ZONE", "Asia/Tokyo")
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.StaticFilesStorage"},
}

# A stocktake page posts four fields a row for up to 500 rows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
IMPORT_MAX_BYTES = env_int("IMPORT_MAX_BYTES", default=20 * 1024 * 1024)
PICTURE_MAX_BYTES = env_int("PICTURE_MAX_BYTES", default=5 * 1024 * 1024)

# --- Our company, as printed on orders ----------------------------------------------------------

COMPANY = {
    "name_ja": env("COMPANY_NAME_JA", ""),
    "name_en": env("COMPANY_NAME_EN", ""),
    "address_ja": env("COMPANY_ADDRESS_JA", ""),
    "address_en": env("COMPANY_ADDRESS_EN", ""),
    "phone": env("COMPANY_PHONE", ""),
    "email": env("COMPANY_EMAIL", ""),
}

# --- Signing in, whom to ask ---------------------------------------------------------------------

# How many proxies of ours append to X-Forwarded-For; 0: visitors come directly.
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", default=0)
# Whom a page of an error tells one to ask: a name, a telephone number, an address.
SUPPORT_CONTACT = env("SUPPORT_CONTACT", "")
# Signs what `manage.py audit_head` prints; of its own, so that a new SECRET_KEY leaves heads valid.
AUDIT_SIGNING_KEY = env("AUDIT_SIGNING_KEY", "") or SECRET_KEY

# So many failures of one name from one address, and for so long it is refused.
AXES_FAILURE_LIMIT = env_int("SIGN_IN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env_int("SIGN_IN_LOCKOUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the end that the page tells stays
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "core.client_address.client_address"
AXES_USERNAME_CALLABLE = "signin.lockout.counted_name"
AXES_LOCKOUT_CALLABLE = "signin.lockout.locked_out_page"
AXES_SENSITIVE_PARAMETERS = ["username", "login", "code", "email", "ip_address"]
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

ACCOUNT_ADAPTER = "signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody does; a check wants it
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = 12 * 60 * 60
# Of Django: it binds a link to the password, the last sign-in and the user's one address.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_FORMS = {
    "login": "signin.forms.SignInForm",
    "change_password": "signin.forms.ChangePasswordForm",
    "reset_password": "signin.forms.AskForPasswordForm",
    "reset_password_from_key": "signin.forms.SetPasswordForm",
    "reauthenticate": "signin.forms.PasswordAgainForm",
    "user_token": "signin.forms.LinkForm",
}
# By name, beyond what axes refuses by name and address: guesses from many addresses. No limits by
# address alone: a whole factory shares one, and the firewall in front has them.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "100/h/key",
    "reset_password": "5/h/key",
    "reset_password_from_key": None,
    "change_password": "10/m/user",
    "reauthenticate": "10/m/user",
}

MFA_ADAPTER = "signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators enter addresses; nobody verifies them
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks of telephones; signin.forms refuses a code twice all the same
MFA_FORMS = {
    "authenticate": "signin.forms.CodeForm",
    "reauthenticate": "signin.forms.CodeAgainForm",
    "activate_totp": "signin.forms.ActivateForm",
}
# Administrators, and superusers, work only with a second factor.
MFA_REQUIRED = env_bool("MFA_REQUIRED", default=TLS)
# What encrypts their secrets: the first key, and those of before. Of its own, so that a new
# SECRET_KEY locks nobody out; `manage.py reencrypt_second_factors` takes up a new first key.
SECOND_FACTOR_KEYS = env_list("SECOND_FACTOR_KEYS") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]

USERSESSIONS_ADAPTER = "signin.adapters.SessionsAdapter"
# A session ends after so much idleness, and after SESSION_COOKIE_AGE whatever was done.
SESSION_IDLE_MINUTES = env_int("SESSION_IDLE_MINUTES", default=60)

# --- Mail ---------------------------------------------------------------------------------------

# Never to the console of a deployment: links in mails would stand in its logs.
MAILERS = mailers(env("DJANGO_EMAIL", "") or ("ses" if TLS else "console"))
DEFAULT_FROM_EMAIL = env("DJANGO_EMAIL_FROM", "inventory@localhost")

# --- Security ---------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
# The header by which a proxy says that the visitor came by TLS; no visitor may set it himself.
TLS_HEADER = "HTTP_" + env("DJANGO_TLS_HEADER", "X-Forwarded-Proto").upper().replace("-", "_")
SECURE_PROXY_SSL_HEADER = (TLS_HEADER, "https") if TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    # unfold's Alpine build evaluates its attributes as code.
    "script-src": [CSP.SELF, CSP.NONCE, CSP.UNSAFE_EVAL],
    # Alpine, Chart.js and the progress bars set style attributes.
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# --- Operation --------------------------------------------------------------------------------

# "default" is shared by all processes and tasks: it counts attempts and remembers codes already
# used. "local" is for figures that each process may work out by itself.
CACHES = {
    "default": {
        "BACKEND": "core.shared_cache.SharedCache",
        "LOCATION": "shared_cache",
        "TIMEOUT": 300,
        # Beyond it entries are dropped, and with them counted attempts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 300},
    # Parts of pages (core/fragments.py): about 10 kB each, in each process.
    "fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}
LOGGING = logging_config(json=env_bool("DJANGO_LOG_JSON", default=True))

# `/readyz` reports a ledger whose last successful verification is older than this.
LEDGER_VERIFICATION_MAX_AGE_HOURS = env_int("LEDGER_VERIFICATION_MAX_AGE_HOURS", default=48)
# The audit log's list says so when `verify_audit` last ran longer ago.
AUDIT_VERIFICATION_MAX_AGE_HOURS = env_int("AUDIT_VERIFICATION_MAX_AGE_HOURS", default=48)
