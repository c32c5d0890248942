#!/usr/bin/env python3
"""Floods a station until its input ends: `flood.py sip PORT RATE`, `flood.py rtsp PORT CONNECTIONS` or `flood.py crowd HTTP HTTPS SIP SIPS RTSP`.
Prints what it sent.

sip: REGISTER and INVITE in turn from 200 addresses, each below what one address may send, so that none is shed unread. Half of them come without
credentials and are challenged each time; the other half has a wrong digest for a nonce that the station gave to that very source, which after five
of a source is refused by the lock-out before it is looked at. rtsp: connections that ask DESCRIBE with wrong credentials again and again. crowd: 500 connections from 50 addresses on each port, 1,000 on http,
half of which say nothing and half have begun a TLS handshake or a request; one that the station closes is opened again, and large bodies are announced.
"""
import os
import re
import select
import socket
import sys
import time

sources = 200


def over():
    return bool(select.select([0], [], [], 0)[0])


def sip(port, rate):
    def text(method, number, own, count, authorization):
        return (f"{method} sip:VDP SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}x{count};rport\r\nMax-Forwards: 70\r\n"
                f"From: <sip:101@VDP>;tag={number}\r\nTo: <sip:101@VDP>\r\nCall-ID: {number}-{count}\r\nCSeq: {count + 1} {method}\r\n"
                f"Contact: <sip:101@{own}>\r\n{authorization}Content-Length: 0\r\n\r\n").encode()

    everybody = []
    for number in range(sources):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((f"127.2.{number // 100}.{number % 100 + 1}", 0))
        one.settimeout(5)
        own = "%s:%d" % one.getsockname()
        one.sendto(text("REGISTER", number, own, 0, ""), ("127.0.0.1", port))
        nonce = re.search(rb'nonce="([^"]*)"', one.recv(65536)).group(1).decode()
        one.setblocking(False)
        everybody.append((one, own, nonce))
    print("ready", flush=True)
    sent, began = 0, time.monotonic()
    while not over():
        due = int((time.monotonic() - began) * rate)
        while sent < due:
            one, own, nonce = everybody[sent % sources]
            number = sent % sources
            turn = sent // sources
            header = "Authorization" if turn % 2 else "Proxy-Authorization"
            method = "REGISTER" if turn % 2 else "INVITE"
            wrong = (f'{header}: Digest username="101", realm="VDP", nonce="{nonce}", uri="sip:VDP", algorithm=MD5, '
                     f'response="{os.urandom(16).hex()}"\r\n')
            one.sendto(text(method, number, own, turn + 1, wrong if turn // 2 % 2 else ""), ("127.0.0.1", port))
            try:
                one.recv(65536)
            except BlockingIOError:
                pass
            sent += 1
        time.sleep(0.002)
    print(f"{sent / (time.monotonic() - began):.0f} requests a second", flush=True)


def rtsp(port, count):
    poll, waiting, number, sent = select.epoll(), {}, 0, 0

    def begin():
        nonlocal number
        number += 1
        one = socket.socket()
        one.bind((f"127.3.{number % 200}.{number % 250 + 1}", 0))
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        waiting[one.fileno()] = (one, number)
        poll.register(one.fileno(), select.EPOLLOUT)

    for _ in range(count):
        begin()
    print("ready", flush=True)
    began = time.monotonic()
    while not over():
        for descriptor, event in poll.poll(0.05):
            one, own = waiting[descriptor]
            try:
                if event & select.EPOLLOUT:
                    poll.modify(descriptor, select.EPOLLIN)
                elif not one.recv(65536):
                    raise ConnectionResetError
                one.sendall((f"DESCRIBE rtsp://127.0.0.1:{port}/main RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\nAuthorization: Digest "
                             f'username="viewer", realm="x", nonce="{own}", uri="rtsp://127.0.0.1:{port}/main", response="{os.urandom(16).hex()}"\r\n\r\n').encode())
                sent += 1
            except OSError:
                poll.unregister(descriptor)
                waiting.pop(descriptor)[0].close()
                begin()
    print(f"{sent / (time.monotonic() - began):.0f} DESCRIBEs a second over {number} connections", flush=True)


def crowd(http, https, sip, sips, rtsp):
    hello, request = b"\x16\x03\x01\x02\x00\x01", b"GET /api/v1/state HTTP/1.1\r\nX-Slow: "
    huge = b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{"
    wishes = [(http, request), (http, huge), (https, hello), (sip, b"OPTIONS sip:a SIP/2.0\r\nVia: "), (sips, hello), (rtsp, b"DESCRIBE rtsp://a/main RTSP/1.0\r\n")]
    poll, open_now, opened = select.epoll(), {}, 0

    def begin(port, word, source):
        nonlocal opened
        opened += 1
        one = socket.socket()
        one.bind((f"127.4.{source}.1", 0))
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        open_now[one.fileno()] = (one, port, word, source)
        poll.register(one.fileno(), select.EPOLLOUT)

    for number in range(500):
        for port, word in wishes:
            begin(port, word if number // 50 % 2 else b"", number % 50)
    print("ready", flush=True)
    began = time.monotonic()
    while not over():
        for descriptor, event in poll.poll(0.05):
            one, port, word, source = open_now[descriptor]
            try:
                if event & select.EPOLLOUT:
                    poll.modify(descriptor, select.EPOLLIN)
                    one.sendall(word)
                elif not one.recv(65536):
                    raise ConnectionResetError
            except OSError:
                poll.unregister(descriptor)
                open_now.pop(descriptor)[0].close()
                begin(port, word, source)
        time.sleep(0.002)
    print(f"{len(open_now)} connections at a time, {opened / (time.monotonic() - began):.0f} opened a second", flush=True)


# A flood comes from other machines: whatever priority the measurement has, it gets what is left of this one.
os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
{"sip": sip, "rtsp": rtsp, "crowd": crowd}[sys.argv[1]](*map(int, sys.argv[2:]))
