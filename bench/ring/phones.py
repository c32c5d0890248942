"""Telephones that ring: each registers with the server over UDP from a socket of its own, and says when an INVITE reached it."""
import os
import re
import select
import socket
import struct
import threading
import time

from unlock.phone import digest

# <linux/socket.h>: the kernel's own time of a datagram's arrival, so that it does not matter when Python gets round to reading it.
SO_TIMESTAMPNS = 35


def fields(text, name):
    return re.findall(rf"^{name}: *(.*)\r$", text, re.M | re.I)


class Phones:
    """Registered once they stand. They say 180, end when the caller cancels, and never answer."""

    def __init__(self, port, domain, accounts):
        """`accounts`: (user, password) of each phone."""
        self.server, self.domain = ("127.0.0.1", port), domain
        self.changed = threading.Condition()
        self.arrived = {}
        self.ended = 0
        self.sockets = {}
        for user, password in accounts:
            bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            bound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            bound.bind(("127.0.0.1", 0))
            self.sockets[bound.fileno()] = (bound, user)
            self._register(bound, user, password)
        self.open = True
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open = False
        self.thread.join()
        for bound, _ in self.sockets.values():
            bound.close()

    def _register(self, bound, user, password):
        own, call, authorization = "127.0.0.1:%d" % bound.getsockname()[1], os.urandom(8).hex(), ""
        escaped = user.replace("#", "%23")
        bound.settimeout(10)
        for cseq in (1, 2):
            bound.sendto((f"REGISTER sip:{self.domain} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{os.urandom(8).hex()};rport\r\nMax-Forwards: 70\r\n"
                          f"From: <sip:{escaped}@{self.domain}>;tag=1\r\nTo: <sip:{escaped}@{self.domain}>\r\nCall-ID: {call}\r\nCSeq: {cseq} REGISTER\r\n"
                          f"Contact: <sip:{escaped}@{own}>\r\nExpires: 3600\r\n{authorization}Content-Length: 0\r\n\r\n").encode(), self.server)
            text = bound.recv(65536).decode(errors="replace")
            if " 200 " in text.split("\r\n")[0]:
                return
            challenge = re.findall(r"WWW-Authenticate: (Digest [^\r]*)", text)
            wanted = next((one for one in challenge if "SHA" not in one), challenge[0] if challenge else None)
            if not wanted:
                break
            authorization = f"Authorization: {digest(wanted, user, password, 'REGISTER', f'sip:{self.domain}')}\r\n"
        raise SystemExit(f"{user} could not register:\n{text}")

    def _listen(self):
        poll = select.poll()
        for number in self.sockets:
            poll.register(number, select.POLLIN)
        while self.open:
            for number, _ in poll.poll(200):
                self._take(*self.sockets[number])

    def _take(self, bound, user):
        data, extra, _, _ = bound.recvmsg(65536, 64)
        text = data.decode(errors="replace")
        method = text.split(" ", 1)[0]
        if method == "INVITE":
            seconds, nanoseconds = struct.unpack("qq", extra[0][2])
            with self.changed:
                self.arrived.setdefault((fields(text, "Call-ID")[0], bound.fileno()), seconds + nanoseconds / 1e9)
                self.changed.notify_all()
            self.invite = text
            self._say(bound, user, text, "180 Ringing")
        elif method == "CANCEL":
            self._say(bound, user, text, "200 OK")
            self._say(bound, user, text.replace("CANCEL", "INVITE"), "487 Request Terminated")
        elif method == "ACK":
            with self.changed:
                self.ended += 1
                self.changed.notify_all()

    def _say(self, bound, user, text, status):
        copied = "".join(f"{name}: {value}\r\n" for name in ("Via", "Record-Route", "From") for value in fields(text, name))
        own = "127.0.0.1:%d" % bound.getsockname()[1]
        bound.sendto((f"SIP/2.0 {status}\r\n{copied}To: {fields(text, 'To')[0]};tag={bound.fileno()}\r\nCall-ID: {fields(text, 'Call-ID')[0]}\r\n"
                      f"CSeq: {fields(text, 'CSeq')[0]}\r\nContact: <sip:phone@{own}>\r\nContent-Length: 0\r\n\r\n").encode(), self.server)

    def last_to_ring(self, limit=10):
        """The time (of the clock on the wall) at which the last of all rang; they must all ring within `limit` seconds."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.arrived) == len(self.sockets), limit):
                raise SystemExit(f"{len(self.arrived)} of {len(self.sockets)} phones rang within {limit} seconds")
            return max(self.arrived.values())

    def quiet(self, limit=10):
        """Waits until each call was cancelled and that is acknowledged; then the next may begin."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.ended >= len(self.sockets), limit):
                raise SystemExit(f"{self.ended} of {len(self.sockets)} phones fell silent within {limit} seconds")
            self.arrived, self.ended = {}, 0
        time.sleep(0.02)
