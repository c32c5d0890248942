"""Memory and size beside the two programs that together do some of the same: baresip at the door, Kamailio as the server."""
import pathlib
import shutil
import subprocess
import tempfile
import time

from parts import cost
from parts.figures import tell
from parts.station import Station, root
from sip.peers import Kamailio


def installed_of_packages(*names):
    """kB, as Debian counts them."""
    sizes = subprocess.run(["dpkg-query", "-W", "-f", "${Installed-Size}\n", *names], capture_output=True, text=True, check=True).stdout
    return sum(int(size) for size in sizes.split())


def installed_of_station():
    """kB of the stripped program and of all that `make install` puts in place."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cmake", "--install", str(root / "build/release"), "--strip", "--prefix", folder], check=True, capture_output=True)
        program = next(pathlib.Path(folder).rglob("bin/lintel"))
        whole = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())
        return program.stat().st_size / 1024, whole / 1024


def own_code(*pids):
    """kB of the programs and of what they loaded of their own: modules, and libre and librem, which are baresip's."""
    files = {line.split()[-1] for pid in pids for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines() if "/" in line}
    return sum(pathlib.Path(name).stat().st_size for name in files if any(word in name for word in ("kamailio", "baresip", "/libre.so", "/librem.so"))
               and pathlib.Path(name).is_file() and not name.startswith("/tmp")) / 1024


class Baresip:
    """One that waits and takes what calls, or one that calls the other by its address, and only looks: the station's viewer sends nothing either."""

    def __init__(self, port, calls=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lintel-bench-baresip-"))
        application = ("account", "contact", "menu")
        media = ("g711", "ausine", "aufile", "avcodec", "fakevideo")
        (self.folder / "config").write_text("\n".join(
            [f"sip_listen 127.0.0.1:{port}", "poll_method epoll", "audio_source ausine,440", "audio_player aufile,/dev/null",
             "audio_alert aufile,/dev/null", f"video_source {'none' if calls else 'fakevideo'},nil",
             "video_display fakevideo,nil", "video_size 1280x720", "video_fps 25", "video_bitrate 2000000", "module_path /usr/lib/baresip/modules",
             *(f"module {name}.so" for name in media), *(f"module_app {name}.so" for name in application), ""]))
        (self.folder / "accounts").write_text(f"<sip:{port}@127.0.0.1:{port}>;regint=0;answermode=auto;audio_codecs=pcma;video_codecs=h264\n")
        (self.folder / "contacts").write_text("")
        self.process = subprocess.Popen(["baresip", "-4", "-v", "-f", str(self.folder), *(["-e", f"/dial sip:{calls}@127.0.0.1:{calls}"] if calls else [])],
                                        stdin=subprocess.PIPE, stdout=open(self.folder / "output", "w"), stderr=subprocess.STDOUT)
        time.sleep(2)

    def sends_video(self):
        return "h264 encoder activated" in (self.folder / "output").read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def of_peers():
    """kB resident, idle and with one who sees. In the call the pages that both baresips share count half for the door, which is to its favour."""
    with Kamailio(100) as kamailio, Baresip(25160) as door:
        server, idle = cost.resident(kamailio.pid), cost.resident(door.process.pid)
        code = own_code(kamailio.pid, door.process.pid)
    with Baresip(25180) as door, Baresip(25190, calls=25180):
        time.sleep(6)
        if not door.sends_video():
            raise SystemExit("baresip sent no picture:\n" + (door.folder / "output").read_text(errors="replace"))
        busy = cost.resident(door.process.pid)
    return {"kamailio": server, "idle": idle, "busy": busy, "code": code}


def of_station():
    with Station() as station:
        station.set_up()
        secret = station.ask("POST", "/machine-accounts", {"name": "viewer", "rights": ["rtsp"]})["secret"]
        station.restart()
        time.sleep(5)
        idle, threads = cost.resident(station.pid), cost.threads(station.pid)
        viewer = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", f"rtsp://viewer:{secret}@127.0.0.1:{station.ports['rtsp']}/main",
                                   "-c", "copy", "-f", "null", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(8)
        if viewer.poll() is not None:
            raise SystemExit("the viewer saw nothing: " + viewer.stderr.read().decode())
        busy, busy_threads = cost.resident(station.pid), cost.threads(station.pid)
        viewer.terminate()
        viewer.wait()
        return {"idle": idle, "threads": threads, "busy": busy, "busy_threads": busy_threads}


def verdict(ours, theirs):
    return f"ratio {ours / theirs:.2f} (goal 1: {'met' if ours <= theirs else 'MISSED'})"


def compare():
    own, other = of_station(), of_peers()
    together = other["kamailio"] + other["idle"]
    tell(f"memory, camera off: lintel {own['idle'] / 1024:.1f} MB and {own['threads']} threads, kamailio {other['kamailio'] / 1024:.1f} MB and baresip "
         f"{other['idle'] / 1024:.1f} MB, {verdict(own['idle'], together)}")
    together = other["kamailio"] + other["busy"]
    tell(f"memory, one sees 1280x720: lintel {own['busy'] / 1024:.1f} MB and {own['busy_threads']} threads, kamailio and baresip in a video call "
         f"{together / 1024:.1f} MB, {verdict(own['busy'], together)}")
    program, whole = installed_of_station()
    packages = installed_of_packages("kamailio", "baresip-core")
    tell(f"program: lintel {program / 1024:.1f} MB, kamailio and baresip with the modules that they loaded {other['code'] / 1024:.1f} MB, "
         f"{verdict(program, other['code'])}")
    tell(f"installed: lintel {whole / 1024:.1f} MB, kamailio and baresip-core {packages / 1024:.1f} MB, {verdict(whole, packages)}")
