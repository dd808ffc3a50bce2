/** An update deletes a load balancer and makes it anew: who looks on sees it off, and goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Lab, readStack } from "../../../lab/lab.ts";
import type { World } from "../../../lab/model/exoscale/world.ts";
import { nodesUp } from "../../../lab/ordeal/ordeal.ts";
import { factsOf } from "../../../lab/page/facts.ts";
import { feedPage } from "../../../lab/page/feed.ts";
import { servePage } from "../../../lab/page/page.ts";
import { tellerOf } from "../../../lab/page/teller.ts";
import { showUntil } from "../../../lab/run/run.ts";
import { look, render } from "../../../lab/view/live.ts";
import { instancesOf } from "../../../lab/world/instances.ts";
import { WorldFailure } from "../../../stack/failure.ts";
import { hostsOf } from "../../../stack/stack.ts";
import { address, sample } from "../../agent/status/sample.ts";
import { until } from "../../real/lab/bench.ts";
import { answered, clientOf } from "../ordeal/plain.ts";

const web = "198.51.100.50";
const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));
const stack = readStack(join(examples, "exoscale-elastic-ip-article.yaml"));
const ready = {
  code: 0,
  stdout: JSON.stringify(sample({ addresses: [address({ ip: web })] })),
  stderr: "",
};

/** A lab whose hosts all run, in a cloud from which instances can be taken. */
function scene() {
  const world: { instances: Record<string, unknown> } = { instances: {} };
  const make = (host: string, id: string) => {
    world.instances[id] = { id, name: `${stack.name}-${host}` };
  };
  for (const { name } of hostsOf(stack)) make(name, `id-of-${name}`);
  const runs = (id: string) => Object.hasOwn(world.instances, id);
  const lab = {
    stack,
    ...instancesOf(stack, () => world as unknown as World, runs),
    fabric: {
      isOn: runs,
      exec: async () => ready,
      flows: async () => new Map(),
      watchBeats: async () => async () => {},
    },
    addresses: () => [web],
    holders: async () => ["lb2"],
  } as unknown as Lab;
  return { lab, make, remove: (id: string) => void delete world.instances[id] };
}

const traffic = [{ address: web, client: clientOf(() => [answered(0, Date.now() - 1500)]) }];

test("between delete and create a host is off: in the view, in status, and for the failover", async () => {
  const { lab, make, remove } = scene();
  const rows = async () => render(await look(lab, traffic)).slice(1, 3);
  assert.match((await rows()).join("\n"), /lb1 +master .*\n.*lb2 +master /);
  remove("id-of-lb1");
  assert.match((await rows()).join("\n"), /lb1 +off\n.*lb2 +master /);
  assert.deepEqual(nodesUp(lab), ["lb2"]);
  make("lb1", "anew");
  assert.match((await rows()).join("\n"), /lb1 +master /);
  assert.deepEqual(nodesUp(lab), ["lb1", "lb2"]);
});

test("what acts on such a host is refused, with the hosts that there are", () => {
  const { lab, remove } = scene();
  remove("id-of-lb1");
  const there = "it has: app1, app2, app3, lb2";
  const refused = (host: string, what: string, fix: string) =>
    assert.throws(
      () => lab.instance(host),
      (error) => {
        assert.ok(error instanceof WorldFailure);
        assert.equal(error.problem, what);
        assert.equal(error.fix, fix);
        return true;
      },
    );
  refused(
    "lb1",
    `the cloud has no instance of lb1 now; ${there}`,
    "wait until the update has made it, or `npx baton lab desk pulumi up`",
  );
  refused("lb7", "the cloud has no host lb7", there);
});

test("the terminal's view and the page go on meanwhile, and show it off and on again", async () => {
  const { lab, make, remove } = scene();
  const page = await servePage({ facts: factsOf(stack), order: async () => undefined, port: 0 });
  const rest = await feedPage(lab, tellerOf(page));
  const ended = new AbortController();
  let written: string[] = [];
  const screen = { write: (text: string) => void written.push(text), isLive: true, columns: 120 };
  const shown = showUntil(ended.signal, lab, traffic, { screen, name: "lab" });
  const both = (onTerminal: RegExp, off: readonly string[]) => {
    written = [];
    return until(`${onTerminal} and ${off.join()} off`, () => {
      const isTold = JSON.stringify(page.model.off) === JSON.stringify(off);
      return isTold && onTerminal.test(written.at(-1) ?? "");
    });
  };
  try {
    await both(/lb1 +master/, []);
    remove("id-of-lb1");
    // It would throw out of here.
    await Promise.race([shown, both(/lb1 +off\n/, ["lb1"])]);
    await until("the page's agent of lb1 gone", () => page.model.agents.lb1 === null);
    make("lb1", "anew");
    await Promise.race([shown, both(/lb1 +master/, [])]);
  } finally {
    ended.abort();
    await rest();
    await page.close();
  }
  await shown;
});
