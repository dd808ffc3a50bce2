/** What the commands for a running stack refuse once they have looked: nothing is touched. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { type Stand, standUp } from "./stand.ts";

/** Each command says why not, and has touched nothing. */
async function refused(
  { baton, touched }: Stand,
  cases: readonly (readonly [readonly string[], RegExp])[],
): Promise<void> {
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = await baton(...args);
    assert.equal(status, 1, `${args}: ${stdout}${stderr}`);
    assert.match(stderr, message);
    assert.match(stderr, /^ {2}fix: /m);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.deepEqual(touched(), [], args.join(" "));
  }
}

const on = ["maintenance", "lb1", "on"] as const;

test("a node that holds nothing hands nothing over, and who holds is told", async (context) => {
  const none = /lb2 holds no address\n.*\n.*nothing was touched; 203\.0\.113\.7 is held by lb1$/m;
  await refused(await standUp(context), [[["handover", "lb2"], none]]);
});

test("a host that SSH does not reach is told, and not moved", async (context: TestContext) => {
  const stand = await standUp(context);
  stand.agent("lb2", undefined);
  await refused(stand, [
    [["handover", "lb2"], /lb2 was not asked: .*timed out/],
    [["maintenance", "lb2", "off"], /lb2 was not asked: .*timed out/],
    [
      ["handover", "lb1"],
      /no other load balancer is seen to be well, and lb1 holds 203\.0\.113\.7/,
    ],
    [on, /no other load balancer is seen to be well/],
    [["drill", "--yes"], /nobody is seen to be well who could take over from lb1/],
    [["roll"], /not asked: lb2/],
  ]);
  const status = await stand.baton("status");
  assert.match(status.stdout, /lb2 +running +\? +\? +\? +.*Connection timed out/);
});

test("a key for SSH that is not there is told, and nobody is asked", async (context) => {
  const { status, stderr } = await (await standUp(context)).baton("status", "--identity", "none");
  assert.equal(status, 1);
  assert.match(stderr, /the SSH key cannot be read: there is no such file\n {2}--> none/);
});

test("an agent of another version that is not understood is told as such", async (context) => {
  const stand = await standUp(context);
  stand.agent("lb2", '{"version":"9.0.0","says":"something else"}');
  await refused(stand, [
    [["handover", "lb2"], /lb2 has no agent that answers: .*is it of another version\?/],
    [["handover", "lb1"], /no other load balancer is seen to be well/],
    [["drill", "--yes"], /nobody is seen to be well who could take over from lb1/],
  ]);
  const status = await stand.baton("status");
  assert.match(status.stdout, /lb2: its agent does not answer: .*is it of another version\?/);
});

test("agents of two versions that understand each other are a note, and a roll's matter", async (context) => {
  const stand = await standUp(context);
  stand.agent("lb2", { version: "0.0.9" });
  const { status, stdout } = await stand.baton("status");
  assert.equal(status, 0, stdout);
  assert.match(stdout, /note +shop: agents of 2 versions: 0\.1\.0 on lb1; 0\.0\.9 on lb2/);
  const doctor = await stand.baton("doctor");
  assert.match(
    doctor.stdout,
    /note +agents: 0\.0\.9 on lb2; this is .*\n +fix: `npx baton roll STACK`/,
  );
});

test("one load balancer alone is neither drilled nor rolled nor moved", async (context) => {
  await refused(await standUp(context, { nodes: 1 }), [
    [["drill", "--yes"], /a drill takes two load balancers, and this stack has one/],
    [["roll"], /a roll takes two load balancers, and this stack has one/],
    [["handover", "lb1"], /no other load balancer is seen to be well/],
    [on, /no other load balancer is seen to be well/],
  ]);
});

