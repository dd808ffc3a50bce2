/** Where the emulated cloud is reached: a place that is taken is told, and nothing stays open. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { WorldFailure } from "../../../stack/failure.ts";
import { startEmpty } from "./cloud.ts";

const host = "127.0.0.1";

async function occupied(): Promise<{ readonly port: number; readonly leave: () => Promise<void> }> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    leave: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

test("a port that is in use is told with what to do, and no other port stays open", async () => {
  const [free, taken] = [await occupied(), await occupied()];
  await free.leave();
  const entrances = [free, taken].map(({ port }) => ({ at: { host, port } }));
  try {
    await assert.rejects(startEmpty({ entrances }), (error) => {
      assert.ok(error instanceof WorldFailure);
      const said =
        /^the lab's cloud cannot listen at 127\.0\.0\.1:\d+: .*EADDRINUSE.*; see what is there/;
      assert.match(error.message, said);
      return true;
    });
    await assert.rejects(once(connect(free.port, host), "connect"), /ECONNREFUSED/);
  } finally {
    await taken.leave();
  }
});
