import { open, type FileHandle } from 'node:fs/promises'
import { SkyloopError } from '../../core/errors.ts'

/** Label files of one image beyond this are no labels; whole-set files are streamed and have no limit. */
const LONGEST_LABEL_BYTES = 64 * 1024 * 1024

/**
 * Reads a whole text file that somebody else wrote.
 *
 * @throws SkyloopError `data.encoding` when it is not UTF-8, `data.label-size` when it is too large to be labels of one
 *   image; the system's own error when it cannot be read
 */
export async function readLabelText(path: string, shownAs: string): Promise<string> {
  await using handle = await open(path, 'r')
  const { size } = await handle.stat()
  if (size > LONGEST_LABEL_BYTES) {
    throw new SkyloopError({
      code: 'data.label-size',
      message: `${shownAs} has ${size} bytes; a label file of one image or a list has at most ${LONGEST_LABEL_BYTES}`,
    })
  }
  return decodeText(await handle.readFile(), shownAs)
}

/** @throws SkyloopError `data.encoding` naming what the bytes look like */
function decodeText(bytes: Uint8Array, shownAs: string): string {
  refuseUtf16(bytes, shownAs)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SkyloopError({
      code: 'data.encoding',
      message: `${shownAs} is not UTF-8 text`,
      hint: 'convert it, e.g. iconv -f latin1 -t utf-8',
      cause: error,
    })
  }
}

/** @throws SkyloopError `data.encoding` when the first bytes are those of UTF-16 */
export function refuseUtf16(bytes: Uint8Array, shownAs: string): void {
  const [a, b] = bytes
  const hasMark = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  if (!hasMark && !(bytes.length >= 2 && (a === 0) !== (b === 0))) return
  throw new SkyloopError({
    code: 'data.encoding',
    message: `${shownAs} is UTF-16 text; only UTF-8 is read`,
    hint: 'convert it, e.g. iconv -f utf-16 -t utf-8',
  })
}

/** Text that is written piece by piece with one small buffer, however long it gets. */
export interface TextSink {
  write(text: string): Promise<void>
  close(): Promise<void>
}

const SINK_CHARACTERS = 1 << 16

export async function openTextSink(path: string): Promise<TextSink> {
  const handle: FileHandle = await open(path, 'wx')
  let waiting = ''
  const flush = async (): Promise<void> => {
    const text = waiting
    waiting = ''
    if (text !== '') await handle.appendFile(text)
  }
  return {
    write: async (text) => {
      waiting += text
      if (waiting.length >= SINK_CHARACTERS) await flush()
    },
    close: async () => {
      try {
        await flush()
      } finally {
        await handle.close()
      }
    },
  }
}
