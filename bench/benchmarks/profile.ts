import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { CameraMetadata } from '../../src/data/metadata/camera-metadata.ts'
import { type ImageLook, type ImageProfile, isUnreadable } from '../../src/data/profile/image-profile.ts'
import { createProfilePool } from '../../src/data/profile/read/profile-pool.ts'
import { renderScene } from '../../src/data/scenes/render-scene.ts'
import { encodeScene } from '../../src/data/scenes/write-scene-dataset.ts'
import { parseHash, hashDistance } from '../../src/data/version/perceptual-hash.ts'
import type { Benchmark, BenchmarkOptions } from '../harness.ts'
import { pythonPeer } from '../python-peer.ts'

const IMAGES = 24
const [WIDTH, HEIGHT] = [1920, 1080]
const THREADS = availableParallelism()
const MOST_BYTES = 1 << 29

/** What the peer says of one image. */
interface PeerRow extends ImageLook {
  readonly contentHash: string
  readonly width: number
  readonly height: number
  /** Bytes of the hash, lowest bit first. */
  readonly hash: string
  readonly camera: Readonly<Record<string, string | number | null>>
}

/**
 * How far a measure may lie from the peer's. Where both decoders give the same pixels, which is the rule, sums differ in
 * their order alone; ours keeps quotients of saturation in 24 bits.
 */
const TOLERANCE: Readonly<Record<keyof ImageLook, number>> = {
  brightness: 1e-9,
  contrast: 1e-9,
  sharpness: 1e-9,
  entropy: 1e-9,
  colourfulness: 1e-9,
  noise: 1e-9,
  saturation: 1e-6,
  clippedShadows: 1e-9,
  clippedHighlights: 1e-9,
}
/** Bits of 128: cells are averaged in 64 bits here and in 32 there, and may be rounded to the other side. */
const HASH_BITS = 2

export async function prepare(version: string, { data }: BenchmarkOptions): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-bench-profile-'))
  const paths = data === undefined ? await writeScenes(folder) : await findPhotographs(data)
  const pool = createProfilePool(THREADS, { cacheFile: undefined, mostBytes: MOST_BYTES })
  const profileAll = () => Promise.all(paths.map(async (path) => (await pool.profile(path, path)).image))
  const rowsFile = join(folder, 'peer.json')
  const peer = await pythonPeer('opencv-python', 'profile.py', [String(THREADS), rowsFile, ...paths])
  const close = async (): Promise<void> => {
    await pool[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
  const rows = await profileAll()
  const images = rows.flatMap((row) => (isUnreadable(row) ? [] : [row]))
  const wrong = rows.flatMap((row) => (isUnreadable(row) ? [row.error.message] : []))
  if (peer && wrong.length === 0) {
    wrong.push(...differences(images, JSON.parse(await readFile(rowsFile, 'utf8')) as PeerRow[]))
  }
  if (wrong.length > 0) {
    await Promise.all([close(), peer?.close?.()])
    throw new Error(`values differ:\n${wrong.slice(0, 20).join('\n')}`)
  }
  const megapixels = images.reduce((sum, { width, height }) => sum + width * height, 0) / images.length / 1e6
  const kind = data === undefined ? 'generated scenes' : 'photographs'
  return {
    name: 'profile',
    unit: 'images/s',
    higherIsBetter: true,
    what: `file to all measures and metadata, ${paths.length} ${kind} of ${megapixels.toFixed(1)} megapixels, ${THREADS} threads against ${THREADS} processes; equal values are required`,
    samples: 7,
    warmUp: 1,
    ours: {
      name: 'skyloop',
      version,
      sample: async () => {
        const started = performance.now()
        await profileAll()
        return (paths.length * 1000) / (performance.now() - started)
      },
      close,
    },
    peers: peer ? [peer] : [],
  }
}

async function writeScenes(folder: string): Promise<string[]> {
  const paths = Array.from({ length: IMAGES }, (_, seed) => join(folder, `${seed}.jpg`))
  for (const [seed, path] of paths.entries()) {
    await writeFile(path, await encodeScene(renderScene({ seed, width: WIDTH, height: HEIGHT }), 90))
  }
  return paths
}

async function findPhotographs(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /^\.jpe?g$/i.test(extname(name)))
  if (names.length === 0) throw new Error(`${folder} has no JPEG files`)
  return names.toSorted().map((name) => join(folder, name))
}

/** A line for each image and measure where both do not say the same. */
function differences(images: readonly ImageProfile[], rows: readonly PeerRow[]): string[] {
  const wrong: string[] = []
  for (const [i, image] of images.entries()) {
    const row = rows[i]!
    const say = (what: string, ours: unknown, theirs: unknown): void =>
      void wrong.push(`${image.path}: ${what} is ${String(ours)} here and ${String(theirs)} with OpenCV`)
    for (const [name, tolerance] of Object.entries(TOLERANCE) as [keyof ImageLook, number][]) {
      const allowed = tolerance * Math.max(1, Math.abs(row[name]))
      if (!(Math.abs(image[name] - row[name]) <= allowed)) say(name, image[name], row[name])
    }
    for (const name of ['contentHash', 'width', 'height'] as const) {
      if (image[name] !== row[name]) say(name, image[name], row[name])
    }
    for (const [name, value] of Object.entries(row.camera)) {
      const ours = image.camera[name as keyof CameraMetadata]
      const same =
        typeof ours === 'number' && typeof value === 'number'
          ? Math.abs(ours - value) < 1e-12
          : ours === (value ?? undefined)
      if (!same) say(name, ours, value)
    }
    const bits =
      image.perceptualHash === undefined ? 0 : hashDistance(parseHash(image.perceptualHash), peerHash(row.hash))
    if (bits > HASH_BITS) say('the hash', image.perceptualHash, `${bits} bits apart`)
  }
  return wrong
}

function peerHash(hex: string): Uint32Array {
  return new Uint32Array(new Uint8Array(Buffer.from(hex, 'hex')).buffer)
}
