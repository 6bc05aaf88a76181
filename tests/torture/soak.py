"""Ask a server for as long as one likes while its index is published anew, and watch what it holds.

`python tests/torture/soak.py --minutes 15 --seed 7` starts `drugsearch serve`, asks it from four
clients, and has the command line publish a changed corpus every half minute. Every sentence of the
corpus names its edition, so an answer that mixes two generations, or is older than what had been
published when it was asked for, gives itself away. After a warm-up, memory, open files, threads
and the size of the index have to stay as they are: bounds on what is held, none on time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.deploy.servers import SERVING, environment, our_server, started

CLIENTS: Final = 4
PAGES: Final = 40
SECTIONS: Final = ("Side effects", "Dosage", "Interactions", "Storage", "Pregnancy")
DRUGS: Final = ("Imuran", "Humira", "Tegretol", "Xarelto", "Lipitor")
WORDS: Final = (
    *("liver", "dose", "nausea", "fever", "tablet", "water", "meal", "kidney", "headache"),
    *("rash", "doctor", "blood", "weeks", "pain", "urine", "skin", "bruising", "alcohol"),
)

PERIOD: Final = 30.0
"""Seconds from one publishing to the next; a short run has at least eight of them."""
PAUSE: Final = 0.01
"""Seconds between two questions of a client, so that a run does not burn the machine."""
PATIENCE: Final = 60
GROWTH: Final = 32 << 10
"""Kilobytes by which memory may be larger at the end than in the middle of a run."""
MORE_FILES: Final = 12
"""Files that may be open beside: each client has a connection, each thread what it reads."""
MOST_GENERATIONS: Final = 6
"""Sizes of the first generation that the index may have. Two are kept and one is being built, each
with what is left of the one before it; a file that two of them share is counted for each."""
LEAST_GENERATIONS: Final = 3
"""Generations that even the shortest run sees."""

EDITION: Final = re.compile(rb"edition(\d+)")
GENERATION: Final = re.compile(r'W/"g(\d+)-')


@dataclass(frozen=True, slots=True)
class Sample:
    """What a server held at one moment."""

    kilobytes: int
    files: int
    threads: int
    index_bytes: int


@dataclass(slots=True)
class Seen:
    """What the clients got and what was published, told by several threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    editions: dict[int, int] = field(default_factory=dict)
    """The edition that each generation was published with."""
    answered: set[tuple[int, int]] = field(default_factory=set)
    """Generations with an edition that an answer of theirs named."""
    newest: int = 0
    """The newest generation whose publishing has ended."""
    samples: list[Sample] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Take down what must not be."""
        with self.lock:
            self.wrong.append(what)

    def problems(self) -> list[str]:
        """Return what did not hold, a line each."""
        found = [f"{self.wrong[0]} (and {len(self.wrong) - 1} more)"] if self.wrong else []
        for generation, edition in sorted(self.answered):
            if self.editions.get(generation) != edition:
                found.append(f"generation {generation} answered with edition {edition}")
        third = len(self.samples) // 3
        middle, end = self.samples[third : 2 * third], self.samples[2 * third :]
        if not middle:
            return [*found, "there are too few samples to tell"]
        for name, allowed in (("kilobytes", GROWTH), ("files", MORE_FILES), ("threads", 0)):
            before, after = (_middle(part, name) for part in (middle, end))
            if after > before + allowed:
                found.append(f"{name} grew from {before:.0f} to {after:.0f}")
        one, most = self.samples[0].index_bytes, max(part.index_bytes for part in end)
        if most > MOST_GENERATIONS * one:
            found.append(f"the index grew from {one} bytes, of one generation, to {most}")
        return found

    def figures(self) -> str:
        """Return what was seen, for people."""
        third = max(1, len(self.samples) // 3)
        parts = [self.samples[at * third : (at + 1) * third] for at in range(3)]
        answers = f"{self.statuses.total()} answers {dict(sorted(self.statuses.items()))}"
        lines = [f"{answers}, {len(self.editions)} generations; medians of thirds:"]
        for name in Sample.__slots__:
            middles = ", ".join(f"{_middle(part, name):.0f}" for part in parts if part)
            most = max((getattr(sample, name) for sample in self.samples), default=0)
            lines.append(f"  {name}: {middles}; at most {most}")
        return "\n".join(lines)


def _middle(samples: Sequence[Sample], name: str) -> float:
    return float(statistics.median(getattr(sample, name) for sample in samples))


def write_edition(folder: Path, edition: int) -> None:
    """Write an edition of the corpus; pages change in length, and one comes and goes."""
    chance = random.Random(edition)
    for number in range(PAGES):
        page = folder / f"page{number}.html"
        if number == PAGES - 1 and edition % 2:
            page.unlink(missing_ok=True)
            continue
        drug = DRUGS[number % len(DRUGS)]
        title = f"{drug} notes {number}, edition{edition}"
        parts = "".join(
            f"<h2>{heading}</h2>"
            + "".join(
                f"<p>In edition{edition} {drug} and {' '.join(chance.choices(WORDS, k=9))}.</p>"
                for _ in range(chance.randrange(1, 6))
            )
            for heading in SECTIONS
        )
        text = f"<title>{title}</title><h1>{title}</h1><p>{drug}, edition{edition}.</p>{parts}"
        page.write_text(text, "utf-8")


def publish(place: Path, edition: int, seen: Seen) -> None:
    """Publish an edition as whoever runs a server does: by the command line."""
    write_edition(place / "pages", edition)
    command = [sys.executable, "-m", "indexer", "reindex", "--jobs", "1", "--json", "--quiet"]
    command += ["--fresh"] if edition % 5 == 4 else []  # now and then everything anew
    ran = subprocess.run(
        [*command, "--index", str(place / "index"), str(place / "pages")],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        seen.note(f"reindex ended with {ran.returncode}: {ran.stderr[-500:]}")
        return
    generation = json.loads(ran.stdout)["generation"]
    seen.editions[generation] = edition
    seen.newest = generation


def address_of(chance: random.Random) -> tuple[str, str, set[int]]:
    """Return a method, an address and the statuses that its answer may have."""
    words = "+".join(chance.choices((*WORDS, *DRUGS), k=chance.randrange(1, 4)))
    drug, other = (name.lower() for name in chance.sample(DRUGS, 2))
    page = f"page{chance.randrange(PAGES - 1)}"
    section = chance.choice(("adverse-reactions", "dosage", "interactions"))
    return chance.choice(
        (
            ("GET", f"/search?q={words}", {200}),
            ("GET", f"/search?q={words}&drug=azathioprine&section={section}", {200}),
            ("GET", f"/api/v1/search?q={words}&group=section&per_page=50", {200}),
            ("GET", f"/api/v1/search?q={words}&page={chance.randrange(1, 4)}", {200}),
            ("GET", f"/api/v1/suggest?q={words[:4]}", {200}),
            ("GET", f"/articles/{page}?h={words}", {200}),
            ("GET", f"/api/v1/articles/{page}", {200}),
            ("GET", f"/articles/page{PAGES - 1}", {200, 404}),
            ("GET", f"/drugs/{drug}", {200}),
            ("GET", "/api/v1/drugs", {200}),
            ("GET", f"/compare?section={section}&a={drug}&b={other}", {200}),
            ("GET", f"/api/v1/compare?section={section}&a={drug}&b={other}", {200}),
            ("GET", f"/api/v1/export?q={words}&limit=20", {200}),
            ("HEAD", f"/search?q={words}", {200}),
            ("GET", "/", {200}),
            ("GET", "/readyz", {200}),
            ("GET", "/metrics", {200}),
            ("GET", "/search?q=liver&page=0", {400}),
            ("GET", f"/articles/no-{words}", {404}),
            ("POST", f"/search?q={words}", {405}),
        )
    )


class Client(threading.Thread):
    """Asks until it is told to stop."""

    def __init__(self, port: int, seed: str, seen: Seen, stop: threading.Event) -> None:
        """Take a server and the seed of the questions."""
        super().__init__()
        self._port, self._seen, self._stopped = port, seen, stop
        self._chance = random.Random(seed)
        self._tags: dict[str, str] = {}

    def run(self) -> None:
        """Ask; what is wrong with an answer is taken down."""
        while not self._stopped.wait(PAUSE):
            method, address, allowed = address_of(self._chance)
            try:
                self._ask(method, address, allowed)
            except (OSError, http.client.HTTPException) as error:
                self._seen.note(f"{method} {address}: {error!r}")

    def _ask(self, method: str, address: str, allowed: set[int]) -> None:
        seen, published = self._seen, self._seen.newest
        tag = self._tags.get(address, "") if method == "GET" else ""
        headers = {"If-None-Match": tag} if tag else {}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        with closing(connection):
            connection.request(method, address, headers=headers)
            response = connection.getresponse()
            body = response.read()
        new_tag = response.headers.get("ETag", "")
        with seen.lock:
            seen.statuses[response.status] += 1
        if response.status not in (allowed | {304} if tag else allowed):
            seen.note(f"{method} {address}: {response.status} {body[:200]!r}")
        editions = {int(found) for found in EDITION.findall(body)}
        if len(editions) > 1:
            seen.note(f"{method} {address} mixes the editions {sorted(editions)}")
        if not (told := GENERATION.match(new_tag)):
            return
        self._tags[address] = new_tag
        generation = int(told[1])
        if generation < published:
            seen.note(f"{method} {address} is of generation {generation}, after {published}")
        with seen.lock:
            seen.answered |= {(generation, edition) for edition in editions}


def sample(pid: int, index: Path) -> Sample:
    """Return what a process holds now, and how much of the disk its index takes."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    size = 0
    for folder, _, names in os.walk(index):
        for name in names:
            try:
                size += (Path(folder) / name).stat().st_size
            except FileNotFoundError:
                continue  # a generation that nobody needs was removed meanwhile
    return Sample(
        kilobytes=int(re.findall(r"VmRSS:\s+(\d+)", status)[0]),
        threads=int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        index_bytes=size,
    )


