#!/usr/bin/env python3
"""What the machine itself is late by, meanwhile: sleeps 10 ms again and again until its input ends, and prints by how much too long each took (ms, p50 and
p99). A program that waits its turn for so long cannot answer sooner."""
import select
import time

late = []
while True:
    began = time.perf_counter()
    if select.select([0], [], [], 0.01)[0]:
        break
    late.append((time.perf_counter() - began - 0.01) * 1000)
late.sort()
print(f"{late[len(late) // 2]:.2f} {late[len(late) * 99 // 100]:.2f}", flush=True)
