import { z } from "zod";

import { environmentName, settings } from "./schema.ts";
import { SECRETS, SECRET_DESCRIPTIONS } from "./secrets.ts";

/** The table of every setting, as the README has it. */
export function settingsTable(): string {
  const rows = Object.entries(settings.shape).map(([name, setting]) =>
    row(`\`${name}\``, `\`${environmentName(name)}\``, defaultOf(setting), setting.description ?? ""),
  );
  const secrets = Object.entries(SECRETS).map(([name, variable]) =>
    row("(a secret)", `\`${variable}\``, "", SECRET_DESCRIPTIONS[name as keyof typeof SECRETS]),
  );
  return [
    row("setting", "environment", "default", "meaning"),
    row("---", "---", "---", "---"),
    ...rows,
    ...secrets,
  ].join("\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function defaultOf(setting: z.ZodType): string {
  if (setting instanceof z.ZodOptional) return "none";
  if (!(setting instanceof z.ZodDefault)) return "required";
  return String(setting.def.defaultValue) || "none";
}
