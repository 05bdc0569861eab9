"""Which signals ask a process to end, beside Ctrl-C."""

import signal


def ending_signals() -> tuple[signal.Signals, ...]:
    """SIGTERM, and what a terminal sends when it closes, but not under nohup."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return (signal.SIGTERM,)
    return (signal.SIGTERM, signal.SIGHUP)
