import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { withEngine } from '../../engine/testing.ts'
import { downloadPrefix } from './download-prefix.ts'
import { inParallel } from './in-parallel.ts'
import { uploadFolder } from './upload-folder.ts'

async function withBucket(work: (s3: S3Client) => Promise<void>): Promise<void> {
  await withEngine(async (engine) => {
    const s3 = new S3Client({ ...engine.clientConfiguration, forcePathStyle: true })
    await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
    await work(s3)
    s3.destroy()
  })
}

async function sampleFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-transfer-'))
  await mkdir(join(folder, 'train', 'images'), { recursive: true })
  await writeFile(join(folder, 'train', 'images', 'a.jpg'), 'aaa')
  await writeFile(join(folder, 'train', 'images', 'ä b+c.jpg'), 'bbb')
  await writeFile(join(folder, 'classes.txt'), 'car\n')
  await writeFile(join(folder, '.DS_Store'), 'x')
  await symlink('/etc/hostname', join(folder, 'link.txt'))
  return folder
}

test('a folder comes back from S3 byte for byte; hidden files and links stay behind', async () => {
  await withBucket(async (s3) => {
    const folder = await sampleFolder()
    const summary = await uploadFolder(s3, folder, 's3://flights/data')
    expect(summary).toEqual({ files: 3, sizeBytes: 10, uploaded: 3, unchanged: 0, removed: 0 })
    const back = await mkdtemp(join(tmpdir(), 'skyloop-transfer-'))
    const paths = await downloadPrefix(s3, 's3://flights/data', back)
    expect(paths.map((path) => path.slice(back.length + 1))).toEqual([
      'classes.txt',
      'train/images/a.jpg',
      'train/images/ä b+c.jpg',
    ])
    expect(await readFile(join(back, 'train/images/ä b+c.jpg'), 'utf8')).toBe('bbb')
  })
})

test('what is there unchanged is skipped, what differs in content alone is not', async () => {
  await withBucket(async (s3) => {
    const folder = await sampleFolder()
    await uploadFolder(s3, folder, 's3://flights/data')
    await writeFile(join(folder, 'classes.txt'), 'bus\n')
    const progress: number[] = []
    const onProgress = ({ files }: { files: number }) => progress.push(files)
    const again = await uploadFolder(s3, folder, 's3://flights/data/', { onProgress })
    expect([again.uploaded, again.unchanged, progress.at(-1)]).toEqual([1, 2, 3])
  })
})

test('others are removed only when that is asked for', async () => {
  await withBucket(async (s3) => {
    const folder = await sampleFolder()
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key: 'data/old.jpg', Body: 'old' }))
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key: 'data-2/kept.jpg', Body: 'other prefix' }))
    expect((await uploadFolder(s3, folder, 's3://flights/data')).removed).toBe(0)
    expect((await uploadFolder(s3, folder, 's3://flights/data', { removeOthers: true })).removed).toBe(1)
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'flights' }))
    expect(Contents.map((one) => one.Key)).toEqual([
      'data-2/kept.jpg',
      'data/classes.txt',
      'data/train/images/a.jpg',
      'data/train/images/ä b+c.jpg',
    ])
  })
})

test('a key that would leave the folder is refused and nothing is written', async () => {
  await withBucket(async (s3) => {
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key: 'data/../../evil', Body: 'x' }))
    const back = await mkdtemp(join(tmpdir(), 'skyloop-transfer-'))
    await expect(downloadPrefix(s3, 's3://flights/data', back)).rejects.toThrow('leads outside its folder')
  })
})

test('the first failure stops new work and is what is thrown', async () => {
  const begun: number[] = []
  const work = async (item: number): Promise<void> => {
    begun.push(item)
    await new Promise((resolve) => setImmediate(resolve))
    if (item === 2) throw new Error('two')
  }
  await expect(inParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('two')
  expect(begun).toEqual([1, 2, 3])
})
