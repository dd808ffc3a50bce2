/** What a drill came to: the verdict, the row of requests, and the picture. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { outageWords } from "../../cli/operate/move.ts";
import { type Sample, summarize } from "../../lab/client/measure.ts";
import { type Drill, passed } from "../../operate/drill/drill.ts";
import { drillPicture, rows, timeLine, verdictOf } from "../../operate/drill/report.ts";
import { isCalm, outageIn, startTraffic, urlOf } from "../../operate/traffic.ts";
import { until } from "../../operate/wait.ts";

const begun = Date.UTC(2026, 10, 21, 13);

const late = "not connected within 0.8 s";

/** A request every 20 ms for 10 s; those from 2 s to 5 s fail. */
const samples = Array.from({ length: 500 }, (_, n): Sample => {
  const failed = n >= 100 && n < 250;
  return { n, at: begun + n * 20, ms: 5, ...(failed ? { error: late } : { status: 200 }) };
});

const outage = outageIn(summarize(samples), new Map([[late, 150]]));
const way = { address: "203.0.113.7", taker: "lb2", outage };
const requests = { [way.address]: samples };

const drill: Drill = {
  stack: "shop",
  holder: "lb1",
  addresses: [way],
  back: true,
  happenings: [
    { at: begun, what: "lb1 is stopped through the API" },
    { at: begun + 5000, what: "lb2 alone holds, as the cloud shows" },
    { at: begun + 10_000, what: "lb1 is well and heard by all" },
  ],
  budgetMs: 8150,
};

test("an outage within the budget passes, and one beyond it fails", () => {
  assert.equal(outage.longestMs, 3020);
  assert.equal(
    verdictOf(drill),
    "passed: 203.0.113.7 went from lb1 to lb2; 150 of 500 requests failed (150 not connected within 0.8 s), for 3.0 s, the budget is 8.2 s",
  );
  const late = { ...drill, budgetMs: 3000 };
  assert.ok(passed(drill) && !passed(late));
  assert.match(verdictOf(late), /^FAILED: /);
});

test("a holder that is not well again fails a drill without an outage", () => {
  const none = { ...way, outage: { ...outage, failed: 0, longestMs: 0 } };
  const lost = { ...drill, addresses: [none], back: false };
  assert.ok(!passed(lost));
  assert.match(verdictOf(lost), /^FAILED: .*all of 500 new requests.*; lb1 is not well again$/);
});

test("row, lines and picture show when it was", () => {
  assert.deepEqual(rows(drill, requests, 20), ["  requests  ████······██████████"]);
  assert.equal(timeLine(drill)[1], "     +5.0 s  lb2 alone holds, as the cloud shows");
  const picture = drillPicture(drill, requests);
  assert.equal(
    picture.match(/class="failed"/g)?.length,
    12 + 1,
    "quarters of a second, and the bar",
  );
  assert.match(picture, /budget 8\.2 s/);
  // One scale: 760 px are the drill's 10 s, above and below.
  assert.match(picture, /class="failed" x="30" y="\d+" width="230" height="12"/);
  assert.match(picture, /class="answered" x="30" y="\d+" width="619" height="12"/);
  assert.doesNotMatch(picture, /NaN|undefined/);
});

test("of several addresses each has its row, its bar and its share in the verdict", () => {
  const fine = { ...way, address: "203.0.113.8", outage: { ...outage, failed: 0, longestMs: 0 } };
  const both: Drill = { ...drill, addresses: [way, fine] };
  assert.match(
    verdictOf(both),
    /^passed: 203\.0\.113\.7 went .*; 203\.0\.113\.8 went .* all of 500/,
  );
  assert.ok(
    !passed({ ...both, addresses: [fine, way], budgetMs: 3000 }),
    "the later one counts, too",
  );
  const seen = { ...requests, [fine.address]: samples.map((one) => ({ ...one, status: 200 })) };
  const unasked: Drill = { ...both, addresses: [fine, { ...way, outage: undefined }] };
  assert.match(verdictOf(unasked), /^passed for what was asked: .*nothing was asked through it/);
  assert.deepEqual(rows(both, seen, 20), [
    "  requests to 203.0.113.7  ████······██████████",
    "  requests to 203.0.113.8  ████████████████████",
  ]);
  const picture = drillPicture(both, seen);
  assert.match(picture, /outage of 203\.0\.113\.7 3\.0 s.*outage of 203\.0\.113\.8 0\.0 s/s);
  assert.doesNotMatch(picture, /NaN|undefined/);
});

