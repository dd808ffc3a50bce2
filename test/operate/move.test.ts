/** When a planned move is over, and how long a cloud that fails is asked again. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { CloudHost } from "../../operate/cloud.ts";
import { isMoved, move, obeyed } from "../../operate/move.ts";
import { until } from "../../operate/wait.ts";
import { WorldFailure } from "../../stack/failure.ts";
import { answers, instance, stackOf } from "./scene.ts";

const { election: alone } = stackOf("nodes: 2");
const { election: shared } = stackOf("nodes: 3\nelection: { hold: shared }");

test("one alone holds at the end of a move, and it is not who left", () => {
  const handover = (...holders: string[]) => isMoved(alone, "lb1", { what: "handover", holders });
  assert.deepEqual(
    [handover(), handover("lb1"), handover("lb1", "lb2"), handover("lb2")],
    [false, false, false, true],
  );
  const off = (...holders: string[]) => isMoved(alone, "lb1", { what: "maintenance off", holders });
  assert.deepEqual([off("lb2"), off("lb1", "lb2"), off("lb1")], [false, false, true]);
});

test("where all that are best hold, the others go on holding", () => {
  const on = { what: "maintenance on", holders: ["lb2", "lb3"] } as const;
  assert.ok(isMoved(shared, "lb1", on));
  const off = { what: "maintenance off", holders: ["lb1", "lb2", "lb3"] } as const;
  assert.ok(isMoved(shared, "lb1", off));
});

test("a move ends when each address has moved, and each is measured by itself", async (context) => {
  const serve = async (ip: string, port = 0): Promise<number> => {
    const server = createServer((_, response) => response.end("<h1>app1</h1>"));
    server.listen(port, ip);
    context.after(() => server.close().closeAllConnections());
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await serve("127.0.0.2");
  await serve("127.0.0.3", port);
  const plain = stackOf("nodes: 2", "{ web: { ip: 127.0.0.2 }, mail: { ip: 127.0.0.3 } }");
  const stack = { ...plain, services: plain.services.map((one) => ({ ...one, port })) };
  const addresses = stack.addresses.map(({ name, ip }) => ({
    name,
    ip,
    id: name,
    holders: ["lb1"],
  }));
  let asked = 0;
  const ports = {
    cloud: {
      look: () => assert.fail("nobody looks around"),
      stop: () => assert.fail("nothing is stopped"),
      start: () => assert.fail("nothing is started"),
      holders: async () => {
        asked += 1;
        return new Map([
          ["web", ["lb2"]],
          ["mail", asked < 3 ? ["lb1"] : ["lb2"]],
        ]);
      },
    },
    remote: async () => ({ kind: "ran", code: 0, stdout: "", stderr: "" }) as const,
  };
  const seen = { hosts: [], addresses };
  const host = instance("lb1");
  const request = { stack, seen, host, addresses, what: "handover", url: undefined } as const;
  const moves = await move(ports, request, (_, work) => work());
  assert.equal(asked, 3);
  const [web, mail] = moves;
  assert.deepEqual([web?.address, mail?.address], ["127.0.0.2", "127.0.0.3"]);
  assert.ok(web && mail && web.tookMs < mail.tookMs);
  for (const { to, outage } of moves) {
    assert.equal(to, "lb2");
    assert.ok(outage && outage.sent > 20 && outage.failed === 0);
  }
});

test("an agent that does not go into maintenance though it was told is a failure", async () => {
  const stack = stackOf("nodes: 2");
  let isOut = false;
  const ports = {
    cloud: {
      look: async () => ({ hosts: [instance("lb1"), instance("lb2")], addresses: [] }),
      holders: () => assert.fail("no address moves"),
      stop: () => assert.fail("nothing is stopped"),
      start: () => assert.fail("nothing is started"),
    },
    remote: async ({ host }: CloudHost) => {
      const agent = answers(host, { maintenance: isOut });
      const stdout = agent.kind === "answers" ? JSON.stringify(agent.status) : "";
      return { kind: "ran", code: 0, stdout, stderr: "" } as const;
    },
  };
  const request = { stack, host: instance("lb2"), what: "maintenance on" } as const;
  await assert.rejects(
    obeyed(ports, request, 50),
    /lb2 was told, and its agent does not say in 0\.05 s that it is so/,
  );
  isOut = true;
  await obeyed(ports, request, 50);
});

test("a question that fails is asked again, and its failure is told when time is over", async () => {
  const failure = new WorldFailure("GET: 503", "wait");
  let asked = 0;
  const ask = (): string => {
    asked += 1;
    if (asked < 3) throw failure;
    return "lb2";
  };
  assert.equal(await until(ask, 10_000, 1), "lb2");
  await assert.rejects(
    until(() => Promise.reject(failure), 5, 1),
    (error) => error === failure,
  );
  const broken = new TypeError("no failure of the world");
  await assert.rejects(
    until(() => Promise.reject(broken), 10_000, 1),
    (error) => error === broken,
  );
});
