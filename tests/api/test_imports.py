"""What a process of the API does not load: each of them is in memory for good."""

from __future__ import annotations

import subprocess
import sys


def test_the_api_runs_without_django_and_pandas() -> None:
    program = "import sys, api.app; print({'django', 'pandas', 'geopandas', 'etl'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
