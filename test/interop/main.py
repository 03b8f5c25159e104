"""Runs every test of this folder and ends with the line `N passed, N failed`."""

import sys
import unittest
from pathlib import Path


def main() -> int:
    here = Path(__file__).parent
    options = sys.argv[1:]
    loader = unittest.TestLoader()
    if options[:1] == ["-k"]:
        loader.testNamePatterns = [f"*{word}*" for word in options[1:]]
    suite = loader.discover(str(here), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
