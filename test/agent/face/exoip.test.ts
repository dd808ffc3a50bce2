/** The agent in exoip's place: its flags as Go reads them, its variables, its checks. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { type Environment, parseExoip } from "../../../agent/face/exoip.ts";

const id = "66666666-7777-4888-9999-aaaaaaaaaaaa";
const base = "-xi 198.51.100.50 -xk EXOkey -xs LZsecret";
const parse = (line: string, env: Environment = {}) =>
  parseExoip(line === "" ? [] : line.split(" "), env);

function settings(line: string, env?: Environment) {
  const parsed = parse(line, env);
  assert.ok("command" in parsed && parsed.command === "exoip", JSON.stringify(parsed));
  const { election } = parsed.config;
  assert.ok(election.method === "heartbeat");
  return { ...parsed, election };
}

const errorsOf = (line: string, env?: Environment): readonly string[] => {
  const parsed = parse(line, env);
  return "errors" in parsed ? parsed.errors : [];
};

test("exoip's defaults", () => {
  const { config, credentials, ...rest } = settings(`-W ${base} -G load-balancer`);
  assert.deepEqual(config, {
    version: 1,
    stack: "exoip",
    node: hostname(),
    cloud: { provider: "exoscale", zone: "" },
    addresses: [
      {
        name: "198.51.100.50",
        ip: "198.51.100.50",
        interface: "lo",
        ranks: { [hostname()]: 0 },
      },
    ],
    election: {
      method: "heartbeat",
      intervalMs: 1000,
      deadRatio: 3,
      hold: "shared",
      port: 12345,
      wire: "exoip",
      priority: 10,
      peers: { from: "security-group", name: "load-balancer" },
      preempt: true,
      preemptDelayMs: 0,
    },
    health: [],
    credentialsFile: "",
    stateDirectory: "/var/lib/exoip",
    statusSocket: "/run/exoip/status.sock",
    releaseOnStop: true,
  });
  assert.deepEqual(credentials, {
    cloud: { key: "EXOkey", secret: "LZsecret" },
    heartbeatKeys: [],
  });
  const { mode, check, verbose, stdout } = rest;
  assert.deepEqual(
    { mode, check, verbose, stdout },
    {
      mode: "-W",
      check: false,
      verbose: false,
      stdout: false,
    },
  );
});

/** What ifupdown sets for the stanza of exoip's README. */
const stanza: Environment = {
  IFACE: "lo:1",
  IF_ADDRESS: "198.51.100.50",
  IF_NETMASK: "255.255.255.255",
  IF_BROADCAST: "198.51.100.50",
  IF_EXOSCALE_PEER_GROUP: "load-balancer",
  IF_EXOSCALE_API_KEY: "EXOkey",
  IF_EXOSCALE_API_SECRET: "LZsecret",
};

test("ifupdown's stanza is the same as flags", () => {
  assert.deepEqual(parse("-W", stanza), parse(`-W ${base} -G load-balancer`));
  assert.equal(settings("-W", { ...stanza, IFACE: "eth1" }).config.addresses[0]?.interface, "eth1");
});

/** Each setting: its flag and its variable, what is given, and what comes of it. */
const each: readonly [
  string,
  string,
  string,
  (found: ReturnType<typeof settings>) => unknown,
  unknown,
][] = [
  ["t", "IF_ADVERTISEMENT_INTERVAL", "60", ({ election }) => election.intervalMs, 60_000],
  ["P", "IF_HOST_PRIORITY", "0", ({ election }) => election.priority, 0],
  ["P", "IF_HOST_PRIORITY", "255", ({ election }) => election.priority, 255],
  ["r", "IF_DEAD_RATIO", "30", ({ election }) => election.deadRatio, 30],
  [
    "l",
    "IF_BIND_TO",
    ":5000",
    ({ election }) => [election.port, election.listen],
    [5000, undefined],
  ],
  [
    "l",
    "IF_BIND_TO",
    "10.0.0.1:5000",
    ({ election }) => [election.port, election.listen],
    [5000, "10.0.0.1"],
  ],
  ["l", "IF_BIND_ADDRESS", ":5000", ({ election }) => election.port, 5000],
  [
    "G",
    "IF_EXOSCALE_PEER_GROUP",
    "lb",
    ({ election }) => election.peers,
    { from: "security-group", name: "lb" },
  ],
  ["xi", "IF_ADDRESS", "203.0.113.7", ({ config }) => config.addresses[0]?.ip, "203.0.113.7"],
  ["xk", "IF_EXOSCALE_API_KEY", "EXO2", ({ credentials }) => credentials.cloud.key, "EXO2"],
  ["xs", "IF_EXOSCALE_API_SECRET", "LZ2", ({ credentials }) => credentials.cloud.secret, "LZ2"],
  [
    "xe",
    "IF_EXOSCALE_API_ENDPOINT",
    "https://api.exoscale.ch/compute",
    ({ config }) => config.cloud,
    { provider: "exoscale", zone: "", endpoint: "https://api.exoscale.ch/compute" },
  ],
  ["i", "IF_EXOSCALE_INSTANCE_ID", id.toUpperCase(), ({ config }) => config.instance, id],
  ["nic-id", "IF_EXOSCALE_NIC_ID", id, ({ election }) => election.nicId, id],
];

