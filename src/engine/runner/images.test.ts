import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Host } from './host.ts'
import { openImageRegistry } from './images.ts'

const HOST: Host = { nodePath: '/opt/node', searchPath: '/bin', cores: 2, pythonPath: undefined }
const URI = '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop-ultralytics:latest'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skyloop-images-'))
})
afterEach(() => rm(home, { recursive: true }))

test('the Ultralytics image is a program for the Python that the person configured', async () => {
  const images = await openImageRegistry(home, { ...HOST, pythonPath: '/venv/bin/python' })
  const { repository, entrypoint, script } = images.resolve(URI)
  expect([repository, script]).toEqual(['skyloop-ultralytics', false])
  expect(entrypoint).toEqual(['/venv/bin/python', expect.stringMatching(/\/containers\/ultralytics\/train\.py$/)])
})

test('without a configured Python it is refused, with the way to configure one', async () => {
  const images = await openImageRegistry(home, HOST)
  expect(() => images.resolve(URI)).toThrow(
    /skyloop-ultralytics:latest needs a Python.*SKYLOOP_PYTHON=\/path\/to\/python/,
  )
  expect(images.resolve('skyloop').entrypoint[0]).toBe('/opt/node')
})

test('braces that name no place of ours stay as they are', async () => {
  await writeFile(join(home, 'images.json'), '{"mine":{"entrypoint":["{node}","--format={json}","{constructor}"]}}')
  const images = await openImageRegistry(home, HOST)
  expect(images.resolve('mine:1').entrypoint).toEqual(['/opt/node', '--format={json}', '{constructor}'])
})
