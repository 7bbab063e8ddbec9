/** Names in a text, with commas between them; blanks around a name and its case do not count. */
export function namesIn(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
}
