/** Explains in one line what is wrong with the syntax of a YAML file, and the way out. */
import type { ErrorCode, YAMLError } from 'yaml';

/** The offset of a fault in the text, and what to do about it. */
export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
}

const words: Partial<Readonly<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'a value cannot begin with *, which marks an alias; put it into quotes',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape; use single quotes, or write it twice',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it into quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value with a colon and a blank in it needs quotes, such as title: "Trades: all"',
  BLOCK_IN_FLOW: 'a comma is missing here; entries between { } or [ ] stand apart by commas',
  DUPLICATE_KEY: 'the key stands twice; delete one of the two',
  MULTIPLE_DOCS: 'a second document begins here; a file of the spec holds one, so delete the line ---',
  MULTILINE_IMPLICIT_KEY: 'a line without a value; write key: value, with a blank after the colon',
  TAB_AS_INDENT: 'a tab indents this line; use blanks',
  TAG_RESOLVE_FAILED: 'a value cannot begin with !, which marks a tag; put it into quotes',
  UNEXPECTED_TOKEN: 'something follows a value that has ended; close its quotes, or put the whole value into them',
};

const indentation = 'this line and the next do not line up; indent the keys of one map, and the - of one list, alike';

/**
 * Reports only the first error, since one fault can confuse the parser and cause many more; but if all errors are
 * repeated keys, reports each.
 */
export function explainSyntax(errors: readonly YAMLError[]): SyntaxFault[] {
  const isTwin = ({ code }: YAMLError): boolean => code === 'DUPLICATE_KEY';
  const told = errors.every(isTwin) ? errors : errors.filter(error => !isTwin(error)).slice(0, 1);
  return told.map(error => ({ offset: error.pos[0], message: explain(error, errors) }));
}

function explain({ code, message, pos }: YAMLError, errors: readonly YAMLError[]): string {
  const codes = errors.filter(other => other.pos[0] === pos[0]).map(other => other.code);
  const isNested = codes.includes('BLOCK_AS_IMPLICIT_KEY') && codes.includes('MULTILINE_IMPLICIT_KEY');
  if (isNested || message.startsWith('Sequence item')) return indentation;
  if (code === 'BAD_INDENT' && message.includes('column'))
    return 'this line does not line up with those above; indent the keys of one map, and the - of one list, alike';
  const [, close] = /end with an? (.)$/.exec(message) ?? /closing (["'])/.exec(message) ?? [];
  if (close) return `a ${close} is missing above or here; close what was opened, and indent what it spans`;
  return words[code] ?? `this is not valid YAML; compare the line with the same line of another file of the spec`;
}
