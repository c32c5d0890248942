"""systemd: the account, its rights, and the watchdog."""
import os
import pathlib
import pwd
import re
import signal
import time

from station import main_pid, run, wait_for


def own_account(station, context):
    status = pathlib.Path(f"/proc/{main_pid()}/status").read_text()
    field = lambda name: re.search(rf"^{name}:\s*(.*)$", status, re.M)[1]
    user = pwd.getpwuid(int(field("Uid").split()[0])).pw_name
    assert user == "lintel", f"it runs as {user}"
    effective = int(field("CapEff"), 16)
    assert effective == 1 << 10, f"its capabilities are {effective:#x}, not CAP_NET_BIND_SERVICE alone"
    assert field("NoNewPrivs") == "1", "it may gain privileges"
    assert field("Seccomp") == "2", "its system calls are not filtered"
    mode = pathlib.Path("/var/lib/lintel").stat()
    assert mode.st_mode & 0o777 == 0o700, f"others may look into its data: {mode.st_mode:o}"


def watchdog(station, context):
    before = station.newest()
    pid = main_pid()
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    wait_for("another process", lambda: main_pid() not in (0, pid), 120)
    took = time.monotonic() - began
    assert "watchdog" in run("journalctl", "-u", "lintel", "-o", "cat").lower(), "systemd says nothing of a watchdog"
    station.log_in()
    station.event("system.unclean_stop", before)
    station.lock_is("locked")
    context["notes"].append(f"a stopped process was replaced after {took:.0f} seconds")


TRIALS = [
    ("systemd: the station runs as its own user, may bind ports and nothing more", own_account),
    ("systemd: the watchdog replaces a process that stands still", watchdog),
]
