"""Version of the engine, part of every plan's evidence."""

ENGINE_VERSION = "1"
