/** A refusal that answers nothing and names nothing. */
export interface UnaskedRefusal {
  readonly text: string;
  readonly atMs: number;
  /** Seq of the first message after it. */
  readonly seq: number;
  /** Names that were held then, each of which may be meant; none where the connection is another one by now. */
  readonly names: readonly string[];
}
