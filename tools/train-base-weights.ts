/**
 * Trains the base weights that ship with the package, from scratch, on synthetic aerial scenes. Resumable: run the same
 * command again. `weights/README.md` names the commands that made the shipped file.
 *
 *   node tools/train-base-weights.ts --folder /tmp/base --images 6000 --epochs 6
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeFileAtomic } from '../src/core/files.ts'
import { hash32, seededRandom } from '../src/core/random.ts'
import { formatDuration } from '../src/core/units.ts'
import { renderScene } from '../src/data/scenes/render-scene.ts'
import { sampleConditions, SCENE_CLASSES } from '../src/data/scenes/scene-options.ts'
import { encodeScene, labelText } from '../src/data/scenes/write-scene-dataset.ts'
import { metricLine, progressLine } from '../src/yolo/train/results.ts'
import { parseSettings } from '../src/yolo/train/settings/settings.ts'
import { trainDetector } from '../src/yolo/train/train-detector.ts'
import { BASE_WEIGHTS_PATH, writeWeightsFile } from '../src/yolo/weights/weights-file.ts'

const SIZE_PX = 320
/** Of scenes without any object only this share is kept. */
const KEPT_EMPTY = 0.3

const { values: args } = parseArgs({
  options: {
    /** Scenes, checkpoints and logs go here. */
    folder: { type: 'string' },
    images: { type: 'string', default: '6000' },
    'val-images': { type: 'string', default: '200' },
    /** First scene to render, so that several processes can share the work. */
    first: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'render-only': { type: 'boolean', default: false },
    /** Weights to go on from, instead of random values. */
    'start-from': { type: 'string' },
    out: { type: 'string', default: BASE_WEIGHTS_PATH },
    /** Training settings, `name=value`, may be repeated. */
    set: { type: 'string', multiple: true, default: [] },
  },
})
const folder = args.folder
if (folder === undefined) throw new Error('give --folder, where scenes and checkpoints go')
const seed = Number(args.seed)

await renderSplit('train', Number(args.first), Number(args.images))
if (args['render-only']) process.exit(0)
await renderSplit('val', 0, Number(args['val-images']))
await train()

async function renderSplit(split: 'train' | 'val', first: number, count: number): Promise<void> {
  await mkdir(join(folder!, split, 'images'), { recursive: true })
  await mkdir(join(folder!, split, 'labels'), { recursive: true })
  const started = Date.now()
  for (let i = first; i < first + count; i++) {
    const stem = `scene-${String(i).padStart(5, '0')}`
    const labelPath = join(folder!, split, 'labels', `${stem}.txt`)
    // The label file is written last, so it marks a scene as done.
    if (existsSync(labelPath)) continue
    const { jpeg, labels } = await renderOne(split, i)
    await writeFile(join(folder!, split, 'images', `${stem}.jpg`), jpeg)
    await writeFile(labelPath, labels)
    const done = i + 1 - first
    if (done % 200 === 0) {
      const left = ((Date.now() - started) / done) * (count - done)
      console.log(`${split}: ${done} of ${count} scenes, about ${formatDuration(left)} left`)
    }
  }
  await writeFileAtomic(join(folder!, 'classes.txt'), `${SCENE_CLASSES.join('\n')}\n`)
}

async function renderOne(split: string, index: number): Promise<{ jpeg: Buffer; labels: string }> {
  for (let attempt = 0; ; attempt++) {
    const random = seededRandom(hash32(`base/${seed}/${split}/${index}/${attempt}`))
    const conditions = sampleConditions(random)
    const scene = renderScene({
      seed: random.int(2 ** 31),
      width: SIZE_PX,
      height: SIZE_PX,
      ...conditions,
      // Wider than an ordinary flight, so that vehicles are seen at 20 to 70 px.
      altitudeM: random.range(42, 125),
      gimbalPitchDeg: random.next() < 0.8 ? undefined : random.range(-90, -70),
    })
    if (scene.objects.length === 0 && random.next() > KEPT_EMPTY) continue
    return { jpeg: await encodeScene(scene, 78 + random.int(18)), labels: labelText(scene) }
  }
}

async function train(): Promise<void> {
  const given = Object.fromEntries(
    args.set.map((pair): [string, string] => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
  )
  const settings = parseSettings({ imgsz: String(SIZE_PX), epochs: '6', ...given })
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  process.once('SIGINT', () => stop.abort())
  const result = await trainDetector({
    train: join(folder!, 'train'),
    validation: join(folder!, 'val'),
    classNames: SCENE_CLASSES,
    settings,
    startFrom: args['start-from'],
    checkpointDir: join(folder!, 'checkpoints'),
    checkpointEverySeconds: 60,
    signal: stop.signal,
    report: (event) => {
      if (event.kind === 'resume') console.log(`resuming at epoch ${event.epoch}, batch ${event.batch}`)
      if (event.kind === 'step' && event.batch % 50 === 0) {
        console.log(`epoch ${event.epoch} batch ${event.batch}/${event.batches} loss ${event.loss.toFixed(3)}`)
      }
      if (event.kind === 'epoch') {
        console.log(metricLine(event.row))
        console.log(progressLine(event.row, event.epochs, event.secondsLeft))
      }
    },
  })
  console.log(`${result.status}: ${result.reason}`)
  const { validation } = result
  if (result.status === 'interrupted') return
  await writeWeightsFile(args.out, result.spec, result.weights, SCENE_CLASSES, {
    half: true,
    metadata: {
      imgsz: String(SIZE_PX),
      map50: String(validation?.map50 ?? ''),
      map50_95: String(validation?.map50_95 ?? ''),
      command: 'see weights/README.md',
      license: 'MIT',
    },
  })
  const perClass = validation?.perClass.map(({ classId, ap50 }) => `${SCENE_CLASSES[classId]} ${ap50.toFixed(3)}`)
  console.log(`wrote ${args.out}: mAP50 ${validation?.map50.toFixed(4)} (${perClass?.join(', ')})`)
}
