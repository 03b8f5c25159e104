import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readClassNames } from '../../src/yolo/train/batches/dataset.ts'
import { metricLine } from '../../src/yolo/train/results.ts'
import { parseSettings } from '../../src/yolo/train/settings/settings.ts'
import { trainDetector } from '../../src/yolo/train/train-detector.ts'
import { writeTrainingOutputs } from '../../src/yolo/train/training-outputs.ts'

// Trains YOLO11n from scratch with Skyloop: arguments DATA EPOCHS BATCH SIDE SEED FOLDER [name=value...], as its peer
// bench/peers/ultralytics_accuracy.py does; goes on from a checkpoint in FOLDER.
const [data, epochs, batch, imgsz, seed, folder, ...overrides] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  ...string[],
]
const given = Object.fromEntries(overrides.map((argument) => argument.split('=', 2) as [string, string]))
const settings = parseSettings({ scale: 'n', epochs, batch, imgsz, seed, ...given })
const classNames = await readClassNames([data])
const result = await trainDetector({
  train: join(data, 'train'),
  validation: join(data, 'val'),
  classNames,
  settings,
  checkpointDir: join(folder, 'checkpoints'),
  checkpointEverySeconds: 60,
  report: (event) => {
    if (event.kind === 'epoch') console.log(metricLine(event.row))
  },
})
await writeTrainingOutputs(result, {
  modelDir: folder,
  outputDataDir: folder,
  classNames,
  imageSize: settings.imgsz,
  tile: null,
})
const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const { map50, map50_95 } = result.validation!
await writeFile(
  join(folder, 'own.json'),
  JSON.stringify({ version, own: { map50, map50_95 }, seconds: result.seconds }),
)
