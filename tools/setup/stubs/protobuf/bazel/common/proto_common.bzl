"""Loaded by rule sets for protocol buffers; nothing here builds any."""

proto_common = struct()