test("every setting by flag, in all forms of Go, and by variable", () => {
  for (const [flag, variable, given, look, expected] of each) {
    for (const form of [`-${flag} ${given}`, `--${flag} ${given}`, `-${flag}=${given}`])
      assert.deepEqual(look(settings(`-W ${form}`, stanza)), expected, form);
    assert.deepEqual(look(settings("-W", { ...stanza, [variable]: given })), expected, variable);
  }
});

test("a value behind = takes no further argument", () => {
  const { election } = settings("-t=2 -P=20 -W", stanza);
  assert.deepEqual([election.intervalMs, election.priority], [2000, 20]);
});

test("a flag wins over its variable, the last flag over the first, and empty text is nothing", () => {
  const priority = (line: string, variable: string) =>
    settings(line, { ...stanza, IF_HOST_PRIORITY: variable }).election.priority;
  assert.equal(priority("-W -P 20", "30"), 20);
  assert.equal(priority("-W -P 20 -P 40", "30"), 40);
  assert.equal(priority("-W -P=", "30"), 10);
  assert.equal(priority("-W", ""), 10);
  // The program reads IF_BIND_TO; IF_BIND_ADDRESS stands in the README alone.
  const both = { ...stanza, IF_BIND_TO: ":1", IF_BIND_ADDRESS: ":2" };
  assert.equal(settings("-W", both).election.port, 1);
});

const peers: readonly [string, string, readonly string[]][] = [
  ["-p 10.0.0.2", "", ["10.0.0.2"]],
  ["-p 10.0.0.2,10.0.0.3", "", ["10.0.0.2", "10.0.0.3"]],
  ["-p 10.0.0.2 -p 10.0.0.3,10.0.0.4", "", ["10.0.0.2", "10.0.0.3", "10.0.0.4"]],
  ["-p 2001:DB8::2,", "", ["2001:db8::2"]],
  ["", "10.0.0.2, 10.0.0.3", ["10.0.0.2", "10.0.0.3"]],
  // The command line resets the list of the environment.
  ["-p 10.0.0.9", "10.0.0.2,10.0.0.3", ["10.0.0.9"]],
];

test("peers: repeated, with commas, and reset by the command line", () => {
  for (const [line, variable, expected] of peers) {
    const env = { IF_EXOSCALE_PEERS: variable };
    const { election } = settings(`-W ${base}${line && ` ${line}`}`, env);
    const addresses = Object.fromEntries(expected.map((ip) => [ip, ip]));
    assert.deepEqual(election.peers, { from: "addresses", addresses }, line);
  }
});

test("switches take a value behind = only, and flags end at the first argument that is none", () => {
  const on = (line: string) => {
    const { check, verbose, stdout } = settings(`${line} -n`, stanza);
    return [check, verbose, stdout];
  };
  assert.deepEqual(on("-W -v -O"), [true, true, true]);
  assert.deepEqual(on("-W -v=false -O=0"), [true, false, false]);
  assert.deepEqual(on("-W -v=T -O=1"), [true, true, true]);
  assert.deepEqual(on("-W -v false -O"), [false, true, false]);
  assert.deepEqual(on("-W -v -- -O"), [false, true, false]);
  assert.deepEqual(on("-W - -O"), [false, false, false]);
  assert.equal(settings("-A=false -D", stanza).mode, "-D");
});

test("associate and dissociate need no peers, and are stopped by no setting of the watchdog", () => {
  for (const mode of ["-A", "-D"]) {
    const line = `${mode} ${base} -i ${id} -P 300 -t x -r 0 -l nowhere -p lb2 -nic-id x`;
    assert.equal(settings(line).mode, mode);
    assert.deepEqual(settings(line).election, settings(`${mode} ${base}`).election);
  }
});

test("the version is told before anything is checked", () => {
  for (const line of ["-version", "--version", "-W -version", "-version=1 -xi x"])
    assert.deepEqual(parse(line), { command: "version" });
});

test("under systemd the state and the socket lie where the unit says", () => {
  const env = { ...stanza, STATE_DIRECTORY: "/var/lib/x", RUNTIME_DIRECTORY: "/run/x" };
  const { config } = settings("-W", env);
  assert.equal(config.stateDirectory, "/var/lib/x");
  assert.equal(config.statusSocket, "/run/x/status.sock");
});

const group = `${base} -G lb`;

test("blanks are no number, and those around one are none of it", () => {
  const wrong = ["-P or IF_HOST_PRIORITY must be a whole number from 0 to 255"];
  assert.deepEqual(errorsOf(`-W ${group}`, { IF_HOST_PRIORITY: " " }), wrong);
  assert.equal(settings(`-W ${group}`, { IF_HOST_PRIORITY: " 7 " }).election.priority, 7);
});

