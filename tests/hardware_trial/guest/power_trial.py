"""Power: what is there after a pulled plug, and after a clean stop."""
import json
import os
import time

import kernel
from station import run, wait_for


def remember(station, context):
    station.set(lock1__sensor=False)  # a lock that waits for its door would be unlocked once only
    write(context, "settings", station.settings())


def write(context, name, value):
    (context["reports"] / name).write_text(json.dumps(value))


def started_by_itself(station, context):
    wait_for("the unit", lambda: run("systemctl", "show", "-P", "ActiveState", "lintel").strip() == "active", 180)
    assert run("systemctl", "is-enabled", "lintel").strip() == "enabled"
    station.log_in()


def lock_is_safe(station, context):
    station.lock_is("locked")
    holder = run("gpioinfo", kernel.CHIP)
    row = next(row for row in holder.splitlines() if f"line {kernel.RELAY:3}:" in row)
    assert '"lintel"' in row and "output" in row, f"nobody drives the relay's line: {row.strip()}"
    assert kernel.level(kernel.RELAY) == 0, "the relay is energised after the boot"
    assert kernel.level(kernel.RELAY_2) == 1, "the relay that works at low level is energised after the boot"


def settings_as_before(station, context):
    before = json.loads((context["reports"] / "settings").read_text())
    now = station.settings()
    changed = {key: (before.get(key), now.get(key)) for key in before | now if before.get(key) != now.get(key)}
    assert not changed, f"changed: {changed}"


def row_of(entry):
    """With its time: a restart would give the ids of lost entries to its own."""
    return f"{entry['id']}|{entry['time']}|{entry['event']}"


def nothing_reported_is_lost(station, context):
    reported = set((context["reports"] / "reported-before").read_text().split())
    assert reported, "nothing had been reported"
    kept = {row_of(entry) for entry in station.ask("GET", "/journal?limit=500")["items"]}
    assert reported <= kept, f"of {len(reported)} entries that were reported, {sorted(reported - kept)} are lost"
    context["notes"].append(f"{len(reported)} entries had been reported")
    station.event("system.unclean_stop", after=max(int(row.split("|")[0]) for row in reported))


def clean_stop_is_none(station, context):
    events = [entry["event"] for entry in station.journal()]
    last_stop = next(event for event in events if event in ("system.stopped", "system.unclean_stop"))
    assert last_stop == "system.stopped", f"after a clean stop the journal says {last_stop}"


def after_boot(stage):
    how = "a clean stop" if stage == "plug-1" else "the pulled plug"
    trials = [
        (f"power: after {how} the station starts at boot by itself", started_by_itself),
        (f"power: after {how} the locks are in their safe state", lock_is_safe),
        (f"power: after {how} the settings are as before", settings_as_before),
    ]
    trials.append((f"power: {how} is journalled as one", clean_stop_is_none) if stage == "plug-1" else
                  (f"power: after {how} nothing that was reported is lost", nothing_reported_is_lost))
    return trials


def unlock_for_ever(station, context):
    """Unlocks, and tells the host each entry that the station showed, until the host pulls the plug."""
    reported = os.open(context["reports"] / "reported", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    said = set()
    while True:
        station.unlock()
        for entry in station.ask("GET", "/journal?limit=5")["items"]:
            if entry["id"] not in said:
                said.add(entry["id"])
                os.write(reported, f"{row_of(entry)}\n".encode())
