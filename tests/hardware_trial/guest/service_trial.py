"""systemd: the account, its rights, and the watchdog."""
import ctypes
import os
import pathlib
import pwd
import re
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


class HungLoop:
    """The loop's thread stands still, as at a lock that nobody opens; all others of the process work on."""
    seize, interrupt, all_threads = 0x4206, 0x4207, 0x40000000  # PTRACE_SEIZE, PTRACE_INTERRUPT, __WALL

    def __init__(self, pid):
        self.pid = pid
        ptrace = ctypes.CDLL(None, use_errno=True).ptrace
        ptrace.restype, ptrace.argtypes = ctypes.c_long, [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
        for request in (self.seize, self.interrupt):
            if ptrace(request, pid, None, None) != 0:
                raise OSError(ctypes.get_errno(), "ptrace")
        os.waitpid(pid, self.all_threads)

    def bury(self):
        """systemd hears of the end once whoever traces has."""
        try:
            os.waitpid(self.pid, os.WNOHANG | self.all_threads)
        except ChildProcessError:
            pass


def watchdog(station, context):
    before = station.newest()
    pid = main_pid()
    hung = HungLoop(pid)
    began = time.monotonic()

    def replaced():
        hung.bury()
        return main_pid() not in (0, pid)
    wait_for("another process", replaced, 120)
    took = time.monotonic() - began
    assert "watchdog" in run("journalctl", "-u", "lintel", "-o", "cat").lower(), "systemd says nothing of a watchdog"
    station.log_in()
    station.event("system.unclean_stop", before)
    station.lock_is("locked")
    context["notes"].append(f"a process whose loop hung was replaced after {took:.0f} seconds")


def clock_set(station, context):
    """Nobody else sets it meanwhile: there is no network."""
    before = station.newest()
    run("date", "-s", "+1 hour")
    station.event("system.clock_jumped", before)
    between = station.newest()
    run("date", "-s", "-1 hour")
    station.event("system.clock_jumped", between)
    station.unlock()
    station.lock_is("locked")


TRIALS = [
    ("systemd: the station runs as its own user, may bind ports and nothing more", own_account),
    ("the clock is set by an hour and back: the journal says so, and doors open", clock_set),
    ("systemd: the watchdog replaces a process whose loop hangs", watchdog),
]
