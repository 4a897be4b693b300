"""What the operator may set. Nothing else in the house reads the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from unmentor.secret_key import FILE, kept_key
from unmentor.zones import is_known

Security = Literal["starttls", "tls", "none"]
SHORTEST_KEY = 16
# Since August 2023.
ASKS_FOR_AN_ACCOUNT = "meet.jit.si"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
DEFAULT_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


class WrongSetting(ValueError):  # noqa: N818 - it is named by what happened, and shown to a person
    """A setting cannot be used; its one line names it and says how to mend it."""

    def __init__(self, name: str, mend: str) -> None:
        super().__init__(f"{name}: {mend}")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Return the server that an ``smtp://user:pass@host:port?security=…`` URL names.

        Raises WrongSetting for another scheme, no host, an unknown ``security``,
        or credentials that would cross a network in the clear.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise WrongSetting("SMTP_URL", f"{error}; write smtp://user:pass@host:587?security=starttls") from None
        asked = parse_qs(parts.query).get("security", ["starttls"])[0]
        security = next((known for known in DEFAULT_PORTS if known == asked), None)
        if parts.scheme != "smtp" or not parts.hostname:
            raise WrongSetting("SMTP_URL", "write it as smtp://user:pass@host:587?security=starttls")
        if security is None:
            raise WrongSetting("SMTP_URL", f"security is {asked!r}; use starttls, tls or none")
        if security == "none" and parts.username and parts.hostname not in LOOPBACK:
            raise WrongSetting("SMTP_URL", "security=none would send the password in the clear; use starttls or tls")
        return cls(
            host=parts.hostname,
            port=port or DEFAULT_PORTS[security],
            security=security,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked. Make one with ``from_environment`` or by hand in a test."""

    database_url: str = field(repr=False)  # it may hold a password
    secret_key: str = field(repr=False)
    instance: Path
    base_url: str = "http://127.0.0.1:8000"
    smtp: SmtpServer | None = None
    mail_from: tuple[str, str] = ("UnMentoring", "unmentoring@localhost")
    mail_per_minute: int = 600
    time_zone: str = "Europe/London"
    video_room_url: str = ""
    trusted_proxies: int = 0
    operator: tuple[str, str] = ("", "")
    demo: bool = False

    @property
    def public(self) -> bool:
        """Say whether people reach the pages from other machines."""
        return urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def erased(self) -> Path:
        """Return the file that lists who was erased, beside the database: a restore reads it."""
        return self.instance / "erased"

    @property
    def catches_mail(self) -> bool:
        """Say whether mail goes to the built-in catcher instead of a real server."""
        return self.smtp is None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that *environ* names, with defaults for the rest.

        Raises WrongSetting, whose one line names the setting and how to mend it.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        instance = Path(given.get("UNMENTOR_INSTANCE", Path(__file__).parent.parent / "instance")).resolve()
        database_url = _database_url(given, instance)
        settings = cls(
            database_url=database_url,
            secret_key=_secret_key(given, database_url, instance),
            instance=instance,
            base_url=_base_url(given),
            smtp=SmtpServer.parse(given["SMTP_URL"]) if "SMTP_URL" in given else None,
            mail_from=_mail_from(given),
            mail_per_minute=_whole_number(given, "MAIL_PER_MINUTE", "600", least=1),
            time_zone=_time_zone(given),
            video_room_url=_video_room_url(given),
            trusted_proxies=_whole_number(given, "TRUSTED_PROXIES", "0", least=0),
            operator=_operator(given),
            demo=_demo(given),
        )
        _refuse_what_is_missing(settings)
        return settings


def _refuse_what_is_missing(settings: Settings) -> None:
    """Refuse settings that are right one by one and would harm people together. Raises WrongSetting."""
    if settings.public and settings.smtp is None:
        raise WrongSetting(
            "SMTP_URL",
            "set it, because BASE_URL is public and caught mail would be open to all;"
            " write smtp://user:pass@host:587?security=starttls",
        )
    if settings.public and not settings.operator[1]:
        raise WrongSetting(
            "OPERATOR",
            "set it, because BASE_URL is public and people must know who is responsible for their details;"
            " write Name <address>",
        )
    beyond = settings.smtp is not None and settings.smtp.host not in LOOPBACK
    if beyond and not (settings.public and settings.base_url.startswith("https://")):
        raise WrongSetting(
            "BASE_URL",
            f"is {settings.base_url}, and mail that leaves this machine would point there;"
            " write the https:// address that people reach, or unset SMTP_URL to catch mail here",
        )


