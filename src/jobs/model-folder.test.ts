import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openModelFolder } from './model-folder.ts'

const folderWith = async (name: string, content: Uint8Array): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-model-'))
  await writeFile(join(folder, name), content)
  return folder
}

test.each([
  ['no model', 'notes.txt', Buffer.from('x'), 'holds neither model.onnx nor model.tar.gz (found: notes.txt)'],
  ['a broken archive', 'model.tar.gz', Buffer.from('no gzip'), 'model.tar.gz cannot be unpacked'],
  ['an archive without a model', 'model.tar.gz', gzipSync(Buffer.alloc(1024)), 'model.tar.gz holds no .onnx file'],
  ['a file that is no model', 'model.onnx', Buffer.from('x'), 'yolo.load'],
])('%s is told', async (_what, name, content, text) => {
  const failure = await openModelFolder(await folderWith(name, content)).catch((error: unknown) => error)
  expect(`${(failure as { code: string }).code} ${(failure as Error).message}`).toContain(text)
})

test('a folder that is not there holds nothing', async () => {
  await expect(openModelFolder('/nonexistent')).rejects.toThrow('(found: nothing)')
})
