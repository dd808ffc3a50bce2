/**
 * The lab's fabric for real: hosts boot from rendered user-data, packets pass or do not. One lab
 * carries all tests. Where root or a program is missing, this fails and says what is missing.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Measurement, startMeasuring } from "../../lab/client/client.ts";
import { isAnswered, isCut, type Sample } from "../../lab/client/measure.ts";
import { must } from "../../lab/command.ts";
import { createFabric, type Fabric } from "../../lab/fabric/fabric.ts";
import { planPlace } from "../../lab/fabric/place.ts";
import { makeNetwork } from "../../lab/fabric/router.ts";
import type { FilterRule } from "../../lab/fabric/state.ts";
import { address, articleStack, makeCertificate, planned, serveMetadata } from "./fabric-world.ts";
import { until } from "./lab/bench.ts";
import { pingsHeard } from "./pings.ts";
import { anywhere, http, ping } from "./rules.ts";
import { masks } from "./status.ts";

const apiName = "api-ch-gva-2.exoscale.com";
const scratch = mkdtempSync(join(tmpdir(), "baton-fabric-"));
const name = `baton-${process.pid}`;
const log = (text: string) => process.stderr.write(`fabric: ${text}\n`);
let fabric: Fabric;
let client: Measurement;
let api: Server;
const lbs = ["lb1", "lb2"];
const troubles: string[] = [];

before(async () => {
  const { key, certificate } = makeCertificate(scratch, apiName);
  api = createServer({ key, cert: certificate }, (_, response) => response.end("an API\n"));
  const socket = join(scratch, "api.sock");
  api.listen(socket);
  await once(api, "listening");
  fabric = createFabric({
    name,
    folder: join(scratch, "lab"),
    api: { socket, names: [apiName] },
    authority: certificate,
    report: log,
    onTrouble: (error) => troubles.push(String(error)),
  });
  await timed("up", () => fabric.up());
  const hosts = [
    ...planned(articleStack("netplan"), "netplan", [...lbs, "app1"]),
    // The second flavour runs beside the first, so that its boot costs no time of its own.
    ...planned(articleStack("ifupdown"), "ifupdown", ["app2"]),
  ];
  await serveMetadata(fabric, scratch, hosts);
  await timed("images and disks", () =>
    Promise.all(hosts.map(({ spec }) => fabric.createHost(spec))),
  );
  for (const id of lbs) await fabric.setRules(id, [http(anywhere), ping]);
  for (const id of ["app1", "app2"]) await fabric.setRules(id, [http({ hosts: lbs })]);
  await fabric.setHolders(address, ["lb1"]);
});

after(async () => {
  await client?.stop();
  await fabric?.down();
  api?.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  log(`${what}: ${Math.round(performance.now() - started)} ms`);
  return result;
}

/** Requests that were sent from now on, once so many have ended. */
async function samples(count: number): Promise<readonly Sample[]> {
  // The client's clock is this process's own.
  const begin = Date.now();
  const fresh = () => client.samples().filter(({ at }) => at >= begin);
  for (let attempt = 0; fresh().length < count; attempt += 1) {
    assert.ok(attempt < 1000, "the client sends nothing");
    await wait(20);
  }
  return fresh();
}

/** The hosts that the client's next requests went to, by the router's account. */
async function servedBy(count = 20): Promise<string[]> {
  const rows = await samples(count);
  assert.deepEqual(rows.filter((row) => !isAnswered(row)).slice(0, 3), []);
  const flows = await fabric.flows();
  return [...new Set(rows.map(({ port }) => flows.get(port ?? 0) ?? "nobody"))].sort();
}

async function assertSilent(): Promise<void> {
  const rows = await samples(10);
  assert.deepEqual(rows.filter(isAnswered), []);
}

const works = async (id: string, ...argv: readonly string[]): Promise<boolean> =>
  (await fabric.exec(id, argv)).code === 0;

const canPing = (from: string, to: string) =>
  works(from, "ping", "-c", "2", "-i", "0.2", "-W", "1", to);

const canGet = (from: string, url: string) =>
  works(from, "curl", "--silent", "--fail", "--output", "/dev/null", "--max-time", "1", url);

test("hosts of both flavours boot from rendered user-data without an error", async () => {
  for (const id of [...lbs, "app1", "app2"]) {
    const { seconds, errors } = await fabric.untilBooted(id);
    log(`${id} booted: ${seconds.toFixed(1)} s`);
    assert.deepEqual(errors, [], id);
  }
  for (const id of lbs) {
    const units = ["haproxy", "baton", "baton-metadata-guard"];
    assert.ok(await works(id, "systemctl", "is-active", ...units), id);
  }
  const { stdout } = await fabric.exec("app2", ["cat", "/etc/debian_version"]);
  assert.match(stdout, /^12\./);
});

