import { createReadStream } from 'node:fs'
import { SaxesParser } from 'saxes'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { refuseUtf16 } from './text-file.ts'

/** An element with what stands in it. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Text directly in it, without blanks at either end. */
  readonly text: string
  /** 1-based line on which it begins. */
  readonly line: number
}

/** Nobody nests labels deeper than this. */
const DEEPEST_NESTING = 64

/** One element in the root is at most this many characters; the root itself has no limit. */
const LONGEST_ELEMENT = 64 * 1024 * 1024

/**
 * Children of the root element of an XML file, one after the other, in memory that does not grow with the file.
 *
 * A document type is refused: labels need none, and entities defined in one may stand for gigabytes or for other files.
 *
 * @param root names the root element may have
 * @throws SkyloopError `data.xml` naming file, line and what is wrong there
 */
export async function* readXmlChildren(
  path: string,
  shownAs: string,
  root: readonly string[],
): AsyncGenerator<XmlElement> {
  const parser = new SaxesParser({ fragment: false, xmlns: false, fileName: '' })
  const open: { -readonly [K in keyof XmlElement]: XmlElement[K] }[] = []
  let ready: XmlElement[] = []
  let seenAt = 0
  const refuse = (what: string, line = parser.line): never => {
    throw new SkyloopError({ code: 'data.xml', message: `${shownAs}:${line} ${what}` })
  }
  parser.on('error', (error) => {
    throw new SkyloopError({
      code: 'data.xml',
      message: `${shownAs} is not valid XML: ${messageOf(error).replace(/^:?(\d+):\d+:/, 'line $1:')}`,
      cause: error,
    })
  })
  parser.on('doctype', () => refuse('has a document type declaration, which is not read'))
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= DEEPEST_NESTING) refuse(`nests elements more than ${DEEPEST_NESTING} deep, which no labels do`)
    if (open.length === 0 && !root.includes(name)) refuse(`begins with <${name}>, not with <${root.join('> or <')}>`)
    const values = new Map(Object.entries(attributes as Record<string, string>))
    open.push({ name, attributes: values, children: [], text: '', line: parser.line })
  })
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element && open.length > 1) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = open.pop()
    if (!element) return
    element.text = element.text.trim()
    if (open.length === 1) {
      ready.push(element)
      seenAt = parser.position
    } else if (open.length > 1) (open.at(-1)!.children as XmlElement[]).push(element)
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let sizeBytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Buffer>) {
    if (sizeBytes === 0) refuseUtf16(chunk, shownAs)
    sizeBytes += chunk.length
    parser.write(decode(decoder, chunk, shownAs))
    if (parser.position - seenAt > LONGEST_ELEMENT)
      refuse(`holds an element of more than ${LONGEST_ELEMENT} characters`)
    const elements = ready
    ready = []
    yield* elements
  }
  if (sizeBytes === 0) throw new SkyloopError({ code: 'data.xml', message: `${shownAs} is empty (0 bytes)` })
  parser.close()
  yield* ready
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array, shownAs: string): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch (error) {
    throw new SkyloopError({
      code: 'data.encoding',
      message: `${shownAs} is not UTF-8 text`,
      hint: 'convert it, e.g. iconv -f latin1 -t utf-8',
      cause: error,
    })
  }
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** Text of a child; undefined when there is none or it is empty. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text || undefined
}
