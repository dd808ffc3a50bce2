/** What a doctor finds, from answers of the API and lines of hosts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unheard } from "../../agent/face/check-online.ts";
import { type Call, type Calls, checkUp, tryCalls } from "../../operate/doctor/examine.ts";
import {
  judgeAddresses,
  judgeKey,
  judgeQuotas,
  judgeTemplates,
  judgeZone,
} from "../../operate/doctor/judge-account.ts";
import { judgeChecks, judgeUserData, judgeVersions } from "../../operate/doctor/judge-hosts.ts";
import { judgeRules } from "../../operate/doctor/judge-rules.ts";
import type { Finding } from "../../operate/finding.ts";
import type { Remote } from "../../operate/remote.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, ip, seen, stackOf } from "./scene.ts";

const stack = stackOf("nodes: 2\napp-servers: 1");

const calls = (...all: (Partial<Call> & { readonly call: string })[]): Calls =>
  new Map(all.map((one) => [one.call, { ended: "fine", message: "", ...one } as Call]));

const shown = (findings: readonly Finding[]): string[] =>
  findings.map(({ level, where, what }) => `${level} ${where}: ${what}`);

test("a key is told from an API that is away, and each call that it may not make is named", () => {
  const away = judgeKey(
    calls({ call: "list-zones", ended: "unreachable", message: "ECONNREFUSED" }),
  );
  assert.deepEqual(
    [away.answers, ...shown(away.findings)],
    [false, "wrong API: does not answer: ECONNREFUSED"],
  );
  const dead = judgeKey(calls({ call: "list-zones" }, { call: "list-instances", ended: "auth" }));
  assert.deepEqual(
    [dead.answers, ...shown(dead.findings)],
    [false, "wrong key: the API refuses it"],
  );
  const small = judgeKey(
    calls(
      { call: "stop-instance", ended: "forbidden" },
      { call: "list-iam-roles", ended: "forbidden" },
      // What is not there may be stopped.
      { call: "start-instance", ended: "not-found" },
    ),
  );
  assert.deepEqual(shown(small.findings), [
    "wrong key: it may not: stop-instance",
    "note key: it may not: list-iam-roles; `pulumi up` has to",
  ]);
  assert.equal(judgeKey(calls({ call: "list-zones" })).findings[0]?.level, "ok");
  const busy = { call: "list-quotas", ended: "rate-limited", message: "429" } as const;
  assert.deepEqual(
    shown(judgeKey(calls({ call: "list-zones" }, busy)).findings),
    ["unseen key: not looked at, since list-quotas failed: 429"],
    "what was not looked at is not told to be right",
  );
});

test("zone, template and quota are looked up", () => {
  const zones = { zones: [{ name: "at-vie-1" }] };
  assert.deepEqual(shown(judgeZone(calls({ call: "list-zones", value: zones }), "ch-gva-2")), [
    "wrong zone: the cloud has no zone ch-gva-2",
  ]);
  const none = calls({ call: "list-templates", value: { templates: [] } });
  assert.deepEqual(shown(judgeTemplates(stack, none)), [
    "note template: Linux Ubuntu 24.04 LTS 64-bit is no public one",
  ]);
  const absent = { instance: undefined, agent: undefined };
  const before = seen(stack, { hosts: { lb1: absent, lb2: absent, app1: absent } });
  const quotas = (limit: number) =>
    calls({
      call: "list-quotas",
      value: { quotas: [{ resource: "instance", usage: 18, limit }] },
    });
  assert.deepEqual(shown(judgeQuotas(stack, before, quotas(20))), [
    "wrong quota: instance: 18 of 20 are used, and 3 more are needed",
  ]);
  assert.equal(judgeQuotas(stack, before, quotas(-1))[0]?.level, "ok", "-1 is no limit");
  assert.equal(judgeQuotas(stack, seen(stack), quotas(18))[0]?.level, "ok", "all are made");
});

test("an elastic IP with a health check is the cloud's to move", () => {
  const listed = (more: object) =>
    calls({ call: "list-elastic-ips", value: { "elastic-ips": [{ ip, ...more }] } });
  assert.equal(judgeAddresses(seen(stack), listed({}))[0]?.level, "ok");
  assert.match(
    judgeAddresses(seen(stack), listed({ healthcheck: { mode: "tcp" } }))[0]?.what ?? "",
    /has a health check, so the cloud moves it too/,
  );
});

const rule = (protocol: string, port: number, from: object) => ({
  "flow-direction": "ingress",
  protocol,
  "start-port": port,
  "end-port": port,
  ...from,
});

const group = (name: string, ...rules: object[]) => ({ id: `id-of-${name}`, name, rules });

test("each rule that is missing, and each that is too much, is named", () => {
  const balancers = { "security-group": { id: "id-of-load-balancer" } };
  const served = ["0.0.0.0/0", "::/0"].map((network) => rule("tcp", 80, { network }));
  const all = [
    group("shop-default", rule("tcp", 22, { network: "192.0.2.0/24" })),
    group("load-balancer", ...served, rule("udp", 12345, balancers)),
    group("shop-app-server", rule("tcp", 80, balancers)),
  ];
  const found = (groups: readonly object[]) =>
    shown(
      judgeRules(
        stack,
        calls({ call: "list-security-groups", value: { "security-groups": groups } }),
      ),
    );
  assert.deepEqual(found(all), ["ok rules: all 5 are there, and nothing else is open"]);
  const [first = {}, , third = {}] = all;
  const other = group("load-balancer", ...served, rule("tcp", 23, { network: "0.0.0.0/0" }));
  assert.deepEqual(found([first, other, third]), [
    "wrong rules of load-balancer: one is missing: UDP 12345 from the group load-balancer (heartbeat among the load balancers)",
    "note rules of load-balancer: open beside the stack file: tcp 23-23 from 0.0.0.0/0",
  ]);
  assert.deepEqual(found([first]), [
    "wrong rules: the cloud has no security group load-balancer, shop-app-server",
  ]);
});

test("what an agent finds wrong itself is told with its fix", () => {
  const lines = [
    { fine: true, what: "the API answers", fix: "" },
    { fine: false, what: "203.0.113.7 is on this host", fix: "ip addr add" },
  ];
  const checkup = { checks: { lb1: lines, lb2: { why: "no agent" } }, userData: {} };
  assert.deepEqual(shown(judgeChecks(checkup, seen(stack))), [
    "wrong lb1: not so: 203.0.113.7 is on this host",
    "wrong lb2: it could not check itself: no agent",
  ]);
});

test("an agent that gave up on the way has said nothing of what it did not reach", async () => {
  const lines = "ok    the configuration is right\n";
  const remote: Remote = async (_, command) => ({
    kind: "ran",
    code: command.includes("check") ? 2 : 0,
    stdout: command.includes("check") ? lines : "",
    stderr: "no metadata service answers\n",
  });
  const checkup = await checkUp(stack, seen(stack), remote);
  assert.deepEqual(checkup.checks.lb1, { why: "no metadata service answers" });
});

test("an answer of another shape is told, not taken for nothing", () => {
  const odd = calls({ call: "list-security-groups", value: { groups: [] } });
  assert.deepEqual(shown(judgeKey(odd).findings).slice(0, 1), [
    "unseen API: list-security-groups: the answer is not understood, so it was not checked",
  ]);
});

test("a peer that was replaced is nobody who has to be heard; one that is there is", () => {
  for (const words of unheard) {
    const what = `shop-lb2 is ${words}`;
    const lines = [
      { fine: true, what: "shop-lb2 is heard both ways", fix: "" },
      { fine: false, what, fix: "let it in" },
    ];
    const checkup = { checks: { lb1: lines }, userData: {} };
    assert.deepEqual(shown(judgeChecks(checkup, seen(stack))), [
      "ok lb1: all of its own checks, but that it waits for a peer that was replaced",
    ]);
    const oneWay = answers("lb1", { peers: [peer({ id: "id-of-lb2", bothWays: false })] });
    const found = judgeChecks(checkup, seen(stack, { hosts: { lb1: { agent: oneWay } } }));
    assert.deepEqual(shown(found), [`wrong lb1: not so: ${what}`]);
  }
});

test("user-data is compared where it can be made, and by its digest alone", () => {
  const checkup = { checks: {}, userData: { lb1: "aa", lb2: "bb", app1: undefined } };
  assert.deepEqual(shown(judgeUserData(checkup, { lb1: "aa", lb2: "cc", app1: "dd" })), [
    "wrong user-data: not what the stack file says now: lb2",
    "unseen user-data: not read on app1",
  ]);
  const unread = { checks: {}, userData: { lb1: undefined } };
  assert.deepEqual(shown(judgeUserData(unread, { lb1: "aa" })), [
    "unseen user-data: not read on lb1",
  ]);
  const some = { checks: {}, userData: { lb1: "aa", app1: undefined } };
  assert.deepEqual(shown(judgeUserData(some, { lb1: "aa", app1: "dd" })), [
    "ok user-data: each of lb1 has what the stack file says",
    "unseen user-data: not read on app1",
  ]);
  assert.match(shown(judgeUserData(checkup, undefined))[0] ?? "", /^note user-data: not compared/);
});

test("an agent of another version than this project's is a note", () => {
  const hosts = { lb2: { agent: answers("lb2", { version: "0.0.9" }) } };
  assert.deepEqual(shown(judgeVersions(seen(stack, { hosts }), "0.1.0")), [
    "note agents: 0.0.9 on lb2; this is 0.1.0",
  ]);
});

test("what the key may do is asked all at once, unless the first answer ends it", async () => {
  const asked: string[] = [];
  const all = Promise.withResolvers<void>();
  const answer = async (path: string) => {
    asked.push(path);
    if (asked.length === 13) all.resolve();
    if (path !== "/zone") await all.promise;
    return { kind: "done", value: {} } as const;
  };
  const calls = await tryCalls({ get: answer, put: answer });
  assert.equal(calls.size, 13);
  const refused = { kind: "refused", why: "auth", message: "403" } as const;
  const none = await tryCalls({
    get: async () => refused,
    put: () => assert.fail("nothing is changed"),
  });
  assert.deepEqual([...none.keys()], ["list-zones"]);
});
