import { StringDecoder } from 'node:string_decoder'

/** Longest line kept whole, in characters; CloudWatch Logs takes events up to 256 KiB. */
const LINE_LENGTH = 65_536

/** Turns chunks of output into lines. Carriage returns end a line too, so that progress bars are readable. */
export function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const emit = (text: string): void => {
    const parts = (rest + text).split(/\r\n|\n|\r/)
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') onLine(part)
    while (rest.length > LINE_LENGTH) {
      onLine(rest.slice(0, LINE_LENGTH))
      rest = rest.slice(LINE_LENGTH)
    }
  }
  return {
    push: (chunk) => emit(decoder.write(chunk)),
    end: () => {
      emit(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