test("a restart or reload of nftables brings the guard of the metadata service back", async () => {
  const isGuarded = () => works("lb1", "nft", "list", "table", "inet", "baton_metadata");
  assert.ok(await isGuarded());
  for (const verb of ["restart", "reload"]) {
    assert.ok(await works("lb1", "systemctl", verb, "nftables"), verb);
    await until(`the guard is back after a ${verb}`, isGuarded);
  }
});

test("requests to the elastic IP reach the holder, and all app servers answer", async () => {
  client = await startMeasuring(fabric, { url: `http://${address}/` });
  // HAProxy leads to an app server once its first checks have passed, and one has just booted.
  const answering = () => Object.keys(client.summary().byBackend).sort().join();
  await until("app1 and app2 answer", () => answering() === "app1,app2");
  assert.deepEqual(await servedBy(), ["lb1"]);
  assert.deepEqual(await fabric.holders(address), ["lb1"]);
});

test("the address moves, no new connection is lost, and it is spread over two holders", async () => {
  const begin = Date.now();
  await timed("move", () => fabric.setHolders(address, ["lb2"]));
  assert.deepEqual(await servedBy(), ["lb2"]);
  await fabric.setHolders(address, lbs);
  assert.deepEqual(await servedBy(60), lbs);
  assert.deepEqual(await fabric.holders(address), lbs);
  await fabric.setHolders(address, ["lb2"]);
  assert.deepEqual(await servedBy(), ["lb2"]);
  // A connection that is open as the address moves may be cut, on every cloud (R17).
  const lost = (row: Sample) => row.at >= begin && !isAnswered(row) && !isCut(row);
  assert.deepEqual(client.samples().filter(lost), []);
});

test("an address that nobody holds is silent", async () => {
  await fabric.setHolders(address, []);
  await assertSilent();
  assert.deepEqual(await fabric.holders(address), []);
  await fabric.setHolders(address, ["lb2"]);
  assert.deepEqual(await servedBy(), ["lb2"]);
});

test("a dead holder is silent until the address moves, and starts again from its disk", async () => {
  await fabric.exec("lb2", ["touch", "/root/mark"]);
  await timed("power cut", () => fabric.powerOff("lb2"));
  const rows = await samples(10);
  // Packets vanish; a router that answered in its place would make failures look quicker.
  assert.ok(rows.every(({ error }) => error === "not connected within 0.8 s"));
  assert.deepEqual(await fabric.holders(address), ["lb2"]);
  await assert.rejects(fabric.exec("lb2", ["true"]), /lb2 is off/);
  await assert.rejects(fabric.untilBooted("lb2"), /lb2 ended before it had booted/);
  assert.match(await fabric.journal("lb2"), /cloud-init/);
  await fabric.setHolders(address, ["lb1"]);
  assert.deepEqual(await servedBy(), ["lb1"]);
  const gap = client.summary().gaps[0];
  log(`gap of the power cut: ${gap?.ms} ms, ${gap?.failed} requests`);
  await fabric.startHost("lb2");
  log(`second boot: ${(await fabric.untilBooted("lb2")).seconds.toFixed(1)} s`);
  assert.ok(await works("lb2", "test", "-e", "/root/mark"));
  await fabric.setHolders(address, ["lb2"]);
  assert.deepEqual(await servedBy(), ["lb2"]);
});

test("a frozen holder is silent, and goes on where it stopped", async () => {
  await timed("freeze", () => fabric.freeze("lb2", true));
  await assertSilent();
  await fabric.freeze("lb2", false);
  assert.deepEqual(await servedBy(), ["lb2"]);
});

test("a cut stops packets between two ends, and one way only when asked", async () => {
  assert.ok(await canPing("lb1", "198.51.100.12"));
  await fabric.cut("lb1", "lb2");
  assert.ok(!(await canPing("lb1", "198.51.100.12")));
  assert.ok(!(await canPing("lb2", "198.51.100.11")));
  await fabric.mend("lb2", "lb1");
  await fabric.cut("lb1", "lb2", true);
  const [lb1Heard, lb2Heard] = [await pingsHeard(fabric, "lb1"), await pingsHeard(fabric, "lb2")];
  // Its question arrives and the answer does not.
  assert.ok(!(await canPing("lb2", "198.51.100.11")));
  assert.ok(!(await canPing("lb1", "198.51.100.12")));
  assert.equal((await pingsHeard(fabric, "lb1")) - lb1Heard, 2);
  assert.equal((await pingsHeard(fabric, "lb2")) - lb2Heard, 0);
  await fabric.mend("lb1", "lb2");
  assert.ok(await canPing("lb1", "198.51.100.12"));
  await fabric.cut("client", "lb2");
  await assertSilent();
  await fabric.mend("client", "lb2");
  assert.deepEqual(await servedBy(), ["lb2"]);
});