def _database_url(given: Mapping[str, str], instance: Path) -> str:
    url = given.get("DATABASE_URL")
    if url is None:
        return f"sqlite:///{instance / 'unmentor.sqlite'}"
    # Hosts hand out several spellings of one address; all mean psycopg 3 here.
    for spelling in ("postgres://", "postgresql+psycopg://", "postgresql://"):
        if url.startswith(spelling):
            return "postgresql+psycopg://" + url.removeprefix(spelling)
    if url.startswith("sqlite:///"):
        return url
    raise WrongSetting("DATABASE_URL", "use postgresql://user:pass@host/name or sqlite:////path/to/file")


def _secret_key(given: Mapping[str, str], database_url: str, instance: Path) -> str:
    if key := given.get("SECRET_KEY"):
        if len(key) < SHORTEST_KEY:
            raise WrongSetting("SECRET_KEY", f"is too short; use at least {SHORTEST_KEY} random characters")
        return key
    if not database_url.startswith("sqlite"):
        raise WrongSetting("SECRET_KEY", "set it, the same for every process; make one with: openssl rand -hex 32")
    key = kept_key(instance)
    if len(key) < SHORTEST_KEY:
        raise WrongSetting(
            "SECRET_KEY", f"{instance / FILE} holds none; bring it back from a backup, or remove the file"
        )
    return key


def _base_url(given: Mapping[str, str]) -> str:
    url = given.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment or parts.path:
        raise WrongSetting("BASE_URL", "write it as https://unmentoring.example, with no path behind it")
    return url


def _mail_from(given: Mapping[str, str]) -> tuple[str, str]:
    name, address = parseaddr(given.get("MAIL_FROM", "UnMentoring <unmentoring@localhost>"))
    local, _, domain = address.rpartition("@")
    # The default is for one machine only, where no mail leaves.
    if not (local and domain == "localhost") and not _reachable(address):
        raise WrongSetting("MAIL_FROM", "write it as UnMentoring <hello@unmentoring.example>")
    return name or "UnMentoring", address


def _operator(given: Mapping[str, str]) -> tuple[str, str]:
    name, address = parseaddr(given.get("OPERATOR", ""))
    if "OPERATOR" in given and not (name and _reachable(address)):
        raise WrongSetting("OPERATOR", "write who is responsible for the data as Your Council <data@council.example>")
    return name, address


def _reachable(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _whole_number(given: Mapping[str, str], name: str, default: str, least: int) -> int:
    text = given.get(name, default)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < least:
        raise WrongSetting(name, f"is {text!r}; use a whole number from {least} up")
    return int(text)


def _time_zone(given: Mapping[str, str]) -> str:
    name = given.get("TIME_ZONE", "Europe/London")
    if not is_known(name):
        raise WrongSetting("TIME_ZONE", f"there is no zone {name!r}; use a name such as Europe/London")
    return name


def _video_room_url(given: Mapping[str, str]) -> str:
    url = given.get("VIDEO_ROOM_URL", "")
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if url and (not url.startswith("https://") or not host or url.count("{room}") != 1 or url.count("{") != 1):
        raise WrongSetting("VIDEO_ROOM_URL", "write an https:// address with {room} where the room's name goes")
    if host.rstrip(".") == ASKS_FOR_AN_ACCOUNT:
        raise WrongSetting(
            "VIDEO_ROOM_URL",
            f"a room on {ASKS_FOR_AN_ACCOUNT} opens only after somebody signs in with Google, Facebook or GitHub, and"
            " nobody here needs an account; name a Jitsi of your own, or unset it and people use a link of theirs or"
            " the phone",
        )
    return url


def _demo(given: Mapping[str, str]) -> bool:
    text = given.get("UNMENTOR_DEMO", "").lower()
    if text not in {"", "0", "1", "no", "yes", "off", "on", "false", "true"}:
        raise WrongSetting("UNMENTOR_DEMO", f"is {text!r}; use 1 or 0")
    return text in {"1", "yes", "on", "true"}
