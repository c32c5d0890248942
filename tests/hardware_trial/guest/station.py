"""The installed station, as its administrator and systemd see it."""
import http.client
import json
import re
import subprocess
import time

PASSWORD = "Wren-Cedar-84"


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status


def run(*command, **options):
    """The output of a command; its own words, when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:].strip()}")
    return done.stdout


def wait_for(what, look, seconds=60):
    """What `look` answers, as soon as it is something; its last error counts as nothing yet."""
    until = time.monotonic() + seconds
    last = None
    while True:
        try:
            seen = look()
            if seen:
                return seen
        except (OSError, http.client.HTTPException, Refused) as error:
            last = error
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} seconds in vain for {what}" + (f" ({last})" if last else ""))
        time.sleep(0.2)


class Station:
    def __init__(self):
        self.cookie = self.csrf = ""

    def raw(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=60)
        headers = {"Cookie": self.cookie, "X-Lintel-CSRF": self.csrf} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("lintel_session="):
                self.cookie = cookie.split(";")[0]
        if answer.status >= 300:
            raise Refused(answer.status, data.decode(errors="replace")[:400])
        return data

    def ask(self, method, path, body=None):
        data = self.raw(method, path, body)
        return json.loads(data) if data else None

    def set_up(self):
        code = wait_for("the one-time code", lambda: re.search(
            r"one-time code: *([A-Za-z0-9-]+)", run("journalctl", "-u", "lintel", "-o", "cat")))[1]
        wait_for("the pages", lambda: self.ask("POST", "/setup", {
            "code": code, "password": PASSWORD, "password_repeat": PASSWORD, "email": "owner@example.org"}) or True)
        self.log_in()

    def log_in(self):
        def attempt():
            self.cookie = ""
            self.csrf = self.ask("POST", "/login", {"account": "admin", "password": PASSWORD})["csrf"]
            return True
        wait_for("the log-in", attempt, 120)

    def settings(self):
        return self.ask("GET", "/settings")["values"]

    def set(self, **values):
        self.ask("PATCH", "/settings", {key.replace("__", "."): value for key, value in values.items()})

    def journal(self):
        return self.ask("GET", "/journal?limit=200")["items"]

    def newest(self):
        return max((int(entry["id"]) for entry in self.journal()), default=0)

    def event(self, name, after=0, seconds=60, containing=""):
        """The first such entry of the journal beyond the entry `after`."""
        return wait_for(f"the journal's {name}", lambda: next((
            entry for entry in reversed(self.journal())
            if entry["event"] == name and int(entry["id"]) > after and containing in entry["message"]), None), seconds)

    def lock(self, number=1):
        return next(lock for lock in self.ask("GET", "/locks")["items"] if lock["number"] == number)

    def lock_is(self, state, number=1, seconds=30):
        return wait_for(f"lock {number} to be {state}", lambda: self.lock(number)["state"] == state, seconds)

    def unlock(self, number=1):
        return self.ask("POST", f"/locks/{number}/unlock")

    def attention(self, name):
        return next((one["message"] for one in self.ask("GET", "/overview")["attention"] if one["id"] == name), None)

    def press(self, *keys):
        for key in keys:
            self.ask("POST", "/panel/keys", {"key": key})


def main_pid():
    return int(run("systemctl", "show", "-P", "MainPID", "lintel"))
