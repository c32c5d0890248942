"""A room's telephone, as far as opening the door needs one: registers over UDP, answers the station's call, presses keys."""
import hashlib
import os
import random
import re
import socket
import struct
import threading
import time


def digest(challenge, user, password, method, uri):
    """RFC 2617 without qop or with qop=auth, MD5."""
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    nonce = fields["nonce"]
    first, second = md5(f"{user}:{fields['realm']}:{password}"), md5(f"{method}:{uri}")
    head = f'Digest username="{user}", realm="{fields["realm"]}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "qop" not in fields:
        return f'{head}, response="{md5(f"{first}:{nonce}:{second}")}"'
    own = os.urandom(8).hex()
    response = md5(f"{first}:{nonce}:00000001:{own}:auth:{second}")
    return f'{head}, qop=auth, nc=00000001, cnonce="{own}", response="{response}"'


class Phone:
    """Registered once it stands; `answer()` takes the next call."""

    def __init__(self, station, room, password):
        self.user, self.password, self.server = room, password, ("127.0.0.1", station.ports["sip"])
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.own = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.sequence, self.stamp, self.ssrc = random.randrange(30000), random.randrange(1 << 30), random.randrange(1 << 31)
        self.cseq, self.talking, self.lock = 1, False, threading.Lock()
        self._register()

    def _branch(self):
        return "z9hG4bK" + os.urandom(8).hex()

    def _receive(self):
        return self.socket.recv(65536).decode(errors="replace")

    def _register(self):
        call, authorization = os.urandom(8).hex(), ""
        for _ in range(2):
            self.socket.sendto((f"REGISTER sip:VDP SIP/2.0\r\nVia: SIP/2.0/UDP {self.own};branch={self._branch()};rport\r\nMax-Forwards: 70\r\n"
                                f"From: <sip:{self.user}@VDP>;tag=1\r\nTo: <sip:{self.user}@VDP>\r\nCall-ID: {call}\r\nCSeq: {self.cseq} REGISTER\r\n"
                                f"Contact: <sip:{self.user}@{self.own}>\r\nExpires: 3600\r\n{authorization}Content-Length: 0\r\n\r\n").encode(), self.server)
            self.cseq += 1
            text = self._receive()
            if " 200 " in text.split("\r\n")[0]:
                return
            challenge = re.search(r"WWW-Authenticate: (Digest [^\r]*)", text).group(1)
            authorization = f"Authorization: {digest(challenge, self.user, self.password, 'REGISTER', 'sip:VDP')}\r\n"
        raise SystemExit("the phone could not register:\n" + text)

    @staticmethod
    def _fields(text, name):
        return re.findall(rf"^{name}: *(.*)\r$", text, re.M | re.I)

    def answer(self):
        """Takes the call that rings next, and keeps talking until hang_up()."""
        self.socket.settimeout(10)
        while True:
            invite = self._receive()
            if invite.startswith("INVITE "):
                break
        copied = "".join(f"Via: {value}\r\n" for value in self._fields(invite, "Via"))
        copied += "".join(f"Record-Route: {value}\r\n" for value in self._fields(invite, "Record-Route"))
        self.call_id, self.remote = self._fields(invite, "Call-ID")[0], self._fields(invite, "From")[0]
        self.local = self._fields(invite, "To")[0] + ";tag=2"
        self.routes = self._fields(invite, "Record-Route")
        self.target = re.search(r"<([^>]*)>", self._fields(invite, "Contact")[0]).group(1)
        offer = invite.split("\r\n\r\n", 1)[1]
        self.media = (re.search(r"^c=IN IP4 (\S+)", offer, re.M).group(1), int(re.search(r"^m=audio (\d+)", offer, re.M).group(1)))
        self.event = int(re.search(r"^a=rtpmap:(\d+) telephone-event/8000", offer, re.M).group(1))
        lines = [f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {self.rtp.getsockname()[1]} RTP/AVP 8 {self.event}\r\n"
                 f"a=rtpmap:8 PCMA/8000\r\na=rtpmap:{self.event} telephone-event/8000\r\na=fmtp:{self.event} 0-15\r\n"]
        for kind, rest in re.findall(r"^m=(\w+) \d+ (\S+ .*)\r$", offer, re.M)[1:]:
            lines.append(f"m={kind} 0 {rest}\r\n")
        body = "".join(lines)
        common = f"From: {self.remote}\r\nTo: {self.local}\r\nCall-ID: {self.call_id}\r\nCSeq: {self._fields(invite, 'CSeq')[0]}\r\nContact: <sip:{self.user}@{self.own}>\r\n"
        self.socket.sendto(f"SIP/2.0 180 Ringing\r\n{copied}{common}Content-Length: 0\r\n\r\n".encode(), self.server)
        self.socket.sendto((f"SIP/2.0 200 OK\r\n{copied}{common}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode(), self.server)
        while not self._receive().startswith("ACK "):
            pass
        self.talking = True
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._talk, self._listen)]
        for thread in self.threads:
            thread.start()

    def _packet(self, payload_type, stamp, payload, marker=False):
        with self.lock:
            self.sequence = (self.sequence + 1) & 0xffff
            head = struct.pack("!BBHII", 0x80, payload_type | (0x80 if marker else 0), self.sequence, stamp, self.ssrc)
            self.rtp.sendto(head + payload, self.media)

    def _talk(self):
        while self.talking:
            self._packet(8, self.stamp, b"\xd5" * 160)
            self.stamp = (self.stamp + 160) & 0xffffffff
            time.sleep(0.02)

    def _listen(self):
        """Answers what the station asks within the call, so that it is not taken for dead."""
        self.socket.settimeout(0.2)
        while self.talking:
            try:
                text = self._receive()
            except TimeoutError:
                continue
            if text.startswith(("SIP/2.0", "ACK ")):
                continue
            head = "".join(f"{name}: {value}\r\n" for name in ("Via", "From", "To", "Call-ID", "CSeq") for value in self._fields(text, name))
            self.socket.sendto(f"SIP/2.0 200 OK\r\n{head}Content-Length: 0\r\n\r\n".encode(), self.server)
            if text.startswith("BYE "):
                self.talking = False

    def press(self, key):
        """RFC 4733: three packets of the event and three of its end; the press counts from the first. Answers the moment before it."""
        number, stamp = "0123456789*#".index(key), self.stamp
        began = time.perf_counter()
        self._packet(self.event, stamp, struct.pack("!BBH", number, 10, 160), True)
        for duration, end in ((320, 0), (480, 0), (640, 0x80), (640, 0x80), (640, 0x80)):
            self._packet(self.event, stamp, struct.pack("!BBH", number, 10 | end, duration))
        return began

    def press_by_info(self, key):
        body = f"Signal={key}\r\nDuration=160\r\n"
        began = time.perf_counter()
        self._in_call("INFO", f"Content-Type: application/dtmf-relay\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        return began

    def _in_call(self, method, rest):
        self.cseq += 1
        routes = "".join(f"Route: {value}\r\n" for value in self.routes)
        self.socket.sendto((f"{method} {self.target} SIP/2.0\r\nVia: SIP/2.0/UDP {self.own};branch={self._branch()};rport\r\nMax-Forwards: 70\r\n{routes}"
                            f"From: {self.local}\r\nTo: {self.remote}\r\nCall-ID: {self.call_id}\r\nCSeq: {self.cseq} {method}\r\n{rest}").encode(), self.server)

    def hang_up(self):
        self._in_call("BYE", "Content-Length: 0\r\n\r\n")
        self.talking = False
        for thread in self.threads:
            thread.join()
