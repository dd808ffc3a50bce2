/** What the page calls a move, from what the agents' own core says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyModel } from "../../../lab/page/model.ts";
import { limitOf } from "../../../lab/page/web/sight.ts";
import { liveGroup } from "../../simulation/live/told.ts";
import { facts } from "./script.ts";

/** The real core on two simulated load balancers, brought on by hand; its clock is the wall's. */
function around() {
  const model = emptyModel(facts(), 0);
  const { pass, order } = liveGroup(model);
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

test("who lets go itself releases no other", async () => {
  const { pass, order, said } = around();
  await pass(20_000);
  order("handover", "lb1");
  await pass(8000);
  const told = said().filter((text) => text.startsWith("lb1: "));
  assert.ok(told.includes("lb1: master: the elected node holds"), told.join("; "));
  assert.ok(!told.some((text) => text.includes("releases")), told.join("; "));
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

test("what is claimed after a back-off is held against no limit", async () => {
  const { model, pass, order, last } = around();
  await pass(40_000);
  order("cut", "lb1", "lb2");
  await pass(8000);
  assert.deepEqual(last(), [["silent", "lb2"]]);
  await pass(80_000);
  assert.deepEqual(last(), [["contested", "lb1"]]);
  const [failover] = Object.values(model.failovers);
  assert.equal(failover && limitOf(failover, facts().limitMs), undefined);
});
