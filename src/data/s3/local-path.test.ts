import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTargetFolder, temporaryPath, unsafeKey } from './local-path.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-path-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a key that cannot be a file of the folder is refused', () => {
  test.each([
    '../evil',
    'a/../../evil',
    'a/..',
    './a',
    '/etc/passwd',
    'a//b',
    'a\0b',
    'a\\..\\..\\evil',
    'C:/evil',
    'c:evil',
    'folder/',
    '',
  ])('%j', async (key) => {
    const target = await openTargetFolder(join(folder, 'in'))
    await expect(target.pathOf(key)).rejects.toMatchObject({ code: 'data.s3.unsafe-key' })
    expect(await readdir(folder)).toEqual(['in'])
  })

  test.each(['a', 'a..b/..c', '2026-05-01T10:00:00.jpg', 'ä/ü 1+2.jpg', '...'])('but not %j', (key) => {
    expect(unsafeKey(key)).toBeUndefined()
  })
})

test('a symbolic link below the folder is not followed', async () => {
  await mkdir(join(folder, 'elsewhere'))
  await mkdir(join(folder, 'in'))
  await symlink(join(folder, 'elsewhere'), join(folder, 'in', 'train'))
  const target = await openTargetFolder(join(folder, 'in'))
  await expect(target.pathOf('train/a/b.jpg')).rejects.toMatchObject({ code: 'data.s3.link' })
  expect(await readdir(join(folder, 'elsewhere'))).toEqual([])
})

test('a file and a folder of one name are told, whichever comes first', async () => {
  const target = await openTargetFolder(folder)
  await writeFile(await target.pathOf('a'), 'x')
  await expect(target.pathOf('a/b')).rejects.toMatchObject({ code: 'data.s3.key-conflict' })
  await target.pathOf('c/d')
  await expect(target.pathOf('c')).rejects.toMatchObject({ code: 'data.s3.key-conflict' })
})

test('where upper and lower case are one, a second spelling is refused instead of replacing the first', async () => {
  const target = await openTargetFolder(folder, { caseSensitive: false })
  await target.pathOf('train/DJI_0001.jpg')
  await target.pathOf('train/DJI_0001.jpg')
  await expect(target.pathOf('train/dji_0001.jpg')).rejects.toThrow('does not tell "train/DJI_0001.jpg" from')
})

test('what a killed process left is removed, what a living one writes is not', async () => {
  const mine = temporaryPath(join(folder, 'a.jpg'))
  // No process has this number: it is beyond what the kernel gives.
  const abandoned = mine.replace(/-\d+\.part$/, '-4194999.part')
  await writeFile(mine, 'x')
  await writeFile(abandoned, 'x')
  await (await openTargetFolder(folder)).pathOf('b.jpg')
  expect(await readdir(folder)).toEqual([mine.slice(folder.length + 1)])
})
