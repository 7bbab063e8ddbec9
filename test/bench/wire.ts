const textFrame = 0x81;
const sixteenBits = 126;
const sixtyFourBits = 127;

/** A text as a server puts it on the wire: one WebSocket frame. */
export function wireFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([headerOf(payload.length), payload]);
}

function headerOf(length: number): Buffer {
  if (length < sixteenBits) return Buffer.from([textFrame, length]);
  if (length < 2 ** 16) {
    const header = Buffer.from([textFrame, sixteenBits, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = textFrame;
  header[1] = sixtyFourBits;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
