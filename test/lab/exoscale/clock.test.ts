/** The emulated cloud and the hosts have one clock, the machine's, also when that is set. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { authorization } from "../../../agent/cloud/exoscale-sign.ts";
import { owner, startEmpty } from "./cloud.ts";

test("a signature's time is the machine's, after its clock was set back or forth too", async (context) => {
  const cloud = await startEmpty();
  const now = Date.now;
  context.after(() => {
    mock.restoreAll();
    return cloud.close();
  });
  for (const aheadMs of [0, -3_600_000, 7_200_000]) {
    mock.method(Date, "now", () => now() + aheadMs);
    const expiresS = Math.floor(Date.now() / 1000) + 60;
    const signed = { method: "GET", path: "/v2/instance", expiresS };
    const headers = { Authorization: authorization(owner.key, owner.secret, signed) };
    const answer = await fetch(`${cloud.endpoint}/instance`, { headers });
    assert.equal(answer.status, 200, `${aheadMs} ms ahead: ${await answer.text()}`);
    const aheadS = (Date.parse(answer.headers.get("date") ?? "") - Date.now()) / 1000;
    assert.ok(Math.abs(aheadS) < 5, `the answer's date is ${aheadS} s ahead`);
    mock.restoreAll();
  }
});
