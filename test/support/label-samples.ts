import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { runProgram } from '../../src/cli/program.ts'
import type { ConversionReport } from '../../src/data/formats/convert/convert-dataset.ts'
import { temporaryFolder } from './labelled-set.ts'

let root: Awaited<ReturnType<typeof temporaryFolder>>
const pictures = new Map<string, Buffer>()

/** Content of a file: text, bytes, a picture by its name, or a symbolic link. */
export type Content = string | Uint8Array | { readonly picture: string } | { readonly link: string }

/** Makes the folder and the pictures; call it in `beforeAll`, and dispose of what it returns in `afterAll`. */
export async function prepareSamples(): Promise<AsyncDisposable> {
  root = await temporaryFolder()
  const make = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'grey' } })
  pictures.set('100x50.png', await make(100, 50).png().toBuffer())
  pictures.set('50x100.png', await make(50, 100).png().toBuffer())
  pictures.set('30000x20.png', await make(30_000, 20).png().toBuffer())
  // Stored 100 wide and 50 high; shown turned right, 50 wide and 100 high.
  pictures.set('turned.jpg', await make(100, 50).jpeg().withMetadata({ orientation: 6 }).toBuffer())
  pictures.set('upside-down.jpg', await make(100, 50).jpeg().withMetadata({ orientation: 3 }).toBuffer())
  return root
}

async function write(folder: string, files: Readonly<Record<string, Content>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(join(folder, path), content)
    else if ('link' in content) await symlink(content.link, join(folder, path))
    else await writeFile(join(folder, path), pictures.get(content.picture)!)
  }
}

interface Answer {
  readonly code: number
  readonly report?: ConversionReport
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly folder: string
}

/** `skyloop data convert <folder> --json` as a person or a script runs it. */
export async function convert(
  name: string,
  files: Readonly<Record<string, Content>>,
  ...more: string[]
): Promise<Answer> {
  const folder = join(root.path, name.replaceAll(/[^a-z0-9]+/gi, '-'))
  await mkdir(folder, { recursive: true })
  await write(join(folder, 'in'), files)
  let out = ''
  const environment = {
    home: folder,
    workingFolder: folder,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  const args = ['data', 'convert', ...(more[0]?.startsWith('--') === false ? [] : ['in']), ...more]
  const code = await runProgram([...args, '--out', 'out', '--json'], environment, {
    out: (text) => void (out += text),
    err: () => {},
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  const value = JSON.parse(out) as ConversionReport & { error?: Answer['error'] }
  return value.error ? { code, error: value.error, folder } : { code, report: value, folder }
}

export const IMAGE = { id: 1, file_name: 'a.png', width: 100, height: 50 }
export const CATEGORIES = [{ id: 1, name: 'car' }]
export const BOX = { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 20, 20] }
export const coco = (annotations: readonly object[] = [BOX], more: object = {}): string =>
  JSON.stringify({ images: [IMAGE], annotations, categories: CATEGORIES, ...more })
export const bbox = (...sides: unknown[]): string => coco([{ ...BOX, bbox: sides }])

export const yolo = (labels: Content, more: Readonly<Record<string, Content>> = {}): Record<string, Content> => ({
  'classes.txt': 'car\nbus\n',
  'images/a.png': { picture: '100x50.png' },
  'labels/a.txt': labels,
  ...more,
})
export const GOOD = '0 0.5 0.5 0.2 0.2\n'

export const voc = (inner: string): Record<string, Content> => ({
  'Annotations/a.xml': `<annotation><filename>a.png</filename><size><width>100</width><height>50</height></size>${inner}</annotation>`,
})
export const corners = (...[a, b, c, d]: (number | string)[]): string =>
  `<bndbox><xmin>${a}</xmin><ymin>${b}</ymin><xmax>${c}</xmax><ymax>${d}</ymax></bndbox>`
export const object = (inner: string): string => `<object><name>car</name>${inner}</object>`

export const manifest = (annotations: readonly object[]): string =>
  `${JSON.stringify({
    'source-ref': 's3://b/a.png',
    boxes: { image_size: [{ width: 100, height: 50, depth: 3 }], annotations },
    'boxes-metadata': { 'class-map': { 0: 'car' }, type: 'groundtruth/object-detection' },
  })}\n`
export const GT_BOX = { class_id: 0, left: 1, top: 1, width: 9, height: 9 }

export const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le')
export const nested = (open: string, close: string, deep: number): string => open.repeat(deep) + close.repeat(deep)

export const LABELS_ONLY = ['--to', 'coco', '--images', 'none']
export const FROM_COCO = ['--from', 'coco', ...LABELS_ONLY]

/** Ten lists of ten of the one before: ten thousand million words, if somebody wrote them out. */
export function yamlBomb(): string {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
  for (let i = 1; i < 10; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`)
  return `${lines.join('\n')}\nnames: *a9\n`
}
