#!/usr/bin/env python3
"""Adds up the JUnit files of one test run: names what failed and what was not run, then prints
`N passed, N failed`, followed by `, N skipped` when something could not be run here.

usage: count_results.py FOLDER FAILED_STEPS
"""
import glob
import os
import sys
import xml.etree.ElementTree as ElementTree


def main():
    folder, failed_steps = sys.argv[1], int(sys.argv[2])
    passed, failed, not_run = 0, [], []
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.xml"), recursive=True)):
        suite = os.path.splitext(os.path.relpath(path, folder))[0]
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name, skipped = f"{suite}: {case.get('name')}", case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif skipped is not None:
                not_run.append(f"{skipped.get('message')} ({name})")
            else:
                passed += 1
    # A step that failed without a test to show for it (a runner that died) counts as one.
    if failed_steps and not failed:
        failed.append("a step failed without a test of its own: see above")
    if not passed and not failed:
        print("no test has such a name")
    for reason in not_run:
        print(reason)
    for name in failed:
        print(f"FAILED {name}")
    skipped = f", {len(not_run)} skipped" if not_run else ""
    print(f"{passed} passed, {len(failed)} failed{skipped}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
