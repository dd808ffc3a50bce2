/** What a request asks for, by whom, and in which of the two APIs. */
import type { Credential, Json } from "../model/exoscale/request.ts";
import type { World } from "../model/exoscale/world.ts";
import { actionOf, type Called, type NoCall } from "./exoscale-routes.ts";
import { credentialOf, type SignedRequest } from "./exoscale-signature.ts";
import { isV1, type V1Called, v1Called, v1Error, v1Fields } from "./exoscale-v1.ts";
import { v1Credential } from "./exoscale-v1-signature.ts";

export type Understood = {
  readonly credential: Credential;
  readonly called: NoCall | (Called & Partial<V1Called>);
  /** The body of a refusal, in that API's words. */
  readonly refusal: (status: number, message: string) => Json;
  /** The one that the document describes; v1 is older. */
  readonly api: "v1" | "v2";
};

export function understand(
  request: SignedRequest,
  secretOf: (key: string) => string | undefined,
  world: World,
): Understood {
  const { method, target, body } = request;
  if (!isV1(target))
    return {
      credential: credentialOf(request, secretOf),
      called: actionOf(method, new URL(target, "http://localhost"), body),
      refusal: (_, message) => ({ message }),
      api: "v2",
    };
  const fields = v1Fields(target, body);
  return {
    credential: v1Credential(fields, secretOf),
    called: v1Called(fields, world),
    refusal: v1Error,
    api: "v1",
  };
}
