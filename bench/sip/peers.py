"""The two servers and the load: the same SIPp scenarios, users of the same shape, one after the other."""
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import http.client

from parts import cost
from parts.station import Station

here = pathlib.Path(__file__).resolve().parent
first_user = 20000
callers = 8  # nobody may hold so many calls as all of them together do
callee_port, caller_port, registrar_port = 25070, 25090, 25080


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """What both have: a process, a port, and passwords of users first_user, first_user + 1, …: so many for each transport, and those who call."""

    def __init__(self, name, users):
        self.name = name
        self.users = [str(first_user + number) for number in range(2 * users + callers)]
        self.passwords = {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lintel-bench-sip-"))

    def write_users(self):
        """One half registers over UDP, the other over TCP, so that nobody has two contacts and each call goes out once."""
        def credentials(user):
            return f"[authentication username={user} password={self.passwords[user]}]"
        half = (len(self.users) - callers) // 2
        for transport, users in (("u", self.users[:half]), ("t", self.users[half:-callers])):
            calling = itertools.cycle(self.users[-callers:])
            lines = [f"{user};{credentials(user)};{callee_port};{caller};{credentials(caller)}" for user, caller in zip(users, calling)]
            (self.folder / f"users-{transport}.csv").write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n")

    def memory(self):
        return cost.memory(self.pid)

    def idle(self, seconds=4):
        """CPU seconds a second without load."""
        before, began = cost.cpu(self.pid), time.monotonic()
        time.sleep(seconds)
        return (cost.cpu(self.pid) - before) / (time.monotonic() - began)

    def sipp(self, scenario, transport, port, *options):
        return subprocess.Popen(
            ["sipp", f"127.0.0.1:{self.port}", "-t", f"{transport}1", "-sf", str(here / scenario), "-i", "127.0.0.1", "-p", str(port),
             "-nostdin", *options],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=open(self.folder / f"{scenario}.out", "w"), stderr=subprocess.STDOUT)

    def succeeded(self, scenario):
        found = re.findall(r"Successful call\s*\|[^|]*\|\s*(\d+)", (self.folder / f"{scenario}.out").read_text())
        return int(found[-1]) if found else 0

    def load(self, scenario, transport, port, count, rate, *options):
        began = time.monotonic()
        process = self.sipp(scenario, transport, port, "-inf", f"users-{transport}.csv", "-m", str(count), "-r", str(rate), "-l", "5000", *options)
        process.wait(count / rate + 90)
        good = self.succeeded(scenario)
        if good != count:
            raise SystemExit(f"{self.name}: {good} of {count} came through {scenario} over {transport}; see {self.folder}")
        return time.monotonic() - began

    def per_load(self, count, idle, load):
        """Microseconds of CPU for each of `count`, without what the server does anyway."""
        before = cost.cpu(self.pid)
        seconds = load()
        return (cost.cpu(self.pid) - before - idle * seconds) / count * 1e6

    def registrations(self, transport, count, rate, idle=0.0):
        return self.per_load(count, idle, lambda: self.load("register.xml", transport, registrar_port, count, rate))

    def calls(self, transport, count, rate, idle=0.0, rings=20, talks=200, meanwhile=None):
        """`meanwhile` is called when all stand, if the call is long enough for that."""
        callee = self.sipp("callee.xml", transport, callee_port, "-d", str(rings))
        time.sleep(0.5)
        watcher = threading.Timer(count / rate + 2, meanwhile) if meanwhile else None
        try:
            if watcher:
                watcher.start()
            return self.per_load(count, idle, lambda: self.load("caller.xml", transport, caller_port, count, rate, "-d", str(talks)))
        finally:
            if watcher:
                watcher.join()
            callee.kill()
            callee.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Kamailio(Server):
    def __init__(self, users):
        super().__init__("kamailio", users)
        self.passwords = {user: f"p{user}" for user in self.users}
        self.write_users()
        self.port = free_port()
        text = (here / "kamailio.cfg").read_text()
        for word, value in {"@PORT@": self.port, "@FIRST@": self.users[0], "@LAST@": self.users[-1]}.items():
            text = text.replace(word, str(value))
        (self.folder / "kamailio.cfg").write_text(text)
        os.chmod(self.folder, 0o755)
        self.process = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-X", "fm", "-x", "fm", "-f", "kamailio.cfg", "-m", "256", "-M", "16", "-P", str(self.folder / "pid"),
             "-w", str(self.folder), "-Y", str(self.folder)],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=open(self.folder / "kamailio.out", "w"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("kamailio did not start:\n" + (self.folder / "kamailio.out").read_text())
            time.sleep(0.05)
        time.sleep(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Floor(Server):
    """Decides nothing (floor.cpp): what the machine itself takes for the same datagrams and segments."""

    def __init__(self, users):
        super().__init__("floor", users)
        self.passwords = {user: "any" for user in self.users}
        self.write_users()
        self.port = free_port()
        program = here.parent.parent / "build" / "release" / "bench" / "sip" / "sip_floor"
        self.process = subprocess.Popen([program, str(self.port), str(callee_port)])
        self.pid = self.process.pid
        time.sleep(1)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Lintel(Server):
    """The real program, its rooms and phones made by the API; started anew before it is measured."""

    def __init__(self, users):
        super().__init__("lintel", users)
        self.station = Station()
        self.station.set_up({"sip_server.domain": "127.0.0.1"})
        left = len(self.users)
        while left > 0:
            floors, rooms = divmod(min(left, 2000), 100) if left >= 100 else (1, left)
            if left >= 100:
                rooms = 100
            begin = first_user + len(self.users) - left
            self.station.ask("POST", "/rooms/batch", {"floors": floors, "rooms_per_floor": rooms, "first_number": str(begin),
                                                      **({"second_floor_first_number": str(begin + rooms)} if floors > 1 else {})})
            left -= floors * rooms
        self._add_phones()
        self.write_users()
        self.station.restart()
        self.port = self.station.ports["sip"]
        time.sleep(5)  # what a start leaves to be done

    @property
    def pid(self):
        return self.station.pid

    def _add_phones(self, together=8):
        """One phone a room; several connections ask, as each waits for the disk."""
        def add(users):
            connection = http.client.HTTPConnection("127.0.0.1", self.station.ports["http"], timeout=60)
            for user in users:
                made = self.station.ask("POST", "/monitors", {"room": user, "kind": "phone", "name": "Bench"}, connection)
                self.passwords[user] = made["password"]
        threads = [threading.Thread(target=add, args=(self.users[start::together],)) for start in range(together)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def cookies(self, count, of_one=16):
        """Logins of browser monitors, as many of each as one may have."""
        connection = http.client.HTTPConnection("127.0.0.1", self.station.ports["http"], timeout=60)

        def post(path, body):
            connection.request("POST", "/api/v1" + path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"POST {path}: {answer.status} {text!r}")
            return json.loads(text), answer.getheader("Set-Cookie")

        found = []
        for user in self.users:
            token = self.station.ask("POST", "/pairings", {"room": user, "kind": "monitor"})["token"]
            device, _ = post("/pair", {"token": token, "device_name": "Bench"})
            for _ in range(of_one):
                if len(found) == count:
                    return found
                found.append(post("/login", {"account": device["account"], "password": device["password"]})[1].split(";")[0])
        raise SystemExit("there are too few rooms for so many logins")

    def stop(self):
        self.station.__exit__()
