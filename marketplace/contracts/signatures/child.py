"""The checks in a process of their own: a file that eats memory or time ends there and nowhere else.

The parent hands over a question as it is (it trusts itself); the child, which has read what strangers wrote, answers
with one line of JSON.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
from dataclasses import dataclass

from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Answer, Question, refused

CHILD = "marketplace.contracts.signatures.child"
MEBIBYTE = 1024 * 1024


class ChildFailed(Exception):
    """The child could not do its work."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one check may take: seconds of processor, seconds in all, bytes of memory."""

    processor: int = 20
    seconds: float = 45
    memory: int = 1024 * MEBIBYTE


DEFAULT = Limits()


def judged(question: Question, limits: Limits = DEFAULT) -> Answer:
    """The answer of a child process; one that ends in the middle refuses the file as too heavy."""
    command = [
        sys.executable,
        "-m",
        CHILD,
        str(limits.processor),
        str(limits.memory),
    ]
    written = pickle.dumps(question)
    try:
        done = subprocess.run(command, input=written, capture_output=True, timeout=limits.seconds, cwd=_root())
    except subprocess.TimeoutExpired:
        return refused(Fault.TOO_HEAVY, 0, error="timeout")
    if done.returncode < 0:
        return refused(Fault.TOO_HEAVY, 0, error=f"ended by signal {-done.returncode}")
    try:
        return Answer.read(done.stdout.decode("ascii").splitlines()[-1])
    except (ValueError, KeyError, IndexError) as error:
        # not the file's fault: the job is tried again, and an operator sees it
        raise ChildFailed(f"ended with {done.returncode}") from error


def _root() -> str:
    from config import ROOT

    return str(ROOT)


def _limit(processor: int, memory: int) -> None:
    """Where the system knows such limits: processor time, address space, no files, no further processes."""
    try:
        import resource
    except ImportError:  # Windows keeps the parent's timeout only
        return
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> int:
    """Read a question, answer it."""
    logging.disable(logging.CRITICAL)
    written = sys.stdin.buffer.read()
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    from marketplace.contracts.signatures.accepting import accept

    try:
        answer = accept(pickle.loads(written))  # noqa: S301 - our own parent's words
    except MemoryError:
        answer = refused(Fault.TOO_HEAVY, 0, error="memory")
    sys.stdout.write(answer.written() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
