import subprocess
import sys
import unittest
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "src"

HOOK = """
import sys
sys.path.insert(0, {sources!r})
from pushgate_flavor import _confinement, log
_confinement.replace()
import datetime, io, logging, os, random, time, warnings
from datetime import datetime as Early
from os import urandom
started, _ = time.time(), open(os.devnull).close()
messages = []
log.connect(lambda level, message: messages.append((level.name, message)))
real = sys.stdout
printed = _confinement.confine(lambda: 1767225600)

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
    def test_clocks_stand_at_the_time_of_the_push_and_went_before(self) -> None:
        body = """
print(started != time.time(), time.time(), time.time_ns(), time.monotonic(), time.perf_counter_ns(), file=real)
print(Early.now(datetime.timezone.utc).isoformat(), Early.utcnow(), time.gmtime()[:3], time.strftime("%Y", time.gmtime()), file=real)
print(Early.now() == Early.today() == Early.fromtimestamp(1767225600), datetime.date.today() == Early.now().date(), file=real)
"""
        self.assertEqual(
            run(body).splitlines(),
            [
                "True 1767225600.0 1767225600000000000 0.0 0",
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

    def test_what_there_is_not_is_told(self) -> None:
        body = """
for function, *arguments in ((open, "/x"), (io.open, "/x"), (os.listdir,), (urandom, 1), (time.sleep, 1), (late,)):
    print(failure(function, *arguments), file=real)
print(os.path.exists("/"), file=real)
"""
        self.assertEqual(
            run(body).splitlines(),
            [
                "OSError: a flavor has no file system",
                "OSError: a flavor has no file system",
                "OSError: a flavor has no file system",
                "OSError: a flavor has no random numbers",
                "OSError: a flavor has no time to sleep",
                "ModuleNotFoundError: `colorsys` is imported inside of a function, and a component holds only what was imported while it was built: "
                "`import colorsys` at the top of the module",
                "False",
            ],
        )

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
