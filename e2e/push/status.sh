#!/bin/sh
# What --workspace_status_command runs.
echo STABLE_REVISION r1
echo SECONDS_OF_BUILD 17
