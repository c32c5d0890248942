"""Viewers by WebRTC at a station (WHEP) or at Janus' streaming plugin: the SDP is carried by HTTP here, the media by bench/webrtc/viewers.cpp."""
import base64
import collections
import http.client
import json
import pathlib
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from parts import cost
from parts.station import root

port_of_janus, port_of_feed = 25188, 25204


class Viewers:
    """The program that watches; what it says is kept by kind and viewer."""

    def __init__(self):
        self.process = subprocess.Popen([str(root / "build/release/bench/webrtc/webrtc_viewers")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = collections.defaultdict(dict)
        self.changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            kind, *words = line.split()
            with self.changed:
                if kind == "figures":
                    self.said[kind]["all"] = [int(word) for word in words]
                else:
                    self.said[kind][words[0]] = words[1] if len(words) > 1 else ""
                self.changed.notify_all()

    def order(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def wait(self, kind, viewers, limit=20):
        with self.changed:
            if not self.changed.wait_for(lambda: all(viewer in self.said[kind] for viewer in viewers), limit):
                missing = [viewer for viewer in viewers if viewer not in self.said[kind]]
                reasons = {base64.b64decode(reason).decode() for reason in self.said["failed"].values()}
                raise SystemExit(f"{len(missing)} of {len(viewers)} viewers without '{kind}': {reasons}")
            return [self.said[kind][viewer] for viewer in viewers]

    def figures(self):
        self.said["figures"].clear()
        self.order("figures")
        return self.wait("figures", ["all"])[0]

    def encoding(self, seconds):
        """What it takes to encode the station's sound, once for all, as a share of a core: nobody is sent any."""
        shares = []
        for order in ("hear", "encode"):
            self.order(order)
            time.sleep(1)
            before, began = cost.cpu(self.process.pid, only=sound_threads), time.monotonic()
            time.sleep(seconds)
            shares.append((cost.cpu(self.process.pid, only=sound_threads) - before) / (time.monotonic() - began))
        self.order("rest")
        return shares[1] - shares[0]

    def stop(self, viewers):
        for viewer in viewers:
            self.order("stop", viewer)
        with self.changed:
            for kept in self.said.values():
                for viewer in viewers:
                    kept.pop(viewer, None)
        self.figures()  # in order: they are gone

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


class OnStation:
    """WHEP. All offers are made before, and go out at once on connections that stand: what is timed begins with the POST."""

    def __init__(self, station, viewers, sound=True):
        self.with_sound = sound
        self.station, self.viewers, self.order = station, viewers, "watch" if sound else "look"
        self.name = "lintel" if sound else "picture"
        self.locations = {}
        self.pid = station.pid

    def join(self, names):
        """When each POST went out, in nanoseconds."""
        for name in names:
            self.viewers.order(self.order, name)
        offers = [base64.b64decode(text) for text in self.viewers.wait("offer", names)]
        sockets = [socket.create_connection(("127.0.0.1", self.station.ports["http"])) for _ in names]
        head = (f"Host: 127.0.0.1:{self.station.ports['http']}\r\nCookie: {self.station.headers['Cookie']}\r\n"
                f"X-Lintel-CSRF: {self.station.headers['X-Lintel-CSRF']}\r\nContent-Type: application/sdp\r\nConnection: close\r\n")
        poll, answers, sent = selectors.DefaultSelector(), {name: b"" for name in names}, {}
        for name, one, offer in zip(names, sockets, offers):
            poll.register(one, selectors.EVENT_READ, name)
            sent[name] = time.monotonic_ns()
            one.sendall(f"POST /api/v1/whep/main HTTP/1.1\r\n{head}Content-Length: {len(offer)}\r\n\r\n".encode() + offer)
        waiting = set(names)
        while waiting:
            for key, _ in poll.select(20):
                data = key.fileobj.recv(65536)
                answers[key.data] += data
                whole = self._whole(answers[key.data])
                if whole is None and data:
                    continue
                if not answers[key.data].startswith(b"HTTP/1.1 201"):
                    raise SystemExit("WHEP: " + answers[key.data].decode())
                self.viewers.order("accept", key.data, base64.b64encode(whole).decode())
                poll.unregister(key.fileobj)
                key.fileobj.close()
                waiting.discard(key.data)
        for name, text in answers.items():
            self.locations[name] = re.search(r"\r\nlocation: *(\S+)", text.decode(), re.I).group(1)
        return sent

    @staticmethod
    def _whole(text):
        """The body, once all of it is there."""
        head, found, body = text.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().split(b"\r\ncontent-length: ", 1)[1].split(b"\r\n")[0])
        return body if len(body) >= length else None

    def leave(self, names):
        for name in names:
            self.station.ask("DELETE", self.locations.pop(name).removeprefix("/api/v1"))
        self.viewers.stop(names)


class Janus:
    """Janus with the streaming plugin alone, one mount point with a picture and no sound, fed by RTP."""

    name = "janus"
    with_sound = False

    def __init__(self, viewers):
        self.viewers = viewers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lintel-bench-janus-"))
        for kind, library in (("plugins", "libjanus_streaming.so"), ("transports", "libjanus_http.so")):
            (self.folder / kind).mkdir()
            source = next(pathlib.Path("/usr/lib").glob(f"*/janus/{kind}/{library}"))
            (self.folder / kind / library).symlink_to(source)
        for kind in ("events", "loggers"):
            (self.folder / kind).mkdir()
        (self.folder / "janus.jcfg").write_text(
            f'general: {{ configs_folder = "{self.folder}" plugins_folder = "{self.folder}/plugins" transports_folder = "{self.folder}/transports" '
            f'events_folder = "{self.folder}/events" loggers_folder = "{self.folder}/loggers" debug_level = 3 session_timeout = 0 }}\n'
            'media: { }\nnat: { full_trickle = false }\n')
        (self.folder / "janus.plugin.streaming.jcfg").write_text(
            f'camera: {{ type = "rtp" id = 1 audio = false video = true videoport = {port_of_feed} videopt = 96 videocodec = "h264" '
            'videofmtp = "profile-level-id=42e01f;packetization-mode=1" }\n')
        (self.folder / "janus.transport.http.jcfg").write_text(
            f'general: {{ base_path = "/janus" http = true port = {port_of_janus} ip = "127.0.0.1" https = false }}\nadmin: {{ admin_http = false }}\n')
        self.process = subprocess.Popen(["janus", "-F", str(self.folder), "-C", str(self.folder / "janus.jcfg")],
                                        stdin=subprocess.DEVNULL, stdout=open(self.folder / "output", "w"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        self.sessions = {}
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port_of_janus)) == 0:
                    break
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("janus did not start:\n" + (self.folder / "output").read_text())
            time.sleep(0.05)

    def _ask(self, path, order=None):
        connection = http.client.HTTPConnection("127.0.0.1", port_of_janus, timeout=60)
        connection.request("GET" if order is None else "POST", "/janus" + path, None if order is None else json.dumps({"transaction": "bench", **order}))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if isinstance(answer, dict) and answer.get("janus") == "error":
            raise SystemExit(f"janus: {answer}")
        return answer

    def join(self, names):
        for name in names:
            session = self._ask("", {"janus": "create"})["data"]["id"]
            handle = self._ask(f"/{session}", {"janus": "attach", "plugin": "janus.plugin.streaming"})["data"]["id"]
            self._ask(f"/{session}/{handle}", {"janus": "message", "body": {"request": "watch", "id": 1}})
            event = self._ask(f"/{session}?maxev=1")
            while "jsep" not in event:
                event = self._ask(f"/{session}?maxev=1")
            self.viewers.order("take", name, base64.b64encode(event["jsep"]["sdp"].encode()).decode())
            answer = base64.b64decode(self.viewers.wait("answer", [name])[0]).decode()
            self._ask(f"/{session}/{handle}", {"janus": "message", "body": {"request": "start"}, "jsep": {"type": "answer", "sdp": answer}})
            self.sessions[name] = session

    def leave(self, names):
        for name in names:
            self._ask(f"/{self.sessions.pop(name)}", {"janus": "destroy"})
        self.viewers.stop(names)

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


class Feed:
    """The station's own stream, by RTSP, as it is, to Janus: both send the same pictures. It also keeps the station's encoder awake."""

    def __init__(self, station, secret):
        self.process = subprocess.Popen(
            ["ffmpeg", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", f"rtsp://viewer:{secret}@127.0.0.1:{station.ports['rtsp']}/main",
             "-an", "-c:v", "copy", "-payload_type", "96", "-f", "rtp", f"rtp://127.0.0.1:{port_of_feed}?pkt_size=1200"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def check(self):
        if self.process.poll() is not None:
            raise SystemExit("the feed ended: " + self.process.stderr.read())

    def close(self):
        self.process.terminate()
        self.process.wait(20)




picture_threads = ("source:src",)  # the station's camera and encoder, which work as much for one as for many
sound_threads = ("sound",)         # its microphone, echo canceller and encoder; to few it sends as well


def usage(pid, seconds):
    """The share of a core over so many seconds, without the picture's encoder, whose ups and downs are larger than a viewer."""
    before, began = cost.cpu(pid, picture_threads), time.monotonic()
    time.sleep(seconds)
    return (cost.cpu(pid, picture_threads) - before) / (time.monotonic() - began)
