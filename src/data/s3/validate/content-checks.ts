import sharp from 'sharp'
import { messageOf } from '../../../core/errors.ts'
import { parseYoloLabels } from '../../formats/yolo-labels.ts'
import { describeIssue } from '../../formats/label-issue.ts'
import { fileKind, kindOfName } from './file-kind.ts'
import type { FindingList } from './finding.ts'

/** Compares an image's first bytes with its ending. @returns false when it is something else */
export function checkHeader(key: string, header: Uint8Array, findings: FindingList): boolean {
  const [named, found] = [kindOfName(key), fileKind(header)]
  if (named === found) return true
  const detail = found === 'unknown' ? 'its first bytes are of no image' : `its bytes are ${found}`
  findings.add('wrong-suffix', key, detail)
  return false
}

/** Decodes an image to its last line. */
export async function checkImage(key: string, bytes: Uint8Array, findings: FindingList): Promise<void> {
  try {
    // Small, as only the decoding matters; JPEG's own shrinking still reads every bit of it.
    await sharp(bytes, { failOn: 'warning', limitInputPixels: 1_000_000_000, sequentialRead: true })
      .resize(16, 16, { fit: 'fill', fastShrinkOnLoad: true })
      .raw()
      .toBuffer()
  } catch (error) {
    findings.add('corrupt-image', key, messageOf(error).replaceAll(/\s+/g, ' '))
  }
}

/** A label file of more is no label file. */
const MAX_LABEL_BYTES = 16 * 1024 * 1024

/** Reads a label file as preparation would and tells what would become of its lines. */
export function checkLabel(key: string, bytes: Uint8Array, classCount: number, findings: FindingList): void {
  if (bytes.length > MAX_LABEL_BYTES) {
    findings.add('unreadable-label', key, `${bytes.length} bytes; at most ${MAX_LABEL_BYTES} are read`)
    return
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    findings.add('unreadable-label', key, 'its bytes are not UTF-8')
    return
  }
  if (text.includes('\0')) {
    findings.add('unreadable-label', key, 'it holds NUL bytes, as UTF-16 text and binary files do')
    return
  }
  const { issues } = parseYoloLabels(text, { file: key, classCount })
  const lost = issues.filter((issue) => issue.outcome === 'dropped')
  const doubtful = issues.filter((issue) => issue.outcome === 'changed')
  const first = (of: typeof issues): string => `${of.length} line(s), the first ${describeIssue(of[0]!)}`
  if (lost.length > 0) findings.add('bad-label', key, first(lost))
  if (doubtful.length > 0) findings.add('doubtful-label', key, first(doubtful))
}
