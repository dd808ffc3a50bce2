/**
 * What exoip v0.4.3 did in another lab of network namespaces, with 50 ms for each call and 1 s for
 * each operation unless said: its program is in no package registry, so it is not measured here.
 * Seconds, median (least–most).
 */
export const exoipElsewhere: Readonly<Record<string, string>> = {
  death: "4.34 (3.62–4.76), n = 5; part lost until 6.5 s after the death",
  stop: "3.16 (3.06–3.50), n = 5",
  failback: "2.54 (2.40–2.94), n = 5",
  freeze: "**held by nobody**, n = 2; 281 s until its timer, n = 1 (operations at once)",
  "split-10": "**held by nobody**, n = 2; 280 s until its timer, n = 1 (operations at once)",
  "split-4.2": "**held by nobody**, n = 3 (operations at once)",
  "one-way": "**held by nobody**, n = 2 (operations at once)",
  "api-500":
    "8.83 (8.26–9.22), n = 4, then half of all requests for ever; **held by lb1 and lb2** " +
    "(operations at once, 500 for 5 s)",
  "release-500":
    "2.3–3.3, n = 3, then half of all requests for ever; **held by lb1 and lb2** " +
    "(operations at once, 500 for 5 s)",
  "api-hang": "10.9–11.1, n = 2 (operations at once; hangs for 8 s, then 500)",
  slow: "fights itself for 26 s, n = 1",
};
