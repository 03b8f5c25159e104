import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { decimal, integer } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'
import { LIGHTS, SEASONS, WEATHERS, type Light, type Season, type Weather } from '../../../data/scenes/scene-options.ts'

interface Options {
  readonly flights: number
  readonly frames: number
  readonly width: number
  readonly height: number
  readonly seed: number
  readonly split?: string
  readonly firstFlight?: number
  readonly altitude?: number
  readonly light?: Light
  readonly weather?: Weather
  readonly season?: Season
  readonly fog?: number
  readonly noise?: number
}

export const synth = defineCommand<Options>({
  name: 'synth',
  summary: 'render a labelled data set of synthetic aerial scenes',
  description:
    'Renders flights over made-up places, seen from above, with exact boxes of cars, vans, trucks, buses, people and\n' +
    'boats, as a YOLO data set with camera metadata. Conditions that are not given differ from flight to flight.',
  arguments: [['<folder>', 'where to write it; made when missing']],
  options: [
    {
      flags: '--flights <n>',
      description: 'flights, each at its own place',
      default: 10,
      parse: integer('--flights', 1, 10_000),
    },
    { flags: '--frames <n>', description: 'frames a flight', default: 8, parse: integer('--frames', 1, 10_000) },
    { flags: '--width <px>', description: 'image width', default: 640, parse: integer('--width', 32, 4096) },
    { flags: '--height <px>', description: 'image height', default: 640, parse: integer('--height', 32, 4096) },
    {
      flags: '--seed <n>',
      description: 'the same seed gives the same scenes',
      default: 0,
      parse: integer('--seed', 0),
    },
    {
      flags: '--first-flight <n>',
      description: 'number of the first flight: splits that share no number share no place (default: 1)',
      parse: integer('--first-flight', 1),
    },
    { flags: '--split <name>', description: 'subfolder of the set, for example train or val' },
    { flags: '--altitude <m>', description: 'height above ground', parse: decimal('--altitude', 15, 300) },
    { flags: '--light <light>', description: 'time of day', choices: LIGHTS },
    { flags: '--weather <weather>', description: 'weather', choices: WEATHERS },
    { flags: '--season <season>', description: 'season', choices: SEASONS },
    { flags: '--fog <0-1>', description: '0 none, 1 barely anything visible', parse: decimal('--fog', 0, 1) },
    {
      flags: '--noise <n>',
      description: '1 a small sensor by day, 4 the same at night',
      parse: decimal('--noise', 0, 8),
    },
  ],
  examples: [
    ['data synth ./flights --flights 20 --frames 10', '200 frames in all sorts of conditions'],
    ['data synth ./flights --split val --first-flight 1001 --flights 5', 'a validation split of other places'],
    ['data synth ./dusk --flights 2 --light dusk --fog 0.5 --altitude 140', 'two foggy flights at dusk'],
  ],
  run: async (context, options, [given]) => {
    const { writeSceneDataset } = await import('../../../data/scenes/write-scene-dataset.ts')
    const folder = resolve(context.environment.workingFolder, given as string)
    const { altitude, frames, flights, ...rest } = options
    const task = context.report.task(`rendering ${flights * frames} frames`)
    try {
      const summary = await writeSceneDataset(folder, {
        ...rest,
        flights,
        framesPerFlight: frames,
        ...(altitude === undefined ? {} : { altitudeM: altitude }),
        onProgress: (done, total) => {
          context.signal.throwIfAborted()
          task.update(`${done}/${total} frames`, done / total)
        },
      })
      task.done(`${summary.images} frames`)
      return {
        value: { folder, ...summary },
        text: formatFacts({ folder, images: summary.images, ...summary.boxes }),
      }
    } catch (error) {
      task.fail()
      throw error
    }
  },
})
