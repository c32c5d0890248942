"""The station under measurement: the installed kind of build on free ports of loopback, prepared by its own API."""
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent.parent
program = os.environ.get("LINTEL", str(root / "build/release/src/app/lintel"))
password = "Wren-Cedar-84"


class Refused(RuntimeError):
    pass


class Station:
    """Starts at once; `with` stops it and removes its data folder."""

    def __init__(self, *options, wrapper=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lintel-bench-"))
        self.options = options
        self.wrapper = list(wrapper)
        self.headers = {}
        self.process = None
        self.code = None
        self.started_in = 0.0
        self.launch()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self):
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        output = self.folder / "output"
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*self.wrapper, program, "--data", str(self.folder / "data"), "--web", str(root / "web/dist"), "--ready-file", str(ready),
             "--bind", "127.0.0.1", "--http-port", "0", "--https-port", "0", "--sip-port", "0", "--sips-port", "0",
             "--rtsp-port", "0", "--rtsps-port", "0", "--loopback-media", "--camera", "test", "--microphone", "silence", "--speaker", "none",
             *self.options],
            stdin=subprocess.DEVNULL, stdout=open(output, "w"), stderr=subprocess.STDOUT)
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                raise Refused(f"the station did not start:\n{output.read_text()}")
            time.sleep(0.001)
        self.started_in = time.monotonic() - began
        while "is running" not in output.read_text():
            time.sleep(0.005)
        found = re.search(r"one-time code: *(\S+)", output.read_text())
        self.code = found and found.group(1)
        self.ports = json.loads(ready.read_text())["ports"]
        self.http = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=60)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.http.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def restart(self):
        self.stop()
        self.launch()
        self.log_in()

    def ask(self, method, path, body=None, connection=None, headers=None, kind="application/json"):
        """The decoded answer of the REST API; anything but success raises Refused."""
        connection = connection or self.http
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        def asked():
            connection.request(method, "/api/v1" + path, data, {"Content-Type": kind, **self.headers, **(headers or {})})
            return connection.getresponse()
        try:
            answer = asked()
        except ConnectionError:  # the station closes a connection that was idle while something else was measured
            connection.close()
            answer = asked()
        text = answer.read().decode()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {text}")
        cookie = answer.getheader("Set-Cookie")
        if cookie and cookie.startswith("lintel_session="):
            self.headers["Cookie"] = cookie.split(";")[0]
        return json.loads(text) if text.startswith(("{", "[")) else text

    def log_in(self):
        self.headers = {}
        self.headers["X-Lintel-CSRF"] = self.ask("POST", "/login", {"account": "admin", "password": password})["csrf"]

    def set_up(self, settings=None):
        """S01, then settings: limits on one source are raised, as all load comes from this machine."""
        self.ask("POST", "/setup", {"code": self.code, "password": password, "password_repeat": password, "email": "owner@example.org"})
        self.log_in()
        self.ask("PATCH", "/settings", {"security.request_rate": 10000, "sip_server.source_rate": 10000, "security.connections": 4096,
                                        **(settings or {})})