test("a connection that a move cuts is counted apart from new ones that fail", () => {
  const cut: Sample = { n: 0, at: begun, ms: 30, error: "ECONNRESET" };
  const all: Sample[] = [cut, { n: 1, at: begun + 20, ms: 1, status: 200 }];
  const { failed, reasons, cutShort } = outageIn(summarize(all), new Map([["ECONNRESET", 1]]));
  assert.deepEqual([failed, reasons, cutShort], [0, {}, 1]);
  const many = Array.from({ length: 100 }, (_, n) => ({ ...cut, n, at: begun + 20 * n }));
  const good: Sample = { n: 100, at: begun + 2000, ms: 1, status: 200 };
  const lasting = outageIn(summarize([...many, good]), new Map([["ECONNRESET", 100]]));
  assert.deepEqual([lasting.failed, lasting.cutShort], [100, 0], "for longer than a move takes");
});

test("what failed is told with its reason, and a client tells one from another", async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    // The others are not answered at all.
    if (asked % 2 === 0) response.writeHead(503).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const traffic = await startTraffic(`http://127.0.0.1:${port}/`);
  const failed = (why: string) => until(async () => traffic.outage().reasons[why], 10_000, 20);
  for (const why of ["HTTP 503", "not answered within 0.8 s"]) assert.ok(await failed(why), why);
  server.close().closeAllConnections();
  assert.ok(await failed("ECONNREFUSED"));
  await traffic.stop();
  const { reasons, failed: all } = traffic.outage();
  assert.equal(
    Object.values(reasons).reduce((sum, count) => sum + count),
    all,
  );
});

test("a single request that failed says why, behind how many were sent", () => {
  const one = { sent: 1506, failed: 1, cutShort: 2, longestMs: 40, from: begun };
  assert.equal(
    outageWords({ ...one, reasons: { [late]: 1 } }),
    "1 of 1506 requests failed (1 not connected within 0.8 s), the longest outage took 0.0 s, " +
      "2 that were open were cut short",
  );
});

test("calm is what was answered just now, and silence is not calm", () => {
  const now = Date.now();
  const answered = (n: number): Sample => ({ n, at: now - 500 + n * 20, ms: 1, status: 200 });
  const all = Array.from({ length: 25 }, (_, n) => answered(n));
  assert.ok(isCalm(all, 500));
  assert.ok(!isCalm([...all.slice(0, -1), { ...answered(24), status: 503 }], 500));
  assert.ok(!isCalm([], 500));
});

test("the first http service is asked, by a URL that an IPv6 address fits in", () => {
  const services = [
    { protocol: "tcp", port: 443 },
    { protocol: "http", port: 8080 },
  ];
  assert.equal(urlOf(services, { ip: "2001:db8::7" }), "http://[2001:db8::7]:8080/");
  assert.equal(urlOf(services.slice(0, 1), { ip: "203.0.113.7" }), undefined);
});

test("a client that has ended by itself has seen nothing of what came after", async () => {
  const traffic = await startTraffic("no URL");
  const isTold = () => {
    try {
      return traffic.outage() && undefined;
    } catch (error) {
      return String(error);
    }
  };
  assert.match((await until(isTold, 10_000, 20)) ?? "", /ended by itself at .*is not known/);
  await traffic.stop();
});
