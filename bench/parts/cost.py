"""What processes cost: CPU time and memory, theirs and their children's. Wall time would count what else the machine does."""
import glob
import os


def family(pid):
    """The process and all that it started, as long as they live."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            children = open(path).read().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def cpu(pid, without=(), only=()):
    """Seconds of CPU that all living threads have had, but for those of these names, or only those; in nanoseconds inside, no ticks."""
    total = 0
    for process in family(pid):
        for path in glob.glob(f"/proc/{process}/task/*"):
            try:
                name = open(f"{path}/comm").read().strip() if without or only else ""
                if name not in without and (not only or name in only):
                    total += int(open(f"{path}/schedstat").read().split()[0])
            except OSError:
                continue
    return total / 1e9


def memory(pid):
    """kB of its own: anonymous and shared memory, each page counted once; program text and files are left out."""
    return _rolled_up(pid, ("Pss_Anon:", "Pss_Shmem:"))


def resident(pid):
    """kB resident, pages that processes share counted once; text and libraries belong to it."""
    return _rolled_up(pid, ("Pss:",))


def _rolled_up(pid, names):
    total = 0
    for process in family(pid):
        for line in open(f"/proc/{process}/smaps_rollup"):
            if line.startswith(names):
                total += int(line.split()[1])
    return total


def threads(pid):
    return sum(len(os.listdir(f"/proc/{process}/task")) for process in family(pid))