test("where the others are sick nobody is moved, drilled or rolled", async (context) => {
  const stand = await standUp(context);
  stand.agent("lb2", { healthy: false });
  await refused(stand, [
    [["handover", "lb1"], /no other load balancer is seen to be well/],
    [["drill", "--yes"], /nobody is seen to be well who could take over/],
  ]);
  stand.agent("lb1", { healthy: false });
  await refused(stand, [
    [
      ["maintenance", "lb2", "on"],
      /no other load balancer is seen to be well, and none could take lb2's place/,
    ],
  ]);
  await refused(stand, [[["roll"], /not well: lb1, lb2/]]);
  stand.agent("lb2", {});
  await refused(stand, [[["roll"], /lb1 holds the address and is not well/]]);
});

test("a roll that finds the other sick waits for it, and then says why, having replaced nobody", async (context) => {
  const stand = await standUp(context);
  stand.agent("lb2", { healthy: false, problems: [{ text: "this node is sick", fix: "mend it" }] });
  const { status, stderr } = await stand.baton("roll", "--no-measure", "--patience", "1");
  assert.equal(status, 1);
  assert.match(stderr, /lb2 is not well; the others were not touched: this node is sick/);
  assert.deepEqual(
    stand.touched().map((line) => line.replace(/ --.*/, "")),
    ["pulumi config set baton:replace lb2"],
  );
});

test("at a lab's desk another stack file is refused, and the lab's own is named", async (context) => {
  const stand = await standUp(context, { lab: "elastic-ip" });
  const asked = ["status", "doctor", "roll", "drill"];
  await refused(
    stand,
    asked.map((command) => [
      [command],
      /the stack shop is not that of this lab, which is elastic-ip[\s\S]* \/srv\/lab\.yaml/,
    ]),
  );
  const own = await standUp(context, { lab: "shop" });
  assert.equal((await own.baton("status")).status, 0);
});

test("a client that is not answered is named without what its URL keeps secret", async (context) => {
  const url = "http://ops:hunter2@127.0.0.1:9/health?token=hunter2";
  const stand = await standUp(context);
  await refused(stand, [
    [
      ["handover", "lb1", "--url", url],
      /http:\/\/127\.0\.0\.1:9\/health does not answer from here/,
    ],
  ]);
  for (const given of [url, url.replace("http", "https"), "ops:hunter2@127.0.0.1"]) {
    const { stdout, stderr } = await stand.baton("drill", "--yes", "--url", given);
    assert.doesNotMatch(stdout + stderr, /hunter2/);
  }
});

test("a handover that is cut off says that its order goes on", async (context) => {
  const stand = await standUp(context);
  const cut = await stand.interrupted("handover", "handover", "lb1", "--no-measure");
  assert.equal(cut.status, 130);
  assert.match(
    cut.stderr,
    /cut off: what was ordered by now goes on by itself; `npx baton status`/,
  );
});

test("one that is cut off before its client is answered says that nothing was ordered", async (context) => {
  const stand = await standUp(context);
  const service = createServer((_, answer) => answer.writeHead(503).end());
  await once(service.listen(0, "127.0.0.1"), "listening");
  context.after(() => service.close());
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  const asked = once(service, "request");
  const cut = await stand.interruptedAt(asked, "handover", "lb1", "--url", url);
  assert.deepEqual([cut.status, stand.touched()], [130, []]);
  assert.match(cut.stderr, /cut off: nothing was ordered yet/);
});

test("steps that nobody reads any more keep no order from being carried out", async (context) => {
  const stand = await standUp(context);
  const { status, stdout } = await stand.unheard("maintenance", "lb2", "on");
  assert.deepEqual([status, stdout], [0, "lb2: maintenance on; no address moves\n"]);
});

test("a stack that the cloud does not have is told by every command", async (context) => {
  const stand = await standUp(context, { name: "store" });
  await refused(stand, [
    [["handover", "lb1"], /the cloud has no instance of lb1/],
    [["maintenance", "lb2", "off"], /the cloud has no instance of lb2/],
    [["drill", "--yes"], /the cloud has none of the hosts of store/],
    [["roll"], /the cloud has none of the hosts of store/],
  ]);
  const { status, stdout } = await stand.baton("status");
  assert.equal(status, 3);
  assert.match(stdout, /the cloud has none of its hosts/);
});
