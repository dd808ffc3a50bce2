/** The hooks and scripts of a host, really run: networkd-dispatcher, ifupdown, the fetcher. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { shell } from "../../user-data/escape.ts";
import { render } from "../../user-data/template.ts";
import { fileAt } from "../render-example.ts";
import { inside, otherUid } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { distinct, having } from "./subjects.ts";
import { runTool, toolPath } from "./tools.ts";

const linkHook = /\/link-hook$/;

/** Stands in for systemctl: notes how it was called, and says whether the unit is active. */
const stubSystemctl = (active: boolean): string =>
  `#!/bin/sh\necho "$*" >>"$calls"\ncase $1 in is-active) exit ${active ? 0 : 3} ;; esac\n`;

for (const { title, plan } of distinct(having(linkHook), linkHook)) {
  const hook = fileAt(plan, "/usr/local/lib/baton/link-hook").content;
  const wanted = [...hook.matchAll(/^ip address replace (\S+) dev (\S+)$/gm)].map(
    ([, prefix = "", link = ""]) => ({ prefix, link }),
  );

  for (const agent of ["active", "starting", "stopped"]) {
    test(`networkd's hooks may run twice (agent ${agent}): ${title}`, () => {
      withScratch((root) => {
        putFiles(root, plan.files);
        put(root, "/bin/systemctl", stubSystemctl(agent !== "stopped"), 0o755);
        mkdirSync(join(root, "run"));
        if (agent === "active") put(root, "/run/baton/status.sock", "");
        const links = new Set(wanted.map(({ link }) => link).filter((link) => link !== "lo"));
        const script = [
          "set -eu",
          ...[...links].map((link) => `ip link add ${link} type dummy`),
          ...["routable", "no-carrier", "off", "routable"].map(
            (state) => `"${root}/etc/networkd-dispatcher/${state}.d/50-baton"; ip -o address show`,
          ),
        ].join("\n");
        const { status, stdout, stderr } = inside(["sh", "-c", script], {
          mounts: [
            [`${root}/usr/local`, "/usr/local"],
            [`${root}/run`, "/run"],
          ],
          env: { PATH: `${root}/bin:${toolPath}`, calls: `${root}/calls` },
        });
        assert.equal(status, 0, stderr);
        assert.equal(stderr, "");
        for (const { prefix, link } of wanted) {
          const shown = stdout.split("\n").filter((line) => line.includes(` ${prefix} `));
          assert.equal(shown.length, 4, stdout);
          for (const line of shown) assert.match(line, new RegExp(`^\\d+: ${link}\\s`));
        }
        const noted = `${root}/calls`;
        const calls = existsSync(noted) ? readFileSync(noted, "utf8") : "";
        assert.doesNotMatch(calls, /stop|restart/);
        assert.equal(calls.includes("--no-block reload baton.service"), agent === "active");
      });
    });
  }
}

/** Stands in for exoip: notes its arguments and environment, and stays until it is told to end. */
const stubExoip = `#!/bin/sh
printf '%s\\n' "$*" >"/run/notes/arguments.$$"
env >"/run/notes/environment.$$"
trap 'exit 0' TERM
while :; do sleep 0.05; done
`;

/** Up, a stranger of the same program and account, down; then who is still there. */
const upAndDown = `
umask 000
await() { n=0; until [ -e "$1" ] || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.05; done; }
ifup --state-dir /run/state lo:1
await /run/exoip.pid
own=$(cat /run/exoip.pid)
await "/run/notes/environment.$own"
start-stop-daemon --start --background --make-pidfile --pidfile /run/stranger.pid \\
  --chuid baton:baton --startas /usr/local/bin/exoip
await /run/stranger.pid
stranger=$(cat /run/stranger.pid)
await "/run/notes/environment.$stranger"
echo "uid $(stat -c %u "/proc/$own")"
ip -o -4 address show dev lo | grep -q 198.51.100.50 && echo "address up"
ifdown --state-dir /run/state lo:1
kill -0 "$own" 2>/dev/null || echo "own ended"
kill -0 "$stranger" && echo "stranger lives"
[ -e /run/exoip.pid ] || echo "pidfile gone"
ip -o -4 address show dev lo | grep -q 198.51.100.50 || echo "address down"
ifup --state-dir /run/state lo:1
kill "$(cat /run/exoip.pid)"
sleep 0.2
ifdown --state-dir /run/state lo:1 >/dev/null && echo "down without a process"
cp "/run/notes/environment.$own" /run/environment
cp "/run/notes/arguments.$own" /run/arguments
`;

/** The folders that the package of ifupdown brings, here without hooks of other packages. */
const hookFolders = ["if-pre-up.d", "if-up.d", "if-down.d", "if-post-down.d"].map(
  (name) => `etc/network/${name}`,
);

const exoipFile = /51-exoip\.cfg$/;
const faces = having(exoipFile).filter(({ plan }) =>
  plan.files.some(({ path, content }) => exoipFile.test(path) && content.includes("exoip -- -W")),
);

