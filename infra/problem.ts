/** Problems of the world and the user's: the engine shows their message, and no stack trace. */
import * as pulumi from "@pulumi/pulumi";
import { type Finding, formatPath } from "../stack/diagnostic.ts";

/** @throws always; the text says what happened, where, and what to do */
export function stop(message: string, fix?: string): never {
  throw new pulumi.RunError(fix === undefined ? message : `${message}\nfix: ${fix}`);
}

/** A finding as text, by its path: a stack that was given as data has no lines. */
const asText = ({ path, message, fix }: Finding): string =>
  [
    path.length === 0 ? message : `${formatPath(path)}: ${message}`,
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ].join("\n  ");

/** Shows all findings: warnings as such, and the errors together, which end the run. */
export function report(
  findings: readonly Finding[],
  resource?: pulumi.Resource,
  show: (finding: Finding) => string = asText,
): void {
  const texts = (severity: Finding["severity"]): string[] => [
    // The engine says itself that this is an error, or a warning.
    ...new Set(
      findings
        .filter((finding) => finding.severity === severity)
        .map((finding) => show(finding).replace(/^(error|warning): /, "")),
    ),
  ];
  for (const text of texts("warning")) void pulumi.log.warn(text, resource);
  const errors = texts("error");
  if (errors.length > 0) stop(errors.join("\n"));
}

/** The providers have no code for it: the words are the API's own, or HTTP's. */
const refusals = /\b(401|403)\b|forbidden|unauthori[sz]ed|signature|authentication|credential/i;

/** Ends the run where the cloud has refused the key itself. @throws RunError then */
export function stopWhereRefused(reason: string): void {
  if (!refusals.test(reason)) return;
  stop(
    `the cloud refuses the key that it is asked with: ${reason}`,
    "check EXOSCALE_API_KEY and EXOSCALE_API_SECRET (or `exoscale:key` and `exoscale:secret` in the " +
      "stack's config), and that the role of the key may use `compute` and `iam`",
  );
}
