"""V4L2: the kernel's test camera, its plug pulled while somebody watches."""
import hashlib
import subprocess
import time

import kernel
from station import run, wait_for


def address(secret, path="sub"):
    return f"rtsp://recorder:{secret}@127.0.0.1:554/{path}"


def pictures(station, count=4, seconds=60):
    """So many different snapshots."""
    seen = set()
    def look():
        seen.add(hashlib.sha256(station.raw("GET", "/snapshot.jpg?stream=main")).digest())
        return len(seen) >= count
    wait_for(f"{count} different pictures", look, seconds)


def camera_picture(station, context):
    pictures(station)
    overview = station.ask("GET", "/overview")
    assert "/dev/video0" in str(overview["camera"]), f"the overview says {overview['camera']}"


def camera_stream(station, context):
    out = run("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-timeout", "30000000", "-i", address(context["secret"]),
              "-frames:v", "10", "-an", "-f", "framemd5", "-", timeout=120)
    frames = [row.split(",")[-1].strip() for row in out.splitlines() if row and not row.startswith("#")]
    assert len(set(frames)) >= 5, f"{len(frames)} frames, {len(set(frames))} different ones"


def camera_unplugged(station, context):
    watching = subprocess.Popen(["ffmpeg", "-v", "quiet", "-rtsp_transport", "tcp", "-i", address(context["secret"]), "-f", "null", "-"])
    try:
        time.sleep(3)
        before = station.newest()
        kernel.plug(kernel.CAMERA, False)
        station.event("camera.lost", before)
        assert station.attention("camera"), "the overview says nothing of the lost camera"
        station.lock_is("locked")
        station.unlock()
        assert station.lock()["state"] == "unlocked", "the door does not open without the camera"
        assert kernel.level(kernel.RELAY) == 1, "the relay did not move without the camera"
        station.lock_is("locked")
        time.sleep(3)
        kernel.plug(kernel.CAMERA, True)
        station.event("camera.back", before, 120)
        wait_for("the overview to be quiet", lambda: not station.attention("camera"))
        pictures(station)
    finally:
        watching.kill()
        watching.wait()


TRIALS = [
    ("V4L2: the camera's pictures change", camera_picture),
    ("V4L2: they are streamed by RTSP", camera_stream),
    ("V4L2: unplugged while watched it is journalled, doors open, and it comes back by itself", camera_unplugged),
]
