/** The fabric's small parts, without a machine. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attempt, must } from "../../../lab/command.ts";
import { capabilitiesLost } from "../../../lab/fabric/exec.ts";
import { own, ownerOf, sweep } from "../../../lab/fabric/leftovers.ts";
import { checkNeeds, labPackages } from "../../../lab/fabric/needs.ts";
import { planPlace } from "../../../lab/fabric/place.ts";
import { makeQueue } from "../../../lab/fabric/queue.ts";
import { WorldFailure } from "../../../stack/failure.ts";
import { withScratch } from "../../real/scratch.ts";

test("without root, one clear error says what for", () => {
  assert.throws(() => checkNeeds(1000), /only root may; run its process by sudo/);
});

test("missing programs are named with the command that brings them all", () => {
  assert.throws(
    () => checkNeeds(0, "/nowhere"),
    /conntrack, .*; install them: apt-get install --no-install-recommends conntrack dnsmasq-base/,
  );
});

test("what the lab needs is installed by `npm test`", () => {
  const always = ["mount", "util-linux"];
  const installer = readFileSync(new URL("../../../cli/prepare.js", import.meta.url), "utf8");
  for (const name of labPackages.filter((asked) => !always.includes(asked)))
    assert.ok(installer.includes(`"${name}"`), name);
});

test("a lab's name ends before a dot, so that no lab is part of another", () => {
  assert.equal(planPlace("baton-lab", "/tmp/x").router, "baton-lab.router");
  for (const name of ["", "Baton", "a.b", "../x", "a".repeat(30)])
    assert.throws(() => planPlace(name, "/tmp/x"), WorldFailure, name);
});

test("a name belongs to one lab for as long as its process lives", () =>
  withScratch((folder) => {
    const place = planPlace("baton-lab", join(folder, "lab"));
    assert.equal(ownerOf(place), undefined);
    own(place);
    assert.equal(ownerOf(place), undefined);
    // Nor is it a second lab's of the same process, which would sweep it away.
    const second = planPlace("baton-lab", join(folder, "lab"));
    assert.equal(ownerOf(second), process.pid);
    assert.throws(() => own(second), /is running already/);
    const file = join(folder, "lab/owner");
    // The same number, but begun at another time: a process that is gone.
    writeFileSync(file, `${process.ppid} 1\n`);
    assert.equal(ownerOf(place), undefined);
    own(place);
  }));

test("an owner's file that a full disk has left empty is nobody's", () =>
  withScratch((folder) => {
    const place = planPlace("baton-lab", folder);
    for (const text of ["", "\n", "0", "what is this"]) {
      writeFileSync(join(folder, "owner"), text);
      assert.equal(ownerOf(place), undefined, JSON.stringify(text));
    }
  }));

test("what has a lab's name and is no lab is left alone", () =>
  withScratch(async (folder) => {
    const place = {
      ...planPlace("baton-no-lab", join(folder, "docker")),
      cgroup: join(folder, "no-group"),
    };
    mkdirSync(place.folder);
    writeFileSync(join(place.folder, "docker.sock"), "");
    const groups = join(folder, "group");
    mkdirSync(groups);
    writeFileSync(join(groups, "cgroup.procs"), "");
    const refused =
      /is no lab: see \S+; nothing of it was touched; use another name: `npx baton lab --name/;
    await assert.rejects(sweep({ ...place, cgroups: [] }), refused);
    // Only what there is is named.
    await assert.rejects(sweep({ ...place, cgroups: [] }), (error: Error) => {
      assert.ok(error.message.includes(`see ${place.folder}; `), error.message);
      return true;
    });
    assert.ok(existsSync(join(place.folder, "docker.sock")));
    const elsewhere = { ...place, folder: join(folder, "none"), cgroups: [groups] };
    mkdirSync(join(groups, "0123456789ab"));
    await assert.rejects(sweep(elsewhere), refused);
    rmdirSync(join(groups, "0123456789ab"));
    writeFileSync(join(groups, "cgroup.procs"), "1\n");
    await assert.rejects(sweep(elsewhere), refused);
    own(place);
    await sweep({ ...place, cgroups: [] });
    assert.ok(!existsSync(place.folder));
  }));

test("what an engine has written after its lab went is the lab's, and nothing else is", () =>
  withScratch(async (folder) => {
    const place = { ...planPlace("baton-late", join(folder, "late")), cgroups: [] };
    const locks = join(place.folder, "engine/state/.pulumi/locks");
    mkdirSync(locks, { recursive: true });
    mkdirSync(join(place.folder, "cloud/desk/state"), { recursive: true });
    await sweep(place);
    assert.ok(!existsSync(place.folder));
    for (const path of ["engine/pistons", "cloud/nine", "docker"]) {
      mkdirSync(join(place.folder, path), { recursive: true });
      mkdirSync(locks, { recursive: true });
      await assert.rejects(sweep(place), /is no lab/, path);
      assert.ok(existsSync(join(place.folder, path)));
      own(place);
      await sweep(place);
    }
  }));

test("only what the host has not is taken from a command", () => {
  assert.equal(capabilitiesLost(0b1011n, 0b0011n), "-cap_3");
  assert.equal(capabilitiesLost(0b0011n, 0b1011n), "");
  assert.equal(capabilitiesLost(1n << 40n, 0n), "-cap_40");
});

test("one thing at a time for each key, and a failure stops nobody else", async () => {
  const queue = makeQueue();
  const seen: string[] = [];
  const slow = (name: string, ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    seen.push(name);
    if (name === "first") throw new Error("broken");
    return name;
  };
  const first = queue("a", slow("first", 30));
  const second = queue("a", slow("second", 0));
  const other = queue("b", slow("other", 0));
  await assert.rejects(first, /broken/);
  assert.equal(await second, "second");
  await other;
  assert.deepEqual(seen, ["other", "first", "second"]);
});

test("a program's own words are in the failure, and its input may be left unread", async () => {
  await assert.rejects(must(["sh", "-c", "echo why >&2; exit 3"]), /failed \(3\): why/);
  await assert.rejects(attempt(["no-such-program"]), /no-such-program cannot run/);
  assert.equal((await attempt(["true"], { input: "x".repeat(1 << 20) })).code, 0);
});
