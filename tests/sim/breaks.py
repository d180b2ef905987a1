#!/usr/bin/env python3
"""Breaks one rule of the product at a time, in a copy of the sources, and counts the seeds that the
simulator needs to notice. A rule whose break goes unnoticed is a hole in the judges.

    python3 tests/sim/breaks.py [NAME...]     all breaks, or those named

Every break replaces one text that must stand exactly once in its file, so a rule that has moved is
told and not passed over. Exit code 1 when a break was not caught or could not be made.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build" / "breaks"
MAX_SEEDS = 2000
SEED_TIMEOUT_S = 600

REPLICA = "broker/replica/core/"
CONTROLLER = "broker/controller/"
GROUP = "broker/coordinator/group/"

# name: (file, the rule, its break)
BREAKS = {
    "truncation at the high watermark": (
        REPLICA + "partition_fetch_state.cc",
        "if (start.latest_epoch == kNoLeaderEpoch) {",
        "if (start.log_end >= start.high_watermark) {"),
    "ISR expansion without the epoch-start rule": (
        REPLICA + "replica_core.cc",
        "follower.log_end_offset() < *leader_epoch_start_) {",
        "follower.log_end_offset() < Offset(0)) {"),
    "an ISR that shrinks before the controller has agreed": (
        REPLICA + "isr.cc",
        "  return pending_.emplace(IsrProposal{++last_id_, leader_epoch, partition_epoch, std::move(left)});",
        "  committed_ = left;\n"
        "  return pending_.emplace(IsrProposal{++last_id_, leader_epoch, partition_epoch, left});"),
    "fetches of another leader epoch are served": (
        REPLICA + "replica_core.cc",
        "if (fenced != ErrorCode::kNone) return fenced;",
        "if (fenced == ErrorCode::kUnknownServerError) return fenced;"),
    "acks=all answered before the high watermark is there": (
        REPLICA + "high_watermark.h",
        "if (high_watermark < required_offset) return std::nullopt;",
        "if (high_watermark < Offset(0) && high_watermark < required_offset) return std::nullopt;"),
    "consumers read up to the log end": (
        REPLICA + "replica_core.cc",
        "    case FetchIsolation::kHighWatermark:\n      return high_watermark_;",
        "    case FetchIsolation::kHighWatermark:\n      return log.log_end;"),
    "followers learn nothing of producers": (
        "broker/log/core/log_state.cc",
        "while (const auto batch = reader.next()) producers_.apply(*batch);",
        "while (const auto batch = reader.next()) {\n"
        "    if (batch->partition_leader_epoch() == LeaderEpoch(0)) producers_.apply(*batch);\n  }"),
    "a restart forgets all but the last batch of a producer": (
        "broker/log/core/producer_state.cc",
        "  batches_ = other.batches_;\n  count_ = other.count_;\n",
        ""),
    "an unfenced controller write": (
        CONTROLLER + "fenced_writer.cc",
        "zk::Op::check(std::string(zk::paths::kControllerEpoch), epoch_version_)",
        "zk::Op::check(std::string(zk::paths::kControllerEpoch), zk::kAnyVersion)"),
    "an election outside the ISR": (
        CONTROLLER + "core/election.cc",
        "if (auto leader = first(live, [&](BrokerId id) { return contains(current.isr, id); })) {",
        "if (auto leader = first(live, [&](BrokerId) { return true; })) {"),
    "an election without a new leader epoch": (
        CONTROLLER + "core/election.cc",
        "  ++next.leader_epoch;\n",
        ""),
    "a leader that does not wait for the whole ISR": (
        REPLICA + "high_watermark.h",
        "    if (in.isr.maximal_contains(id) ||\n",
        "    if ((in.isr.maximal_contains(id) && id.value() % 2 == 0) ||\n"),
    "a commit answered before its record is committed": (
        GROUP + "shard.cc",
        "id ? store_.required_acks : replica::Acks::kNone,",
        "id ? replica::Acks::kLeader : replica::Acks::kNone,"),
    "a coordinator that loads no further than the high watermark": (
        GROUP + "loader.cc",
        "  while (next < status.log_end_offset) {",
        "  while (next < status.high_watermark) {"),
    "loading that keeps the first commit of a partition": (
        GROUP + "core/group_coordinator_core.cc",
        "      offsets.apply(offset->tp, *offset->value, origin.batch_offset);",
        "      if (offsets.find(offset->tp) == nullptr) {\n"
        "        offsets.apply(offset->tp, *offset->value, origin.batch_offset);\n"
        "      }"),
    "a generation that does not rise": (
        GROUP + "core/group.cc",
        "  ++generation_;\n",
        "  if (generation_ == GenerationId(0)) ++generation_;\n"),
}


def run(command, **options):
    return subprocess.run(command, text=True, capture_output=True, check=False, **options)


def copy_sources():
    tree = SCRATCH / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    names = run(["git", "ls-files", "-z"], cwd=ROOT).stdout.split("\0")
    for name in filter(None, names):
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return tree


def build(tree):
    out = SCRATCH / "build"
    if not (out / "build.ninja").exists():
        configured = run(["cmake", "-S", str(tree), "-B", str(out), "-G", "Ninja",
                          "-DCMAKE_CXX_FLAGS=-O2 -g1"])
        if configured.returncode != 0:
            sys.exit(configured.stdout + configured.stderr)
    return run(["cmake", "--build", str(out), "--target", "simulator"])


def seeds_until_noticed():
    """The number of seeds; None: not noticed."""
    simulator = SCRATCH / "build" / "bin" / "simulator"
    try:
        tried = run([str(simulator), "--first", "1", "--seeds", str(MAX_SEEDS)],
                    timeout=SEED_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return None, "the simulator came to no end"
    if tried.returncode == 0:
        return None, "not noticed"
    text = tried.stdout + tried.stderr
    seed = re.search(r"--seed (\d+)", text)
    verdict = re.search(r"of this run\): (.*)", text) or re.search(r"(CHECK\(.*)", text)
    return int(seed[1]) if seed else None, verdict[1] if verdict else text[-200:]


def main():
    chosen = sys.argv[1:] or list(BREAKS)
    unknown = [name for name in chosen if name not in BREAKS]
    if unknown:
        sys.exit(f"no such break: {', '.join(unknown)}; there are: {', '.join(BREAKS)}")
    tree = copy_sources()
    unnoticed = 0
    for name in chosen:
        file, rule, broken = BREAKS[name]
        path = tree / file
        text = path.read_text()
        if text.count(rule) != 1:
            print(f"{name}: the rule stands {text.count(rule)} times in {file}", flush=True)
            unnoticed += 1
            continue
        path.write_text(text.replace(rule, broken))
        built = build(tree)
        path.write_text(text)
        if built.returncode != 0:
            print(f"{name}: the break does not compile\n{built.stdout[-2000:]}", flush=True)
            unnoticed += 1
            continue
        seeds, verdict = seeds_until_noticed()
        unnoticed += seeds is None
        count = f"{seeds} seed{'s' if seeds != 1 else ''}" if seeds else "NOT CAUGHT"
        print(f"{name}: {count}: {verdict}", flush=True)
    print(f"{len(chosen) - unnoticed} passed, {unnoticed} failed")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
