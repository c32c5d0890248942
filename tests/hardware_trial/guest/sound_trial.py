"""ALSA: the kernel's loopback card as microphone and speaker. What is played to device 0 is what device 1 records, and the
other way round; the station has device 1."""
import math
import pathlib
import struct
import subprocess
import tempfile
import time
import wave

import kernel
from camera_trial import address
from station import run, wait_for

ROOM = "plughw:Loopback,0,0"      # what the visitor says is played there
DOOR_SPEAKER = "plughw:Loopback,0,1"  # what the visitor hears is recorded there
RATE = 8000


def samples(path):
    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
        channels, rate = file.getnchannels(), file.getframerate()
    values = struct.unpack(f"<{len(data) // 2}h", data[:len(data) // 2 * 2])[::channels]
    return rate, [value / 32768 for value in values]


def strength(rate, values, frequency):
    """How loud this one tone is in the loudest half second; 1 is full scale (Goertzel's sum)."""
    size = rate // 2
    best = 0.0
    for start in range(0, max(1, len(values) - size), size):
        piece = values[start:start + size]
        step = 2 * math.pi * frequency / rate
        real = sum(value * math.cos(step * i) for i, value in enumerate(piece))
        imaginary = sum(value * math.sin(step * i) for i, value in enumerate(piece))
        best = max(best, 2 * math.hypot(real, imaginary) / max(1, len(piece)))
    return best


def expect_tone(path, frequency, other):
    rate, values = samples(path)
    wanted, unwanted = strength(rate, values, frequency), strength(rate, values, other)
    assert wanted > 0.01 and wanted > 5 * unwanted, (
        f"{frequency} Hz at {wanted:.4f}, {other} Hz at {unwanted:.4f} in {len(values) / rate:.1f} seconds of sound")


def tone(path, frequency, seconds=60):
    # In pulses, as speech is: a steady tone is what noise suppression takes away.
    run("sox", "-n", "-r", "48000", "-c", "2", "-b", "16", str(path), "synth", str(seconds), "sine", str(frequency), "tremolo", "2", "90", "gain", "-6")
    return path


def stream_has(context, folder, frequency, other):
    heard = folder / f"heard-{time.monotonic_ns()}.wav"
    run("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-timeout", "30000000", "-i", address(context["secret"]), "-t", "4", "-vn",
        "-ar", str(RATE), "-ac", "1", str(heard), timeout=120)
    expect_tone(heard, frequency, other)


class Visitor:
    """Says one tone before the microphone."""
    def __init__(self, folder, frequency):
        self.process = subprocess.Popen(["aplay", "-q", "-D", ROOM, str(tone(folder / f"visitor-{frequency}.wav", frequency))])

    def __enter__(self):
        time.sleep(1)
        assert self.process.poll() is None, "the loopback card takes no sound"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def microphone(station, context):
    with tempfile.TemporaryDirectory() as name, Visitor(pathlib.Path(name), 1000):
        stream_has(context, pathlib.Path(name), 1000, 1700)


def call(station, context):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        phone = context["phone"]
        says = tone(folder / "resident.wav", 700)
        (folder / "recorded").mkdir()
        modules = ["g711", "aufile", "sndfile"]
        (folder / "config").write_text("\n".join([
            "poll_method epoll", "sip_listen 127.0.0.1:5082", "ausrc_srate 48000", "auplay_srate 48000", "ausrc_channels 2", "auplay_channels 2",
            f"audio_source aufile,{says}", f"audio_player aufile,{folder}/nothing.wav",
            f"snd_path {folder}/recorded", "module_path /usr/lib/baresip/modules", *(f"module {one}.so" for one in modules),
            *(f"module_app {one}.so" for one in ("account", "contact", "menu", "uuid")), ""]))
        (folder / "accounts").write_text(
            f"<sip:{phone['user'].replace('#', '%23')}@VDP>;auth_user={phone['user']};auth_pass={phone['password']}"
            ";outbound=\"sip:127.0.0.1:5060;transport=udp\";regint=300;answermode=auto;audio_codecs=pcmu\n")
        (folder / "contacts").write_text("")
        before = station.newest()
        with open(folder / "said", "w") as said:
            baresip = subprocess.Popen(["baresip", "-4", "-f", str(folder)], stdin=subprocess.PIPE, stdout=said, stderr=said)
        recorder = None
        try:
            # The second time it is still known from the first, at the same address: it only has to be there.
            wait_for("the phone to register", lambda: any(one["online"] for one in station.ask("GET", "/monitors")["items"]))
            time.sleep(5)
            with Visitor(folder, 1000):
                station.press("1", "0", "1", "call")
                station.event("call.answered", before)
                recorder = subprocess.Popen(["arecord", "-q", "-D", DOOR_SPEAKER, "-f", "S16_LE", "-r", "48000", "-c", "2", "-d", "6",
                                             str(folder / "door.wav")])
                recorder.wait(60)
                station.press("hangup")
            wait_for("the end of the call", lambda: not station.ask("GET", "/calls")["items"])
            time.sleep(1)
        except AssertionError as error:
            raise AssertionError(f"{error}; the phone: {(folder / 'said').read_text()[-600:]}") from error
        finally:
            baresip.kill()
            baresip.wait()
            if recorder is not None:
                recorder.kill()
        heard = next((folder / "recorded").glob("*dec.wav"), None)
        assert heard, f"the phone heard nothing: {(folder / 'said').read_text()[-600:]}"
        expect_tone(heard, 1000, 1700)
        expect_tone(folder / "door.wav", 700, 1700)


def unplugged(station, context):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        before = station.newest()
        kernel.plug(kernel.SOUND, False)
        station.event("microphone.lost", before)
        station.event("speaker.lost", before)
        station.lock_is("locked")
        station.unlock()
        assert kernel.level(kernel.RELAY) == 1, "the relay did not move without sound"
        station.lock_is("locked")
        kernel.plug(kernel.SOUND, True)
        station.event("microphone.back", before)
        station.event("speaker.back", before)
        with Visitor(folder, 1300):
            stream_has(context, folder, 1300, 1700)
    call(station, context)


TRIALS = [
    ("ALSA: what a visitor says is in the stream", microphone),
    ("ALSA: visitor and resident hear each other in a call", call),
    ("ALSA: unplugged the card is journalled, doors open, and both ways come back by themselves", unplugged),
]
