/** The vectors that the official Go client gives too, against both ends of ours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorization, type Unsigned } from "../../../agent/cloud/exoscale-sign.ts";
import { credentialOf } from "../../../lab/emulators/exoscale-signature.ts";

const key = "EXOtestkey0000000000000001";
const secret = "test-secret-0123456789abcdefghijklmnopqrstuv";
const expiresS = 1_900_000_000;

type Vector = {
  readonly request: Omit<Unsigned, "expiresS">;
  readonly query?: string;
  readonly args?: string;
  readonly signature: string;
};

const vectors: readonly Vector[] = [
  {
    request: {
      method: "PUT",
      path: "/v2/elastic-ip/11111111-2222-4333-8444-555555555555:attach",
      body: '{"instance":{"id":"66666666-7777-4888-9999-aaaaaaaaaaaa"}}',
    },
    signature: "RO3jE2TkUPdk8nGDcjCvrfIUj9q5qH7tFrhPmvxaa1k=",
  },
  {
    request: { method: "GET", path: "/v2/operation/0d2a3c4b-0000-4000-8000-000000000001" },
    signature: "rZRh5I4G3YQiJHk5ptPwKSSASN5rI+H3FsOLKlN1hgc=",
  },
  {
    request: {
      method: "GET",
      path: "/v2/instance",
      query: [
        ["manager-type", "instance-pool"],
        ["ip-address", "203.0.113.7"],
        ["labels", '{"role":"lb"}'],
      ],
    },
    query: "?manager-type=instance-pool&ip-address=203.0.113.7&labels=%7B%22role%22%3A%22lb%22%7D",
    args: "ip-address;labels;manager-type",
    signature: "Lhj5s0O8QNOZPd3hP0sJlnqL1yAd4GJwv4ykEjK+W6w=",
  },
  {
    request: {
      method: "GET",
      path: "/v2/template",
      query: [
        ["visibility", "public"],
        ["family", ""],
        ["visibility", "private"],
      ],
    },
    query: "?visibility=public&family=&visibility=private",
    args: "family",
    signature: "osbwcceWUGr3DnUWec7v2Q2HcL6Bsdb0nCHsY6lnX40=",
  },
  {
    request: { method: "GET", path: "/v2/ssh-key/my%20key" },
    signature: "FwZWXbuC5Vjb+i9hzY+1jlZQWRstBw4GZkXjrC63y1M=",
  },
];

for (const { request, query = "", args, signature } of vectors) {
  test(`${request.method} ${request.path} is signed as the official client signs it`, () => {
    const names = args === undefined ? "" : `,signed-query-args=${args}`;
    const header = `EXO2-HMAC-SHA256 credential=${key}${names},expires=${expiresS},signature=${signature}`;
    assert.equal(authorization(key, secret, { ...request, expiresS }), header);
    const { method, path, body = "" } = request;
    const signed = { method, target: path + query, body, authorization: header };
    const known = (name: string): string | undefined => (name === key ? secret : undefined);
    assert.deepEqual(credentialOf(signed, known), { kind: "signed", key, expiresS });
    for (const forged of [
      { ...signed, method: "POST" },
      { ...signed, target: signed.target.replace("/v2/", "/v2/x") },
      { ...signed, body: `${body} ` },
      { ...signed, target: `${signed.target}${query ? "&" : "?"}extra=1` },
      { ...signed, authorization: header.replace("1900000000", "1900000001") },
      { ...signed, authorization: header.replace("EXO2", "EXO1") },
    ])
      assert.equal(credentialOf(forged, known).kind, "bad");
    assert.equal(credentialOf({ ...signed, authorization: undefined }, known).kind, "none");
  });
}
