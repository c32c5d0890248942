"""What the host asks for at this boot: trial.py STAGE or, of the devices, those whose checks begin so:
trial.py devices:GPIO,ALSA. Each check writes a line to the host."""
import json
import pathlib
import subprocess
import sys
import time
import traceback

import camera_trial
import gpio_trial
import kernel
import power_trial
import service_trial
import sound_trial
from station import Station, run

REPORTS = pathlib.Path("/run/reports")
SOURCE = pathlib.Path(__file__).resolve().parents[3]


def say(text):
    print(text, flush=True)
    with open(REPORTS / "results", "a") as results:
        results.write(text + "\n")


def keep_diary():
    diary = subprocess.run(["journalctl", "-b", "--no-pager", "-o", "short-monotonic"], capture_output=True).stdout
    (REPORTS / f"journal-{sys.argv[1]}.txt").write_bytes(diary)


def check(name, trial, *arguments):
    began = time.monotonic()
    try:
        trial(*arguments)
        say(f"ok {name} ({time.monotonic() - began:.0f} s)")
        return True
    except BaseException as error:  # whatever it was: the next check is made all the same
        traceback.print_exc()
        keep_diary()
        said = str(error).replace("\n", " ") or type(error).__name__
        say(f"FAILED {name}: {said}")
        return False


def remembered(name, ask):
    """What is asked for once and kept with the reports, so that a part can be tried again on the same disk."""
    file = REPORTS / name
    if not file.exists():
        file.write_text(json.dumps(ask()))
    return json.loads(file.read_text())


def install():
    kernel.load_at_boot()
    drop_in = pathlib.Path("/etc/systemd/system/lintel.service.d/devices.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(
        "[Service]\nExecStart=\nExecStart=/usr/local/bin/lintel --data /var/lib/lintel --web /usr/local/share/lintel/web "
        "--camera /dev/video0 --microphone alsa:plughw:Loopback,1,0 --speaker alsa:plughw:Loopback,1,1 --loopback-media\n")
    run("make", "-C", str(SOURCE), "--assume-old=build", "install", "PREFIX=/usr/local")  # it was built on the host


def devices(station, context, only):
    installed = pathlib.Path("/usr/local/bin/lintel").exists()
    if not check("systemd: make install starts the station",
                 lambda: station.log_in() if installed else (install(), station.set_up())):
        return
    if not installed:
        station.ask("POST", "/rooms", {"number": "101"})
        # What a machine without acceleration can encode, and as many questions as the power trial asks.
        station.set(security__request_rate=10000,
                    video__main_size="352x288", video__main_rate=5, video__sub_size="320x240", video__sub_rate=5)
    context["secret"] = remembered("recorder", lambda: station.ask(
        "POST", "/machine-accounts", {"name": "recorder", "rights": ["rtsp"]}))["secret"]
    context["phone"] = remembered("phone", lambda: station.ask(
        "POST", "/monitors", {"room": "101", "kind": "phone", "name": "Kitchen"}))
    for part in (service_trial.TRIALS[:1], gpio_trial.TRIALS, camera_trial.TRIALS, sound_trial.TRIALS, service_trial.TRIALS[1:]):
        for name, trial in part:
            if name.startswith(tuple(only.split(","))) or trial is gpio_trial.connect:
                check(name, trial, station, context)
    power_trial.remember(station, context)


def main():
    stage, _, only = sys.argv[1].partition(":")
    station = Station()
    context = {"notes": [], "reports": REPORTS}
    if stage == "devices":
        devices(station, context, only)
    else:
        for name, trial in power_trial.after_boot(stage):
            check(name, trial, station, context)
        if stage.startswith("plug"):
            power_trial.unlock_for_ever(station, context)
    for note in context["notes"]:
        say("     " + note)


if __name__ == "__main__":
    try:
        main()
    except BaseException as error:
        traceback.print_exc()
        say(f"FAILED {sys.argv[1]}: {error}")
    keep_diary()
    (REPORTS / f"done-{sys.argv[1]}").write_text("")
    subprocess.run(["systemctl", "poweroff", "--no-block"])
