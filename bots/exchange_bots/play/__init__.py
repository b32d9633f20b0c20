"""Play order flow, recorded or generated, through the public API as ordinary clients."""
