"""``python -m gui.cli`` is ``layerloom``."""

import sys

from gui.cli import main

sys.exit(main())
