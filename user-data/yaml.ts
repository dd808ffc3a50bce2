/** YAML that PyYAML reads as YAML 1.1 and gives back as the same data. */
import { dump } from "js-yaml";

/** @param flowLevel depth from which collections stand on one line; never by default */
export const toYaml = (data: unknown, flowLevel = -1): string =>
  dump(data, { lineWidth: -1, noRefs: true, flowLevel });
