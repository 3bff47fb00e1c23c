#!/usr/bin/env python3
"""Checks that `make run` and `make test` use the same compiled Wasmtime.

Compares the units that Cargo would compile for each. Prints every dependency of Wasmtime that `make test` compiles with other
features, and those features: add them to crates/shared-features.
"""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN = ["build", "-p", "hostprocess-cli", "--no-default-features", "--features", "module"]
TEST = ["test", "--workspace"]


def below_wasmtime(command):
    """The units of wasmtime-provider and its dependencies: (name, target, mode, profile) to features."""
    # The unit graph is unstable: its format may change.
    graph = subprocess.run(
        ["cargo", *command, "--locked", "--unit-graph", "-Zunstable-options"],
        cwd=ROOT, env=os.environ | {"RUSTC_BOOTSTRAP": "1"}, check=True, stdout=subprocess.PIPE,
    )
    units = json.loads(graph.stdout)["units"]
    reached = set()
    waiting = [i for i, unit in enumerate(units) if "wasmtime-provider" in unit["pkg_id"]]
    while waiting:
        unit = waiting.pop()
        if unit not in reached:
            reached.add(unit)
            waiting += [dependency["index"] for dependency in units[unit]["dependencies"]]
    found = {}
    for unit in (units[i] for i in reached):
        name = unit["pkg_id"].rsplit("/", 1)[-1].split("#")[-1]
        # `test` and `dev` are the same profile for a library.
        profile = json.dumps(unit["profile"] | {"name": ""}, sort_keys=True)
        found.setdefault((name, unit["target"]["name"], unit["mode"], profile), set()).add(tuple(unit["features"]))
    return found


def main():
    test = below_wasmtime(TEST)
    differs = False
    for key, variants in sorted(below_wasmtime(RUN).items()):
        # An additional variant counts as well, because everything that depends on it is compiled for both.
        for features in variants ^ test.get(key, variants):
            differs = True
            others = [sorted(set(other) ^ set(features)) for other in (test.get(key, set()) | variants) - {features}]
            print(f"{key[0]} ({key[1]}, {key[2]}) differs from make test in {others}", file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
