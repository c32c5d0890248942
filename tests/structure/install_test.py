"""install_test.py BUILD SOURCE: what `make install` puts in place, in a folder of its own."""
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = map(pathlib.Path, sys.argv[1:3])


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def install(self):
        # Of the commands that touch the running system, only the one before the end of a staged install is reached.
        commands = self.root / "commands"
        commands.mkdir(exist_ok=True)
        (commands / "sync").write_text(f"#!/bin/sh\ntouch {self.root}/synced\n")
        (commands / "sync").chmod(0o755)
        self.staged = {**os.environ, "DESTDIR": str(self.root), "PATH": f"{commands}:{os.environ['PATH']}"}
        into = {**os.environ, "DESTDIR": str(self.root / "stage")}
        done = subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr/local"], env=into, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.put_in_place()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def put_in_place(self, **how):
        return subprocess.run([SOURCE / "deploy/post-install", "/usr/local", self.root / "stage"], env=self.staged, capture_output=True, text=True, **how)

    def test_what_the_unit_names_is_there(self):
        self.install()
        unit = (self.root / "etc/systemd/system/lintel.service").read_text()
        named = set(re.findall(r"/usr/local/[^\s]+", unit))
        self.assertGreaterEqual(len(named), 3, "the program, the pages, the documentation")
        for path in named:
            self.assertTrue((self.root / path.lstrip("/")).exists(), path)
        self.assertTrue((self.root / "usr/local/share/doc/lintel/installer.md").exists())

    def test_the_stations_account_reads_it_whatever_the_umask(self):
        self.addCleanup(os.umask, os.umask(0o077))
        self.install()
        web = self.root / "usr/local/share/lintel/web"
        for path in (web / "index.html", web / "assets", web, web.parent, self.root / "usr/local/bin/lintel", self.root / "usr/local"):
            self.assertEqual(path.stat().st_mode & 0o044, 0o044, path)

    def test_of_the_version_before_no_page_stays(self):
        """The pieces' names change with what is in them, and a station reads all that are there into memory."""
        self.install()
        pieces = self.root / "usr/local/share/lintel/web/assets"
        old = pieces / "Rooms-0123abcd.js"
        old.write_text("of the version before")
        self.install()
        self.assertFalse(old.exists())
        self.assertTrue(list(pieces.glob("Rooms-*.js")))

    def test_a_disk_that_is_full_in_the_middle_leaves_the_version_before(self):
        self.install()
        installed = {path: path.read_bytes() for part in ("etc", "usr") for path in (self.root / part).rglob("*") if path.is_file()}
        with open(self.root / "stage/usr/local/bin/lintel", "ab") as program:
            program.write(b"another version")

        def little_room():  # Python ignores the signal that this would send: writing fails
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        done = self.put_in_place(preexec_fn=little_room, restore_signals=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual({path: path.read_bytes() for part in ("etc", "usr") for path in (self.root / part).rglob("*") if path.is_file()}, installed)

    def test_a_power_cut_behind_it_leaves_a_whole_program(self):
        self.install()
        self.assertTrue((self.root / "synced").exists())


unittest.main(argv=sys.argv[:1])
