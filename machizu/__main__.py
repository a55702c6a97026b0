"""`python -m machizu` is the command line."""

import sys

from machizu.cli import main

sys.exit(main())
