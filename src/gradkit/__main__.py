"""`python -m gradkit`: what students do from a terminal; instructors have `gradkit`."""

import sys

from gradkit.checking.command import main

if __name__ == "__main__":
    sys.exit(main())