for (const { title, plan } of distinct(faces, exoipFile)) {
  test(`ifup starts exoip with its keys, ifdown ends it alone: ${title}`, () => {
    withScratch((root) => {
      const files = plan.files.filter(({ path }) => path.startsWith("/etc/network/"));
      putFiles(root, files);
      put(root, "/usr/local/bin/exoip", stubExoip, 0o755);
      for (const folder of ["run/state", "run/notes", "var/lib", ...hookFolders]) {
        mkdirSync(join(root, folder), { recursive: true });
      }
      chmodSync(join(root, "run/notes"), 0o777);
      const id = `${otherUid}:${otherUid}`;
      const root_ = "root:x:0:0:root:/root:/bin/sh\n";
      put(root, "/etc/passwd", `${root_}baton:x:${id}::/:/bin/false\n`);
      put(root, "/etc/group", `root:x:0:\nbaton:x:${otherUid}:\n`);
      const { stdout, stderr } = inside(["sh", "-euc", upAndDown], {
        processes: true,
        mounts: ["/etc/network", "/etc/passwd", "/etc/group", "/usr/local", "/run", "/var/lib"].map(
          (path) => [root + path, path] as const,
        ),
      });
      assert.deepEqual(stdout.trim().split("\n"), outcome, stderr);
      assert.equal(readFileSync(`${root}/run/arguments`, "utf8"), "-W\n");
      // The agent could not make these itself.
      for (const folder of ["run/exoip", "var/lib/exoip"])
        assert.equal(statSync(join(root, folder)).uid, otherUid);
      const environment = readFileSync(`${root}/run/environment`, "utf8").split("\n");
      const stanza = files.find(({ path }) => exoipFile.test(path))?.content ?? "";
      const keys = [...stanza.matchAll(/^ {2}((?!up |down )\S+) (.*)$/gm)];
      assert.ok(keys.length >= 5);
      for (const [, key = "", value = ""] of keys) {
        const name = `IF_${key.toUpperCase().replaceAll("-", "_")}`;
        assert.ok(environment.includes(`${name}=${value}`), name);
      }
    });
  });
}

const outcome = [
  `uid ${otherUid}`,
  "address up",
  "own ended",
  "stranger lives",
  "pidfile gone",
  "address down",
  "down without a process",
];

const bundle = "#!/usr/bin/env node\n// a new bundle\n";
const sha256 = createHash("sha256").update(bundle).digest("hex");

/** Stands in for curl: notes its arguments and writes what it was told to. */
const stubCurl = `#!/bin/sh
printf '%s\\n' "$@" >"$arguments"
while [ $# -gt 0 ]; do case $1 in --output) printf '%s' "$body" >"$2" ;; esac; shift; done
exit "$code"
`;

type Fetch = { readonly sha256: string; readonly code: number };

/** Runs the rendered fetcher over a program that is there already; gives what it left. */
function fetchOver(root: string, { sha256: expected, code }: Fetch) {
  const program = put(root, "/a folder/it's $HOME/agent", "old", 0o755);
  const url = "https://downloads.example.com/agent?a=1&b='2' $HOME";
  const text = render("fetch-agent.sh", shell, { url, sha256: expected, program });
  const script = put(root, "/fetch-agent", text, 0o755);
  put(root, "/bin/curl", stubCurl, 0o755);
  const { status } = runTool("sh", [script], {
    env: {
      PATH: `${root}/bin:${toolPath}`,
      arguments: `${root}/arguments`,
      body: bundle,
      code: String(code),
    },
  });
  const folder = join(program, "..");
  return {
    status,
    text: readFileSync(program, "utf8"),
    left: readdirSync(folder),
    mode: statSync(program).mode & 0o777,
    args: existsSync(`${root}/arguments`)
      ? readFileSync(`${root}/arguments`, "utf8").split("\n")
      : [],
    url,
  };
}

test("the fetcher installs what has the right SHA-256", () => {
  withScratch((root) => {
    const { status, text, left, mode, args, url } = fetchOver(root, { sha256, code: 0 });
    assert.equal(status, 0);
    assert.equal(text, bundle);
    assert.equal(mode, 0o755);
    assert.deepEqual(left, ["agent"]);
    assert.ok(args.includes(url), "the URL arrives as it is");
    assert.ok(args.includes("=https"), "no other protocol");
  });
});

test("the fetcher leaves the old program where the SHA-256 is wrong, or the server fails", () => {
  for (const { expected, code } of [
    { expected: "0".repeat(64), code: 0 },
    { expected: sha256, code: 22 },
  ]) {
    withScratch((root) => {
      const { status, text, left } = fetchOver(root, { sha256: expected, code });
      assert.notEqual(status, 0);
      assert.equal(text, "old");
      assert.deepEqual(left, ["agent"]);
    });
  }
});