test("rules filter: nothing reaches a host that no rule lets in", async () => {
  assert.ok(await canGet("lb1", "http://198.51.100.21/"));
  assert.ok(!(await canGet("app2", "http://198.51.100.21/")));
  assert.ok(!(await canPing("lb1", "198.51.100.21")));
  await fabric.setRules("app1", [http({ hosts: lbs }), ping]);
  assert.ok(await canPing("lb1", "198.51.100.21"));
  await fabric.setRules("lb2", [http({ cidr: "10.0.0.0/8" })]);
  await assertSilent();
  await fabric.setRules("lb2", [http({ cidr: "192.0.2.0/24" }), ping]);
  assert.deepEqual(await servedBy(), ["lb2"]);
});

test("a rule that is gone holds for what was under way, heartbeats too", async () => {
  const udp: FilterRule = { protocol: "udp", ports: [12345, 12345], from: { hosts: lbs } };
  await fabric.setRules("lb1", [http(anywhere), ping, udp]);
  const program = `
    const socket = require("dgram").createSocket("udp4");
    let heard = 0;
    socket.on("message", () => { heard += 1; });
    socket.bind(12345, () => setInterval(() => socket.send("x", 12345, process.argv[1]), 50));
    setInterval(() => require("fs").writeFileSync("/run/heard", String(heard)), 20);`;
  for (const [id, peer] of [
    ["lb1", "198.51.100.12"],
    ["lb2", "198.51.100.11"],
  ] as const)
    await fabric.exec(id, ["systemd-run", "--unit=beat", "node", "-e", program, peer]);
  const heard = async (id: string) =>
    Number((await fabric.exec(id, ["cat", "/run/heard"])).stdout || 0);
  const grows = async (id: string) => {
    const first = await heard(id);
    await wait(400);
    return (await heard(id)) > first;
  };
  await wait(500);
  // lb1 lets its group in; lb2 hears what it could only hear as an answer.
  assert.ok(await grows("lb1"));
  await fabric.setRules("lb1", [http(anywhere), ping]);
  await fabric.setRules("lb2", [http(anywhere), ping, udp]);
  await fabric.setRules("lb2", [http(anywhere), ping]);
  await wait(100);
  assert.deepEqual([await grows("lb1"), await grows("lb2")], [false, false]);
  for (const id of lbs) await fabric.exec(id, ["systemctl", "stop", "beat"]);
});

test("a rule that goes leaves alone what somebody else waits for", async () => {
  const rules = [http({ hosts: lbs }), ping];
  await fabric.setRules("app1", [...rules, http({ hosts: lbs }, 8080)]);
  const program = `
    const { existsSync, writeFileSync } = require("fs");
    require("http").createServer((_, response) => {
      writeFileSync("/run/asked", "");
      setInterval(() => existsSync("/run/go") && response.end(), 20);
    }).listen(8080, () => writeFileSync("/run/listens", ""));`;
  await fabric.exec("app1", ["systemd-run", "--unit=slow", "node", "-e", program]);
  const isThere = async (file: string) => {
    for (let tried = 0; !(await works("app1", "test", "-e", file)); tried += 1) {
      assert.ok(tried < 100, `app1 has no ${file}`);
      await wait(50);
    }
  };
  await isThere("/run/listens");
  const answered = works("lb2", "curl", "-sf", "--max-time", "10", "http://198.51.100.21:8080/");
  await isThere("/run/asked");
  await fabric.setRules("app1", [...rules, http({ hosts: ["lb2"] }, 8080)]);
  await fabric.exec("app1", ["touch", "/run/go"]);
  assert.ok(await answered);
});

test("hosts reach the cloud's API by its name and trust it, until they are cut off", async () => {
  assert.ok(await canGet("lb1", `https://${apiName}/`));
  await fabric.cutFromApi("lb1", true);
  assert.ok(!(await canGet("lb1", `https://${apiName}/`)));
  assert.ok(await canGet("lb2", `https://${apiName}/`));
  await fabric.cutFromApi("lb1", false);
  assert.ok(await canGet("lb1", `https://${apiName}/`));
  const metadata = "http://169.254.169.254/1.0/meta-data/instance-id";
  assert.ok(await canGet("lb1", metadata));
  await fabric.cutFromMetadata("lb1", true);
  assert.ok(!(await canGet("lb1", metadata)));
  await fabric.cutFromMetadata("lb1", false);
});

test("hosts that join a new network at the same moment make it once", async () => {
  await Promise.all(Array.from({ length: 8 }, () => makeNetwork(planPlace(name), "n999")));
  const { netns } = fabric.router();
  assert.match(await must(["ip", "-n", netns, "-br", "link", "show", "up"]), /^n999 /m);
});