def soak(seconds: float, seed: int) -> Seen:
    """Run for so long; return what was seen."""
    seen, stop = Seen(), threading.Event()
    with TemporaryDirectory(prefix="drugsearch-soak-") as name:
        place = Path(name)
        (place / "pages").mkdir()
        publish(place, 1, seen)
        env = environment(DRUGSEARCH_DEADLINE_MS="60000", DRUGSEARCH_LOG_LEVEL="warning")
        command = [*our_server(), "--threads", str(CLIENTS), "--index", str(place / "index")]
        with started(command, env, place / "log", SERVING) as (process, port):
            clients = [Client(port, f"{seed} {at}", seen, stop) for at in range(CLIENTS)]
            for client in clients:
                client.start()
            try:
                _publish_and_watch(seconds, process.pid, place, seen)
            finally:
                stop.set()
                for client in clients:
                    client.join()
            if process.poll() is not None:
                seen.note(f"the server ended with {process.returncode}")
        log = (place / "log").read_text("utf-8", "replace")
        if "Traceback" in log or " ERROR " in log:
            seen.note(f"the log has an error: {log[-1000:]}")
    return seen


def _publish_and_watch(seconds: float, pid: int, place: Path, seen: Seen) -> None:
    period = min(PERIOD, seconds / 8)
    until, due, edition = time.monotonic() + seconds, time.monotonic() + period, 1
    publisher = None
    while time.monotonic() < until or (len(seen.editions) < LEAST_GENERATIONS and not seen.wrong):
        seen.samples.append(sample(pid, place / "index"))
        time.sleep(min(1.0, period / 4))
        if time.monotonic() >= due and (publisher is None or not publisher.is_alive()):
            edition += 1
            publisher = threading.Thread(target=publish, args=(place, edition, seen))
            publisher.start()
            due = time.monotonic() + period
    if publisher:
        publisher.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run for the minutes that are asked for; return 1 if something did not hold."""
    chosen_by_chance = random.SystemRandom().randrange(1, 1_000_000)
    parser = argparse.ArgumentParser(description="Ask a server while its index is published anew.")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES", "15")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", chosen_by_chance)))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}, {chosen.minutes:g} minutes", flush=True)
    seen = soak(chosen.minutes * 60, chosen.seed)
    print(seen.figures())
    problems = seen.problems()
    print("\n".join(problems) or "held")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
