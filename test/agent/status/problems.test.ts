/** Each thing that can be wrong is named with its fix, and nothing is where nothing is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOf } from "../../../agent/status/problems.ts";
import type { Status } from "../../../agent/status/status.ts";
import { address, peer, sample } from "./sample.ts";

const texts = (changes: Partial<Status>): readonly string[] =>
  problemsOf(sample(changes)).map(({ text, fix }) => `${text} | ${fix}`);

const never = { heardMs: undefined, heard: false, bothWays: false, healthy: undefined };
const frames = (dropped: Status["frames"]["dropped"]): Partial<Status> => ({
  frames: { accepted: 0, sent: 9, dropped },
});

/** What is wrong, and all that is said of it. */
const rows: readonly (readonly [string, Partial<Status>, readonly string[]])[] = [
  ["nothing", {}, []],
  [
    "the API is out of reach",
    { api: { reachable: false, error: "HTTP 503", calls: 1, clockAheadMs: undefined } },
    ["the cloud's API fails: HTTP 503 | sudo baton-agent check -online"],
  ],
  [
    "the API was not asked yet",
    { api: { reachable: undefined, error: undefined, calls: 0, clockAheadMs: undefined } },
    [],
  ],
  [
    "nobody holds",
    { addresses: [address({ holds: false, holders: [], why: "listening before acting" })] },
    [
      "203.0.113.7 is held by nobody: listening before acting | " +
        "`sudo baton-agent claim`, if no agent does it",
    ],
  ],
  [
    "the cloud has not been read",
    { addresses: [address({ holds: false, holders: [], seenMs: undefined, why: "" })] },
    [],
  ],
  [
    "held outside the group",
    {
      addresses: [
        address({ holds: false, holders: ["web9"], why: "held outside the group; left alone" }),
      ],
    },
    [
      "203.0.113.7 is held by web9, outside the group | " +
        "`sudo baton-agent claim`, then `sudo baton-agent release -instance web9`",
    ],
  ],
  [
    "this node is sick",
    { healthy: false, checks: [{ healthy: false, why: "HTTP 500" }] },
    ["this node is sick | what the health checks ask for must answer"],
  ],
  [
    "all nodes are sick",
    {
      healthy: false,
      checks: [{ healthy: false, why: "HTTP 500" }],
      peers: [peer({ healthy: false })],
    },
    ["this node is sick, and no healthy one is heard | what the health checks ask for must answer"],
  ],
  [
    "it fell ill too often",
    { healthy: false, checks: [{ healthy: true, why: undefined }] },
    ["this node is sick | it was sick too often lately, and must stay well for a while"],
  ],
  [
    "nobody else is there",
    { peers: [] },
    ["no peer is known: nobody can take over | look at the peers' security group or label"],
  ],
  ["nobody else is known yet", { peers: [], uptimeMs: 20_000 }, []],
  [
    "the heartbeat is blocked",
    { peers: [peer(never), peer({ name: "lb3", ...never })] },
    [
      "never heard: lb2, lb3. Heartbeat blocked? | " +
        "the security group must let UDP 12345 in from the group itself",
    ],
  ],
  ["the peers may still be starting", { peers: [peer(never)], uptimeMs: 20_000 }, []],
  [
    "the keys differ",
    { peers: [peer(never)], ...frames({ "unknown-key": 12 }) },
    ["frames with another key come in | give all nodes the same credentials"],
  ],
  [
    "somebody forges",
    { peers: [peer({ heard: true, bothWays: false })], ...frames({ forged: 3 }) },
    [
      "frames with another key come in | give all nodes the same credentials",
      "heard, but does not hear us: lb2 | let UDP 12345 from here in there",
    ],
  ],
  ["a stray frame came in long ago", frames({ "unknown-key": 1 }), []],
  [
    "the link works one way",
    { peers: [peer({ bothWays: false })] },
    ["heard, but does not hear us: lb2 | let UDP 12345 from here in there"],
  ],
  [
    "a peer fell silent",
    { peers: [peer({ heardMs: 3_100, heard: false, bothWays: false })] },
    ["hears nothing from lb2 | on lb2: systemctl status baton"],
  ],
  [
    "a backup lacks the address",
    { addresses: [address({ holds: false, holders: ["lb2"], why: "stands by", onHost: false })] },
    [
      "not configured on this host: 203.0.113.7 | " +
        "the address must be on lo, or what arrives for it is refused",
    ],
  ],
  [
    "the clock is late",
    { api: { reachable: true, error: undefined, calls: 1, clockAheadMs: -61_000 } },
    ["this host's clock is off by -61 s | timedatectl set-ntp true"],
  ],
  [
    "the clock is off by what the signature allows",
    { api: { reachable: true, error: undefined, calls: 1, clockAheadMs: 59_000 } },
    [],
  ],
];

for (const [what, changes, said] of rows) {
  test(`problems: ${what}`, () => assert.deepEqual(texts(changes), said));
}
