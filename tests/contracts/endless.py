"""A child that never answers, under the same limit as the real one."""

import sys

from marketplace.contracts.signatures.child import _limit

if __name__ == "__main__":
    sys.stdin.buffer.read()
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    while True:
        pass
