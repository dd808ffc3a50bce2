/** Where the stand-in's API is, and with which key: from the program's config and the environment. */
import type { ApiOptions } from "./api.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Between two looks at an operation: the lab's cloud is quick, and its users wait. */
const pollMs = 250;

/**
 * @throws Error where something is missing; the stand-in has no endpoint by default, so that it
 * never meets the real cloud
 */
export function settingsFrom(
  config: Readonly<Record<string, string>>,
  environment: Environment,
): ApiOptions {
  const endpoint = environment.EXOSCALE_API_ENDPOINT;
  const key = config.key ?? environment.EXOSCALE_API_KEY ?? environment.EXOSCALE_KEY;
  const secret =
    config.secret ??
    environment.EXOSCALE_API_SECRET ??
    environment.EXOSCALE_SECRET ??
    environment.EXOSCALE_SECRET_KEY;
  if (endpoint === undefined)
    throw new Error(
      "EXOSCALE_API_ENDPOINT does not say where the lab's cloud is, and the stand-in never meets " +
        "the real one; `npx baton lab up` starts the lab's",
    );
  if (!key || !secret)
    throw new Error(
      "it needs a key: set EXOSCALE_API_KEY and EXOSCALE_API_SECRET, or " +
        "`pulumi config set --secret exoscale:secret`",
    );
  const asked = Number(environment.BATON_STAND_IN_POLL_MS ?? pollMs);
  return { endpoint, key, secret, pollMs: Number.isFinite(asked) ? asked : pollMs };
}
