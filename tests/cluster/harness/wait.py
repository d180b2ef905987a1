"""Waiting for conditions, never for a time."""
import time


class Timeout(AssertionError):
    pass


def wait_until(condition, what, timeout=30.0, interval=0.01):
    """Asks until condition() is true and returns its value; an exception counts as "not yet"."""
    deadline = time.monotonic() + timeout
    trouble = None
    while True:
        try:
            value = condition()
            trouble = None
            if value:
                return value
        except (OSError, LookupError, ValueError, RuntimeError) as error:
            trouble = error
        if time.monotonic() >= deadline:
            raise Timeout(f"not within {timeout:g} s: {what}" + (f" ({trouble!r})" if trouble else ""))
        time.sleep(interval)


class Stopwatch:
    def __init__(self):
        self.start = time.monotonic()

    def ms(self):
        return (time.monotonic() - self.start) * 1000
