"""Asks for what a flavor does not have."""

import asyncio
import concurrent.futures
import http.client
import os
import pathlib
import random
import secrets
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable


async def wait() -> None:
    await asyncio.sleep(1)


WHAT: dict[str, Callable[[], object]] = {
    "network-socket": lambda: socket.create_connection(("registry.example.com", 443)),  # network-socket
    "network-name": lambda: socket.gethostbyname("registry.example.com"),  # network-name
    "network-http": lambda: http.client.HTTPConnection("registry.example.com").request("GET", "/"),  # network-http
    "network-https": lambda: urllib.request.urlopen("https://registry.example.com/"),  # network-https
    "files-open": lambda: open("/etc/passwd"),  # files-open
    "files-path": lambda: pathlib.Path("allowed.txt").read_text(),  # files-path
    "files-list": lambda: os.listdir("."),  # files-list
    "files-make": lambda: os.mkdir("made"),  # files-make
    "files-temporary": lambda: tempfile.mkdtemp(),  # files-temporary
    "environment": lambda: os.environ.get("MODE"),  # environment
    "environment-getenv": lambda: os.getenv("MODE", "strict"),  # environment-getenv
    "waiting": lambda: time.sleep(1),  # waiting
    "waiting-event": lambda: threading.Event().wait(1),  # waiting-event
    "threads": lambda: threading.Thread(target=print).start(),  # threads
    "threads-pool": lambda: concurrent.futures.ThreadPoolExecutor(),  # threads-pool
    "programs": lambda: subprocess.run(["true"]),  # programs
    "programs-system": lambda: os.system("true"),  # programs-system
    "randomness": lambda: secrets.token_hex(),  # randomness
    "randomness-uuid": lambda: uuid.uuid4(),  # randomness-uuid
    "randomness-seed": lambda: random.Random().random(),  # randomness-seed
    "event-loop": lambda: asyncio.run(wait()),  # event-loop
}
"""What each tag asks for."""
