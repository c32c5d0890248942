"""The simulated hardware: its drivers, and pulling its plug."""
import pathlib
import subprocess

from station import run, wait_for

CHIP = "trial-gpio"
CHIP_CONFIG = pathlib.Path("/sys/kernel/config/gpio-sim/trial")
CAMERA = ("vivid", "vivid.0")
SOUND = ("snd_aloop", "snd_aloop.0")
RELAY, CONTACT, EXIT_BUTTON, EMERGENCY_KEY, RELAY_2 = range(5)

MODULES = "snd-aloop\nvivid\ngpio-sim\n"
OPTIONS = "options vivid n_devs=1 node_types=0x1\noptions snd-aloop id=Loopback pcm_substreams=2\n"


def load_at_boot():
    """The devices are there before the station starts, as soldered ones are."""
    pathlib.Path("/etc/modules-load.d/trial.conf").write_text(MODULES)
    pathlib.Path("/etc/modprobe.d/trial.conf").write_text(OPTIONS)
    pathlib.Path("/etc/systemd/system/trial-gpio.service").write_text(
        "[Unit]\nDescription=The simulated GPIO chip\nBefore=lintel.service\n"
        "After=systemd-modules-load.service sys-kernel-config.mount\n"
        "[Service]\nType=oneshot\nExecStart=/usr/local/sbin/trial-gpio\n[Install]\nWantedBy=multi-user.target\n")
    script = pathlib.Path("/usr/local/sbin/trial-gpio")
    script.write_text(f"#!/bin/sh -e\nmodprobe gpio-sim\nmkdir -p {CHIP_CONFIG}/bank0\ncd {CHIP_CONFIG}\n"
                      f"echo 8 > bank0/num_lines\necho {CHIP} > bank0/label\necho 1 > live\nudevadm settle\n")
    script.chmod(0o755)
    for module in MODULES.split():
        run("modprobe", module)
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", "trial-gpio.service")


def plug(device, there):
    """Unplugs a device from its driver while it is in use, or plugs it in again."""
    driver, name = device
    act = subprocess.Popen(["sh", "-c", f"echo {name} > /sys/bus/platform/drivers/{driver}/{'bind' if there else 'unbind'}"])
    wait_for(f"{name} to be {'plugged in' if there else 'let go by the station'}", lambda: act.poll() is not None)
    if act.returncode != 0:
        raise AssertionError(f"{name} could not be {'plugged in' if there else 'unplugged'}")
    run("udevadm", "settle")


def chip_live(live):
    (CHIP_CONFIG / "live").write_text("1" if live else "0")
    run("udevadm", "settle")


def line(number):
    device = (CHIP_CONFIG / "dev_name").read_text().strip()
    chip = (CHIP_CONFIG / "bank0/chip_name").read_text().strip()
    return pathlib.Path(f"/sys/devices/platform/{device}/{chip}/sim_gpio{number}")


def level(number):
    return int((line(number) / "value").read_text())


def pull(number, up):
    """What is connected from outside: up, an open contact; down, one that is closed to ground."""
    (line(number) / "pull").write_text("pull-up" if up else "pull-down")
