"""Entry point of `python -m data_samples`."""

import sys

from data_samples.generate import main

sys.exit(main())
