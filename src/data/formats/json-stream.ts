import { createReadStream } from 'node:fs'
import { JSONParser } from '@streamparser/json'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { refuseUtf16 } from './text-file.ts'

const CHUNK_BYTES = 1 << 18

/** Nobody nests labels deeper than this; an attack on the reader's memory would. */
const DEEPEST_NESTING = 200

/** Nor is one text longer than this: a mask of a whole image is far below it. */
const LONGEST_TEXT_BYTES = 64 * 1024 * 1024

/** One element of a list that was asked for. */
export interface JsonElement {
  /** Name of the list: the key at the top of the file, or the empty string when the file is itself a list. */
  readonly list: string
  readonly index: number
  readonly value: Json
}

/**
 * Elements of lists of a JSON file, one after the other in the order of the file, in memory that does not grow with it.
 *
 * @param lists keys at the top of the file; the empty string stands for a file that is itself a list
 * @throws SkyloopError `data.json` naming the byte and what is wrong there, also when the file ends too early
 */
export async function* readJsonLists(
  path: string,
  shownAs: string,
  lists: readonly string[],
): AsyncGenerator<JsonElement> {
  const parser = new JSONParser({
    paths: lists.map((list) => (list === '' ? '$.*' : `$.${list}.*`)),
    keepStack: false,
  })
  let found: JsonElement[] = []
  let failure: unknown
  parser.onValue = ({ key, value, stack }) => {
    // The stack holds the document first, then the parent whose key names the list.
    const list = stack.length > 1 ? String(stack[1]?.key ?? '') : ''
    if (typeof key === 'number') found.push({ list, index: key, value: value as Json })
  }
  parser.onError = (error) => void (failure ??= error)
  const shape = watchShape()
  let bytesBefore = 0
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    let bytes: Buffer = chunk
    if (bytesBefore === 0) {
      refuseUtf16(bytes, shownAs)
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    }
    const excess = shape(bytes)
    if (excess !== undefined) throw new SkyloopError({ code: 'data.json', message: `${shownAs} ${excess}` })
    bytesBefore += chunk.length
    parser.write(bytes)
    if (failure !== undefined) throw notJson(shownAs, failure)
    const ready = found
    found = []
    yield* ready
  }
  if (bytesBefore === 0) throw new SkyloopError({ code: 'data.json', message: `${shownAs} is empty (0 bytes)` })
  if (!parser.isEnded) parser.end()
  if (failure !== undefined) throw cutOff(shownAs, bytesBefore, failure)
  yield* found
}

function notJson(shownAs: string, error: unknown): SkyloopError {
  return new SkyloopError({
    code: 'data.json',
    message: `${shownAs} is not valid JSON: ${messageOf(error).split('\n')[0]}`,
    hint: 'NaN and Infinity are no JSON either; write the file again, or repair it at the place named',
    cause: error,
  })
}

function cutOff(shownAs: string, sizeBytes: number, error: unknown): SkyloopError {
  return new SkyloopError({
    code: 'data.json',
    message: `${shownAs} is cut off after ${sizeBytes} bytes: its JSON does not end`,
    hint: 'copy or export it again',
    cause: error,
  })
}

/** @returns looks at each chunk; says what is too deep or too long in it, so that nobody fills the memory */
function watchShape(): (bytes: Uint8Array) => string | undefined {
  let [open, textBytes, inText, escaped] = [0, 0, false, false]
  return (bytes) => {
    for (const byte of bytes) {
      if (inText) {
        if (++textBytes > LONGEST_TEXT_BYTES) return `holds a text of more than ${LONGEST_TEXT_BYTES} bytes`
        if (escaped) escaped = false
        else if (byte === 0x5c) escaped = true
        else if (byte === 0x22) inText = false
      } else if (byte === 0x22) [inText, textBytes] = [true, 0]
      else if (byte === 0x5b || byte === 0x7b) {
        if (++open > DEEPEST_NESTING)
          return `nests lists and objects more than ${DEEPEST_NESTING} deep, which no labels do`
      } else if (byte === 0x5d || byte === 0x7d) open--
    }
    return undefined
  }
}
