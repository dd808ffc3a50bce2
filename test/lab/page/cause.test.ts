/** What the page calls a move, from what the agents' own core says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, emptyModel } from "../../../lab/page/model.ts";
import { tellerOf } from "../../../lab/page/teller.ts";
import { balancerAt } from "../../simulation/live/client.ts";
import { LiveGroup } from "../../simulation/live/group.ts";
import { orders } from "../../simulation/live/orders.ts";
import { facts } from "./script.ts";

/** The real core on two simulated load balancers, brought on by hand; its clock is the wall's. */
function around() {
  const model = emptyModel(facts(), 0);
  const teller = tellerOf({
    model,
    tell: (untimed, at = Date.now()) => apply(model, { ...untimed, at }),
  });
  const group = new LiveGroup(7, teller);
  for (const id of group.ids) group.host(id).boot();
  const pass = async (ms: number): Promise<void> => {
    for (const end = group.queue.now + ms; group.queue.now < end; ) {
      group.queue.runUntil(Math.min(end, group.queue.now + 250), () => false);
      group.look();
      await teller.traffic(() => balancerAt(group));
    }
  };
  const order = (verb: string, ...args: readonly string[]): void => {
    teller.order([verb, ...args]);
    orders[verb]?.(group, args);
  };
  const said = (): readonly string[] => model.said.map(({ who, text }) => `${who}: ${text}`);
  const last = () => Object.values(model.failovers).map(({ cause, to }) => [cause, to]);
  return { model, pass, order, last, said };
}

test("whom an agent releases is told, and causes stand before what they bring about", async () => {
  const { pass, order, said } = around();
  await pass(8000);
  order("kill", "lb1");
  await pass(9000);
  const told = said();
  assert.ok(told.includes("lb2: master: releases lb1: dead and still holding"), told.join("; "));
  const noticed = told.findIndex((text) => text.startsWith("lb2: hears nothing from lb1"));
  const claimed = told.findLastIndex((text) => /^cloud: attach \S+ to lb2$/.test(text));
  assert.ok(noticed >= 0 && noticed < claimed, told.join("; "));
});

test("a dead holder, a failback, a handover and maintenance are each called what they are", async () => {
  const { pass, order, last } = around();
  await pass(8000);
  assert.deepEqual(last(), []);
  order("kill", "lb1");
  await pass(9000);
  assert.deepEqual(last(), [["silent", "lb2"]]);
  order("boot", "lb1");
  await pass(60_000);
  assert.deepEqual(last(), [["failback", "lb1"]]);
  order("handover", "lb1");
  await pass(5000);
  assert.deepEqual(last(), [["planned", "lb2"]]);
  order("maintenance", "lb2", "on");
  await pass(60_000);
  assert.deepEqual(last()[0]?.[1], "lb1");
  order("maintenance", "lb2", "off");
  await pass(60_000);
  order("maintenance", "lb1", "on");
  await pass(10_000);
  assert.deepEqual(last(), [["planned", "lb2"]]);
});
