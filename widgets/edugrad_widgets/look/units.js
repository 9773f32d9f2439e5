/* How numbers are written: the twin of units.py, digit for digit. */

const PREFIXES = ["p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"];

/** The significant digits of a finite number and its decimal exponent; ties go to the even digit, as in Python. */
function significant(value, digits) {
  const [exact, power] = Math.abs(value).toExponential(100).split("e");
  const all = exact.replace(".", "");
  const tie = /^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0;
  if (tie) return [all.slice(0, digits), Number(power)];
  const [rounded, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
  return [rounded.replace(".", ""), Number(exponent)];
}

/** `number(2 / 3)` is "0.6667"; an integer in Python is a plain number here and is written alike up to `digits`. */
export function number(value, digits = 4) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const [all, power] = significant(value, digits);
  const sign = value < 0 ? "-" : "";
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);
  if (power < -4 || power >= digits) {
    const tail = String(Math.abs(power)).padStart(2, "0");
    return `${sign}${bare(`${all[0]}.${all.slice(1)}`)}e${power < 0 ? "-" : "+"}${tail}`;
  }
  if (power < 0) return sign + bare(`0.${"0".repeat(-power - 1)}${all}`);
  return sign + bare(`${all.slice(0, power + 1)}.${all.slice(power + 1)}`);
}

/** `quantity(0.00042, "s")` is "420 µs"; without a unit the prefixes start at kilo. */
export function quantity(value, unit = "", digits = 4) {
  const joined = (text, name) => (name ? `${text} ${name}` : text);
  if (!Number.isFinite(value) || value === 0) return joined(number(value), unit);
  const [all, exponent] = significant(value, digits);
  const power = Math.min(Math.max(Math.floor(exponent / 3) * 3, -12), 18);
  if (!unit && power <= 0) return number(value, digits);
  const sign = value < 0 ? "-" : "";
  const scaled = Number(`${sign}${all[0]}.${all.slice(1)}e${exponent - power}`);
  return joined(number(scaled, digits), PREFIXES[power / 3 + 4] + unit);
}
