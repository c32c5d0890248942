"""Holds the structure: a room includes only rooms on lower floors, and the domain knows no library of the edges.

It checks:
- every `#include "room/…"` in src/ points to the own room or to one on a lower floor;
- calls, access, notice and household include no GLib, GStreamer, Asio, SQL, JSON or transfer header;
- only http includes Boost, only storage includes SOCI;
- nothing in src/ starts a shell;
- every setting is read by the program: one that does nothing is a lie;
- the service is started again however often it ends, and waits for no network;
- no source file is longer than a sitting;
- every catalogue row that docs/features.md calls done is named in a test.
"""
import configparser
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop() if len(sys.argv) > 1 else ".").resolve()
FLOORS = {
    "base": 0,
    "sip": 1, "media": 1, "http": 1, "hardware": 1, "system": 1, "storage": 1,
    "household": 2, "journal": 2, "settings": 2,
    "calls": 3, "access": 3, "notice": 3,
    "web": 4, "onvif": 4, "bridge": 4,
    "app": 5,
}
DOMAIN = {"calls", "access", "notice", "household"}
EDGE = re.compile(r"<(glib|gio|gst/|boost/|soci|sqlite3|libpq|nlohmann|curl/)|gobject\.hpp")
SOURCES = sorted(path for ending in ("*.cpp", "*.hpp") for path in (ROOT / "src").rglob(ending))
LONGEST_FILE = 450


def room_of(path):
    return path.relative_to(ROOT / "src").parts[0]


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line)
        if found:
            yield number, found.group(1)


class Structure(unittest.TestCase):
    def test_there_are_sources(self):
        self.assertGreater(len(SOURCES), 10)

    def test_rooms_know_only_lower_floors(self):
        wrong = []
        for path in SOURCES:
            room = room_of(path)
            for number, name in includes(path):
                other = name.strip('<>"').split("/")[0]
                if name.startswith('"') and other in FLOORS and other != room and FLOORS[other] >= FLOORS[room]:
                    wrong.append(f"{path.relative_to(ROOT)}:{number} {room} includes {name}")
        self.assertEqual(wrong, [])

    def test_the_domain_includes_no_edge_library(self):
        wrong = [f"{path.relative_to(ROOT)}:{number} {name}" for path in SOURCES if room_of(path) in DOMAIN
                 for number, name in includes(path) if EDGE.search(name)]
        self.assertEqual(wrong, [])

    def test_boost_stays_in_http_and_soci_in_storage(self):
        wrong = [f"{path.relative_to(ROOT)}:{number} {name}" for path in SOURCES for number, name in includes(path)
                 if (name.startswith("<boost/") and room_of(path) != "http")
                 or (name.startswith("<soci") and room_of(path) != "storage")]
        self.assertEqual(wrong, [])

    def test_nothing_starts_a_shell(self):
        shell = re.compile(r"\b(system|popen)\s*\(\s*\"|/bin/sh|std::system|::popen")
        wrong = [f"{path.relative_to(ROOT)}:{number}" for path in SOURCES
                 for number, line in enumerate(path.read_text().splitlines(), 1) if shell.search(line)]
        self.assertEqual(wrong, [])

    def test_every_setting_is_read(self):
        unread, space, settings = [], None, 0
        code = "".join(path.read_text() for path in SOURCES if room_of(path) != "settings")
        for line in (ROOT / "src" / "settings" / "keys.hpp").read_text().splitlines():
            if found := re.match(r"namespace (\w+) \{", line):
                space = found[1]
            if found := re.search(r"Setting<.*> (\w+)\{\"([\w.]+)\"\}", line):
                settings += 1
                if not re.search(rf"\b(?:{space}|keys)::{found[1]}\b", code):
                    unread.append(found[2])
        self.assertGreater(settings, 50)
        self.assertEqual(unread, [])

    # systemd gives a service up for good that ended five times within ten seconds: a port or a disk that comes a little
    # late after a power cut would leave the doors dead until somebody comes.
    def test_the_service_is_there_as_soon_and_as_long_as_it_can(self):
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read(ROOT / "deploy" / "lintel.service")
        self.assertEqual(unit["Service"]["Restart"], "always")
        self.assertEqual(unit["Unit"].get("StartLimitIntervalSec"), "0")
        self.assertNotIn("network-online.target", unit["Unit"]["After"] + unit["Unit"].get("Wants", ""))

    # One that is not in the list has no help in the console, and is not found by its words in another language.
    def test_every_event_of_the_journal_is_in_the_list_of_them(self):
        journal = ROOT / "src" / "journal"
        made = re.findall(r"^inline constexpr Event (\w+)\{", (journal / "events.hpp").read_text(), re.M)
        listed = re.findall(r"^    &events::(\w+),", (journal / "events.cpp").read_text(), re.M)
        self.assertGreater(len(made), 100)
        self.assertEqual(set(made) - set(listed), set())

    def test_a_file_is_read_in_one_sitting(self):
        long = [f"{path.relative_to(ROOT)} {count}" for path in SOURCES
                if (count := len(path.read_text().splitlines())) > LONGEST_FILE]
        self.assertEqual(long, [])

    def test_every_done_row_is_named_in_a_test(self):
        features = ROOT / "docs" / "features.md"
        rows = re.findall(r"^\| ([CHANVS]\d\d) \|[^|]*\| *done *\|", features.read_text(), re.M)
        tests = "".join(path.read_text(errors="replace") for folder in ("tests", "web/e2e", "web/src")
                        for path in (ROOT / folder).rglob("*")
                        if path.suffix in (".cpp", ".py", ".ts", ".tsx") and path != pathlib.Path(__file__).resolve())
        self.assertEqual([row for row in rows if not re.search(rf"(?<![A-Za-z0-9]){row}(?![A-Za-z0-9])", tests)], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
