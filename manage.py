#!/usr/bin/env python
"""Run Django's commands on the demo shop."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_demo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
