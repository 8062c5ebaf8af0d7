"""Sending to an address of others: only to public machines, no redirects, little time, little read of the answer."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

CONNECT_SECONDS = 3.0
WHOLE_SECONDS = 8.0
READ_BYTES = 2_048
SHOWN_CHARACTERS = 300
AGENT = "Cho-OCOP-Webhooks/1"
# ranges in which a public address hides a private one: IPv4 in IPv6, what translators reach, sites of their own
_HIDING = ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
_WRAPPING = tuple(map(ipaddress.ip_network, _HIDING))


class Unsendable(Exception):
    """An address that is never sent to; its word says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: the status (None where nothing answered), how long it took, how the answer began."""

    status: int | None
    milliseconds: int
    answer: str = ""
    fault: str = ""

    @property
    def is_good(self) -> bool:
        """The receiver took it: any status of 200 to 299."""
        return self.status is not None and 200 <= self.status < 300


def parts_of(url: str, *, allow_http: bool) -> SplitResult:
    """The parts of an address that may be sent to; Unsendable where its form forbids it."""
    if not url.isprintable() or " " in url:
        raise Unsendable("form")
    try:
        parts = urlsplit(url)
        port_fine = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        raise Unsendable("form") from None
    if parts.scheme not in ({"https", "http"} if allow_http else {"https"}):
        raise Unsendable("scheme")
    if not parts.hostname or not port_fine or parts.username or parts.password or parts.fragment:
        raise Unsendable("form")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a machine of the open internet, and not to this house or its neighbours."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if any(found in wrapping for wrapping in _WRAPPING):
            return False
    return found.is_global and not found.is_multicast


def post(url: str, body: bytes, headers: dict[str, str], *, allow_http: bool, allow_private: bool) -> Outcome:
    """Send once, to the very machine whose address was looked at; never raises for what the other side does."""
    began = time.monotonic()
    try:
        parts = parts_of(url, allow_http=allow_http)
        address = _address_of(parts, allow_private)
        status, answer = _exchange(parts, address, body, headers, allow_private)
        if time.monotonic() - began >= WHOLE_SECONDS:
            # what was cut off may look as if it had ended
            raise TimeoutError
        fault = "redirect" if 300 <= status < 400 else "" if 200 <= status < 300 else "status"
        return Outcome(status, _since(began), answer, fault)
    except Unsendable as refused:
        return Outcome(None, _since(began), fault=str(refused))
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() - began >= WHOLE_SECONDS
        kind = "tls" if isinstance(error, ssl.SSLError) else "connection"
        return Outcome(None, _since(began), fault="timeout" if late else kind)


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _address_of(parts: SplitResult, allow_private: bool) -> tuple[str, int]:
    """The first address of the host; one that has any private address is not sent to at all."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unsendable("name") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        raise Unsendable("private")
    return addresses[0], port


def _exchange(
    parts: SplitResult, address: tuple[str, int], body: bytes, headers: dict[str, str], allow_private: bool
) -> tuple[int, str]:
    lines = [socket.create_connection(address, CONNECT_SECONDS)]
    # a machine that feeds us byte by byte never makes a single read late: the whole exchange has an end
    end = threading.Timer(WHOLE_SECONDS, _shut, [lines])
    end.daemon = True
    end.start()
    try:
        if not allow_private and not is_public(str(lines[0].getpeername()[0])):
            raise Unsendable("private")
        lines[0].settimeout(WHOLE_SECONDS)
        if parts.scheme == "https":
            _wrap(parts, lines)
        return _talk(parts, lines[-1], body, headers)
    finally:
        end.cancel()
        lines[-1].close()


def _shut(lines: list[socket.socket]) -> None:
    """End the line that is in use, whichever thread waits on it."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(lines[-1], socket.SHUT_RDWR)


def _wrap(parts: SplitResult, lines: list[socket.socket]) -> None:
    """Speak TLS on the line; the handshake, too, has to end in time."""
    context = ssl.create_default_context()
    line = context.wrap_socket(lines[0], server_hostname=parts.hostname, do_handshake_on_connect=False)
    lines.append(line)
    line.do_handshake()


def _talk(parts: SplitResult, line: socket.socket, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """One request on a connection that stands already, whose name is that of the address."""
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=WHOLE_SECONDS)
    connection.sock = line
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        told = {"Host": host, "User-Agent": AGENT, "Connection": "close", "Accept-Encoding": "identity", **headers}
        connection.request("POST", path, body, told)
        response = connection.getresponse()
        text = response.read(READ_BYTES).decode("utf-8", "replace")
        return response.status, text[:SHOWN_CHARACTERS]
    finally:
        connection.close()
