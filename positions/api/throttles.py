"""How often each token, each signed-in browser and each anonymous address may ask."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac
from knox.models import AuthToken
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from positions.db.counters import counters

if TYPE_CHECKING:
    # which reads the settings that name this module
    from rest_framework.views import APIView

# An IPv6 host has a whole network of this size to itself.
IPV6_NETWORK_BITS = 64


class MinuteThrottle(BaseThrottle):
    """At most so many requests in any minute from one who asks; the counters know them by a keyed hash only."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        who = self.who_asks(request)
        if who is None:
            return True
        key = salted_hmac(__name__, who).hexdigest()
        self.seconds = counters().admit(key, self.limit, time.time())
        return self.seconds == 0

    def wait(self) -> float:
        """Seconds until it is worth asking again."""
        return self.seconds

    @property
    def limit(self) -> int:
        """Requests a minute."""
        raise NotImplementedError

    def who_asks(self, request: Request) -> str | None:
        """A name for who is counted; null where this throttle does not count them."""
        raise NotImplementedError


class AnonymousThrottle(MinuteThrottle):
    """Counts who is not signed in, by address; behind proxies by the one the outermost of them saw."""

    @property
    def limit(self) -> int:
        return int(settings.THROTTLE_ANONYMOUS)

    def who_asks(self, request: Request) -> str | None:
        if request.user.is_authenticated:
            return None
        return f"address {network_of(str(self.get_ident(request)))}"


class SignedInThrottle(MinuteThrottle):
    """Counts each token for itself, and the browsers of a user together."""

    @property
    def limit(self) -> int:
        return int(settings.THROTTLE_USER)

    def who_asks(self, request: Request) -> str | None:
        if not request.user.is_authenticated:
            return None
        token = request.auth
        return f"token {token.digest}" if isinstance(token, AuthToken) else f"user {request.user.pk}"


def network_of(address: str) -> str:
    """The address as it is counted: IPv4 as it is, IPv6 by its network; what is no address, as given."""
    try:
        read = ipaddress.ip_address(address.strip().strip("[]"))
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, IPV6_NETWORK_BITS), strict=False))
    return str(read)
