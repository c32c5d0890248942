#!/usr/bin/env python3
"""Times the unlock by API: request to answer, after the relay moved, on one connection over loopback.

    bench/unlock.py PROGRAM [COUNT]      starts PROGRAM with an empty data folder, asks COUNT times, prints p50, p99, worst
"""
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
root = pathlib.Path(__file__).resolve().parent.parent
with tempfile.TemporaryDirectory() as folder:
    ready = pathlib.Path(folder) / "ready.json"
    began = time.monotonic()
    station = subprocess.Popen([program, "--data", folder, "--web", str(root / "web/dist"), "--ready-file", str(ready), "--bind", "127.0.0.1",
                                "--http-port", "0", "--https-port", "0", "--sip-port", "0", "--sips-port", "0", "--rtsp-port", "0",
                                "--camera", "test", "--microphone", "silence", "--speaker", "none"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ""
        while "one-time code" not in text:
            text += station.stdout.readline()
        while not ready.exists():
            time.sleep(0.001)
        print(f"start to serving: {(time.monotonic() - began) * 1000:.0f} ms")
        port = json.loads(ready.read_text())["ports"]["http"]
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Content-Type": "application/json"}

        def ask(method, path, body=None):
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
            if answer.status >= 300:
                raise SystemExit(f"{method} {path}: {answer.status} {data.decode()}")
            cookie = answer.getheader("Set-Cookie")
            if cookie and cookie.startswith("lintel_session="):
                headers["Cookie"] = cookie.split(";")[0]
            return json.loads(data) if data else None

        password = "Wren-Cedar-84"
        code = re.search(r"one-time code: *(\S+)", text).group(1)
        ask("POST", "/setup", {"code": code, "password": password, "password_repeat": password, "email": "owner@example.org"})
        headers["X-Lintel-CSRF"] = ask("POST", "/login", {"account": "admin", "password": password})["csrf"]
        ask("PATCH", "/settings", {"lock1.interval": 0, "security.request_rate": 10000})
        times = []
        for _ in range(count):
            start = time.perf_counter()
            ask("POST", "/locks/1/unlock")
            times.append((time.perf_counter() - start) * 1000)
        times.sort()
        print(f"unlock by API, {count} times: p50 {times[count // 2]:.2f} ms, p99 {times[count * 99 // 100]:.2f} ms, worst {times[-1]:.2f} ms")
        status = pathlib.Path(f"/proc/{station.pid}/status").read_text()
        print("resident:", re.search(r"VmRSS:\s*(\S+ kB)", status).group(1), "threads:", re.search(r"Threads:\s*(\d+)", status).group(1))
    finally:
        station.terminate()
        station.wait(10)
