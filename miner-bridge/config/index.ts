/** What the operator set: a file, the environment, and secrets. */
export { readConfig } from "./readConfig.ts";
export type { Environment } from "./readConfig.ts";
export { environmentName, settings } from "./schema.ts";
export type { Config, SettingName } from "./schema.ts";
export { SECRETS } from "./secrets.ts";
export { settingsTable } from "./table.ts";