test("the endpoint of a zone names the zone, so that no metadata server is needed", () => {
  const zoneOf = (endpoint: string) => settings(`-W ${group} -xe ${endpoint}`).config.cloud;
  const endpoint = "https://api-de-fra-1.exoscale.com/v2";
  assert.deepEqual(zoneOf(endpoint), { provider: "exoscale", zone: "de-fra-1", endpoint });
  assert.partialDeepStrictEqual(zoneOf("https://api.exoscale.ch/compute"), { zone: "" });
});
const mode = "need exactly one of -A, -D, or -W";
const printable = "must be printable text without spaces";
const address = "-xi or IF_ADDRESS must be an IPv4 address";
const wrong: readonly [string, ...errors: readonly string[]][] = [
  [group, mode],
  [`-A -W ${group}`, mode],
  [`-A -D ${group}`, mode],
  [`-W=false ${group}`, mode],
  [`-W ${group} -p 10.0.0.2`, "-p and -G options are exclusive"],
  [`-W ${base}`, "need peer definition (either -p or -G)"],
  [`-W ${base} -G=`, "need peer definition (either -p or -G)"],
  [
    `-W ${base} -p ,`,
    "-p or IF_EXOSCALE_PEERS must be a list of 1 to 15",
    "need peer definition (either -p or -G)",
  ],
  [`-W ${base} -p 10.0.0.2,lb3`, "-p or IF_EXOSCALE_PEERS must be an IP address"],
  [`-W ${base} -G=a\nb -q`, "unknown flag -q; -h helps"],
  [`-W ${group} -P 256`, "-P or IF_HOST_PRIORITY must be a whole number from 0 to 255"],
  [`-W ${group} -P -1`, "-P or IF_HOST_PRIORITY must be a whole number from 0 to 255"],
  [`-W ${group} -P ten`, "-P or IF_HOST_PRIORITY must be a whole number from 0 to 255"],
  [`-W ${group} -P 0x10`, "-P or IF_HOST_PRIORITY must be a whole number from 0 to 255"],
  [`-W ${group} -t 1e1`, "-t or IF_ADVERTISEMENT_INTERVAL must be a whole number from 1 to 60"],
  [`-W ${group} -t 0`, "-t or IF_ADVERTISEMENT_INTERVAL must be a whole number from 1 to 60"],
  [`-W ${group} -t 0.5`, "-t or IF_ADVERTISEMENT_INTERVAL must be a whole number from 1 to 60"],
  [`-W ${group} -t 61`, "-t or IF_ADVERTISEMENT_INTERVAL must be a whole number from 1 to 60"],
  [`-W ${group} -r 1`, "-r or IF_DEAD_RATIO must be a whole number from 2 to 255"],
  [`-W ${group} -l :0`, "-l or IF_BIND_TO must be ADDRESS, :PORT or ADDRESS:PORT"],
  [`-W ${group} -nic-id 1`, "-nic-id or IF_EXOSCALE_NIC_ID must be a UUID"],
  [`-W ${group} -xi 2001:db8::1`, address],
  [`-W ${group} -xi lb`, address],
  [`-A ${base} -xi=`, address],
  [`-A ${base} -xk=`, `-xk or IF_EXOSCALE_API_KEY ${printable}`],
  [`-A ${base} -xs=`, `-xs or IF_EXOSCALE_API_SECRET ${printable}`],
  [`-A ${base} -xe api`, "-xe or IF_EXOSCALE_API_ENDPOINT must be a URL"],
  [`-A ${base} -i lb1`, "-i or IF_EXOSCALE_INSTANCE_ID must be a UUID"],
  [`-W ${group} -q`, "unknown flag -q; -h helps"],
  [`-W ${group} -w`, "unknown flag -w; is it W?; -h helps"],
  [`-W ${group} -v=maybe`, "-v needs true or false; -h helps"],
  [`-W ${group} -i`, "-i needs a value; -h helps"],
];

test("each mistake names the flag and the variable", () => {
  for (const [line, ...errors] of wrong) assert.deepEqual(errorsOf(line), errors, line);
});

test("all mistakes are told at once", () => {
  assert.deepEqual(errorsOf(""), [
    mode,
    address,
    `-xk or IF_EXOSCALE_API_KEY ${printable}`,
    `-xs or IF_EXOSCALE_API_SECRET ${printable}`,
  ]);
  const several = errorsOf("-W -xi 1 -P 999 -xs s -xk k -i x");
  assert.equal(several.length, 4, several.join());
});

test("no message repeats a key or a secret", () => {
  for (const line of ["-W -xk LZ\u0001 -xs LZ\u0001", "-xk LZsecret -xs LZsecret", "-xsLZsecret"])
    assert.doesNotMatch(errorsOf(line).join(), /LZ/, line);
});
