/** Reads the options of the commands of `codegen/`. */
import { parseArgs } from 'node:util';
import { suggest } from './nearest.js';

type Options = Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>;

/** Values by option; options that were not given are missing. */
export type Values = Readonly<Record<string, string | true | undefined>>;

/**
 * @param words of the command line, after the program
 * @returns the values, and a line for each fault
 */
export function readOptions(words: readonly string[], options: Options): { values: Values; faults: readonly string[] } {
  const names = Object.keys(options).map(name => `--${name}`);
  const values: Record<string, string | true> = {};
  const faults: string[] = [];
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'positional') {
      // A word after an unknown option is probably its value.
      const before = tokens[index - 1];
      if (before?.kind === 'option' && !options[before.name]) continue;
      faults.push(`${token.value} is no option${suggest(`--${token.value}`, names, 'options')}`);
    } else if (token.kind === 'option') {
      const option = options[token.name];
      if (!option) faults.push(`there is no option ${token.rawName}${suggest(token.rawName, names, 'options')}`);
      else if (option.type === 'string' && !token.value) faults.push(`${token.rawName} needs a value behind it`);
      else if (option.type === 'boolean' && token.value !== undefined) faults.push(`${token.rawName} takes no value`);
      else values[token.name] = token.value ?? true;
    }
  }
  return { values, faults };
}

/** Reads the options of a command; on a fault, prints it and exits with code 2. */
export function optionsOf(options: Options): Values {
  const { values, faults } = readOptions(process.argv.slice(2), options);
  if (faults.length > 0) {
    for (const fault of faults) console.error(fault);
    process.exit(2);
  }
  return values;
}
