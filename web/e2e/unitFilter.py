"""unitFilter.py UNIT COMMAND…: runs the command under the system calls that the unit's SystemCallFilter= lets through. Any
other one ends it, as systemd has it."""
import ctypes
import os
import re
import subprocess
import sys

KILL_PROCESS, ALLOW, NO_NEW_PRIVILEGES = 0x80000000, 0x7FFF0000, 38


def calls_of(name):
    """The names of the calls in a set of systemd, or the one call."""
    if not name.startswith("@"):
        return [name]
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    members = [row.strip() for row in listed.splitlines()[1:]]
    return [call for member in members if member and not member.startswith("#") for call in calls_of(member)]


allowed = [word for row in re.findall(r"^SystemCallFilter=(.*)$", open(sys.argv[1]).read(), re.M) for word in row.split()]
assert allowed, "the unit filters nothing"
seccomp = ctypes.CDLL("libseccomp.so.2")
seccomp.seccomp_init.restype = ctypes.c_void_p
rules = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint(KILL_PROCESS)))
for call in [call for word in ["@default", *allowed] for call in calls_of(word)]:
    number = seccomp.seccomp_syscall_resolve_name(call.encode())
    if number >= 0:  # this machine has it
        assert seccomp.seccomp_rule_add(rules, ctypes.c_uint(ALLOW), number, 0) == 0, call
assert ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
assert seccomp.seccomp_load(rules) == 0
os.execvp(sys.argv[2], sys.argv[2:])
