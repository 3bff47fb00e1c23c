/** What a scalar means: the implicit types of go-yaml 2, which kubectl uses. The command reads them in crates/yaml/src/scalar.rs. */

/** A value that a scalar cannot have. */
export class ScalarError extends Error {}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUE = new Set(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"]);
const FALSE = new Set(["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"]);
const NOT_IN_JSON = /^(?:[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

export type Scalar = null | boolean | number | string;

/** A scalar without quotes and tag. */
export function plain(text: string): Scalar {
  if (NULLS.has(text)) return null;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  if (NOT_IN_JSON.test(text)) {
    throw new ScalarError(`${text} is a number that JSON does not have; quote it where text is meant`);
  }
  return number(text) ?? text;
}

/** A scalar with a tag of YAML's own: `!!str 80` has the tag `str`. */
export function tagged(text: string, tag: string): Scalar {
  if (!["null", "bool", "int", "float"].includes(tag)) return text;
  const value = plain(text);
  const fits = { null: value === null, bool: typeof value === "boolean", int: Number.isInteger(value) };
  if (tag === "float" ? typeof value === "number" : fits[tag as keyof typeof fits]) return value;
  throw new ScalarError(`${JSON.stringify(text)} does not fit its tag !!${tag}`);
}

function number(text: string): number | undefined {
  if (!/^[0-9+.-]/.test(text)) return undefined;
  const digits = text.replaceAll("_", "");
  return integer(digits) ?? float(digits);
}

/** Decimal, `0x` hexadecimal, `0o` or just `0` octal, `0b` binary. */
function integer(text: string): number | undefined {
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const forms: [RegExp, number][] = [
    [/^0[xX]([0-9a-fA-F]+)$/, 16],
    [/^0[bB]([01]+)$/, 2],
    [/^0[oO]?([0-7]+)$/, 8],
    [/^(0|[1-9][0-9]*)$/, 10],
  ];
  for (const [form, radix] of forms) {
    const found = form.exec(digits)?.[1];
    if (found !== undefined) return Number.parseInt(found, radix) * (sign === "-" ? -1 : 1) + 0;
  }
  return undefined;
}

function float(text: string): number | undefined {
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
