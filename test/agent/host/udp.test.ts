/** The heartbeat's sockets on loopback: both families, and what happens when a port is taken. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { openUdp, type Udp } from "../../../agent/host/udp.ts";
import { until } from "../cloud/double.ts";

/** A port that is free now. */
async function freePort(host: string): Promise<number> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

for (const host of ["127.0.0.1", "::1"]) {
  test(`datagrams come with their source, over ${host}`, async (context) => {
    const heard: string[] = [];
    const port = await freePort(host);
    const udp: Udp = openUdp({
      port,
      host,
      onDatagram: (bytes, from) => void heard.push(`${from} ${Buffer.from(bytes)}`),
      onTrouble: () => undefined,
    });
    context.after(() => udp.close());
    await until(() => {
      udp.send(Buffer.from("hello"), host);
      return heard.length > 0;
    });
    assert.equal(heard[0], `${host} hello`);
  });
}

test("a port that is taken is told once, tried again, and taken when it is free", async (context) => {
  const port = await freePort("127.0.0.1");
  const other = createSocket("udp4");
  other.bind(port, "127.0.0.1");
  await once(other, "listening");
  const told: (string | undefined)[] = [];
  const udp = openUdp({
    port,
    host: "127.0.0.1",
    onDatagram: () => undefined,
    onTrouble: (text) => void told.push(text),
  });
  context.after(() => udp.close());
  await until(() => told.length > 0);
  assert.match(told[0] ?? "", /^cannot listen on UDP 127\.0\.0\.1:\d+: EADDRINUSE; trying again$/);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal(told.length, 1);
  other.close();
  await until(() => told.length > 1);
  assert.equal(told[1], undefined);
});

test("a peer that cannot be reached is told, and never thrown", async (context) => {
  const told: (string | undefined)[] = [];
  const port = await freePort("127.0.0.1");
  const udp = openUdp({
    port,
    host: "127.0.0.1",
    onDatagram: () => undefined,
    onTrouble: (text) => void told.push(text),
  });
  context.after(() => udp.close());
  await until(() => {
    udp.send(Buffer.from("x"), "255.255.255.255");
    return told.length > 0;
  });
  assert.match(told[0] ?? "", /^cannot send to 255\.255\.255\.255: E/);
});
