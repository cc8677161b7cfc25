import os
import subprocess
import sys
import unittest
from pathlib import Path

from pushgate_flavor import _lacks

SOURCES = Path(__file__).parent.parent / "src"

HOOK = """
import sys
sys.path.insert(0, {sources!r})
from pushgate_flavor import _confinement, _lacks, log
_confinement.replace()
import asyncio, concurrent.futures, datetime, http.client, io, logging, os, pathlib, queue, random, secrets, select, socket, subprocess, tempfile, threading
import time, urllib.request, uuid, warnings
from datetime import datetime as Early
from os import urandom
started, _ = time.time(), open(os.devnull).close()
messages = []
log.connect(lambda level, message: messages.append((level.name, message)))
real = sys.stdout
printed = _confinement.confine(lambda: 1767225600, lambda path: "flavor.py" if path == "<string>" else None)

def failure(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return f"{{type(error).__name__}}: {{error}}"

def late():
    import colorsys

{body}
"""


def run(body: str) -> str:
    """What a hook finds, in an interpreter of its own: what is replaced stays so."""
    script = HOOK.format(sources=str(SOURCES), body=body)
    ran = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True)
    if ran.returncode != 0:
        raise AssertionError(ran.stderr)
    return ran.stdout


class Confinement(unittest.TestCase):
    maxDiff = None

    def test_clocks_stand_at_the_time_of_the_push_and_went_before(self) -> None:
        body = """
print(started != time.time(), time.time(), time.time_ns(), time.monotonic(), time.perf_counter_ns(), time.clock_gettime(time.CLOCK_REALTIME), file=real)
print(Early.now(datetime.timezone.utc).isoformat(), Early.utcnow(), time.gmtime()[:3], time.strftime("%Y", time.gmtime()), file=real)
print(Early.now() == Early.today() == Early.fromtimestamp(1767225600), datetime.date.today() == Early.now().date(), file=real)
"""
        self.assertEqual(
            run(body).splitlines(),
            [
                "True 1767225600.0 1767225600000000000 0.0 0 1767225600.0",
                "2026-01-01T00:00:00+00:00 2026-01-01 00:00:00 (2026, 1, 1) 2026",
                "True True",
            ],
        )

    def test_dates_are_as_they_were(self) -> None:
        body = """
day = Early(2026, 1, 2)
print(isinstance(day, datetime.date), isinstance(day.date(), datetime.date), isinstance(day.date(), Early), issubclass(Early, datetime.date), file=real)
print(repr(day), day - datetime.timedelta(1), day - Early(2026, 1, 1), Early.strptime("2026-01-02", "%Y-%m-%d") == day, file=real)
"""
        self.assertEqual(run(body).splitlines(), ["True True False True", "datetime(2026, 1, 2, 0, 0) 2026-01-01 00:00:00 1 day, 0:00:00 True"])

    def test_what_a_flavor_has_instead_is_said(self) -> None:
        cases = {
            _lacks.FILES: ('open("/x")', 'io.open("/x")', 'pathlib.Path("/x").read_text()', "os.listdir()", 'os.mkdir("/x")', "tempfile.mkdtemp()"),
            _lacks.NETWORK: (
                "socket.socket()",
                'socket.create_connection(("registry.example.com", 443))',
                'socket.gethostbyname("registry.example.com")',
                'http.client.HTTPConnection("registry.example.com").request("GET", "/")',
                'http.client.HTTPSConnection("registry.example.com")',
                'urllib.request.urlopen("https://registry.example.com/")',
            ),
            _lacks.ENVIRONMENT: (
                'os.environ["A"]',
                'os.environ.get("A")',
                'os.getenv("A")',
                '"A" in os.environ',
                "dict(os.environ)",
                'os.putenv("A", "b")',
            ),
            _lacks.WAITING: ("time.sleep(1)", "threading.Event().wait(1)", "queue.Queue().get(timeout=1)", "select.select([], [], [], 1)"),
            _lacks.THREADS: ("threading.Thread(target=print).start()", "threading.Timer(1, print).start()", "concurrent.futures.ThreadPoolExecutor"),
            _lacks.PROGRAMS: ('subprocess.run(["true"])', 'os.popen("true")', "multiprocessing()"),
            _lacks.RANDOMNESS: ("urandom(1)", "secrets.token_hex()", "uuid.uuid4()", "uuid.uuid1()", "random.seed()", "random.Random()"),
            _lacks.EVENT_LOOP: ("asyncio.run(later())", "asyncio.new_event_loop()", "asyncio.get_event_loop()"),
        }
        statements = [statement for some in cases.values() for statement in some]
        body = f"""
async def later(): pass
def multiprocessing(): import multiprocessing.pool
warnings.simplefilter("ignore")
for statement in {statements!r}:
    try:
        eval(statement)
        print("nothing", file=real)
    except Exception as error:
        print(_lacks.found_in(error), file=real)
"""
        told = dict(zip(statements, run(body).splitlines(), strict=True))
        self.assertEqual(told, {statement: sentence for sentence, some in cases.items() for statement in some})

    def test_a_library_goes_on_without(self) -> None:
        body = """
library = {"os": os}
exec(compile("def asked(): return os.environ.get('A'), 'A' in os.environ", "/2/library.py", "exec"), library)
print(library["asked"](), os.path.exists("/"), random.Random("a").random() == random.Random("a").random(), failure(late), file=real)
"""
        os.environ.pop("A", None)
        late = "`colorsys` is imported inside of a function, and a component holds only what was imported while it was built: `import colorsys` at the top of the module"
        self.assertEqual(run(body).splitlines(), [f"(None, False) False True ModuleNotFoundError: {late}"])

    def test_what_is_printed_becomes_messages(self) -> None:
        body = """
print("one", end=" ")
print("two\\nthree")
sys.stderr.write("half")
logging.warning("careful")
warnings.warn("old")
for stream in printed:
    stream.finish()
print([message for level, message in messages if level == "DEBUG"] == [message for _, message in messages], file=real)
print([message for _, message in messages[:3]], messages[3][1].endswith("UserWarning: old"), len(messages), file=real)
"""
        self.assertEqual(run(body).splitlines(), ["True", "['one two', 'three', 'halfWARNING:root:careful'] True 4"])
