"""An emulated AWS on one port of this machine: MiniStack, and what Serin's stack needs beyond it."""
