// Formats the store's Lua in place; with --check it only names what is not formatted, and fails.
// StyLua has a command of its own, but no registry carries it: the library inside its WebAssembly package is the same.

import { globSync, readFileSync, writeFileSync } from "node:fs";
import * as stylua from "@johnnymorganz/stylua";

const check = process.argv.includes("--check");

/** A call to StyLua consumes its configuration. */
function style() {
  const config = stylua.Config.new();
  config.syntax = stylua.LuaVersion.Lua51; // what Valkey runs
  config.column_width = 120;
  config.indent_type = stylua.IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = stylua.QuoteStyle.AutoPreferSingle; // JSON is spliced here: its quotes are double
  config.collapse_simple_statement = stylua.CollapseSimpleStatement.Always;
  return config;
}

/** Formats until nothing changes: StyLua sometimes needs a second pass. @param {string} text @returns {string} */
function format(text) {
  const formatted = stylua.formatCode(text, style(), undefined, stylua.OutputVerification.Full);
  return formatted === text ? text : format(formatted);
}

const unformatted = globSync("console/**/*.lua").filter((path) => {
  const text = readFileSync(path, "utf8");
  const formatted = format(text);
  if (formatted !== text && !check) writeFileSync(path, formatted);
  return formatted !== text;
});
for (const path of unformatted) console.log(check ? `${path} is not formatted` : `Formatted ${path}`);
process.exit(check && unformatted.length > 0 ? 1 : 0);
