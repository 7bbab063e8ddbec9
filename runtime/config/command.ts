/** Parses the command line; `settings.ts` decides what it means. */

import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';
import { tokensVariable } from './api-key.js';

const named = ['doctor', 'watch'] as const;

/** A command that is called by its name. */
type Named = (typeof named)[number];

/** What the process should do. */
export interface Command {
  readonly name: 'serve' | 'help' | 'version' | Named;
  /** watch: market and channels. doctor: words that it does not take. */
  readonly words: readonly string[];
  /** Values of settings, by the variable that each stands for. */
  readonly given: Readonly<Record<string, string>>;
  /** doctor: print JSON. */
  readonly json: boolean;
  /** doctor: connect with the key. */
  readonly connect: boolean;
  /** doctor: for how many seconds to compare what the feed sends with the spec. */
  readonly listenSeconds?: number;
}

/** A setting that the command line may hold. */
interface Setting {
  readonly variable: string;
  readonly option: string;
  /** The kind of its value. */
  readonly takes: string;
}

const common = ['help', 'version'];
const ofDoctor = ['json', 'no-connect', 'events'];
/** How long doctor may listen, s. */
const longestListening = 600;
const short: Readonly<Record<string, string>> = { '-h': '--help', '-v': '--version', '-V': '--version' };

/** @returns the command, and all problems at once; help and version ignore problems */
export function parseCommand(
  argv: readonly string[],
  settings: readonly Setting[],
): { command: Command; problems: string[] } {
  const line = new CommandLine(settings);
  line.read(argv);
  return line.result();
}

/** Whether an argument is a value of the option before it; an entry of a list may begin with a dash. */
function isValue(argument: string, setting: Setting | undefined): boolean {
  if (!/^-\D/.test(argument)) return true;
  return setting?.takes === 'list' && !argument.startsWith('--') && !Object.hasOwn(short, argument);
}

class CommandLine {
  private readonly given: Record<string, string> = {};
  private readonly switches = new Set<string>();
  private listenSeconds: number | undefined;
  private readonly problems: string[] = [];
  private readonly words: string[] = [];
  private name: Named | undefined;

  constructor(private readonly settings: readonly Setting[]) {}

  read(argv: readonly string[]): void {
    for (let index = 0; index < argv.length; index++) {
      const text = short[argv[index]!] ?? argv[index]!;
      const following = argv[index + 1];
      if (!text.startsWith('-')) this.word(text);
      else if (
        this.option(text, following !== undefined && isValue(following, this.settingOf(text)) ? following : undefined)
      )
        index++;
    }
  }

  result(): { command: Command; problems: string[] } {
    const asked = common.find(name => this.switches.has(name)) as 'help' | 'version' | undefined;
    const stray = this.name === 'doctor' ? [] : ofDoctor.filter(name => this.switches.has(name));
    const problems = [
      ...this.problems,
      ...stray.map(
        name => `--${name} belongs to doctor: mcp-polygon doctor --${name}${name === 'events' ? ' 30' : ''}`,
      ),
      ...(this.switches.has('events') && this.switches.has('no-connect')
        ? ['--events connects with the key, and --no-connect forbids that: leave out one of them']
        : []),
    ];
    const command: Command = {
      name: asked ?? this.name ?? 'serve',
      words: this.words,
      given: this.given,
      json: this.switches.has('json'),
      connect: !this.switches.has('no-connect'),
      ...(this.listenSeconds === undefined ? {} : { listenSeconds: this.listenSeconds }),
    };
    return { command, problems: asked ? [] : problems };
  }

  private word(text: string): void {
    const name = named.find(other => other === text);
    // Behind watch a word is a market or a channel.
    if (common.includes(text) && this.words.length === 0) this.switches.add(text);
    else if (this.name === 'watch') this.words.push(text);
    else if (name === undefined) this.stray(text);
    else if (this.name === undefined || this.name === name) this.name = name;
    else this.problems.push(`${this.name} and ${name} are two commands`);
  }

  /** What is said of the words of doctor depends on the markets. */
  private stray(text: string): void {
    if (this.name === 'doctor') this.words.push(text);
    else this.problems.push(`there is no command ${shown(text, [...named, ...common])}`);
  }

  private settingOf(text: string): Setting | undefined {
    return this.settings.find(({ option }) => text === `--${option}` || text.startsWith(`--${option}=`));
  }

  /** @returns whether the following argument was its value */
  private option(text: string, following: string | undefined): boolean {
    const [name = '', ...rest] = text.replace(/^--?/, '').split('=');
    const inline = rest.length > 0 ? rest.join('=') : undefined;
    const setting = this.settingOf(text);
    if (setting) return this.set(setting, inline, following);
    if (text === '--events' || text.startsWith('--events=')) return this.listen(inline, following);
    if (text.startsWith('--') && [...common, ...ofDoctor].includes(name)) {
      if (inline !== undefined) this.problems.push(`--${name} takes no value`);
      this.switches.add(name);
      return false;
    }
    this.problems.push(this.refusal(name, text));
    return inline === undefined && following !== undefined && !named.some(name => name === following);
  }

  private listen(inline: string | undefined, following: string | undefined): boolean {
    const value = inline ?? following ?? '';
    const seconds = /^\d{1,3}$/.test(value) ? Number(value) : 0;
    if (this.switches.has('events')) this.problems.push('--events is given twice');
    else if (seconds >= 1 && seconds <= longestListening) this.listenSeconds = seconds;
    else this.problems.push(`--events needs seconds, a whole number from 1 to ${longestListening}: --events 30`);
    this.switches.add('events');
    return inline === undefined && following !== undefined;
  }

  private set({ variable, option }: Setting, inline: string | undefined, following: string | undefined): boolean {
    const value = inline ?? following;
    if (!value?.trim()) this.problems.push(`--${option} needs a value`);
    else if (variable in this.given) this.problems.push(`--${option} is given twice`);
    else this.given[variable] = value;
    return inline === undefined && value !== undefined;
  }

  /** The name of an option is shown, never its value. */
  private refusal(name: string, text: string): string {
    const plain = name
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^(?:mcp-)?polygon-/, '');
    const called = `${text.startsWith('--') ? '--' : '-'}${name}`;
    if (/(?:key|token|secret|password)s?$/.test(plain)) {
      return `${secretNames.test(plain) ? called : 'an option for a secret'} is refused, since whoever lists the processes of this machine would read it; set POLYGON_API_KEY in the environment, or ${tokensVariable} for callers over HTTP`;
    }
    const known = [...this.settings.map(({ option }) => option), ...common, ...ofDoctor];
    const meant = nearest(plain, known);
    return meant
      ? `there is no option ${called}${suggest(`--${meant}`)}`
      : `there is no such option, ${kindOf(text)}; mcp-polygon --help lists them`;
  }
}

/** Names of options that somebody may expect, and that hold no secret themselves. */
const secretNames = /^(?:(?:api|massive-api|bearer|http|auth|access)-?)?(?:key|token|secret|password)s?$/;

/** A word is repeated only where it is nearly one of those that are known; any other may be a key. */
export function shown(text: string, known: readonly string[]): string {
  const meant = nearest(text, known);
  return meant
    ? `${JSON.stringify(text)}${suggest(meant)}`
    : `like that (${kindOf(text)}); there are ${known.join(', ')}`;
}