test("a private network joins hosts while they run, and cuts hold there too", async () => {
  for (const [id, ip] of [
    ["lb1", "10.0.0.11"],
    ["lb2", "10.0.0.12"],
  ] as const) {
    const link = await fabric.attachPrivate(id, "back");
    assert.equal(link, "eth1");
    assert.ok(await works(id, "ip", "address", "add", `${ip}/24`, "dev", link));
    assert.ok(await works(id, "ip", "link", "set", link, "up"));
  }
  assert.ok(await canPing("lb1", "10.0.0.12"));
  await fabric.cut("lb1", "lb2");
  assert.ok(!(await canPing("lb1", "10.0.0.12")));
  await fabric.mend("lb1", "lb2");
  assert.ok(await canPing("lb1", "10.0.0.12"));
  await fabric.detachPrivate("lb1", "back");
  assert.ok(!(await works("lb1", "ip", "link", "show", "dev", "eth1")));
});

test("packets get lost as asked; delay works where the kernel can", async () => {
  await fabric.impair("lb2", { lossPercent: 100 });
  await assertSilent();
  await fabric.impair("lb2", {});
  assert.deepEqual(await servedBy(), ["lb2"]);
  // A kernel without sch_netem says so, and changes nothing.
  const delayed = await fabric.impair("lb2", { delayMs: 60 }).then(
    () => true,
    (error: Error) => {
      assert.match(error.message, /sch_netem/);
      return false;
    },
  );
  const fastest = Math.min(...(await samples(20)).map(({ ms }) => ms));
  log(delayed ? `fastest of the delayed: ${fastest} ms` : "this kernel has no sch_netem: no delay");
  assert.equal(fastest >= 60, delayed);
  await fabric.impair("lb2", {});
});

test("a command on a host has no more capabilities than the host", async () => {
  const { stdout } = await fabric.exec("lb1", ["sh", "-c", "cat /proc/self/status /proc/1/status"]);
  const [own = -1n, host] = masks(stdout, "CapBnd");
  assert.equal(own, host);
  const [effective = -1n] = masks(stdout, "CapEff");
  assert.equal((effective >> 25n) & 1n, 0n, "it may set the clock");
});

test("a command that is stopped, as by a shutdown, is not waited for without end", async () => {
  assert.equal((await fabric.exec("lb1", ["sh", "-c", "kill -STOP $$"])).code, 0);
});

test("a host shuts down in order, reboots by itself, and is deleted", async () => {
  await timed("orderly stop", () => fabric.stopHost("lb1"));
  assert.match(await fabric.journal("lb1"), /Stopped haproxy\.service/);
  await fabric.startHost("lb1");
  await fabric.untilBooted("lb1");
  await fabric.exec("lb1", ["systemctl", "reboot", "--no-block"]);
  const list = ["journalctl", "--list-boots", "--quiet"];
  const bootId = async () => {
    const id = await fabric.exec("lb1", list).catch(() => null);
    return id?.stdout.trim().split("\n").length;
  };
  for (let attempt = 0; (await bootId()) !== 3; attempt += 1) {
    assert.ok(attempt < 200, "lb1 has not come back");
    await wait(100);
  }
  await fabric.deleteHost("app2");
  assert.ok(!fabric.leftovers().some((text) => text.includes("app2")));
});

test("a new host gets the address of one that is gone, whose lease has not ended", async () => {
  for (const { spec } of planned(articleStack("ifupdown"), "ifupdown", ["app2"]))
    await fabric.createHost({ ...spec, id: "app3", mac: "0a:58:00:00:00:99" });
  assert.deepEqual((await fabric.untilBooted("app3")).errors, []);
});

test("a service of the gateway that ends is told", async () => {
  const group = join(planPlace(name).cgroup, "services/cgroup.procs");
  const pids = readFileSync(group, "utf8").trim().split("\n");
  const line = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, "utf8");
  process.kill(Number(pids.find((pid) => line(pid).includes("relay.ts"))), "SIGKILL");
  for (let tried = 0; troubles.length === 0 && tried < 50; tried += 1) await wait(100);
  assert.match(troubles.join(), /relay to the cloud has ended/);
});

test("a second lab of the same name is refused; down leaves nothing", async () => {
  const script = `
    import { createFabric } from ${JSON.stringify(import.meta.resolve("../../lab/fabric/fabric.ts"))};
    await createFabric(${JSON.stringify({ name, folder: join(scratch, "lab") })}).up();`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let said = "";
  for await (const text of other.stderr) said += text;
  assert.match(said, new RegExp(`is running already, as process ${process.pid}`));
  await timed("down", () => fabric.down());
  assert.deepEqual(fabric.leftovers(), []);
});
