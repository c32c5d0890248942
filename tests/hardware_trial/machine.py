"""The virtual machine of the trial, boot by boot: machine.py IMAGES SOURCE [STAGE…]. Ends with 1 when a check failed."""
import pathlib
import random
import subprocess
import sys
import time

MEMORY, PROCESSORS = "2048", "2"
LONGEST_BOOT = 1800  # seconds for a whole stage, without acceleration and beside other work
REPORTED_BEFORE_PLUG = 20
STAGES = ("devices", "plug-1", "plug-2", "after")


def accelerated(images, given=[]):
    """Whether KVM runs this kernel: where the machine is a virtual one itself, /dev/kvm may be there and not work."""
    if not given:
        probe = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-m", "512", "-display", "none", "-serial", "stdio", "-no-reboot",
             "-kernel", str(images / "vmlinuz"), "-append", "console=ttyS0 panic=-1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            given.append(b"Linux version" in probe.communicate(timeout=15)[0])
        except subprocess.TimeoutExpired:
            probe.kill()
            given.append(False)
            probe.communicate()
    return given[0]


class Boot:
    def __init__(self, images, source, stage):
        self.reports = images / "reports"
        self.stage = stage
        (self.reports / "reported").unlink(missing_ok=True)  # of a boot before
        how = ["-accel", "kvm", "-cpu", "host"] if accelerated(images) else ["-accel", "tcg,thread=multi", "-cpu", "max"]
        self.console = open(images / f"console-{stage}.txt", "wb")
        self.machine = subprocess.Popen(
            ["qemu-system-x86_64", *how, "-m", MEMORY, "-smp", PROCESSORS, "-display", "none", "-no-reboot", "-monitor", "none",
             "-serial", "stdio", "-kernel", str(images / "vmlinuz"), "-initrd", str(images / "initrd.img"),
             "-append", f"console=ttyS0 root=LABEL=root rw quiet trial.source={source} trial.stage={stage}",
             "-drive", f"file={images / 'disk.qcow2'},if=virtio,cache=writeback", "-nic", "user,restrict=on,model=virtio-net-pci",
             "-virtfs", f"local,path={source},mount_tag=source,security_model=none,readonly=on",
             "-virtfs", f"local,path={self.reports},mount_tag=reports,security_model=none"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)

    def ended(self):
        return self.machine.poll() is not None

    def pull_the_plug(self):
        self.machine.kill()  # SIGKILL: what the guest had not written to its disk is gone
        self.machine.wait()

    def reported(self):
        file = self.reports / "reported"
        return len(file.read_text().split()) if file.exists() else 0


def main(images, source, stages):
    reports = images / "reports"
    results = reports / "results"
    shown = failed = 0

    def show():
        nonlocal shown, failed
        rows = results.read_text().split("\n")[:-1] if results.exists() else []
        for row in rows[shown:]:
            print(row, flush=True)
            failed += row.startswith("FAILED")
        shown = len(rows)

    def fail(text):
        nonlocal failed
        failed += 1
        print(f"FAILED {text}", flush=True)

    print("     with KVM" if accelerated(images) else "     without KVM: emulated, which takes its time", flush=True)
    for stage in stages:
        boot = Boot(images, source, stage)
        until = time.monotonic() + LONGEST_BOOT
        more = random.uniform(0, 3)
        while not boot.ended():
            if time.monotonic() > until:
                fail(f"{stage}: it took longer than {LONGEST_BOOT} seconds (see {boot.console.name})")
                boot.pull_the_plug()
                return 1
            show()
            if stage.startswith("plug") and boot.reported() >= REPORTED_BEFORE_PLUG:
                time.sleep(more)
                boot.pull_the_plug()
            time.sleep(0.2)
        show()
        if stage.startswith("plug"):
            if boot.reported() < REPORTED_BEFORE_PLUG:
                fail(f"{stage}: the machine ended before its plug was pulled (see {boot.console.name})")
                break
            if stage != stages[-1]:
                (reports / "reported").rename(reports / "reported-before")
        elif not (reports / f"done-{stage}").exists():
            fail(f"{stage}: the machine ended before its time (see {boot.console.name})")
            break
    print(f"{failed} failed." if failed else "All is well.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:] or STAGES))
