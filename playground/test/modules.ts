/** Faulty modules, assembled by hand: each exports a memory and `__guest_call`. */

function module(body: number[]): Uint8Array {
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...name("memory"), 2, 0, ...name("__guest_call"), 0, 0),
    ...section(10, 1, body.length + 1, 0, ...body),
  ]);
}

/** Traps: `unreachable`. */
export const TRAP = module([0x00, 0x0b]);
/** Never returns: `(loop (br 0))`. */
export const ENDLESS = module([0x03, 0x40, 0x0c, 0x00, 0x0b, 0x41, 0x01, 0x0b]);
