/** The heartbeat's sockets on loopback: both families, and what happens when a port is taken. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
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

/** What is told while datagrams go to nobody in particular. */
async function sender(context: TestContext) {
  const told: (string | undefined)[] = [];
  const udp = openUdp({
    port: await freePort("127.0.0.1"),
    host: "127.0.0.1",
    onDatagram: () => undefined,
    onTrouble: (text) => void told.push(text),
  });
  context.after(() => udp.close());
  const sends = (...ips: string[]): void => {
    for (const ip of ips) udp.send(Buffer.from("x"), ip);
  };
  return { told, udp, sends };
}

test("a peer that cannot be reached is told once, and never thrown", async (context) => {
  const { told, sends } = await sender(context);
  await until(() => {
    sends("255.255.255.255");
    return told.length > 0;
  });
  assert.match(told[0] ?? "", /^cannot send to 255\.255\.255\.255: E[A-Z]+$/);
  for (let round = 0; round < 5; round += 1) {
    sends("255.255.255.255");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(told.length, 1);
});

test("a peer that has left the group is no trouble any more", async (context) => {
  const { told, sends } = await sender(context);
  await until(() => {
    sends("127.0.0.1", "255.255.255.255");
    return told.length > 0;
  });
  assert.match(told[0] ?? "", /^cannot send to 255/);
  for (let round = 0; round < 3; round += 1) sends("127.0.0.1");
  assert.equal(told[1], undefined);
  assert.equal(told.length, 2);
});

test("a peer of a family that is not listened to is told", async (context) => {
  const { told, sends } = await sender(context);
  sends("2001:db8::1");
  assert.deepEqual(told, ["cannot send to 2001:db8::1: no IPv6 on 127.0.0.1"]);
});

test("an address that this host does not have is told and tried again", async (context) => {
  const told: (string | undefined)[] = [];
  const udp = openUdp({
    port: await freePort("127.0.0.1"),
    host: "192.0.2.1",
    onDatagram: () => undefined,
    onTrouble: (text) => void told.push(text),
  });
  context.after(() => udp.close());
  await until(() => told.length > 0);
  assert.match(
    told[0] ?? "",
    /^cannot listen on UDP 192\.0\.2\.1:\d+: EADDRNOTAVAIL; trying again$/,
  );
});

test("without an address both families are heard on one port", async (context) => {
  const heard: string[] = [];
  const port = await freePort("::");
  const udp = openUdp({
    port,
    onDatagram: (_bytes, from) => void heard.push(from),
    onTrouble: () => undefined,
  });
  context.after(() => udp.close());
  await until(() => {
    udp.send(Buffer.from("x"), "127.0.0.1");
    udp.send(Buffer.from("x"), "::1");
    return heard.includes("127.0.0.1") && heard.includes("::1");
  });
  assert.ok(heard.every((from) => from === "127.0.0.1" || from === "::1"));
});

test("what is closed at once, or while it tries again, leaves nothing open", async () => {
  const port = await freePort("127.0.0.1");
  const open = () => openUdp({ port, onDatagram: assert.fail, onTrouble: () => undefined });
  const first = open();
  first.close();
  first.send(Buffer.from("x"), "127.0.0.1");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const other = createSocket("udp4");
  // Would throw EADDRINUSE if the first were still there.
  other.bind(port);
  await once(other, "listening");
  const second = open();
  await new Promise((resolve) => setTimeout(resolve, 100));
  second.close();
  other.close();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const again = createSocket("udp4");
  again.bind(port);
  await once(again, "listening");
  again.close();
});
