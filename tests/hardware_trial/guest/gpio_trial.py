"""GPIO: relays, door contact, exit button and emergency key on a simulated chip, and the chip pulled out."""
import time

import kernel
from kernel import CHIP, CONTACT, EMERGENCY_KEY, EXIT_BUTTON, RELAY, RELAY_2, level, pull
from station import Refused, wait_for


def connect(station, context):
    pull(CONTACT, False)  # the door is shut
    station.set(lock1__relay="gpio", lock1__relay_line=f"{CHIP}:{RELAY}", lock1__period=2, lock1__interval=0,
                lock2__relay="gpio", lock2__relay_line=f"{CHIP}:{RELAY_2}", lock2__relay_level="low",
                lock1__sensor_input="gpio", lock1__sensor_line=f"{CHIP}:{CONTACT}",
                lock1__sensor=True, lock1__held_limit=5,
                exit_button__input="gpio", exit_button__line=f"{CHIP}:{EXIT_BUTTON}",
                emergency_key__input="gpio", emergency_key__line=f"{CHIP}:{EMERGENCY_KEY}")
    station.lock_is("locked")
    for number in (EXIT_BUTTON, EMERGENCY_KEY):
        pull(number, True)
    pull(CONTACT, False)  # after the chip's own resistor was switched on
    wait_for("the shut door", lambda: station.lock()["door_open"] is False)
    assert level(RELAY) == 0, "the relay is energised at rest"
    assert level(RELAY_2) == 1, "the relay that works at low level is energised at rest"


def relay(station, context):
    station.unlock()
    assert level(RELAY) == 1, "the line did not move"
    began = time.monotonic()
    wait_for("the line to return", lambda: level(RELAY) == 0, 20)
    took = time.monotonic() - began
    assert 1 < took < 6, f"a period of 2 seconds took {took:.1f}"
    station.lock_is("locked")
    station.unlock(2)
    assert level(RELAY_2) == 0, "the line that works at low level did not move"
    wait_for("the second line to return", lambda: level(RELAY_2) == 1, 20)


def exit_button(station, context):
    before = station.newest()
    pull(EXIT_BUTTON, False)
    wait_for("the relay to move", lambda: level(RELAY) == 1, 10)
    pull(EXIT_BUTTON, True)
    station.event("access.exit_button", before)
    station.lock_is("locked")


def contact(station, context):
    try:
        before = station.newest()
        station.unlock()
        pull(CONTACT, True)
        wait_for("the open door", lambda: station.lock()["door_open"] is True)
        station.event("alarm.door_held", before)
        assert level(RELAY) == 1, "the lock did not wait for its door"
        pull(CONTACT, False)
        wait_for("the line to return", lambda: level(RELAY) == 0, 20)
        station.lock_is("locked")
        before = station.newest()
        pull(CONTACT, True)
        station.event("alarm.door_forced", before)
        pull(CONTACT, False)
        wait_for("the shut door", lambda: station.lock()["door_open"] is False)
    finally:
        station.set(lock1__sensor=False)


def emergency_key(station, context):
    before = station.newest()
    pull(EMERGENCY_KEY, False)
    station.event("call.emergency", before)
    pull(EMERGENCY_KEY, True)
    station.press("hangup")


def unplugged(station, context):
    before = station.newest()
    station.set(lock1__period=60)
    station.unlock()
    kernel.chip_live(False)  # in the middle of an unlocking
    station.event("access.lock_fault", before)
    station.event("input.lost", before)
    assert station.lock()["state"] == "jammed", f"the lock is shown as {station.lock()['state']}"
    assert CHIP in (station.attention("lock-1") or ""), f"the overview says {station.attention('lock-1')}"
    try:
        station.unlock()
        raise AssertionError("an unlocking without a relay was said to be done")
    except Refused as refused:
        assert refused.status == 503, str(refused)
    kernel.chip_live(True)
    station.event("access.lock_recovered", before)
    station.event("input.back", before)
    assert level(RELAY) == 0, "the relay came back energised"
    station.lock_is("locked")
    wait_for("the overview to be quiet", lambda: not station.attention("lock-1"))
    station.set(lock1__period=2)
    pull(CONTACT, False)
    before = station.newest()
    pull(EXIT_BUTTON, True)
    time.sleep(1)
    pull(EXIT_BUTTON, False)
    station.event("access.exit_button", before)
    pull(EXIT_BUTTON, True)
    station.lock_is("locked")


TRIALS = [
    ("GPIO: the lines are connected by the settings and rest safe", connect),
    ("GPIO: a relay's line moves with the lock and returns after its period", relay),
    ("GPIO: the exit button opens and is journalled", exit_button),
    ("GPIO: the door contact holds the lock, and held and forced doors are journalled", contact),
    ("GPIO: the emergency key is journalled", emergency_key),
    ("GPIO: the chip pulled out in an unlocking is said, and is taken again by itself", unplugged),
]
