/** The status as a person reads it: whole texts, and no byte that a terminal would obey. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { show, span } from "../../../agent/status/show.ts";
import { address, peer, sample } from "./sample.ts";

test("all is well", () => {
  const at = Date.UTC(2026, 10, 21, 10, 0, 0);
  const ip = "203.0.113.7";
  const moved = { kind: "moved", ip, detectMs: 3_040, claimMs: 410, confirmMs: 250 } as const;
  const status = sample({
    moves: [
      { kind: "holders", ip, holders: ["lb2"], at: at - 60_000 },
      { ...moved, at, why: "the holder fell silent" },
      { ...moved, why: "the holder gives way", at: at + 1_000 },
      { kind: "holders", ip, holders: [], at: at + 2_000 },
    ],
  });
  assert.equal(
    show(status, false),
    `lb1 of shop, running for 3 h
  203.0.113.7  master  held here, seen 4.0 s ago  (holds, as elected)
  peer lb2 192.0.2.12  heard 400 ms ago, both ways
  2026-11-21T09:59:00.000Z  203.0.113.7 held by lb2
  2026-11-21T10:00:00.000Z  203.0.113.7 taken over: the holder fell silent; \
noticed 3.0 s after the last frame, claimed in 410 ms, seen 250 ms later
  2026-11-21T10:00:01.000Z  203.0.113.7 taken over: the holder gives way; \
claimed in 410 ms, seen 250 ms later
  2026-11-21T10:00:02.000Z  203.0.113.7 held by nobody
  nothing is wrong
`,
  );
});

test("much is wrong", () => {
  const status = sample({
    healthy: false,
    maintenance: true,
    resigning: true,
    checks: [
      { healthy: true, why: undefined },
      { healthy: false, why: "HTTP 500" },
    ],
    addresses: [
      address({
        role: "backup",
        holds: false,
        holders: ["lb2", "lb3"],
        why: "one that is not heard holds; stands back",
        contestMs: 118_000,
      }),
      address({ ip: "203.0.113.8", holds: false, holders: [], why: "nobody holds" }),
      address({ ip: "203.0.113.9", holds: false, holders: [], seenMs: undefined, why: "no" }),
      address({ ip: "203.0.113.10", holders: ["lb3", "lb1"] }),
    ],
    peers: [
      peer({ heardMs: undefined, heard: false, bothWays: false, healthy: undefined }),
      peer({ name: "lb3", healthy: false, resigning: true }),
    ],
    problems: [{ text: "never heard: lb2. Heartbeat blocked?", fix: "let UDP 12345 in" }],
  });
  assert.equal(
    show(status, false),
    `lb1 of shop, running for 3 h  sick, in maintenance, resigning
  203.0.113.7  backup  held by lb2, lb3, seen 4.0 s ago  \
(one that is not heard holds; stands back; contests in 2 min)
  203.0.113.8  master  held by nobody, seen 4.0 s ago  (nobody holds)
  203.0.113.9  master  holder not known yet  (no)
  203.0.113.10  master  held here and by lb3, seen 4.0 s ago  (holds, as elected)
  peer lb2 192.0.2.12  never heard
  peer lb3 192.0.2.12  heard 400 ms ago, both ways, sick, resigning
  check fails: HTTP 500
  wrong: never heard: lb2. Heartbeat blocked?
         let UDP 12345 in
`,
  );
});

test("color is there only where it is welcome, and adds nothing but escape sequences", () => {
  const status = sample({ maintenance: true, problems: [{ text: "it is", fix: "mend it" }] });
  const plain = show(status, false);
  const colored = show(status, true);
  assert.ok(!plain.includes("\x1b"));
  assert.ok(colored.includes("\x1b[31m  wrong: it is\x1b[0m\n"));
  assert.ok(colored.includes("\x1b[32mheld here, seen 4.0 s ago\x1b[0m"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  assert.equal(colored.replace(/\x1b\[\d+m/g, ""), plain);
});

test("nothing that came from elsewhere reaches the terminal as a control character", () => {
  // Escape, the one-byte escape of C1, line ends, and one that turns the text around.
  const bad = "x\x1b[2J\x9b2J\r\n\u202ey\x07\x7f";
  const status = sample({
    node: bad,
    stack: bad,
    checks: [{ healthy: false, why: bad }],
    addresses: [
      address({ holders: [bad, "lb1"], why: bad }),
      address({ holds: false, holders: [bad], why: bad }),
    ],
    peers: [peer({ name: bad, ip: bad })],
    moves: [{ kind: "holders", ip: "203.0.113.7", holders: [bad], at: 0 }],
    problems: [{ text: bad, fix: bad }],
  });
  const harmless = sample({ ...status, node: "lb1" });
  assert.doesNotMatch(show(status, false).replaceAll("\n", ""), /\p{C}/u);
  assert.equal(show(status, true).split("\n").length, show(harmless, false).split("\n").length);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  assert.doesNotMatch(show(status, true).replace(/\x1b\[\d+m|\n/g, ""), /\p{C}/u);
});

test("a span is told in its largest unit", () => {
  const told = [0, 999, 1_000, 9_940, 12_400, 60_000, 5_400_000, 86_400_000 * 3].map(span);
  assert.deepEqual(told, ["0 ms", "999 ms", "1.0 s", "9.9 s", "12 s", "1 min", "2 h", "3 d"]);
});
