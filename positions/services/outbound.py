"""Requests to addresses that users gave: only to public ones, pinned to the address that was checked, no redirects."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress

CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or why there is none."""

    status: int | None
    error: str = ""
    retry_after: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def target_fault(url: str) -> str:
    """Why messages cannot be sent to this address; empty where they can, as far as the address itself says.

    What its name stands for is checked at each connection: it may change.
    """
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or "\\" in url:
        return "contains a blank, a backslash or a control character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "cannot be read as an address"
    private = settings.WEBHOOK_PRIVATE_TARGETS
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "must begin with https://"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "must not hold a user name or password; messages are signed"
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return "names no host"
    if port is not None and port not in (80, 443) and port < 1024:
        return "names a port that belongs to another service; use 443, or 1024 and above"
    if private:
        return ""
    if host == "localhost" or f".{host}".endswith(LOCAL_NAMES) or ("." not in host and ":" not in host):
        written = _number_of(host)
        if written is None:
            return "names a host of a local network"
    number = _number_of(host)
    if number is not None and not is_public(number):
        return "is an address of this machine or of a private network"
    return ""


Number = ipaddress.IPv4Address | ipaddress.IPv6Address


def _number_of(host: str) -> Number | None:
    """The address that a host is written as, also in the short, decimal and octal forms; null for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def is_public(number: Number) -> bool:
    """Whether an address is one of the public internet, also inside IPv6 forms that carry an IPv4 address."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inner is not None:
            return is_public(inner)
    return number.is_global and not number.is_multicast


def post_message(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a message; nothing of the answer is read but its status and when to try again."""
    if fault := target_fault(url):
        return Answer(None, f"the address {fault}")
    config = Config(
        ip_filter_enable=not settings.WEBHOOK_PRIVATE_TARGETS,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
        user_agent_override="Rapporteur-Webhooks/1",
    )
    try:
        with Manager(config).get_session() as session:
            # neither a proxy nor a password of this machine's environment
            session.trust_env = False
            with session.post(url, data=body, headers=dict(headers), stream=True, allow_redirects=False) as answer:
                return Answer(answer.status_code, "", answer.headers.get("Retry-After", ""))
    except InvalidIPAddress:
        return Answer(None, "the name stands for an address of this machine or of a private network")
    except (requests.RequestException, UnicodeError, ValueError) as error:
        return Answer(None, f"could not be reached ({type(error).__name__})")
