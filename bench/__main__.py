"""All benchmarks, one after the other: `python -m bench [--quick] [--json FILE] [--dir DIR]`."""

from bench import community, decision, fastagi, ledger, process, report, snapshot
from bench.measuring import finish, options

asked = options("all benchmarks")
finish(
    [
        module.measure(asked.dir, quick=asked.quick)
        for module in (decision, community, process, fastagi, ledger, report, snapshot)
    ],
    asked.json,
)
