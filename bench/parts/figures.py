"""How figures are told: medians, shares, and ratios beside their goals."""
import math
import os
import platform
import statistics
import subprocess

median = statistics.median


def share(values, part):
    """The value that `part` of all do not exceed: share(times, 0.99) is the p99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(part * len(ordered)) - 1))]


def spread(values, digits=0):
    return ", ".join(f"{value:.{digits}f}" for value in values)


def low_high(values, digits=0):
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def tell(line):
    print(line, flush=True)


def goal(value, limit, unit=""):
    return f"goal {limit:g}{' ' if unit else ''}{unit}: {'met' if value <= limit else 'MISSED'}"


def beside(what, ours, theirs, limit, unit, peer, digits=0):
    """One line of ours beside theirs: medians, each round, the ratio and its goal."""
    own, other = median(ours), median(theirs)
    tell(f"{what}: lintel {own:.{digits}f} {unit} ({spread(ours, digits)}), {peer} {other:.{digits}f} {unit} "
         f"({spread(theirs, digits)}), ratio {own / other:.2f} ({goal(own / other, limit)})")


def heading(title):
    """Where and when: goes above the figures, so that they can be repeated."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    day = subprocess.run(["date", "-I"], capture_output=True, text=True, check=True).stdout.strip()
    tell(f"== {title}: {day}, {os.cpu_count()} cores of {model}, load average at the start {load}")
